"""Households and persons. Identity numbers and phones are encrypted, found by blind index; names are found by pinyin."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class Household(models.Model):
    """A door: the denominator of every sweep. `area_path` is its grid, or its village while no grid is set."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "number", "order", "status", "closed_on", "version", "source", "updated_at"], PrivacyClass.WORK),
        "address": PrivacyClass.ADDRESS,
        "confidential_address": PrivacyClass.VULNERABILITY,
        "head_name": PrivacyClass.IDENTITY,
        "phone": PrivacyClass.CONTACT,
        "phone_index": PrivacyClass.CONTACT,
        "keys": PrivacyClass.IDENTITY,
        "size": PrivacyClass.WORK,
        "longitude": PrivacyClass.ADDRESS,
        "latitude": PrivacyClass.ADDRESS,
        "note": PrivacyClass.VULNERABILITY,
    }  # fmt: skip

    class Status(models.TextChoices):
        OCCUPIED = "occupied"
        VACANT = "vacant"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    number = models.CharField(max_length=30)
    order = models.PositiveIntegerField(default=0)
    address = models.CharField(max_length=200)
    confidential_address = models.BooleanField(default=False)
    head_name = models.CharField(max_length=60, blank=True)
    phone = EncryptedText(context="household.phone")
    phone_index = models.CharField(max_length=32, blank=True, db_index=True)
    keys = models.CharField(max_length=200, blank=True)
    size = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OCCUPIED)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=40, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "order", "id"]), models.Index(fields=["area_path", "id"])]


class Person(models.Model):
    """A person of a household, or one not yet placed. `area_path` follows the household; `merged_into` keeps a merge reversible."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "household", "relation", "status", "merged_into", "version", "source", "updated_at"], PrivacyClass.WORK),
        **dict.fromkeys(["name", "keys", "identity_number", "identity_index"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["sex", "born_on"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["phone", "phone_index"], PrivacyClass.CONTACT),
        **dict.fromkeys(["vulnerabilities", "note"], PrivacyClass.VULNERABILITY),
        "guardian": PrivacyClass.MINOR,
        "guardian_name": PrivacyClass.MINOR,
    }  # fmt: skip

    class Status(models.TextChoices):
        RESIDENT = "resident"
        AWAY = "away"
        VISITOR = "visitor"
        MOVED = "moved"
        DIED = "died"
        MERGED = "merged"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.PROTECT, related_name="persons")
    name = models.CharField(max_length=60)
    keys = models.CharField(max_length=200, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True, blank=True)
    identity_number = EncryptedText(context="person.identity_number")
    identity_index = models.CharField(max_length=32, blank=True, db_index=True)
    phone = EncryptedText(context="person.phone")
    phone_index = models.CharField(max_length=32, blank=True, db_index=True)
    relation = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RESIDENT)
    vulnerabilities = models.JSONField(default=list, blank=True)
    guardian = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    guardian_name = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=400, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["household"]),
            models.Index(fields=["name", "area_path"]),
        ]
