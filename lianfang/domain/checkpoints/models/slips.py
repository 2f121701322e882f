"""Slips: one number to one person who is handed over, to a village or to a health worker, until they are accepted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText


class Slip(models.Model):
    """One person handed over at a gate (F03). `area_path` is where they go: the village, or the gate's own area for
    those who go to a health worker. `temperature` is °C as text; `kind` is "village" or "health"."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "number", "kind", "passage_id", "person_no", "person_id", "from_path", "post_id",
             "post_name", "state", "handed_at", "received_at", "accept_by", "accepted_at", "accepted_by", "version"],
            PrivacyClass.WORK,
        ),
        "name": PrivacyClass.NAME,
        **dict.fromkeys(["phone", "contact"], PrivacyClass.CONTACT),
        **dict.fromkeys(["came_from", "goes_to", "expected_at"], PrivacyClass.MOVEMENT),
        **dict.fromkeys(["temperature", "note"], PrivacyClass.HEALTH),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True)
    area_path = AreaPathField()
    number = models.CharField(max_length=34)
    kind = models.CharField(max_length=8)
    passage_id = models.UUIDField()
    person_no = models.PositiveSmallIntegerField()
    person_id = models.UUIDField(null=True)
    name = EncryptedText(context="slip.name")
    phone = EncryptedText(context="slip.phone")
    contact = EncryptedText(context="slip.contact")
    came_from = EncryptedText(context="slip.came_from")
    goes_to = EncryptedText(context="slip.goes_to")
    temperature = EncryptedText(context="slip.temperature")
    expected_at = models.DateTimeField(null=True)
    from_path = AreaPathField()
    post_id = models.UUIDField()
    post_name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default="handed")
    handed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    accept_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    note = EncryptedText(context="slip.note")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "handed_at", "id"]),
            models.Index(fields=["handed_at", "id"]),
            models.Index(fields=["accept_by", "area_path"], condition=Q(state="handed"), name="slip_unaccepted"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="slip_numbered_once"),
            models.UniqueConstraint(fields=["passage_id", "person_no"], name="slip_one_to_a_person"),
            models.CheckConstraint(
                name="slip_accepted_says_when", condition=Q(state="handed") | Q(accepted_at__isnull=False)
            ),
        ]
