"""Sweep campaigns, the visits made in them, how each household stands, and the counts that coverage is read from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class Campaign(models.Model):
    """One sweep (排查) of an area: why, what is asked, who answers for it and until when.

    The rule values in force at the start stay with it, so that a new edition does not move households' dates.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "purpose", "area_path", "questions", "owner", "incident", "state", "ends_on", "planned_by",
         "planned_at", "approved_by", "approved_at", "started_at", "closed_at", "closed_reason", "households",
         "revisit_after_hours", "tries_before_secretary", "rule_sources", "version"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=300, blank=True)
    area_path = AreaPathField()
    questions = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    incident = models.ForeignKey(
        "incidents.Incident", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, default="draft")
    ends_on = models.DateField()
    planned_by = models.UUIDField(null=True, blank=True)
    planned_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=200, blank=True)
    households = models.PositiveIntegerField(default=0)
    revisit_after_hours = models.FloatField(default=0)
    tries_before_secretary = models.PositiveSmallIntegerField(default=0)
    rule_sources = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "area_path"])]


class Visit(models.Model):
    """One visit at a door, with everything learnt there. Append-only; a correction is a new row that names the old one.

    `learnt` is the whole of it, encrypted; the counts beside it say what there is without saying about whom.
    """

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "campaign", "household", "area_path", "outcome", "returnees", "unwell", "needs", "roster_changes",
             "message", "companions", "happened_at", "received_at", "account_id", "device_id", "door", "corrects_id",
             "reason"],
            PrivacyClass.WORK,
        ),
        "learnt": PrivacyClass.HEALTH,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    household = models.ForeignKey("people.Household", on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    outcome = models.CharField(max_length=16)
    learnt = EncryptedText(context="visit.learnt")
    returnees = models.PositiveSmallIntegerField(default=0)
    unwell = models.PositiveSmallIntegerField(default=0)
    needs = models.PositiveSmallIntegerField(default=0)
    roster_changes = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=80, blank=True)
    companions = models.CharField(max_length=100, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    device_id = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=10, blank=True)
    corrects_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "happened_at"]),
            models.Index(fields=["happened_at", "id"]),
            models.Index(fields=["campaign", "household"]),
        ]


class SweepHousehold(models.Model):
    """How one household stands in one campaign: kept with every visit, so that nobody has to count visits again.

    The campaign's state stands here too, because lists of open doors are narrowed and ordered by one index.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "campaign", "campaign_state", "household", "area_path", "outcome", "visits", "tries", "last_visit",
         "last_at", "follow_up", "due_at", "since", "answerable", "settled_at", "settled_by", "settled_note"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sweep_households", db_index=False)
    campaign_state = models.CharField(max_length=10, default="running")
    household = models.ForeignKey("people.Household", on_delete=models.CASCADE, related_name="+")
    area_path = AreaPathField()
    outcome = models.CharField(max_length=16, blank=True)
    visits = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    last_visit = models.UUIDField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.CharField(max_length=10, default="visit")
    due_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField()
    answerable = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    settled_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "household"], name="sweep_household_once")]
        indexes = [
            models.Index(fields=["campaign", "area_path", "id"]),
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["campaign_state", "follow_up", "area_path", "id"]),
        ]


class SweepCount(models.Model):
    """How many households of one area, at any level of the tree, stand where in a campaign. Kept with every visit."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "campaign", "area_path", "level", "households", "done", "absent", "refused", "vacant", "moved",
         "wrong_address"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="counts", db_index=False)
    area_path = AreaPathField()
    level = models.CharField(max_length=12)
    households = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    absent = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    vacant = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    wrong_address = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "area_path"], name="sweep_count_once")]
        indexes = [models.Index(fields=["campaign", "level", "area_path"])]
