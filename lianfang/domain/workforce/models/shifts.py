"""Shifts: who stands at which post from when to when, the rosters they come from, swaps, and what is handed over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.shifts import ROSTER_STATES, SHIFT_STATES, SWAP_STATES, TOLD
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Roster(models.Model):
    """The shifts of one post, or of every post below an area, for a span of days: planned, then published.

    `unfilled` lists what the published shifts lack as {"post", "on", "kind", "words"}; `conflicts` says in plain words
    why; `changes` keeps what every re-plan changed and why.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "post", "starts_on", "days", "state", "made_by", "made_at", "job_id", "unfilled",
         "conflicts", "cost", "changes", "published_at", "published_by", "version"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=[(key, label.zh) for key, label in ROSTER_STATES.items()])
    made_by = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField()
    job_id = models.UUIDField(null=True, blank=True)
    unfilled: models.JSONField[Any, Any] = models.JSONField(default=list)
    conflicts: models.JSONField[Any, Any] = models.JSONField(default=list)
    cost: models.JSONField[Any, Any] = models.JSONField(default=dict)
    changes: models.JSONField[Any, Any] = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["state", "starts_on"])]


class Shift(models.Model):
    """One person on one shift of one post, with what became of it and its counters.

    `kind` is pattern and shift in one ("4x6.m"). `worker` is the name as the roster at the post has it.
    `grant` is the right to work at the gate, which runs while they are on it.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "post", "roster", "responder", "worker", "on", "kind", "starts_at", "ends_at", "state",
         "notified_at", "accepted_at", "signed_in_at", "signed_in_by", "sign_in_way", "signed_out_at", "signed_out_by",
         "verified_at", "verified_by", "replaces", "reason", "informed", "leaflets", "meals", "grant", "version"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    roster = models.ForeignKey(Roster, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    worker = models.CharField(max_length=60, blank=True)
    on = models.DateField()
    kind = models.CharField(max_length=30)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=[(key, label.zh) for key, label in SHIFT_STATES.items()])
    notified_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    signed_in_by = models.UUIDField(null=True, blank=True)
    sign_in_way = models.CharField(max_length=6, blank=True)
    signed_out_at = models.DateTimeField(null=True, blank=True)
    signed_out_by = models.UUIDField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.UUIDField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    informed = models.PositiveIntegerField(default=0)
    leaflets = models.PositiveIntegerField(default=0)
    meals = models.PositiveIntegerField(default=0)
    grant = models.ForeignKey("access.Grant", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["post", "starts_at"]),
            models.Index(fields=["responder", "starts_at"]),
            models.Index(fields=["state", "starts_at"]),
            models.Index(fields=["roster", "starts_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["responder", "starts_at"], condition=Q(state__in=TOLD), name="one_place_at_a_time"
            ),
            models.CheckConstraint(name="shift_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="shift_signed_out_after_in",
                condition=Q(signed_out_at__isnull=True)
                | Q(signed_in_at__isnull=False, signed_out_at__gte=F("signed_in_at")),
            ),
        ]


class Swap(models.Model):
    """One gives a shift to another, for one of theirs or for nothing; both agree, then the post's lead."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "shift", "taker", "other", "state", "reason", "proposed_at", "proposed_by", "agreed_at",
         "decided_at", "decided_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(key, label.zh) for key, label in SWAP_STATES.items()])
    reason = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["state", "proposed_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state__in=("proposed", "agreed")), name="one_open_swap_of_a_shift"
            )
        ]


class HandOverNote(models.Model):
    """What one shift leaves to the next (F17): people and vehicles still open, equipment, stock, matters.

    Written once at sign-out; the next shift confirms it.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "post", "shift", "written_at", "written_by", "equipment", "stock", "matters",
             "confirmed_at", "confirmed_by", "remark", "anonymised_at"],
            PrivacyClass.WORK,
        ),
        **dict.fromkeys(["open_people", "open_vehicles"], PrivacyClass.MOVEMENT),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    written_by = models.UUIDField(null=True, blank=True)
    open_people = models.CharField(max_length=400, blank=True)
    open_vehicles = models.CharField(max_length=400, blank=True)
    equipment = models.CharField(max_length=400, blank=True)
    stock = models.CharField(max_length=400, blank=True)
    matters = models.CharField(max_length=800, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["post", "written_at"])]
