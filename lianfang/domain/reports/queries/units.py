"""How the units stand with their reports: nil, silent and not yet synced are told apart, for a whole county at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.incidents.queries import rule
from lianfang.domain.reports import rules
from lianfang.domain.reports.models import DailyReport
from lianfang.domain.reports.queries.figures import period
from lianfang.foundation.devices.knowing import last_calls
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import VILLAGE_DIGITS

# because a phone unheard of for a week is out of use, and would excuse its unit for ever
DORMANT_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a unit has before it counts as silent, and a phone before it counts as unheard."""

    silent_after_minutes: float
    not_synced_after_hours: float


@dataclass(frozen=True, slots=True)
class Phones:
    """The last calls of the phones of each unit's own workers."""

    calls: dict[str, list[datetime]]

    def unheard_since(self, unit: str) -> datetime | None:
        """Return when the phone longest unheard of last called; None for a unit without phones."""
        return min(self.calls.get(unit, ()), default=None)

    def unheard(self, unit: str, until_at: datetime, now: datetime, patience: Patience) -> int:
        """Return how many phones of the unit have not called since before the snapshot."""
        hours = patience.not_synced_after_hours
        return sum(rules.is_unheard(at, until_at, now, hours) for at in self.calls.get(unit, ()))


def patience(path: str, on: date) -> Patience:
    """Return the waiting times that hold in the area. Source: rulebook, product defaults."""
    minutes = rule("report.silent_after_minutes", path, on).value
    hours = rule("report.not_synced_after_hours", path, on).value
    return Patience(float(minutes), float(hours))


def phones(path: str, now: datetime) -> Phones:
    """Return the phones of the units at or below an area. Those of a grid belong to its village."""
    calls: dict[str, list[datetime]] = {}
    for area, at in last_calls(path, now - DORMANT_AFTER):
        calls.setdefault(area[:VILLAGE_DIGITS], []).append(at)
    return Phones(calls)


def state_of(report: DailyReport, now: datetime, heard: Phones, waits: Patience) -> rules.ReportState:
    """Return how a unit stands with its report now."""
    return rules.report_state(
        report.snapshot_at,
        now,
        confirmed=report.confirmed_at is not None,
        is_nil=report.state == DailyReport.State.NIL,
        unheard_since=heard.unheard_since(report.area_path),
        silent_after_minutes=waits.silent_after_minutes,
        not_synced_after_hours=waits.not_synced_after_hours,
    )


def find_report(path: str, on: date) -> DailyReport | None:
    """Return the report of a unit for a day."""
    return DailyReport.objects.filter(area_path=path, report_on=on).first()


def reports_on(path: str, level: str, on: date) -> dict[str, DailyReport]:
    """Return the reports of a level below an area for a day, by unit."""
    return {one.area_path: one for one in DailyReport.objects.filter(within(path), level=level, report_on=on)}


def open_reports(since: date, path: str = "") -> Iterable[DailyReport]:
    """Return the reports since a day that nobody has confirmed."""
    return DailyReport.objects.filter(within(path), report_on__gte=since, confirmed_at__isnull=True).order_by("pk")


def unit_lines(path: str, level: str, on: date, now: datetime) -> list[dict[str, Any]]:
    """Return the units one level below with their states, those that are late first."""
    hours, waits, heard = period(level, path, on), patience(path, on), phones(path, now)
    known = reports_on(path, level, on)
    lines = []
    for area in areas_of_level(level, path):
        report = known.get(area.path) or DailyReport(area_path=area.path, snapshot_at=hours.until_at)
        state = state_of(report, now, heard, waits)
        lines.append(
            {
                "path": area.path, "name": area.short_name or area.name, "level": level, "state": state,
                "label": rules.REPORT_STATES[state].as_dict(), "confirmed_at": report.confirmed_at,
                "report_id": str(report.pk) if area.path in known else None,
                "phones_unheard": heard.unheard(area.path, report.snapshot_at, now, waits),
            }
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-rules.urgency(line["state"]), line["path"]))
