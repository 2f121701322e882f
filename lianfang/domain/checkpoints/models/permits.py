"""Permits, the keys that sign them, and the county's series of serials and revocations. No decisions.

The text of a code is kept nowhere: it is written anew from the row and its key, and is the same each time.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.checkpoints.rules.permits.kinds import KINDS, REASONS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7

WORK = PrivacyClass.WORK


class PermitSeries(models.Model):
    """How far a county's serials and the versions of its list of revoked permits have come. Locked to take the next."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "last_serial", "revocation_version"], WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField(unique=True)
    last_serial = models.PositiveBigIntegerField(default=0)
    revocation_version = models.PositiveBigIntegerField(default=0)


class PermitKey(models.Model):
    """A key of a county: gates trust the public half until `trusted_until`, the private half is encrypted at rest.

    `retired_at` is when it signed its last permit; `withdrawn_at` when it was given up because others may have it.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "key_id", "public", "private", "made_at", "made_by", "retired_at", "trusted_until",
         "withdrawn_at", "withdrawn_because"],
        WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    key_id = models.CharField(max_length=8, unique=True)
    public = models.CharField(max_length=44)
    private = EncryptedText(context="permit_key.private")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    retired_at = models.DateTimeField(null=True)
    trusted_until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area_path"], condition=Q(retired_at__isnull=True), name="one_signing_key_per_county"
            ),
            models.CheckConstraint(
                name="a_retired_permit_key_says_until_when",
                condition=Q(retired_at__isnull=True, trusted_until__isnull=True)
                | Q(retired_at__isnull=False, trusted_until__isnull=False),
            ),
        ]


class PermitHold(models.Model):
    """A household that a returnee came to: it gets no permit with all the others, until somebody decides about it."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["id", "area_path", "household", "since"], WORK)

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    household = models.OneToOneField("people.Household", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()


class Permit(models.Model):
    """One permit. `area_path` is where its holder belongs, `holds_in` the area at whose gates it is accepted.

    `mark` is what the gate compares and what stands in the code: door number, plate, or last digits of a phone.
    `persons` may go out in `per_days` days, each for `minutes_out`; 0 means no limit. EXPIRED is set when another
    takes its place; until then the dates say it.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "holds_in", "kind", "serial", "key", "household", "use", "persons", "per_days",
             "minutes_out", "valid_from", "valid_until", "state", "issued_at", "issued_by", "revoked_at", "revoked_by",
             "revoked_because", "revoked_note", "revocation_version", "replaces"],
            WORK,
        ),
        "holder_name": PrivacyClass.NAME,
        "mark": PrivacyClass.CONTACT,
    }  # fmt: skip

    class State(models.TextChoices):
        ACTIVE = "active"
        REVOKED = "revoked"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    holds_in = AreaPathField()
    kind = models.CharField(max_length=12, choices=[(key, label.zh) for key, label in KINDS.items()])
    serial = models.PositiveBigIntegerField()
    key = models.ForeignKey(PermitKey, on_delete=models.PROTECT, related_name="permits")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=30)
    holder_name = models.CharField(max_length=60, blank=True)
    use = models.CharField(max_length=100, blank=True)
    persons = models.PositiveSmallIntegerField(default=0)
    per_days = models.PositiveSmallIntegerField(default=0)
    minutes_out = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    revoked_because = models.CharField(
        max_length=12, blank=True, choices=[(key, label.zh) for key, label in REASONS.items()]
    )
    revoked_note = models.CharField(max_length=200, blank=True)
    revocation_version = models.PositiveBigIntegerField(null=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["household", "state"]),
            models.Index(fields=["key", "revocation_version"]),
            models.Index(fields=["state", "valid_until"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "serial"], name="permit_serial_once_per_key"),
            models.UniqueConstraint(
                fields=["household"], condition=Q(state="active", household__isnull=False),
                name="one_permit_per_household",
            ),
            models.CheckConstraint(name="permit_ends_after_it_begins", condition=Q(valid_until__gt=F("valid_from"))),
            models.CheckConstraint(
                name="a_revoked_permit_says_why",
                condition=Q(state__in=("active", "expired"), revoked_at__isnull=True, revoked_because="")
                | (Q(state="revoked", revoked_at__isnull=False) & ~Q(revoked_because="")),
            ),
            models.CheckConstraint(
                name="a_household_permit_names_its_household",
                condition=Q(kind="household", household__isnull=False)
                | (~Q(kind="household") & Q(household__isnull=True)),
            ),
        ]  # fmt: skip
