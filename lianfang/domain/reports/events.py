"""Facts about daily reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReportsPrepared(Fact):
    """The units of a level below an area have their reports of a day, to be confirmed."""

    name: ClassVar[str] = "reports.reports_prepared"
    level: str
    report_on: str
    units: int


@dataclass(frozen=True, kw_only=True)
class ReportConfirmed(Fact):
    name: ClassVar[str] = "reports.report_confirmed"
    report_id: str
    report_on: str
    nil: bool


@dataclass(frozen=True, kw_only=True)
class ReportReopened(Fact):
    name: ClassVar[str] = "reports.report_reopened"
    report_id: str
    report_on: str


@dataclass(frozen=True, kw_only=True)
class ReportPublished(Fact):
    name: ClassVar[str] = "reports.report_published"
    report_id: str
    report_on: str


@dataclass(frozen=True, kw_only=True)
class SheetNotFilled(Fact):
    """A sheet that fills itself daily was refused, for another reason than before."""

    name: ClassVar[str] = "reports.sheet_not_filled"
    template_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class SheetFilledItself(Fact):
    """A sheet that fills itself is filled for its day: by the clock, or by hand where the clock could not."""

    name: ClassVar[str] = "reports.sheet_filled_itself"
    template_id: str


@dataclass(frozen=True, kw_only=True)
class FieldApproved(Fact):
    """A new field passed the burden gate, and units are asked for it once."""

    name: ClassVar[str] = "reports.field_approved"
    field_id: str
    units: int


@dataclass(frozen=True, kw_only=True)
class FieldAnswered(Fact):
    name: ClassVar[str] = "reports.field_answered"
    field_id: str
