"""The log of named exports, and freezes of exports after a breach. Neither is ever deleted (P06, P20)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class NamedExport(models.Model):
    """One list with names that left the house: who took it, what for, to whom, until when, and which rows it held."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "mark", "account_id", "account_name", "table", "filters", "columns", "row_ids", "rows", "area_path",
         "purpose", "recipient", "at", "expires_on", "file_id", "revoked_at", "revoked_by", "revoke_note"],
        PrivacyClass.WORK,
    ) | {"password": PrivacyClass.IDENTITY}  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    mark = models.CharField(max_length=8, unique=True)
    account_id = models.UUIDField(null=True)
    account_name = models.CharField(max_length=60)
    table = models.CharField(max_length=80)
    filters = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    row_ids = models.JSONField(default=list)
    rows = models.PositiveIntegerField()
    area_path = AreaPathField(blank=True)
    purpose = models.CharField(max_length=200)
    recipient = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)
    expires_on = models.DateField()
    file_id = models.UUIDField()
    password = EncryptedText(context="exports.password")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.UUIDField(null=True, blank=True)
    revoke_note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "at"])]


class ExportFreeze(models.Model):
    """Breach mode: from its start to its end nothing is exported below the area."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "reason", "frozen_at", "frozen_by", "ended_at", "ended_by", "ended_reason"],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    reason = models.CharField(max_length=200)
    frozen_at = models.DateTimeField()
    frozen_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area_path"], condition=models.Q(ended_at__isnull=True), name="export_freeze_once_per_area"
            ),
        ]
