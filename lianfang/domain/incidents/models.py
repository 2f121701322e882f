"""Incidents, response levels, measures, and the local editions of the rulebook."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Incident(models.Model):
    """One emergency in one area: several may run at once and share people, places and posts."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "disease", "area_path", "state", "level", "started_on", "review_on", "closed_on", "trigger", "legal_basis", "version"],
        PrivacyClass.PUBLIC,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=100)
    disease = models.CharField(max_length=40)
    area_path = AreaPathField(db_index=True)
    state = models.CharField(max_length=20, default="active")
    level = models.CharField(max_length=10, blank=True)
    started_on = models.DateField()
    review_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    trigger = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    version = models.PositiveIntegerField(default=1)
