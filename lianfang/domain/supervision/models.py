"""Appeals with their deadline and answer; leaks of data with the people they concern. No decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

WORK, VULNERABILITY = PrivacyClass.WORK, PrivacyClass.VULNERABILITY


class Appeal(models.Model):
    """One person objects, complains or asks who looked; somebody answers with reasons by a deadline (P09).

    `order_id` names the restriction by id alone, because the case may outlive the record it is about.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "person", "order_id", "kind", "how", "state", "raised_at", "raised_by", "due_at",
             "taken_at", "taken_by", "answered_at", "answered_by", "decision", "version"],
            WORK,
        ),
        "what": VULNERABILITY,
        "answer": VULNERABILITY,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=12)
    how = models.CharField(max_length=8)
    what = EncryptedText(context="appeal.what")
    state = models.CharField(max_length=10, default="open")
    raised_at = models.DateTimeField()
    raised_by = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    answer = EncryptedText(context="appeal.answer")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "due_at", "id"]), models.Index(fields=["state", "due_at"])]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], condition=~Q(state="answered"), name="appeal_open_once"),
            models.CheckConstraint(
                name="appeal_answered_says_when",
                condition=Q(state="answered", answered_at__isnull=False) | ~Q(state="answered"),
            ),
        ]


class Breach(models.Model):
    """One leak of data: what left by which exports, account or device, between two moments, and what was done."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "what", "kinds", "measures", "contact", "marks", "account_id", "device", "from_at",
         "until_at", "opened_at", "opened_by", "persons", "tell_by"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    what = models.CharField(max_length=300)
    kinds = models.CharField(max_length=200)
    measures = models.CharField(max_length=400)
    contact = models.CharField(max_length=120)
    marks = models.JSONField(default=list)
    account_id = models.UUIDField(null=True, blank=True)
    device = models.UUIDField(null=True, blank=True)
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    persons = models.PositiveIntegerField(default=0)
    tell_by = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class AffectedPerson(models.Model):
    """One person whose data a leak may have shown, by which way, and whether they were told."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "breach", "person", "area_path", "ways", "told_at", "told_by", "told_how"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="affected")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    ways = models.JSONField(default=list)
    told_at = models.DateTimeField(null=True)
    told_by = models.UUIDField(null=True)
    told_how = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [models.UniqueConstraint(fields=["breach", "person"], name="affected_once")]


class Anomaly(models.Model):
    """More changes of status by hand by one account than is usual: somebody says what was behind it (P12)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "account_id", "kind", "count", "limit", "since", "found_at", "settled_at", "settled_by",
         "finding"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField(blank=True)
    account_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    count = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    since = models.DateTimeField()
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    finding = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"], condition=Q(settled_at__isnull=True), name="anomaly_open_once"
            )
        ]
