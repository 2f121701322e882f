"""Patterns of shifts that a county made itself, beside the rulebook's."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class OwnPattern(models.Model):
    """One pattern for the posts at and below an area; never changed, because rosters were made by it, only ended.

    `shifts` have the shape of the rulebook's `duty.patterns`, with the keys 1, 2, 3 …; `rest_hours` and
    `most_hours_in_24` 0 mean the county's general numbers.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "code", "name_zh", "name_en", "shifts", "rest_hours", "most_hours_in_24", "added_at",
         "ended_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    code = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    shifts: models.JSONField[Any, Any] = models.JSONField(default=list)
    rest_hours = models.PositiveSmallIntegerField(default=0)
    most_hours_in_24 = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["area_path", "code"], condition=Q(ended_at__isnull=True), name="own_pattern_coded_once"
            )
        ]
