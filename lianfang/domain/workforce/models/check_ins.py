"""The code of a community's check-in page, and what people sent by it that nobody has answered yet."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.rules.offers import REQUEST_STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, BlindIndexField, EncryptedText
from lianfang.kernel.ids import uuid7

WORK = PrivacyClass.WORK
# what a request is without once it was answered or has lapsed
ERASED_REQUEST: dict[str, Any] = {"name": "", "phone": "", "phone_index": "", "unit_name": ""}


class CheckInCode(models.Model):
    """A code by which anybody with a phone's camera reports at a community; it expires, is renewed or revoked."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "issued_at", "issued_by", "expires_at", "revoked_at"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.CheckConstraint(
                name="check_in_code_ends_after_it_begins", condition=Q(expires_at__gt=F("issued_at"))
            )
        ]


class CheckInRequest(models.Model):
    """What somebody sent by a community's page: no check-in before the community has accepted it.

    Once answered or lapsed it names nobody; who was accepted is a Responder with a CheckIn. `unit_name` is as typed;
    `times` counts how often the same person sent it while it waited.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "code", "unit_name", "skills", "part", "times", "state", "received_at", "answered_at",
             "answered_by", "responder"],
            WORK,
        ),
        "name": PrivacyClass.NAME,
        **dict.fromkeys(["phone", "phone_index"], PrivacyClass.CONTACT),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    code = models.ForeignKey(CheckInCode, on_delete=models.PROTECT, related_name="requests")
    name = models.CharField(max_length=60, blank=True)
    phone = EncryptedText(context="check_in_request.phone")
    phone_index = BlindIndexField(max_length=64)
    unit_name = models.CharField(max_length=60, blank=True)
    skills: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    part = models.CharField(max_length=5, blank=True)
    times = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=8, default="waiting", choices=[(key, label.zh) for key, label in REQUEST_STATES.items()]
    )
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True)
    responder = models.ForeignKey("Responder", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["area_path", "phone_index"], condition=Q(state="waiting"), name="check_in_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                name="answered_check_in_names_nobody", condition=Q(state="waiting") | Q(name="", phone_index="")
            )
        ]
