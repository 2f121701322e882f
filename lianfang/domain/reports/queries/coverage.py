"""Coverage of every area: doors, doors reached, doors with a contact, people in observation, slots of this half-day.

Counted per grid when something happened, and added up for whoever looks: a county answers from some hundred rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Substr

from lianfang.domain.areas.queries import area_card, child_path_length, children, path_length
from lianfang.domain.reports.models import CoverageCount, CoverageSweep
from lianfang.domain.screening.queries.visits import running_campaigns
from lianfang.foundation.access.actor import NOT_YOURS, Actor, any_within
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.counting import counted
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.clock import CHINA

PERMISSION = "screening.coverage"
# because slots fall due by time alone, with nobody doing anything
RECOUNT_AFTER = timedelta(minutes=10)
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Measure:
    """One kept count and the list behind it."""

    name: str
    table: str
    where: dict[str, str]


def half_day(now: datetime) -> tuple[datetime, datetime]:
    """Return where this half-day begins and ends, in China's time: slots of the morning, then of the evening."""
    here = now.astimezone(CHINA)
    morning = datetime.combine(here.date(), time(0), CHINA)
    noon = datetime.combine(here.date(), NOON, CHINA)
    return (morning, noon) if here < noon else (noon, morning + timedelta(days=1))


def measures(now: datetime) -> list[Measure]:
    """Return what is counted at the moment."""
    begins, _ = half_day(now)
    slots = {"opens_at__gte": begins.isoformat(), "opens_at__lte": now.astimezone(CHINA).isoformat()}
    contact = {"kind": "primary_contact", "target_kind": "household", "state__in": "proposed,accepted,active"}
    wanted = [
        Measure("households", "people.households", {"status": "occupied"}),
        *_reached(),
        Measure("with_contact", "organisation.responsibilities", contact),
        Measure("observed", "observation.timetable", {"state": "live"}),
        Measure("slots_due", "observation.slots", slots),
        Measure("slots_recorded", "observation.slots", {**slots, "state": "recorded"}),
    ]
    return [one for one in wanted if one.table in TABLES]


def _reached() -> list[Measure]:
    """Return doors reached by the widest sweep that is running: a door of two sweeps must not count twice."""
    running = running_campaigns()
    if not running:
        return []
    widest = max(running, key=lambda one: (one.households, str(one.pk)))
    return [Measure("reached", "screening.sweep_households", {"campaign": str(widest.pk), "outcome": "done"})]


NAMES = ("households", "reached", "with_contact", "observed", "slots_due", "slots_recorded")


def is_outdated(now: datetime) -> bool:
    """Say whether anything was recorded since the last count, or time alone has changed what is due."""
    last = CoverageSweep.objects.first()
    if last is None or now - last.swept_at > RECOUNT_AFTER or half_day(now) != half_day(last.swept_at):
        return True
    return _newest_line() > last.audit_line


def _newest_line() -> int:
    return AuditLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def recount(now: datetime) -> None:
    """Bring the kept counts in line with the lists; only what differs is written. The caller may write."""
    line = _newest_line()
    found = _found(now)
    known = {one.area_path: one for one in CoverageCount.objects.all()}
    changed = [one for path, one in found.items() if path not in known or _numbers(known[path]) != _numbers(one)]
    CoverageCount.objects.filter(pk__in=[path for path in known if path not in found]).delete()
    CoverageCount.objects.bulk_create(
        changed, batch_size=500, update_conflicts=True, unique_fields=["area_path"], update_fields=NAMES
    )
    CoverageSweep.objects.update_or_create(pk=1, defaults={"swept_at": now, "audit_line": line})


def _numbers(one: CoverageCount) -> tuple[int, ...]:
    return tuple(getattr(one, name) for name in NAMES)


def _found(now: datetime) -> dict[str, CoverageCount]:
    found: dict[str, CoverageCount] = {}
    for measure in measures(now):
        for path, number in counted(measure.table, measure.where, "", path_length("grid")).items():
            setattr(found.setdefault(path, CoverageCount(area_path=path)), measure.name, int(number))
    return found


def coverage(viewer: Actor, path: str) -> dict[str, Any]:
    """Return coverage of the areas one level below, each with its point on the map. Raises `access.not_yours`."""
    mine = viewer.prefixes(PERMISSION)
    if not any(path.startswith(one) or one.startswith(path) for one in mine):
        raise NOT_YOURS(field="within")
    length = child_path_length(path)
    rows = CoverageCount.objects.filter(within(path), any_within(mine, "area_path"))
    sums = {name: Sum(name) for name in NAMES}
    grouped = rows.order_by().values(child=Substr("area_path", 1, length)).annotate(**sums)
    below: dict[str, dict[str, Any]] = {row["child"]: dict(row) for row in grouped}
    swept = CoverageSweep.objects.first()
    return {
        "as_of": swept.swept_at if swept else None,
        "within": area_card(path),
        "total": _added(below.values()),
        "areas": [_line(area, below.get(area.path, {})) for area in children(path)],
    }


def _added(lines: Iterable[dict[str, Any]]) -> dict[str, int]:
    kept = list(lines)
    return {name: sum(line[name] or 0 for line in kept) for name in NAMES}


def _line(area: Any, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": area.path, "name": area.short_name or area.name, "level": area.level,
        "longitude": area.longitude, "latitude": area.latitude, **{name: counts.get(name) or 0 for name in NAMES},
    }  # fmt: skip
