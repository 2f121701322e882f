"""The record of who did what: append-only lines in hash chains. Holds ids and field names, never personal values."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField


class AuditChain(models.Model):
    """The head of one chain. Each writing thread has its own, because one shared chain would queue every commit."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["id", "opened_at", "length", "head"], PrivacyClass.WORK)

    id = models.BigAutoField(primary_key=True)
    opened_at = models.DateTimeField()
    length = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64)


class AuditLine(models.Model):
    """One act: actor, action, subject, place and time, chained to the line before it by a keyed hash."""

    append_only: ClassVar[bool] = True
    needs_keys: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        [
            "id",
            "chain_id",
            "seq",
            "at",
            "account_id",
            "door",
            "device_id",
            "action",
            "command_id",
            "subject",
            "area_path",
            "details",
            "mac",
        ],
        PrivacyClass.WORK,
    )

    id = models.BigAutoField(primary_key=True)
    chain_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    account_id = models.UUIDField(null=True)
    door = models.CharField(max_length=20)
    device_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=80)
    command_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=100, blank=True, db_index=True)
    area_path = AreaPathField(blank=True)
    details = models.JSONField(default=dict)
    mac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "seq"], name="audit_line_once_in_chain")]
        indexes = [models.Index(fields=["area_path", "id"])]
