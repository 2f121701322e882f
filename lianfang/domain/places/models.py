"""Places that are no homes: shops, markets, schools, factories, clinics, offices, facilities, posts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class Place(models.Model):
    """One place with its territorial owner (the area it lies in), its sector authority and its lead contact."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "kind", "name", "keys", "address", "sector_owner", "headcount", "longitude", "latitude",
             "note", "status", "closed_on", "version", "added_at"],
            PrivacyClass.WORK,
        ),
        "contact_name": PrivacyClass.NAME,
        "contact_phone": PrivacyClass.CONTACT,
    }  # fmt: skip

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    keys = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    sector_owner = models.CharField(max_length=80, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = EncryptedText(context="place.contact_phone")
    headcount = models.PositiveIntegerField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["kind", "area_path"])]
        constraints = [
            models.CheckConstraint(
                name="place_closed_says_when",
                condition=models.Q(status="closed", closed_on__isnull=False)
                | models.Q(status="open", closed_on__isnull=True),
            ),
        ]
