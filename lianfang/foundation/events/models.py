"""Facts that actions announced: past tense, appended, and the source of every reaction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Event(models.Model):
    """One announced fact. Its body holds ids and codes, never names or numbers of people."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "body", "area_path", "at", "command_id", "account_id"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=80, db_index=True)
    body = models.JSONField(default=dict)
    area_path = AreaPathField(blank=True)
    at = models.DateTimeField(db_index=True)
    command_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
