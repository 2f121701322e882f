"""Households and persons. Identity numbers and phones are encrypted and found by blind index, names by pinyin."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, BlindIndexField, EncryptedText
from lianfang.kernel.ids import uuid7


class Household(models.Model):
    """A door: the denominator of every sweep. `area_path` is its grid, or its village while no grid is set."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "number", "order", "status", "closed_on", "version", "edits", "source",
                         "added_at", "updated_at"], PrivacyClass.WORK),
        "address": PrivacyClass.ADDRESS,
        "confidential_address": PrivacyClass.VULNERABILITY,
        "head_name": PrivacyClass.NAME,
        "phone": PrivacyClass.CONTACT,
        "phone_index": PrivacyClass.CONTACT,
        "keys": PrivacyClass.NAME,
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
    phone_index = BlindIndexField()
    keys = models.CharField(max_length=200, blank=True)
    size = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OCCUPIED)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=40, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    edits = models.JSONField(default=list, blank=True)  # the last versions, each with the command that wrote it
    added_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "order", "id"]),
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["number"], name="people_household_number"),
            models.Index(fields=["size", "id"], name="people_household_size"),
            models.Index(fields=["order", "id"], name="people_household_order"),
            models.Index(fields=["phone_index"], name="people_household_phone"),
        ]


class Person(models.Model):
    """A person of a household, or one not yet placed. `area_path` follows the household.

    An entry merged into another stays, names the one that was kept, and can be taken apart again.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "household", "relation", "status", "merged_into", "version", "edits",
                         "source", "added_at", "updated_at"], PrivacyClass.WORK),
        **dict.fromkeys(["name", "keys", "sound"], PrivacyClass.NAME),
        **dict.fromkeys(["identity_number", "identity_index"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["sex", "born_on"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["phone", "phone_index"], PrivacyClass.CONTACT),
        **dict.fromkeys(["vulnerabilities", "vulnerable", "contact_every_days", "note"], PrivacyClass.VULNERABILITY),
        **dict.fromkeys(["guardian", "guardian_name", "guardian_phone"], PrivacyClass.MINOR),
        **dict.fromkeys(["medicine", "sensitive_disease"], PrivacyClass.HEALTH),
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
    sound = models.CharField(max_length=200, blank=True)  # what is equal for names that are heard as one
    sex = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True, blank=True)
    identity_number = EncryptedText(context="person.identity_number")
    identity_index = BlindIndexField()
    phone = EncryptedText(context="person.phone")
    phone_index = BlindIndexField()
    relation = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RESIDENT)
    vulnerabilities = models.JSONField(default=list, blank=True)
    vulnerable = models.BooleanField(default=False)
    medicine = models.CharField(max_length=200, blank=True)
    sensitive_disease = models.BooleanField(default=False)
    contact_every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    guardian = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    guardian_name = models.CharField(max_length=60, blank=True)
    guardian_phone = EncryptedText(context="person.guardian_phone")
    note = models.CharField(max_length=400, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    edits = models.JSONField(default=list, blank=True)  # the last versions, each with the command that wrote it
    added_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["name", "area_path"]),
            models.Index(fields=["identity_index"], name="people_identity"),
            models.Index(fields=["phone_index"], name="people_phone"),
            models.Index(fields=["area_path", "id"], condition=models.Q(vulnerable=True), name="people_vulnerable"),
            models.Index(fields=["sound", "area_path"], name="people_sound"),
            models.Index(fields=["born_on", "area_path"], name="people_born_on"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_merged_says_into_whom",
                condition=models.Q(status="merged", merged_into__isnull=False)
                | (~models.Q(status="merged") & models.Q(merged_into__isnull=True)),
            ),
        ]


class RecordConflict(models.Model):
    """A second edit of the same version: kept whole beside the first until a person chooses (side by side)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "table", "record_id", "base_version", "found_version", "fields",
                         "account_id", "device_id", "at", "settled_at", "settled_by", "taken",
                         "left_version"], PrivacyClass.WORK),
        "record_name": PrivacyClass.NAME,
        "name_sides": PrivacyClass.NAME,
        "identity_sides": PrivacyClass.IDENTITY,
        "contact_sides": PrivacyClass.CONTACT,
        "address_sides": PrivacyClass.ADDRESS,
        "care_sides": PrivacyClass.VULNERABILITY,
        "work_sides": PrivacyClass.WORK,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    table = models.CharField(max_length=40)
    record_id = models.UUIDField(db_index=True)
    base_version = models.PositiveIntegerField()
    found_version = models.PositiveIntegerField()
    fields = models.JSONField(default=list)
    record_name = models.CharField(max_length=120, blank=True)
    name_sides = EncryptedText(context="conflict.name")
    identity_sides = EncryptedText(context="conflict.identity")
    contact_sides = EncryptedText(context="conflict.contact")
    address_sides = EncryptedText(context="conflict.address")
    care_sides = EncryptedText(context="conflict.care")
    work_sides = EncryptedText(context="conflict.work")
    account_id = models.UUIDField(null=True)
    device_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    taken = models.JSONField(default=list, blank=True)
    left_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class MergeRecord(models.Model):
    """Two entries of one person made one: what was filled in from the other, so that it can be taken apart again."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(["id", "area_path", "kept", "merged", "filled", "merged_status", "reason", "at",
                         "account_id", "undone_at", "undone_by"], PrivacyClass.WORK),
        "before": PrivacyClass.IDENTITY,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filled = models.JSONField(default=list)
    before = EncryptedText(context="merge.before")
    merged_status = models.CharField(max_length=10)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.CheckConstraint(name="merge_of_two_persons", condition=~models.Q(kept=models.F("merged"))),
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
        ]


class DuplicateSuggestion(models.Model):
    """Two entries that may be one person, with the reason. `area_path` is the smallest area that holds both.

    `evidence` are codes of `rules.EVIDENCE`; `turn` is the place in the queue of those who decide: what was put off
    comes after everything else.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "first", "second", "why", "evidence", "turn", "at", "later_at", "later_by", "settled_at",
         "settled_by", "outcome"], PrivacyClass.WORK
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=20)
    evidence = models.JSONField(default=list)
    turn = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    later_at = models.DateTimeField(null=True, blank=True)
    later_by = models.UUIDField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["turn", "id"], condition=models.Q(settled_at__isnull=True), name="duplicate_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(name="duplicate_pair_in_order", condition=models.Q(first__lt=models.F("second"))),
        ]
