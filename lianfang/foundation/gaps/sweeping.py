"""Keeping the gap board true: sweep a gap in an area, note what opened and what closed, recount the villages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from os.path import commonprefix
from typing import Any

from django.db import transaction
from django.db.models import Count, Min
from django.db.models.functions import Substr

from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.models import GapCount, GapDirty, GapItem, GapSweep
from lianfang.foundation.gaps.registry import GAPS, Gap, Open
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import Progress, enqueue, job
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import AREA_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import now
from lianfang.kernel.text import both

SOON = timedelta(seconds=1)
FEW = 6


def sweep(declared: Gap, path: str = "", at: datetime | None = None) -> None:
    """Bring the kept items of one gap below one area in line with what is true now."""
    moment, started = at or now(), time.perf_counter()
    with transaction.atomic():
        GapSweep.objects.get_or_create(gap=declared.name, defaults={"swept_at": moment})
        GapSweep.objects.select_for_update().get(pk=declared.name)
        found = {one.subject_id: one for one in declared.find(path, moment)}
        known = _known(declared, path, found)
        closed = [item.pk for subject, item in known.items() if subject not in found]
        GapItem.objects.filter(pk__in=closed).delete()
        moved = _keep(declared, found, known)
        for area in {path[:VILLAGE_DIGITS], *(moved if path else ())}:
            _recount(declared, area)
        if not path:
            spent = int((time.perf_counter() - started) * 1000)
            GapSweep.objects.filter(pk=declared.name).update(swept_at=moment, milliseconds=spent)


def _known(declared: Gap, path: str, found: dict[str, Open]) -> dict[str, GapItem]:
    """Return the kept items below the area, and those kept elsewhere whose subject has moved in since."""
    mine = GapItem.objects.filter(gap=declared.name)
    known = {item.subject_id: item for item in mine.filter(within(path))}
    if path:
        strangers = [subject for subject in found if subject not in known]
        known |= {item.subject_id: item for item in mine.filter(subject_id__in=strangers)}
    return known


def _keep(declared: Gap, found: dict[str, Open], known: dict[str, GapItem]) -> set[str]:
    """Write what opened and what changed; what stays open keeps its since. Returns the villages subjects came from."""
    opened, changed, moved = [], [], set()
    for subject, one in found.items():
        item = known.get(subject)
        if item is None:
            opened.append(GapItem(gap=declared.name, subject_id=subject, area_path=one.area_path, since=one.since,
                                  answerable_id=one.answerable_id, details=one.details))  # fmt: skip
        elif (item.area_path, item.answerable_id, item.details) != (one.area_path, one.answerable_id, one.details):
            moved.add(item.area_path[:VILLAGE_DIGITS])
            item.area_path, item.answerable_id, item.details = one.area_path, one.answerable_id, one.details
            changed.append(item)
    GapItem.objects.bulk_create(opened, batch_size=2000, ignore_conflicts=True)
    GapItem.objects.bulk_update(changed, ["area_path", "answerable_id", "details"], batch_size=500)
    return moved


def _recount(declared: Gap, area: str) -> None:
    """Rewrite the counts of every village below the area."""
    items = GapItem.objects.filter(within(area), gap=declared.name).annotate(
        village=Substr("area_path", 1, VILLAGE_DIGITS)
    )
    counted = items.values("village").annotate(n=Count("pk"), oldest=Min("since"))
    GapCount.objects.filter(within(area), gap=declared.name).delete()
    GapCount.objects.bulk_create(
        GapCount(gap=declared.name, area_path=row["village"], count=row["n"], oldest_since=row["oldest"])
        for row in counted
    )


def recount_all(area: str) -> None:
    """Add up the counts of every gap below an area again from the kept items, after areas changed their codes."""
    for declared in GAPS.values():
        _recount(declared, area)


def sweep_all(path: str = "", names: Iterable[str] | None = None) -> None:
    """Sweep every declared gap, or the named ones, below an area."""
    for name in names or GAPS:
        sweep(GAPS[name], path)


@job("gaps.sweep", both("更新缺口看板", "Refresh the gap board"))
def sweep_job(body: dict[str, Any], _: Progress) -> None:
    """Sweep the named gaps below an area."""
    sweep_all(body.get("within", ""), body.get("gaps"))


def note_facts(events: Sequence[Event]) -> None:
    """Note which gaps the facts may have opened or closed, and see to it that a sweep is waiting."""
    dirty = {
        (one.name, event.area_path[:VILLAGE_DIGITS])
        for event in events
        for one in GAPS.values()
        if event.name in one.facts
    }
    if not dirty:
        return
    GapDirty.objects.bulk_create(GapDirty(gap=name, area_path=path) for name, path in sorted(dirty))
    if not Job.objects.filter(name="gaps.sweep_dirty", state=Job.State.WAITING).exists():
        enqueue("gaps.sweep_dirty", {}, delay=SOON)


@job("gaps.sweep_dirty", both("更新有变化的缺口", "Refresh what changed"))
def sweep_dirty(_: dict[str, Any], progress: Progress) -> None:
    """Sweep each noted gap once per area, however often it was noted."""
    noted = list(GapDirty.objects.values_list("pk", "gap", "area_path"))
    areas: dict[str, set[str]] = defaultdict(set)
    for _pk, name, path in noted:
        areas[name].add(path)
    for name in sorted(areas.keys() & GAPS.keys()):
        for path in _worth_sweeping(areas[name]):
            sweep(GAPS[name], path)
    GapDirty.objects.filter(pk__in=[pk for pk, _, _ in noted]).delete()


def _worth_sweeping(paths: set[str]) -> list[str]:
    """Return the areas to sweep: one by one while they are few, else what holds them all: a sweep is one query."""
    if len(paths) <= FEW:
        return sorted(paths)
    shared = commonprefix(sorted(paths))  # noqa: RUF071  (it is digits that are compared)
    # a path cut between two levels names no area
    return [shared[: max((length for length in AREA_DIGITS if length <= len(shared)), default=0)]]
