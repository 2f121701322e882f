"""Batches of rows taken in from files, what was refused of them, and how each sender's columns were read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class IntakeBatch(models.Model):
    """One list on its way in: the file, its sheet and mapping, and what became of its rows. Holds no cell of it."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "target", "file_id", "file_name", "sha256", "sender", "area_path", "state", "sheet", "mapping",
         "fingerprint", "options", "summary", "rows", "accepted", "refused", "account_id", "job_id", "created_at",
         "due_at", "ended_at", "undone_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        MAPPED = "mapped"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid7)
    target = models.CharField(max_length=60)
    file_id = models.UUIDField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    sender = models.CharField(max_length=80, blank=True)
    area_path = AreaPathField()
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    sheet = models.CharField(max_length=60, blank=True)
    mapping = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32, blank=True)
    options = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    account_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class RefusedRow(models.Model):
    """One cell that refused its row: where it stands and why. What the cell held stays in the sender's file."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "batch", "area_path", "row", "column", "code", "message_zh", "message_en", "is_warning"],
        PrivacyClass.WORK,
    )

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(IntakeBatch, on_delete=models.CASCADE, related_name="problems")
    area_path = AreaPathField()
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    message_zh = models.CharField(max_length=200)
    message_en = models.CharField(max_length=200)
    is_warning = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["batch", "is_warning", "row"]), models.Index(fields=["area_path", "id"])]


class StagedPortion(models.Model):
    """Some judged rows of a list, sealed in one piece, until the list is in or given up.

    `key` says under which work and on which day they were judged; `last_row` where the next portion begins.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "batch", "area_path", "key", "number", "last_row", "figures", "staged_at"], PrivacyClass.WORK
    ) | {"body": PrivacyClass.IDENTITY}

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(IntakeBatch, on_delete=models.CASCADE, related_name="portions")
    area_path = AreaPathField()
    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    figures = models.JSONField()
    body = EncryptedText(context="intake.staged")
    staged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="portion_once_per_batch")]


class RememberedMapping(models.Model):
    """How a sender's columns were read the last time a person confirmed them."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "sender", "fingerprint", "mapping", "account_id", "at", "uses"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    sender = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=32)
    mapping = models.JSONField()
    account_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "fingerprint", "area_path"], name="mapping_once_per_sender")
        ]
