"""Areas with their validity, and the history of what was created, renamed, split and merged."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Area(models.Model):
    """One area in one validity. Never deleted: a closed area keeps its path and names its successors."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["path", "name", "short_name", "keys", "level", "parent", "longitude", "latitude", "valid_from", "valid_to",
         "successors", "version"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    path = AreaPathField(primary_key=True)
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=60, blank=True)
    keys = models.CharField(max_length=160, blank=True)
    level = models.CharField(max_length=12, db_index=True)
    parent = AreaPathField(blank=True, db_index=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    successors = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="area_ends_after_it_starts",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]


class AreaChange(models.Model):
    """One change of the tree: created, renamed, split, merged. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "path", "kind", "before", "after", "at", "account_id", "reason"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    path = AreaPathField(db_index=True)
    kind = models.CharField(max_length=12)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True)
