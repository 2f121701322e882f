"""Units, and who answers for what. The database keeps one primary contact per household, one lead per grid and post."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

LIVE = ("proposed", "accepted", "active")
ENDED = ("handed_over", "ended", "expired")


class Unit(models.Model):
    """A body that acts: command post, work group, department, township, village. Its kind is data (kinds.py)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "kind", "name", "parent", "duty", "closed_on", "version"], PrivacyClass.WORK
        ),
        "phone": PrivacyClass.CONTACT,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=200, blank=True)
    phone = EncryptedText(context="unit.phone")
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["area_path", "name"], condition=Q(closed_on__isnull=True), name="unit_named_once"
            )
        ]


class NoticeRead(models.Model):
    """A worker has read a notice; notices are made from records, so only the mark is kept."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "account", "area_path", "notice", "read_at"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    area_path = AreaPathField()
    notice = models.CharField(max_length=80)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "notice"], name="notice_read_once")]


class DayHandOver(models.Model):
    """One worker's open work of a day went to another, phone to phone; the taker may work in the area until then.

    `id` is made on the phone that hands over. `grant` is empty where the taker may work in the area anyway.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "from_account", "to_account", "from_device", "to_device", "households", "handed_at",
         "until_at", "reported_at", "grant", "ended_at", "ended_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True)
    area_path = AreaPathField()
    from_account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to_account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_device = models.CharField(max_length=64, blank=True)
    to_device = models.CharField(max_length=64, blank=True)
    households = models.PositiveIntegerField()
    handed_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    grant = models.ForeignKey("access.Grant", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.CheckConstraint(
                name="day_hand_over_ends_after_it_begins", condition=models.Q(until_at__gt=models.F("handed_at"))
            )
        ]


class Responsibility(models.Model):
    """One worker answers for one target, as something, from a day on. It ends or is handed over; it is never deleted.

    `area_path` is the target itself when that is an area, else the area the target lies in.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "account", "kind", "level", "target_kind", "target_id", "target_label", "area_path", "regime",
         "starts_on", "ends_on", "state", "reason", "handed_from", "proposed_by", "proposed_at", "accepted_at",
         "ended_at", "ended_by", "ended_reason"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=12)
    target_kind = models.CharField(max_length=10)
    target_id = models.UUIDField(null=True, blank=True)
    target_label = models.CharField(max_length=80, blank=True)
    area_path = AreaPathField()
    regime = models.CharField(max_length=20, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, default="proposed")
    reason = models.CharField(max_length=200, blank=True)
    handed_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.UUIDField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        # whole and not partial: SQLite does not use a partial index for a condition with parameters
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["target_id", "kind"]),
            models.Index(fields=["account", "state"]),
            models.Index(fields=["area_path", "target_kind"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target_id"],
                condition=Q(state__in=LIVE, kind="primary_contact", target_kind="household"),
                name="one_primary_contact",
            ),
            models.UniqueConstraint(
                fields=["area_path"],
                condition=Q(state__in=LIVE, kind="grid_lead", target_kind="area"),
                name="one_grid_lead",
            ),
            models.UniqueConstraint(
                fields=["target_id"],
                condition=Q(state__in=LIVE, kind="post_lead", target_kind="post"),
                name="one_post_lead",
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "target_id"],
                condition=Q(state__in=LIVE, target_id__isnull=False),
                name="same_target_once",
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "area_path"],
                condition=Q(state__in=LIVE, target_kind="area"),
                name="same_area_once",
            ),
            models.CheckConstraint(
                name="responsibility_names_its_target",
                condition=Q(target_kind="area", target_id__isnull=True)
                | Q(target_kind__in=["place", "household", "person", "post"], target_id__isnull=False),
            ),
            models.CheckConstraint(
                name="responsibility_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="responsibility_over_says_when",
                condition=Q(state__in=LIVE, ended_at__isnull=True) | Q(state__in=ENDED, ended_at__isnull=False),
            ),
        ]
