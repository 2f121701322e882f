"""Care for those who serve: what they ask for, injuries, help and thanks, hours and certificates."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lianfang.domain.workforce.rules.care import CARE_STATES, FUND_STATES, INJURY_STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

WORK = PrivacyClass.WORK


class CareRequest(models.Model):
    """Somebody on duty asks for rest, relief, food or an ear; somebody takes it on and says what was done."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "responder", "kind", "state", "asked_at", "taken_at", "taken_by", "done_at"], WORK
        ),
        **dict.fromkeys(["what", "answer"], PrivacyClass.FITNESS),
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    what = EncryptedText(context="care.what")
    state = models.CharField(max_length=8, default="asked", choices=[(k, one.zh) for k, one in CARE_STATES.items()])
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedText(context="care.answer")

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["state", "asked_at"])]


class Injury(models.Model):
    """An injury or illness on duty, recorded so that insurance can be claimed (F35)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "responder", "happened_at", "place", "duty", "state", "recorded_at", "recorded_by",
             "claim_number", "settled_on"],
            WORK,
        ),
        "what": PrivacyClass.FITNESS,
        "witness": PrivacyClass.NAME,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=120)
    duty = models.CharField(max_length=120, blank=True)
    what = EncryptedText(context="injury.what")
    witness = models.CharField(max_length=120, blank=True)
    state = models.CharField(
        max_length=10, default="recorded", choices=[(k, one.zh) for k, one in INJURY_STATES.items()]
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    claim_number = models.CharField(max_length=60, blank=True)
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class FundEntry(models.Model):
    """One line of the care fund: nominated, approved by another, paid. A record, not a payment. Money in fen."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "responder", "amount_fen", "state", "nominated_at", "nominated_by", "decided_at",
             "decided_by", "paid_on", "voucher"],
            WORK,
        ),
        "basis": PrivacyClass.FITNESS,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    basis = EncryptedText(context="fund.basis")
    amount_fen = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, default="nominated", choices=[(k, one.zh) for k, one in FUND_STATES.items()]
    )
    nominated_at = models.DateTimeField()
    nominated_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True)
    paid_on = models.DateField(null=True, blank=True)
    voucher = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.CheckConstraint(
                name="fund_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("nominated_by")),
            )
        ]


class Recognition(models.Model):
    """Thanks for what the records show; `grounds` names them, and the person sees both (P22)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "responder", "kind", "grounds", "deed", "given_on", "given_by", "approved_by"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    grounds: models.JSONField[Any, Any] = models.JSONField(default=list)
    deed = models.CharField(max_length=300)
    given_on = models.DateField()
    given_by = models.UUIDField(null=True)
    approved_by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class ServiceHours(models.Model):
    """Time served outside any roster, from a paper list: minutes on a day, and at what."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "responder", "on", "minutes", "what", "recorded_at", "recorded_by"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    minutes = models.PositiveIntegerField()
    what = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["responder", "on"])]
        constraints = [
            models.CheckConstraint(name="hours_of_one_day", condition=Q(minutes__gt=0, minutes__lte=24 * 60))
        ]


class ServiceCertificate(models.Model):
    """Hours served between two days, with a number anybody can check; it holds what was true when it was issued."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "responder", "number", "from_on", "until_on", "minutes", "issued_on", "issued_by",
         "withdrawn_on", "withdrawn_reason"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    from_on = models.DateField()
    until_on = models.DateField()
    minutes = models.PositiveIntegerField()
    issued_on = models.DateField()
    issued_by = models.UUIDField(null=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
