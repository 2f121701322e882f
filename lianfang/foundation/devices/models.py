"""Devices: one row per phone that ever asked for a grid or uploaded. Knows no position and no contents of a phone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Device(models.Model):
    """One phone, under the id it made for itself, with who used it last. A lost one is told to wipe what it holds."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "device_id", "label", "account", "area_path", "first_seen_at", "last_seen_at", "last_upload_at",
         "app_version", "lost_at", "lost_by", "lost_reason", "wiped_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    device_id = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60, blank=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField(blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_upload_at = models.DateTimeField(null=True, blank=True)
    app_version = models.CharField(max_length=20, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    lost_by = models.UUIDField(null=True, blank=True)
    lost_reason = models.CharField(max_length=200, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "last_seen_at"])]
