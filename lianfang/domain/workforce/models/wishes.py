"""Wishes for days off or on duty. Why somebody wishes is nobody's business and has no place here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.wishes import PARTS, WANTS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Wish(models.Model):
    """Days somebody would like to have off, or to serve on; never changed, and gone when it is taken back.

    `area_path` is the area of the person. `by_proxy` marks what was entered for somebody who called.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "responder", "from_on", "until_on", "wants", "part", "by_proxy", "entered_at",
         "entered_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    wants = models.CharField(max_length=5, choices=[(key, label.zh) for key, label in WANTS.items()])
    part = models.CharField(max_length=5, choices=[(key, label.zh) for key, label in PARTS.items()])
    by_proxy = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    entered_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["responder", "until_on"])]
        constraints = [
            models.CheckConstraint(name="wish_ends_after_it_starts", condition=Q(until_on__gte=F("from_on")))
        ]
