"""Paper for gates, numbered before it is printed: one series a post, each number once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7

WORK = PrivacyClass.WORK


class SheetSeries(models.Model):
    """How far the numbers of a post's paper have come. Locked to take the next, and to type in what stood on it."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["id", "area_path", "post_id", "last"], WORK)

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post_id = models.UUIDField(unique=True)
    last = models.PositiveIntegerField(default=0)


class SheetRun(models.Model):
    """Sheets of one form numbered at once for a post, from `first` to `last`; `lines` is how many stand on each."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "post_id", "post_number", "post_name", "form", "first", "last", "first_no",
         "last_no", "lines", "numbered_at", "numbered_by"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post_id = models.UUIDField()
    post_number = models.CharField(max_length=20)
    post_name = models.CharField(max_length=80)
    form = models.CharField(max_length=3)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    first_no = models.CharField(max_length=30)
    last_no = models.CharField(max_length=30)
    lines = models.PositiveSmallIntegerField()
    numbered_at = models.DateTimeField()
    numbered_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "numbered_at"])]
        constraints = [
            models.UniqueConstraint(fields=["post_id", "first"], name="sheet_numbered_once"),
            models.CheckConstraint(name="sheets_are_counted_up", condition=Q(last__gte=F("first"))),
        ]
