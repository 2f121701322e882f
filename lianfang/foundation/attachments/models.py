"""Files people sent and files the system made for them: stored once, found by id, fetched only by those who may."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class StoredFile(models.Model):
    """One stored file. Its name is the sender's, cleaned; on disk it is named by its id alone."""

    needs_keys: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "size", "sha256", "kind", "account_id", "area_path", "at", "erased_at"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    account_id = models.UUIDField(null=True)
    area_path = AreaPathField(blank=True)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
