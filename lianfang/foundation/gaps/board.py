"""The gap board for an area: counts by kind and by child area, added up from kept counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Substr
from django.utils.dateparse import parse_datetime

from lianfang.foundation.access.actor import Actor, any_within
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.gaps.models import GapCount, GapItem, GapSweep
from lianfang.foundation.gaps.registry import GAPS, Gap
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.reading import Query, find_table, read

VILLAGE = 12


@dataclass(frozen=True)
class Line:
    """One kind of gap on the board."""

    gap: Gap
    count: int
    oldest_since: datetime | None


@dataclass(frozen=True)
class Board:
    """What is not covered below an area, as of the oldest sweep that went into it."""

    as_of: datetime | None
    lines: list[Line]
    children: dict[str, dict[str, int]]


def _visible(viewer: Actor) -> list[Gap]:
    return [one for one in GAPS.values() if viewer.may(one.table)]


def board(viewer: Actor, path: str, child_length: int) -> Board:
    """Return the board for an area; children are named by the first `child_length` digits of their path."""
    lines: list[Line] = []
    children: dict[str, dict[str, int]] = defaultdict(dict)
    visible = _visible(viewer)
    for one in visible:
        kept: Any = GapCount if len(path) <= VILLAGE and _wide(viewer, one) else GapItem
        rows = kept.objects.filter(within(path), any_within(viewer.prefixes(one.table)), gap=one.name)
        total, oldest = _total(rows, kept)
        lines.append(Line(one, total, oldest))
        deep: Any = kept if child_length <= VILLAGE else GapItem
        if total:
            below = deep.objects.filter(within(path), any_within(viewer.prefixes(one.table)), gap=one.name)
            for child, count in _by_child(below, deep, child_length):
                children[child][one.name] = count
    swept = GapSweep.objects.filter(gap__in=[one.name for one in visible]).aggregate(at=Min("swept_at"))
    return Board(swept["at"], lines, dict(children))


def _wide(viewer: Actor, one: Gap) -> bool:
    """Say whether the viewer's scope is made of whole villages, so that village counts are exact."""
    return all(len(prefix) <= VILLAGE for prefix in viewer.prefixes(one.table))


def _total(rows: Any, kept: Any) -> tuple[int, datetime | None]:
    if kept is GapItem:
        found = rows.aggregate(oldest=Min("since"))
        return rows.count(), found["oldest"]
    found = rows.aggregate(n=Sum("count"), oldest=Min("oldest_since"))
    return found["n"] or 0, found["oldest"]


def _by_child(rows: Any, kept: Any, length: int) -> list[tuple[str, int]]:
    amount = Sum("count") if kept is GapCount else Count("pk")
    grouped = rows.annotate(child=Substr("area_path", 1, length)).values("child").annotate(n=amount)
    return [(row["child"], row["n"]) for row in grouped]


PAGE = 100


def items(viewer: Actor, name: str, path: str, after: str) -> dict[str, Any] | None:
    """Return one page of open items of a gap below an area, oldest first; None for a gap the viewer has no part in.

    Subjects are labelled through their table, so masking and scope hold here as everywhere.
    """
    declared = GAPS.get(name)
    if declared is None or not viewer.may(declared.table):
        return None
    rows = GapItem.objects.filter(within(path), any_within(viewer.prefixes(declared.table)), gap=name)
    if after:
        since, _, last = after.partition("|")
        moment = parse_datetime(since)
        if moment is not None and moment.tzinfo is not None:
            rows = rows.filter(Q(since__gt=moment) | Q(since=moment, subject_id__gt=last))
    page = list(rows.order_by("since", "subject_id")[: PAGE + 1])
    more = page[PAGE - 1] if len(page) > PAGE else None
    labels = _labels(viewer, declared, [item.subject_id for item in page[:PAGE]])
    people = {
        account.pk: {"id": str(account.pk), "name": account.name, "title": account.title}
        for account in Account.objects.filter(pk__in={item.answerable_id for item in page if item.answerable_id})
    }
    shown = [
        {
            "subject": {"table": declared.table, "id": item.subject_id, "label": labels.get(item.subject_id, "")},
            "area_path": item.area_path,
            "since": item.since,
            "answers": people.get(item.answerable_id) if item.answerable_id else None,
            "detail": item.details,
        }
        for item in page[:PAGE]
    ]
    swept = GapSweep.objects.filter(gap=name).first()
    following = f"{more.since.isoformat()}|{more.subject_id}" if more else None
    return {"rows": shown, "next": following, "as_of": swept.swept_at if swept else None}


def _labels(viewer: Actor, declared: Gap, subjects: list[str]) -> dict[str, str]:
    """Return what each subject is called, as its table shows it to this viewer."""
    shown = find_table(declared.table)
    if not shown.label or not subjects:
        return {}
    found = read(viewer, declared.table, Query(where={"id__in": ",".join(subjects)}, limit=len(subjects)))
    return {row["id"]: str(row["cells"].get(shown.label) or "") for row in found.rows}
