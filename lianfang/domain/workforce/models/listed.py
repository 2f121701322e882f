"""Lines of a list that may speak of somebody on the register already: a person decides about each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lianfang.domain.workforce.rules.listed import DECISIONS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

# what a line is without once it was decided or has lapsed
ERASED_LINE: dict[str, Any] = {"name": "", "phone": "", "born_on": None, "limits": ""}


class ListedResponder(models.Model):
    """What a list says of somebody who may be `responder`; nothing is changed before somebody decides.

    `evidence` is a key of EVIDENCE. Columns are those of Responder. Decided or lapsed, it names nobody.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "batch_id", "row", "responder", "evidence", "unit", "origin", "rank", "skills",
             "vehicle_plate", "availability", "decision", "listed_at", "decided_at", "decided_by"],
            PrivacyClass.WORK,
        ),
        "name": PrivacyClass.NAME,
        "phone": PrivacyClass.CONTACT,
        "born_on": PrivacyClass.IDENTITY,
        "limits": PrivacyClass.FITNESS,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    batch_id = models.UUIDField()
    row = models.PositiveIntegerField()
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=10)
    name = models.CharField(max_length=60, blank=True)
    phone = EncryptedText(context="listed_responder.phone")
    born_on = models.DateField(null=True, blank=True)
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=20, blank=True)
    rank = models.CharField(max_length=40, blank=True)
    skills: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    vehicle_plate = models.CharField(max_length=12, blank=True)
    availability: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    limits = EncryptedText(context="listed_responder.limits")
    decision = models.CharField(
        max_length=8, default="open", choices=[(key, label.zh) for key, label in DECISIONS.items()]
    )
    listed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["batch_id"])]
        constraints = [
            models.CheckConstraint(
                name="decided_line_names_nobody", condition=Q(decision="open") | Q(name="", born_on__isnull=True)
            )
        ]
