"""Records of privacy itself: which keys belong here, the open door of an erasure, who looked at what and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.kernel.ids import uuid7


class Erasing(models.Model):
    """Holds a row only while an erasure runs; the append-only triggers look here."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {"id": PrivacyClass.WORK}

    id = models.SmallIntegerField(primary_key=True)

    class Meta:
        db_table = "privacy_erasing"


class KeyMark(models.Model):
    """Proof that a key of the key file belongs to this database, without saying anything of the key itself."""

    needs_keys: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["name", "proof", "made_at"], PrivacyClass.WORK)

    name = models.CharField(max_length=40, primary_key=True)
    proof = models.CharField(max_length=200)
    made_at = models.DateTimeField()


class Reveal(models.Model):
    """One unmasked look at one row: who, why, until when. The person may ask to see this list (P07).

    `via` says how: a revealed value, a named export (`via_id` is the export), a printed letter.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        "id": PrivacyClass.WORK,
        "account_id": PrivacyClass.WORK,
        "table": PrivacyClass.WORK,
        "row_id": PrivacyClass.WORK,
        "column": PrivacyClass.WORK,
        "reason": PrivacyClass.WORK,
        "area_path": PrivacyClass.WORK,
        "at": PrivacyClass.WORK,
        "until": PrivacyClass.WORK,
        "person_id": PrivacyClass.WORK,
        "via": PrivacyClass.WORK,
        "via_id": PrivacyClass.WORK,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    account_id = models.UUIDField(db_index=True)
    table = models.CharField(max_length=80)
    row_id = models.CharField(max_length=40, db_index=True)
    column = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    area_path = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()
    person_id = models.UUIDField(null=True, blank=True, db_index=True)
    via = models.CharField(max_length=10, default="value")
    via_id = models.UUIDField(null=True, blank=True, db_index=True)
