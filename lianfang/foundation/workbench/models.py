"""Saved views of lists. Holds no person's data: what somebody searched for is never part of a view."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class SavedView(models.Model):
    """One way to look at a list: filters, order and columns under a name, for oneself or for everybody below."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "account", "area_path", "table", "name", "where", "columns", "shared", "saved_at"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField(blank=True)
    table = models.CharField(max_length=80)
    name = models.CharField(max_length=30)
    where = models.JSONField(default=dict)
    columns = models.JSONField(null=True)
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["table", "account"])]
        constraints = [models.UniqueConstraint(fields=["account", "table", "name"], name="view_once_a_name")]
