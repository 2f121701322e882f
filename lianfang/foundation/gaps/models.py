"""What is not covered, kept: each open gap with since when and who answers, and counts per village for the board."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class GapItem(models.Model):
    """One thing that must hold and does not. It names the subject by id; its label is read through its table."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "gap", "subject_id", "area_path", "since", "answerable_id", "details"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    gap = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    area_path = AreaPathField()
    since = models.DateTimeField()
    answerable_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gap", "subject_id"], name="gap_item_once")]
        indexes = [models.Index(fields=["gap", "area_path", "since"])]


class GapCount(models.Model):
    """How many open gaps of a kind a village has, and the oldest; the board adds these up."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "gap", "area_path", "count", "oldest_since"], PrivacyClass.PUBLIC
    )

    id = models.BigAutoField(primary_key=True)
    gap = models.CharField(max_length=60)
    area_path = AreaPathField()
    count = models.PositiveIntegerField()
    oldest_since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gap", "area_path"], name="gap_count_once")]


class GapSweep(models.Model):
    """When each kind of gap was last swept as a whole: the board's "as of"."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["gap", "swept_at", "milliseconds"], PrivacyClass.PUBLIC)

    gap = models.CharField(max_length=60, primary_key=True)
    swept_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)


class GapDirty(models.Model):
    """A note that a gap may have changed in an area. Rows are only added and taken, so writers never wait."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["id", "gap", "area_path"], PrivacyClass.WORK)

    id = models.BigAutoField(primary_key=True)
    gap = models.CharField(max_length=60)
    area_path = AreaPathField()
