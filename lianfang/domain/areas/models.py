"""Areas with their validity, and the history of what was created, renamed, split and merged."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Area(models.Model):
    """One area in one validity. Never deleted: a closed area keeps its path and names its successors.

    `dropped_on` is set while the register no longer has an area that is still in use, because nobody has decided yet
    where its households go.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["path", "name", "short_name", "keys", "level", "parent", "longitude", "latitude", "valid_from", "valid_to",
         "dropped_on", "successors", "version"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    path = AreaPathField(primary_key=True)
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=60, blank=True)
    keys = models.CharField(max_length=160, blank=True)
    level = models.CharField(max_length=12, db_index=True)
    parent = AreaPathField(blank=True, db_index=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    successors = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="area_ends_after_it_starts",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]


class AreaChange(models.Model):
    """One change of the tree: created, renamed, split, merged. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "path", "kind", "before", "after", "at", "account_id", "reason"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    path = AreaPathField(db_index=True)
    kind = models.CharField(max_length=12)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True)


class AreaMigration(models.Model):
    """One newer register taken over by a county: what became of its villages. It can be undone, it is never deleted."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "source", "valid_from", "state", "same", "renamed", "merged", "split", "vanished", "added",
         "people_moved", "at", "account_id", "undone_at", "undone_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        APPLIED = "applied"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.APPLIED)
    same = models.PositiveIntegerField(default=0)
    renamed = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    split = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    people_moved = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class AreaDecision(models.Model):
    """An area that the newer register split, or dropped without saying where to: it stays in use until decided.

    `area_path` is where it lies now, `was` its code in the older register; `candidates` are names and codes that may
    have come from it.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "migration", "area_path", "was", "name", "kind", "candidates", "households", "people", "opened_at",
         "outcome", "into", "reason", "decided_at", "decided_by"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class Outcome(models.TextChoices):
        OPEN = "open"
        MOVED = "moved"
        KEPT = "kept"
        FOUND = "found"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid7)
    migration = models.ForeignKey(AreaMigration, on_delete=models.PROTECT, related_name="decisions")
    area_path = AreaPathField()
    was = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    candidates = models.CharField(max_length=600, blank=True)
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    into = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]


class AreaStep(models.Model):
    """One stroke in which rows came to other areas: all that undoing it needs, in the codes of its time."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "migration", "decision", "at", "moves", "goes_on", "rows", "before", "after", "undone_at"],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    migration = models.ForeignKey(AreaMigration, on_delete=models.PROTECT, related_name="steps")
    decision = models.ForeignKey(AreaDecision, null=True, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    moves = models.JSONField(default=dict)
    goes_on = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
