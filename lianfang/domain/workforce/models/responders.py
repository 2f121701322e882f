"""Somebody who serves: with or without an account, from wherever they come."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.rules.serving import STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, BlindIndexField, EncryptedText
from lianfang.kernel.ages import age_on
from lianfang.kernel.ids import uuid7


class Responder(models.Model):
    """One person on duty: where from, what they can do, when they can, what limits them.

    `area_path` is the area they live in or belong to, as near as it is known. `availability` is a list of
    {"from": ISO day, "to": ISO day or "", "weekdays": [0 to 6], "parts": ["day", "night"]}; empty means any time.
    `limits` is a list of keys of LIMITS joined by blanks, encrypted; it is used for posting alone (P22).
    `tags` are keys of TAGS; `state_at` says since when they are in their state. `batch_id` names the list that
    brought them, if one did.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "account", "unit", "origin", "rank", "skills", "vehicle_plate", "availability",
             "experienced", "tags", "state", "state_at", "offer", "undertaking_on", "trained_on", "insured_until",
             "joined_on", "ended_on", "ended_reason", "anonymised_at", "version", "batch_id"],
            PrivacyClass.WORK,
        ),
        **dict.fromkeys(["name", "keys"], PrivacyClass.NAME),
        **dict.fromkeys(["phone", "phone_index"], PrivacyClass.CONTACT),
        "born_on": PrivacyClass.IDENTITY,
        "limits": PrivacyClass.FITNESS,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    keys = models.CharField(max_length=200, blank=True)
    phone = EncryptedText(context="responder.phone")
    phone_index = BlindIndexField(max_length=64)
    born_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=20)
    rank = models.CharField(max_length=40, blank=True)
    skills: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    vehicle_plate = models.CharField(max_length=12, blank=True)
    availability: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    limits = EncryptedText(context="responder.limits")
    experienced = models.BooleanField(default=False)
    tags: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    offer = models.ForeignKey("Offer", null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    state = models.CharField(max_length=12, choices=[(key, label.zh) for key, label in STATES.items()])
    state_at = models.DateTimeField(null=True, blank=True)
    undertaking_on = models.DateField(null=True, blank=True)
    trained_on = models.DateField(null=True, blank=True)
    insured_until = models.DateField(null=True, blank=True)
    joined_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    batch_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["phone_index"]),
            models.Index(fields=["unit", "state"]),
            models.Index(fields=["batch_id"], condition=Q(batch_id__isnull=False), name="responder_listed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(account__isnull=False) & ~Q(state="ended"),
                name="one_responder_per_account",
            ),
            models.CheckConstraint(
                name="responder_ended_says_when",
                condition=Q(state="ended", ended_on__isnull=False) | (~Q(state="ended") & Q(ended_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="responder_ends_after_joining",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("joined_on")),
            ),
        ]

    def age_on(self, on: date) -> int | None:
        """Return the age in full years on a day; None where the birth date is not known."""
        return age_on(self.born_on, on) if self.born_on else None
