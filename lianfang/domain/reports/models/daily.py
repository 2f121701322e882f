"""Daily reports with what was confirmed and published, and the kept counts of coverage. Numbers only, never a name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class DailyReport(models.Model):
    """One unit's report of one day. `figures` as prepared or confirmed; `place` sorts late ones first."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "level", "unit_name", "report_on", "from_at", "snapshot_at", "figures", "remarks", "issues",
         "tomorrow", "state", "place", "prepared_at", "confirmed_at", "confirmed_by", "published_at", "version"],
        PrivacyClass.WORK,
    )  # fmt: skip

    class State(models.TextChoices):
        DRAFT = "draft"
        LATE = "late"
        NOT_SYNCED = "not_synced"
        CONFIRMED = "confirmed"
        NIL = "nil"

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    level = models.CharField(max_length=12)
    unit_name = models.CharField(max_length=60, blank=True)
    report_on = models.DateField()
    from_at = models.DateTimeField()
    snapshot_at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    remarks = models.CharField(max_length=1000, blank=True)
    issues = models.CharField(max_length=1000, blank=True)
    tomorrow = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    place = models.PositiveIntegerField()
    prepared_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "report_on"]),
            models.Index(fields=["place", "id"]),
            models.Index(fields=["report_on", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["report_on", "area_path"], name="report_once_a_day"),
            models.CheckConstraint(
                name="report_confirmed_says_when",
                condition=models.Q(state__in=["confirmed", "nil"], confirmed_at__isnull=False)
                | models.Q(state__in=["draft", "late", "not_synced"], confirmed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="report_covers_some_time", condition=models.Q(snapshot_at__gt=models.F("from_at"))
            ),
        ]


class ReportFigure(models.Model):
    """One number of one report, kept beside it so that a figure can be followed over days and units."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "report", "area_path", "level", "report_on", "code", "value"], PrivacyClass.WORK
    )

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(DailyReport, on_delete=models.CASCADE, related_name="kept_figures")
    area_path = AreaPathField()
    level = models.CharField(max_length=12)
    report_on = models.DateField()
    code = models.CharField(max_length=40)
    value = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["code", "area_path", "report_on"]), models.Index(fields=["report_on", "id"])]
        constraints = [models.UniqueConstraint(fields=["report", "code"], name="report_figure_once")]


class Publication(models.Model):
    """What was given to the public, word for word. Append-only: a correction is a new publication."""

    append_only: ClassVar[bool] = True
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "report", "area_path", "report_on", "content", "published_at", "account_id"], PrivacyClass.PUBLIC
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(DailyReport, on_delete=models.PROTECT, related_name="publications")
    area_path = AreaPathField()
    report_on = models.DateField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "published_at"])]


class CoverageCount(models.Model):
    """What is covered in one grid, or in what of a village lies in no grid; every area above adds these up."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["area_path", "households", "reached", "with_contact", "observed", "slots_due", "slots_recorded"],
        PrivacyClass.PUBLIC,
    )

    area_path = AreaPathField(primary_key=True)
    households = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    with_contact = models.PositiveIntegerField(default=0)
    observed = models.PositiveIntegerField(default=0)
    slots_due = models.PositiveIntegerField(default=0)
    slots_recorded = models.PositiveIntegerField(default=0)


class CoverageSweep(models.Model):
    """When coverage was last counted, and up to which line of the audit trail."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(["id", "swept_at", "audit_line"], PrivacyClass.PUBLIC)

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    swept_at = models.DateTimeField()
    audit_line = models.BigIntegerField(default=0)
