"""Sheets that departments want filled: the form, how it was read, what was filled, and what nobody has recorded.

Holds no cell of a filled sheet and no personal value: a form is headers, and its filled copies are encrypted files.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class SheetTemplate(models.Model):
    """One department's sheet: who wants it, and in which area it is filled."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "name", "sender", "state", "version", "asked", "held", "by_hand", "account_id",
         "created_at", "retired_at", "retired_reason"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        DRAFT = "draft"
        READY = "ready"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    name = models.CharField(max_length=120)
    sender = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    asked = models.PositiveSmallIntegerField(default=0)
    held = models.PositiveSmallIntegerField(default=0)
    by_hand = models.PositiveSmallIntegerField(default=0)
    account_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class SheetVersion(models.Model):
    """One edition of a sheet as it came: its file, what was found in it, what a person confirmed each cell to mean."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "template", "area_path", "number", "file_id", "file_name", "sha256", "found", "mapping", "changes",
         "account_id", "at", "confirmed_at", "confirmed_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    template = models.ForeignKey(SheetTemplate, on_delete=models.CASCADE, related_name="versions")
    area_path = AreaPathField()
    number = models.PositiveSmallIntegerField()
    file_id = models.UUIDField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    found = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    account_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="sheet_version_once")]


class SheetSchedule(models.Model):
    """When a sheet fills itself for one area: its own, or one below that uses it too. Nobody else's time changes.

    `filled_on` is the day it last did; `refused` says why it has not since `refused_at`, in both languages.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "template", "area_path", "fill_at", "each", "filled_on", "refused_code", "refused", "refused_at",
         "account_id", "set_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    template = models.ForeignKey(SheetTemplate, on_delete=models.CASCADE, related_name="schedules")
    area_path = AreaPathField()
    fill_at = models.CharField(max_length=5)
    each = models.CharField(max_length=10, blank=True)
    filled_on = models.DateField(null=True, blank=True)
    refused_code = models.CharField(max_length=80, blank=True)
    refused = models.JSONField(default=dict, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    account_id = models.UUIDField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [models.UniqueConstraint(fields=["template", "area_path"], name="sheet_scheduled_once_per_area")]


class SheetFill(models.Model):
    """One filling of a sheet: for which area and day, by whom, with names or masked, and where the file lies."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "template", "area_path", "version", "on", "each", "named", "purpose", "recipient", "expires_on",
         "scheduled", "job_id", "file_id", "file_name", "sheets", "rows", "spared", "left", "account_id", "asked_at",
         "ended_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    template = models.ForeignKey(SheetTemplate, on_delete=models.CASCADE, related_name="fills")
    area_path = AreaPathField()
    version = models.PositiveSmallIntegerField()
    on = models.DateField()
    each = models.CharField(max_length=10, blank=True)
    named = models.BooleanField(default=False)
    purpose = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=120, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    scheduled = models.BooleanField(default=False)
    job_id = models.UUIDField(null=True)
    file_id = models.UUIDField(null=True)
    file_name = models.CharField(max_length=200, blank=True)
    sheets = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    spared = models.PositiveIntegerField(default=0)
    # what it leaves blank or out, each in a sentence
    left = models.JSONField(default=list)
    account_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["on", "id"])]


class SheetCopy(models.Model):
    """What one unit's copy of a filling asked, in fields, and what it spared or left to the pen, in cells."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "fill", "area_path", "on", "asked", "held", "by_hand", "rows", "spared", "typed"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    fill = models.ForeignKey(SheetFill, on_delete=models.CASCADE, related_name="copies")
    area_path = AreaPathField()
    on = models.DateField()
    asked = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField()
    by_hand = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField()
    spared = models.PositiveIntegerField()
    typed = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["on", "area_path"])]


class AskedField(models.Model):
    """Something that sheets ask and nobody has recorded. It passes the burden gate before anybody is asked (P04).

    `asked_by` is the sender by the id of each sheet in use that asks it; `sender` names them all, `times` counts them.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "header", "sender", "template", "asked_by", "state", "times", "purpose", "owner", "basis",
         "expires_on", "held_as", "asked_at", "requested_at", "requested_by", "decided_at", "decided_by",
         "decided_note"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        FOUND = "found"
        REQUESTED = "requested"
        APPROVED = "approved"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    header = models.CharField(max_length=120)
    sender = models.CharField(max_length=400)
    template = models.ForeignKey(SheetTemplate, on_delete=models.CASCADE, related_name="unrecorded")
    asked_by = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.FOUND)
    times = models.PositiveIntegerField(default=1)
    purpose = models.CharField(max_length=200, blank=True)
    owner = models.CharField(max_length=80, blank=True)
    basis = models.CharField(max_length=200, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    held_as = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [models.UniqueConstraint(fields=["area_path", "header"], name="asked_field_once_per_area")]


class FieldAnswer(models.Model):
    """What one unit says to a new field that was approved: a number, asked once and known to every later sheet."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "field", "area_path", "value", "asked_at", "answered_at", "account_id"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    field = models.ForeignKey(AskedField, on_delete=models.CASCADE, related_name="answers")
    area_path = AreaPathField()
    value = models.FloatField(null=True, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    account_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [models.UniqueConstraint(fields=["field", "area_path"], name="field_answered_once_per_unit")]
