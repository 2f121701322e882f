"""What was answered at a post to the points of a named regime's checklist."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.domain.workforce.models.posts import Checklist, Post
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.rules.checks import ANSWERS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class CheckAnswer(models.Model):
    """One point answered for one day, in the words in which it was asked; a later answer replaces an earlier one.

    `shift` is the shift of whoever answered while on duty there. A "no" is open until it is settled or answered anew.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "post", "checklist", "point", "on", "answer", "note", "shift", "answered_at", "answered_by",
         "settled_at", "settled_by", "settlement"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="+")
    point = models.CharField(max_length=400)
    on = models.DateField()
    answer = models.CharField(max_length=3, choices=[(key, label.zh) for key, label in ANSWERS.items()])
    note = models.CharField(max_length=200, blank=True)
    shift = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    answered_by = models.UUIDField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    settlement = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["post", "on"]),
            models.Index(fields=["answered_at"], condition=Q(answer="no", settled_at__isnull=True),
                         name="open_no_by_time"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["post", "checklist", "point", "on"], name="point_answered_once_a_day"),
            models.CheckConstraint(
                name="only_a_no_is_settled", condition=Q(settled_at__isnull=True) | Q(answer="no", settlement__gt="")
            ),
        ]
