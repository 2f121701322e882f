"""Orders with their steps, needs, merged timetables, slots, readings, referrals, proposals, links. No decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7

WORK, HEALTH = PrivacyClass.WORK, PrivacyClass.HEALTH
OPEN_SLOTS = ("upcoming", "due")


def _work(*names: str) -> dict[str, PrivacyClass]:
    return dict.fromkeys(names, WORK)


class Order(models.Model):
    """One person under observation for one reason, bound to the edition in force on the day it was issued."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work(
            "id", "person", "household", "area_path", "incident", "disease", "category", "starts_on", "ends_on",
            "first_ends_on", "basis", "rule_key", "rule_days", "rule_edition", "rule_source", "state", "ordered_at",
            "ordered_by", "notified_at", "notified_by", "notice_way", "renotice_since",
            "live_from", "ended_on", "released_at",
            "released_by", "released_on", "version", "carried_from",
        ),
        "last_exposure_on": PrivacyClass.MOVEMENT,
        "address": PrivacyClass.ADDRESS,
        "signed_by": PrivacyClass.NAME,
        "care_note": PrivacyClass.VULNERABILITY,
        "release_note": HEALTH,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    category = models.CharField(max_length=20)
    address = models.CharField(max_length=200, blank=True)
    last_exposure_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    first_ends_on = models.DateField()
    basis = models.CharField(max_length=300)
    rule_key = models.CharField(max_length=80)
    rule_days = models.PositiveSmallIntegerField()
    rule_edition = models.CharField(max_length=200)
    rule_source = models.CharField(max_length=300)
    care_note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=20, default="ordered")
    ordered_at = models.DateTimeField()
    ordered_by = models.UUIDField(null=True)
    notified_at = models.DateTimeField(null=True)
    notified_by = models.UUIDField(null=True)
    notice_way = models.CharField(max_length=12, blank=True)
    signed_by = models.CharField(max_length=60, blank=True)
    renotice_since = models.DateTimeField(null=True)
    live_from = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.UUIDField(null=True)
    released_on = models.DateField(null=True)
    release_note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    # whose it was before two entries of one person were merged; None for the person's own
    carried_from = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "ends_on", "id"]),
            models.Index(fields=["ends_on", "id"]),
            models.Index(fields=["starts_on", "id"]),
            models.Index(fields=["state", "area_path"]),
            models.Index(fields=["disease", "rule_edition"]),
        ]
        constraints = [
            models.CheckConstraint(name="order_ends_after_it_starts", condition=Q(ends_on__gte=models.F("starts_on"))),
            models.UniqueConstraint(
                fields=["person", "incident", "category"],
                condition=~Q(state__in=["released", "cancelled", "transferred_central"]) & Q(carried_from=None),
                name="order_once_per_reason",
            ),
        ]


class OrderStep(models.Model):
    """One step of an order: who, when by device and server, from what to what, why, by which edition. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work("id", "order", "area_path", "before", "after", "at", "happened_at", "account_id", "edition"),
        "reason": HEALTH,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps")
    area_path = AreaPathField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    edition = models.CharField(max_length=200, blank=True)


class Need(models.Model):
    """One question of the check before an order. A "yes" has an owner before observation begins."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work("id", "order", "person", "area_path", "code", "request_class", "owner_id", "settled_at", "raised_at"),
        "yes": PrivacyClass.VULNERABILITY,
        "note": PrivacyClass.VULNERABILITY,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="needs")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    code = models.CharField(max_length=20)
    yes = models.BooleanField()
    request_class = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    owner_id = models.UUIDField(null=True)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "code"], name="need_asked_once")]
        indexes = [models.Index(fields=["area_path", "raised_at"], condition=Q(yes=True), name="need_yes_by_area")]


class Timetable(models.Model):
    """All observation of one person merged into one: one worker, one task per slot, the latest lawful end."""

    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "person", "household", "area_path", "order", "orders", "diseases", "state", "starts_on", "ends_on", "live_from",
        "closed_at",
    )  # fmt: skip

    person = models.OneToOneField("people.Person", primary_key=True, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    orders = models.PositiveSmallIntegerField(default=1)
    diseases = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="live")
    starts_on = models.DateField()
    ends_on = models.DateField()
    live_from = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "ends_on"]), models.Index(fields=["ends_on", "person"])]


class Slot(models.Model):
    """One slot of one person's day, kept so that due, missed and recorded are counted without reading readings."""

    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "id", "person", "area_path", "day_on", "day_number", "name", "opens_at", "closes_at", "late_until",
        "catches_from", "catches_until", "state", "reading_id", "recorded_at", "how",
    )  # fmt: skip

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("people.Person", db_index=False, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    day_on = models.DateField()
    day_number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=10)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    late_until = models.DateTimeField()
    catches_from = models.DateTimeField()
    catches_until = models.DateTimeField()
    state = models.CharField(max_length=10, default="upcoming")
    reading_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=6, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day_on", "name"], name="slot_once")]
        indexes = [
            models.Index(fields=["area_path", "day_on", "name"]),
            models.Index(fields=["opens_at"], condition=Q(state__in=OPEN_SLOTS), name="slot_open"),
            models.Index(fields=["late_until"], condition=Q(state__in=OPEN_SLOTS), name="slot_late"),
        ]


