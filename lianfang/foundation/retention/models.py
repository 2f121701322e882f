"""Certificates of what was erased, and how much of each kind is due where. Holds no word of what was erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class ErasureCertificate(models.Model):
    """What was erased of one kind in one area, how much, by which schedule, when and by whom.

    It grows while the erasure runs and is closed at its end; its digest then stands in the audit trail.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "kind", "way", "area_path", "count", "rule_key", "rule_days", "rule_edition", "rule_source",
         "needed_before", "began_at", "closed_at", "job_id", "account_id", "digest"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=60)
    way = models.CharField(max_length=10)
    area_path = AreaPathField(blank=True)
    count = models.PositiveIntegerField(default=0)
    rule_key = models.CharField(max_length=80)
    rule_days = models.FloatField()
    rule_edition = models.CharField(max_length=200)
    rule_source = models.CharField(max_length=300)
    needed_before = models.DateTimeField()
    began_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    account_id = models.UUIDField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "area_path"], condition=models.Q(closed_at__isnull=True), name="erasure_open_once"
            )
        ]


class RetentionState(models.Model):
    """How many records of one kind are due in one area, and how many are past their grace, as last looked at."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "kind", "area_path", "rule_days", "rule_source", "due", "overdue", "overdue_since", "looked_at",
         "erased_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=60)
    area_path = AreaPathField(blank=True)
    rule_days = models.FloatField()
    rule_source = models.CharField(max_length=300)
    due = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    overdue_since = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "area_path"], name="retention_state_once")]


class InventoryLine(models.Model):
    """One personal field of the impact assessment (P19). Read off the registries, never typed in."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "record", "record_zh", "field", "privacy_class", "encrypted", "purpose_zh", "purpose_en", "basis_zh",
         "basis_en", "seen_clear", "seen_masked", "kept_zh", "kept_en"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.PositiveIntegerField(primary_key=True)
    record = models.CharField(max_length=80)
    record_zh = models.CharField(max_length=100)
    field = models.CharField(max_length=60)
    privacy_class = models.CharField(max_length=20)
    encrypted = models.BooleanField(default=False)
    purpose_zh = models.CharField(max_length=300)
    purpose_en = models.CharField(max_length=300)
    basis_zh = models.CharField(max_length=300)
    basis_en = models.CharField(max_length=300)
    seen_clear = models.JSONField(default=list)
    seen_masked = models.JSONField(default=list)
    kept_zh = models.CharField(max_length=400)
    kept_en = models.CharField(max_length=400)
