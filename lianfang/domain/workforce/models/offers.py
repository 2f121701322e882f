"""Calls for people and what came of them: offers, pledges, secondments, check-ins, recalls."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.rules.offers import CALL_STATES, RECALL_STATES, SECONDMENT_STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

WORK = PrivacyClass.WORK


class ServiceCall(models.Model):
    """A call to serve with its clock. With `code` it has a page without login; numbers are counted, never kept."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "title", "text", "code", "opened_at", "opened_by", "target_people", "target_teams",
         "within_hours", "due_at", "state", "closed_at"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=2000, blank=True)
    code = models.CharField(max_length=16, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    target_people = models.PositiveIntegerField(default=0)
    target_teams = models.PositiveIntegerField(default=0)
    within_hours = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open", choices=[(k, one.zh) for k, one in CALL_STATES.items()])
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="call_code_once"),
            models.CheckConstraint(
                name="call_closed_says_when",
                condition=Q(state="closed", closed_at__isnull=False) | Q(state="open", closed_at__isnull=True),
            ),
        ]


class Offer(models.Model):
    """A letter, a phone call or an answer on a page by which people offer to serve; each becomes a Responder."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "call", "unit", "channel", "received_at", "recorded_by"], WORK),
        "text": PrivacyClass.CONTACT,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    call = models.ForeignKey(ServiceCall, null=True, blank=True, on_delete=models.PROTECT, related_name="offers")
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)
    text = EncryptedText(context="offer.text")
    received_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["call", "received_at"])]


class Pledge(models.Model):
    """A text that people sign (承诺书); `is_example` marks a shipped text nobody has made their own yet."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "title", "text", "is_example", "made_at", "withdrawn_at", "version"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=4000)
    is_example = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class PledgeSignature(models.Model):
    """One person signed a pledge, on paper, on a day, for a unit."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "pledge", "unit", "responder", "signed_on", "recorded_at", "recorded_by"], WORK
        ),
        "name": PrivacyClass.NAME,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="signatures")
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    responder = models.ForeignKey("Responder", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["pledge", "unit"])]


class Secondment(models.Model):
    """One person of a unit works elsewhere for a while. `area_path` is where they are sent."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "responder", "from_unit", "to_unit", "post", "rank", "from_on", "until_on", "state",
         "requested_at", "requested_by", "released_at", "released_by", "arrived_on", "ended_on", "reason"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="secondments")
    from_unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=80, blank=True)
    rank = models.CharField(max_length=20)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=10, default="requested", choices=[(k, one.zh) for k, one in SECONDMENT_STATES.items()]
    )
    requested_at = models.DateTimeField()
    requested_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.UUIDField(null=True)
    arrived_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["from_unit", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["responder"], condition=~Q(state="ended"), name="seconded_once"),
            models.CheckConstraint(
                name="secondment_ends_after_it_begins",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        ]


class CheckIn(models.Model):
    """A member or a whole unit reported at a community (双报到): by its QR text or on a paper list."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "unit", "responder", "way", "on", "recorded_at", "recorded_by"], WORK),
        "name": PrivacyClass.NAME,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    responder = models.ForeignKey("Responder", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    way = models.CharField(max_length=8)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class Recall(models.Model):
    """People are called back to duty, for a reason, at a moment."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "reason", "report_to", "called_at", "called_by"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    reason = models.CharField(max_length=200)
    report_to = models.CharField(max_length=120, blank=True)
    called_at = models.DateTimeField()
    called_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class RecalledResponder(models.Model):
    """One person of a recall: acknowledged, on the way, arrived, each with its moment."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "recall", "responder", "state", "called_at", "acknowledged_at", "on_the_way_at",
         "arrived_at", "excused_at", "note"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="people")
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="called", choices=[(k, one.zh) for k, one in RECALL_STATES.items()])
    called_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    on_the_way_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    excused_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["state", "called_at"])]
        constraints = [models.UniqueConstraint(fields=["recall", "responder"], name="recalled_once")]
