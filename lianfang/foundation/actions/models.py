"""Commands that were carried out, so that a repeat changes nothing, and those refused, so that nothing is lost."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText


class Command(models.Model):
    """One carried-out command with its result, under the id its maker gave it."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "action", "account_id", "digest", "result", "at"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True)
    action = models.CharField(max_length=80)
    account_id = models.UUIDField(null=True)
    digest = models.CharField(max_length=32)
    result = models.JSONField(default=dict)
    at = models.DateTimeField()


class RefusedCommand(models.Model):
    """A command from a phone that was refused: kept, encrypted, with its reason, until a person resolves it."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "command_id", "action", "account_id", "device_id", "area_path", "code", "at", "happened_at",
             "resolved_at", "resolved_by", "resolution"],
            PrivacyClass.WORK,
        ),
        "input": PrivacyClass.IDENTITY,
    }  # fmt: skip

    id = models.BigAutoField(primary_key=True)
    command_id = models.UUIDField(unique=True)
    action = models.CharField(max_length=80)
    account_id = models.UUIDField(null=True)
    device_id = models.CharField(max_length=64, blank=True)
    area_path = AreaPathField(blank=True)
    input = EncryptedText(context="refused.input")
    code = models.CharField(max_length=80)
    at = models.DateTimeField()
    happened_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.UUIDField(null=True, blank=True)
    resolution = models.CharField(max_length=200, blank=True)
