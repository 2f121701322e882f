"""Grants: person × role × area subtree × purpose × dates. Several per person; they end, they are never deleted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Grant(models.Model):
    """One right to act in one role within one area subtree, for a purpose, between two days."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        [
            "id",
            "account",
            "role",
            "area_path",
            "purpose",
            "starts_on",
            "ends_on",
            "granted_by",
            "ended_at",
            "ended_reason",
        ],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    area_path = AreaPathField(db_index=True)
    purpose = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_by = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_ends_after_it_starts",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
