"""Work that follows or takes long: reactions to facts, intake, exports. The table is the queue."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.kernel.ids import uuid7


class Job(models.Model):
    """One piece of work with its progress, its attempts and, when it failed, why."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "body", "state", "account_id", "area_path", "created_at", "run_after", "started_at", "ended_at",
         "worker", "beat_at", "attempts", "done", "total", "note", "result", "error", "cancel_asked"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=80)
    body = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    account_id = models.UUIDField(null=True, blank=True)
    area_path = models.CharField(max_length=24, blank=True)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.JSONField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "run_after"])]