class Reading(models.Model):
    """One temperature and the symptoms asked for, as taken. A correction is a new row. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work(
            "id", "person", "area_path", "slot_on", "slot", "how", "happened_at", "received_at", "account_id",
            "device_id", "corrects",
        ),
        "temperature_c": HEALTH,
        "symptoms": HEALTH,
        "fever": HEALTH,
        "note": HEALTH,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("people.Person", db_index=False, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    slot_on = models.DateField(null=True)
    slot = models.CharField(max_length=10, blank=True)
    temperature_c = models.FloatField(null=True)
    symptoms = models.CharField(max_length=160, blank=True)
    fever = models.BooleanField(default=False)
    how = models.CharField(max_length=6)
    note = models.CharField(max_length=200, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    device_id = models.CharField(max_length=64, blank=True)
    corrects = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "happened_at"]), models.Index(fields=["area_path", "id"])]


class Referral(models.Model):
    """Fever or symptoms handed to the village doctor and the health desk, with a clock of its own."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work(
            "id", "person", "household", "area_path", "found_in", "found_id", "opened_at", "refer_by", "state",
            "accepted_at", "accepted_by", "closed_at", "closed_by", "version", "carried_from",
        ),
        "reasons": HEALTH,
        "outcome": HEALTH,
        "destination": HEALTH,
        "note": HEALTH,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    found_in = models.CharField(max_length=8, default="reading")
    found_id = models.UUIDField()
    reasons = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    refer_by = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    destination = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    # whose it was before two entries of one person were merged; None for the person's own
    carried_from = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=~Q(state="closed") & Q(carried_from=None), name="referral_open_once"
            )
        ]
        indexes = [models.Index(fields=["area_path", "refer_by"]), models.Index(fields=["state", "refer_by"])]


class Escalation(models.Model):
    """Slots missed in a row, told to the village secretary and, when nothing was done in time, to the town."""

    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "id", "person", "household", "area_path", "to", "since", "missed", "told_village_at", "told_town_at",
        "acted_at", "acted_by", "done", "resolved_at",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    to = models.CharField(max_length=8)
    since = models.DateTimeField()
    missed = models.JSONField(default=list)
    told_village_at = models.DateTimeField()
    told_town_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    acted_by = models.UUIDField(null=True)
    done = models.CharField(max_length=200, blank=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(resolved_at=None), name="escalation_open_once")
        ]
        indexes = [models.Index(fields=["area_path", "since"])]


class Proposal(models.Model):
    """The rule says that observation may end: complete, or shortened by a new edition. A person decides."""

    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "id", "order", "person", "area_path", "kind", "ends_on", "was_to_end_on", "gaps", "missed", "sentence",
        "edition", "source", "proposed_at", "decided_at", "decided_by", "decision", "reason",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="proposals")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    kind = models.CharField(max_length=10)
    ends_on = models.DateField()
    was_to_end_on = models.DateField()
    gaps = models.JSONField(default=list)
    missed = models.PositiveSmallIntegerField(default=0)
    sentence = models.JSONField(default=dict)
    edition = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], condition=Q(decided_at=None), name="proposal_open_once")
        ]
        indexes = [models.Index(fields=["area_path", "proposed_at"])]


class StatusChange(models.Model):
    """A change of status by hand: one proposes it with a fact, another confirms it (P12)."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **_work(
            "id", "order", "person", "area_path", "then", "proposed_at", "proposed_by", "decided_at", "decided_by",
            "decision",
        ),
        "reason": HEALTH,
        "evidence": HEALTH,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="changes")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    then = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    evidence = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order"], condition=Q(decided_at=None), name="change_open_once")]
        indexes = [models.Index(fields=["area_path", "proposed_at"])]


class Extension(models.Model):
    """A later end, by a named approver with a basis. Append-only; nothing else makes an order longer."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "id", "order", "area_path", "before_on", "ends_on", "approved_by", "basis", "extended_at", "account_id"
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="extensions")
    area_path = AreaPathField()
    before_on = models.DateField()
    ends_on = models.DateField()
    approved_by = models.CharField(max_length=60)
    basis = models.CharField(max_length=300)
    extended_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)


class ResidentLink(models.Model):
    """A personal link or printed QR to report without an account. Only a keyed digest of its secret is kept."""

    privacy: ClassVar[dict[str, PrivacyClass]] = _work(
        "id", "person", "household", "area_path", "secret_index", "issued_at", "issued_by", "expires_on", "revoked_at",
        "carried_from",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    secret_index = models.CharField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    # whose it was before two entries of one person were merged; None for the person's own
    carried_from = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "issued_at"])]


class Awaited(models.Model):
    """Somebody who was confirmed to be here and for whom nobody has decided yet: observation, or a reason why not.

    One row per person; it stays on the gap board until an order is made or somebody says why none is needed.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["person", "household", "area_path", "lead_id", "since", "settled_at", "settled_by", "settled_how"],
            PrivacyClass.WORK,
        ),
        "last_there_on": PrivacyClass.MOVEMENT,
        "reason": PrivacyClass.WORK,
    }

    person = models.OneToOneField("people.Person", primary_key=True, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    lead_id = models.UUIDField()
    last_there_on = models.DateField(null=True)
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    settled_how = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "settled_at"])]
