"""Leads: somebody said a person came. Batches of leads with their deadline, and pairs that a person must decide."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, BlindIndexField, EncryptedText
from lianfang.kernel.ids import uuid7

OPEN_STATES = ("received", "matched", "dispatched")


class LeadBatch(models.Model):
    """A list of leads with one sender, one deadline and one reply. Its id is the id of the intake batch."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "sender", "source", "incident_id", "received_at", "due_at", "rows", "state", "replied_at",
         "replied_by", "account_id"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    sender = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=20)
    incident_id = models.UUIDField(null=True, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.UUIDField(null=True, blank=True)
    account_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class Lead(models.Model):
    """One person somebody pointed to. `area_path` is as near as the place is known: grid, village, town, county.

    `same_as` names the lead that does the work when several speak of one person; they are answered together.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ["id", "area_path", "batch", "source", "incident_id", "row", "serial", "place", "match_level", "person",
             "same_as", "state", "outcome", "assignee_id", "received_at", "due_at", "dispatched_at", "answered_at",
             "answered_by", "tries", "version", "pushed_on", "account_id", "anonymised_at",
             "carried_from"],
            PrivacyClass.WORK,
        ),
        **dict.fromkeys(["name", "keys"], PrivacyClass.NAME),
        **dict.fromkeys(["sex", "born_on", "age"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["identity_number", "identity_index"], PrivacyClass.IDENTITY),
        **dict.fromkeys(["phone", "phone_index", "other_phones"], PrivacyClass.CONTACT),
        **dict.fromkeys(["address", "verified_address"], PrivacyClass.ADDRESS),
        **dict.fromkeys(["returned_on", "last_there_on", "reason", "details"], PrivacyClass.MOVEMENT),
        **dict.fromkeys(["measure", "note"], PrivacyClass.HEALTH),
        "informant": PrivacyClass.VULNERABILITY,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    # found by the index on (batch, row)
    batch = models.ForeignKey(
        LeadBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="leads", db_index=False
    )
    source = models.CharField(max_length=20)
    incident_id = models.UUIDField(null=True, blank=True)
    row = models.PositiveIntegerField(default=0)
    serial = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60, blank=True)
    keys = models.CharField(max_length=200, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    identity_number = EncryptedText(context="lead.identity_number")
    identity_index = BlindIndexField()
    phone = EncryptedText(context="lead.phone")
    phone_index = BlindIndexField()
    other_phones = EncryptedText(context="lead.other_phones")
    address = EncryptedText(context="lead.address")
    place = models.CharField(max_length=10, default="unresolved")
    returned_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    pushed_on = models.DateField(null=True, blank=True)
    details = EncryptedText(context="lead.details")
    informant = EncryptedText(context="lead.informant")
    match_level = models.CharField(max_length=8, default="new")
    # these two found by an index of what is filled in: of a long list few rows are
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    same_as = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, default="received")
    outcome = models.CharField(max_length=20, blank=True)
    assignee_id = models.UUIDField(null=True, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_address = EncryptedText(context="lead.verified_address")
    measure = models.CharField(max_length=200, blank=True)
    last_there_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    account_id = models.UUIDField(null=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # whose it was before two entries of one person were merged; None for the person's own
    carried_from = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["batch", "row"]),
            models.Index(fields=["identity_index"], condition=~Q(identity_index=""), name="lead_identity"),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=""), name="lead_phone"),
            models.Index(fields=["due_at", "area_path"], condition=Q(state__in=OPEN_STATES), name="lead_open"),
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="lead_person"),
            models.Index(fields=["same_as"], condition=Q(same_as__isnull=False), name="lead_same_as"),
        ]
        constraints = [
            models.CheckConstraint(
                name="lead_answered_has_outcome",
                condition=Q(state__in=OPEN_STATES) | (~Q(outcome="") & Q(answered_at__isnull=False)),
            )
        ]


class MatchProposal(models.Model):
    """A lead and a registered person who may be the same, with the evidence in codes; a person decides.

    `turn` is the place in the queue of those who decide: what was put off comes after everything else.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "lead", "person", "evidence", "rank", "turn", "later_at", "later_by", "decision",
         "decided_at", "decided_by"], PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="proposals")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    evidence = models.JSONField(default=list)
    rank = models.PositiveSmallIntegerField(default=0)
    turn = models.BigIntegerField(default=0)
    later_at = models.DateTimeField(null=True, blank=True)
    later_by = models.UUIDField(null=True, blank=True)
    decision = models.CharField(max_length=10, default="open")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["turn", "id"], condition=Q(decision="open"), name="proposal_queue"),
        ]
        constraints = [models.UniqueConstraint(fields=["lead", "person"], name="proposal_once")]
