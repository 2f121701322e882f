"""Who and what passed a gate, as facts; and the little that gates remember for one another."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, BlindIndexField, EncryptedText
from lianfang.kernel.ids import uuid7

PLATE_CONTEXT = "passage.plate"


class Passage(models.Model):
    """One vehicle or group at a gate, driver and occupants in one entry. Append-only.

    `names`, `phones` and `health` are JSON lists that run alongside, one entry a person, each encrypted; an entry of
    `health` is {"t": °C, "again": °C after rest, "s": [symptoms]}. `person_ids` are those known in the register.
    `post_id` is no key: a passage is taken even where the post was withdrawn meanwhile. `by_rule` is what the rule
    says of the same arrival. `heads` counts those who are not named too. A correction is a new row that names the one
    it stands for, of the same post and moment. `sheet_no` and `line_no` say where on paper it stood first.
    """

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "post_id", "post_name", "post_kind", "area_path", "direction", "has_vehicle", "heads", "person_ids",
             "decision", "by_rule", "measure_id", "permit_serial", "permit_reason", "appeal", "sheet_no",
             "line_no", "corrects", "why_corrected", "happened_at", "received_at", "account_id", "device_id"],
            PrivacyClass.WORK,
        ),
        "names": PrivacyClass.NAME,
        **dict.fromkeys(["phones", "plate", "plate_index"], PrivacyClass.CONTACT),
        **dict.fromkeys(["came_from", "goes_to", "destination_path", "purpose"], PrivacyClass.MOVEMENT),
        **dict.fromkeys(["health", "must_pass", "reason"], PrivacyClass.HEALTH),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True)
    post_id = models.UUIDField()
    post_name = models.CharField(max_length=80)
    post_kind = models.CharField(max_length=20)
    area_path = AreaPathField()
    direction = models.CharField(max_length=3)
    has_vehicle = models.BooleanField(default=False)
    plate = EncryptedText(context=PLATE_CONTEXT)
    plate_index = BlindIndexField()
    names = EncryptedText(context="passage.names")
    phones = EncryptedText(context="passage.phones")
    health = EncryptedText(context="passage.health")
    person_ids: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    heads = models.PositiveSmallIntegerField(default=1)
    came_from = EncryptedText(context="passage.came_from")
    goes_to = EncryptedText(context="passage.goes_to")
    destination_path = AreaPathField(blank=True)
    purpose = EncryptedText(context="passage.purpose")
    must_pass = models.CharField(max_length=20, blank=True)
    decision = models.CharField(max_length=16)
    reason = models.CharField(max_length=20)
    by_rule = models.CharField(max_length=16, blank=True)
    measure_id = models.UUIDField(null=True)
    permit_serial = models.BigIntegerField(null=True)
    permit_reason = models.CharField(max_length=16, blank=True)
    appeal = models.CharField(max_length=140, blank=True)
    sheet_no = models.CharField(max_length=30, blank=True)
    line_no = models.PositiveSmallIntegerField(null=True)
    corrects = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    why_corrected = models.CharField(max_length=200, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    device_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["post_id", "happened_at", "id"]),
            models.Index(fields=["area_path", "happened_at", "id"]),
            models.Index(fields=["area_path", "received_at"]),
            models.Index(fields=["happened_at", "id"]),
            models.Index(fields=["plate_index"], condition=~Q(plate_index=""), name="passage_plate"),
            models.Index(fields=["sheet_no"], condition=~Q(sheet_no=""), name="passage_sheet"),
            models.Index(
                fields=["area_path", "happened_at"], condition=~Q(decision__in=["pass_known", "pass_registered"]),
                name="passage_not_just_passed",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="passage_must_pass_is_not_stopped", condition=Q(must_pass="") | Q(decision="must_pass")
            ),
            models.CheckConstraint(
                name="passage_turned_back_by_a_measure",
                condition=~Q(decision="turn_back") | Q(measure_id__isnull=False),
            ),
            models.UniqueConstraint(
                name="passage_corrected_once", fields=["corrects"], condition=Q(corrects__isnull=False)
            ),
            models.CheckConstraint(
                name="passage_correction_says_why", condition=Q(corrects__isnull=True) | ~Q(why_corrected="")
            ),
            models.UniqueConstraint(
                name="passage_line_typed_once",
                fields=["post_id", "sheet_no", "line_no"],
                condition=Q(line_no__isnull=False, corrects__isnull=True),
            ),
        ]


class GateMemory(models.Model):
    """That a gate turned somebody back or referred them: a keyed fingerprint, the decision, when and where. Nothing
    of who they are and nothing of their health; gone after a day."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "passage_id", "mark", "decision", "post_id", "post_name", "happened_at", "received_at"],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    passage_id = models.UUIDField()
    mark = models.CharField(max_length=16)
    decision = models.CharField(max_length=16)
    post_id = models.UUIDField()
    post_name = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["area_path", "happened_at"]), models.Index(fields=["happened_at", "id"])]
