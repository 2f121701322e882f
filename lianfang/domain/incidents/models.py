"""Incidents with their reviews, measures with their end, the loaded rulebook, and stricter local rules with theirs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Incident(models.Model):
    """One emergency in one area: several may run at once and share people, places and posts.

    `rules_as_of` holds the rulebook still at a day, for exercises; empty means the rules of each day itself.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "name", "disease", "area_path", "state", "level", "started_on", "planned_end_on", "review_on",
         "closed_on", "trigger", "legal_basis", "office", "hotline", "rules_as_of", "version"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=100)
    disease = models.CharField(max_length=40)
    area_path = AreaPathField(db_index=True)
    state = models.CharField(max_length=20, default="active")
    level = models.CharField(max_length=10, blank=True)
    started_on = models.DateField()
    planned_end_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    trigger = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    office = models.CharField(max_length=100, blank=True)
    hotline = models.CharField(max_length=30, blank=True)
    rules_as_of = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)


class IncidentReview(models.Model):
    """One look at whether the incident still needs its end date and level (P23). Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "incident", "area_path", "reviewed_at", "account_id", "state_before", "state_after", "level_before",
         "level_after", "planned_end_on", "next_review_on", "reason"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reviews")
    area_path = AreaPathField()
    reviewed_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    state_before = models.CharField(max_length=20)
    state_after = models.CharField(max_length=20)
    level_before = models.CharField(max_length=10, blank=True)
    level_after = models.CharField(max_length=10, blank=True)
    planned_end_on = models.DateField(null=True)
    next_review_on = models.DateField(null=True)
    reason = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["area_path", "reviewed_at"])]


class Measure(models.Model):
    """One restriction. It has an end, expires by itself, and a longer one is a new measure with its own basis."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "incident", "area_path", "kind", "scope", "legal_basis", "authority", "starts_on", "ends_on",
         "exemptions", "notice_text", "issued_at", "issued_by", "lifted_on", "lifted_by", "lifted_reason", "version"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="measures")
    area_path = AreaPathField()
    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    authority = models.CharField(max_length=100)
    starts_on = models.DateField()
    ends_on = models.DateField()
    exemptions = models.CharField(max_length=400)
    notice_text = models.TextField()
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.UUIDField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "ends_on"]), models.Index(fields=["lifted_on", "ends_on"])]
        constraints = [
            models.CheckConstraint(
                name="measure_ends_after_it_starts", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
        ]


class LocalRule(models.Model):
    """A stricter value that an area set by document until a day (“层层加码” guard). It ends by itself."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "profile", "key", "value", "area_path", "from_on", "until_on", "document", "file_id", "set_at", "set_by",
         "ended_at", "ended_by"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    profile = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    value = models.JSONField()
    area_path = AreaPathField()
    from_on = models.DateField()
    until_on = models.DateField()
    document = models.CharField(max_length=200)
    file_id = models.UUIDField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "until_on"])]
        constraints = [
            models.CheckConstraint(
                name="local_rule_ends_after_it_starts", condition=models.Q(until_on__gte=models.F("from_on"))
            ),
            models.CheckConstraint(name="local_rule_names_its_document", condition=~models.Q(document="")),
        ]


class RulebookEdition(models.Model):
    """One edition of a rule pack as loaded; its values are `RulebookEntry`. Earlier editions are never removed."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "profile", "profile_name", "edition", "from_on", "source", "loaded_at"], PrivacyClass.PUBLIC
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    profile = models.CharField(max_length=40)
    profile_name = models.CharField(max_length=100)
    edition = models.CharField(max_length=100)
    from_on = models.DateField()
    source = models.CharField(max_length=300)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "edition", "from_on"], name="rulebook_edition_once")]


class RulebookEntry(models.Model):
    """One dated number with its source: what the screen of rules shows."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "edition", "profile", "key", "label_zh", "label_en", "value", "unit", "from_on", "source", "verified",
         "kind", "note_zh", "note_en"],
        PrivacyClass.PUBLIC,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    edition = models.ForeignKey(RulebookEdition, on_delete=models.PROTECT, related_name="entries")
    profile = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    unit = models.CharField(max_length=80, blank=True)
    from_on = models.DateField()
    source = models.CharField(max_length=300)
    verified = models.BooleanField(default=False)
    kind = models.CharField(max_length=10)
    note_zh = models.CharField(max_length=400, blank=True)
    note_en = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "key", "from_on"], name="rulebook_entry_once")]
        indexes = [models.Index(fields=["from_on", "id"])]


class Adoption(models.Model):
    """A county took up an edition for an incident: from then on earlier releases are proposed. Append-only."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "incident", "area_path", "edition", "document", "adopted_at", "account_id"], PrivacyClass.PUBLIC
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="adoptions")
    area_path = AreaPathField()
    edition = models.ForeignKey(RulebookEdition, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=200)
    adopted_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "edition"], name="edition_adopted_once")]
        indexes = [models.Index(fields=["area_path", "adopted_at"])]
