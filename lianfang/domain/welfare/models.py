"""Requests for help and each step they took. No decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7

WORK, VULNERABILITY = PrivacyClass.WORK, PrivacyClass.VULNERABILITY


def _work(*names: str) -> dict[str, PrivacyClass]:
    return dict.fromkeys(names, WORK)


class ServiceRequest(models.Model):
    """One need of one household: who asked, by when, who took it on, and whether the one who asked says it came."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work(
            "id", "area_path", "household", "person", "kind", "request_class", "state", "source", "source_id",
            "raised_at", "raised_by", "due_at", "accepted_at", "accepted_by", "delivered_at", "delivered_by",
            "fee_yuan", "confirmed_at", "confirmed_by", "times_reopened", "version",
            "carried_from",
        ),
        **dict.fromkeys(["what", "quantity", "note", "how_asked"], VULNERABILITY),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    request_class = models.CharField(max_length=20)
    what = models.CharField(max_length=300)
    quantity = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=14, default="raised")
    source = models.CharField(max_length=30, blank=True)
    source_id = models.UUIDField(null=True)
    raised_at = models.DateTimeField()
    raised_by = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.UUIDField(null=True)
    fee_yuan = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    note = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    how_asked = models.CharField(max_length=200, blank=True)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    # whose it was before two entries of one person were merged; None for the person's own
    carried_from = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "due_at", "id"]),
            models.Index(fields=["due_at", "id"]),
            models.Index(fields=["state", "due_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=Q(source_id__isnull=False), name="request_once_per_source"
            ),
            models.CheckConstraint(name="fee_is_not_negative", condition=Q(fee_yuan=None) | Q(fee_yuan__gte=0)),
        ]


class RequestStep(models.Model):
    """One step of a request: who, when, from what to what, and why. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work("id", "request", "area_path", "before", "after", "at", "happened_at", "account_id"),
        "reason": VULNERABILITY,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="steps")
    area_path = AreaPathField()
    before = models.CharField(max_length=14, blank=True)
    after = models.CharField(max_length=14)
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True)
