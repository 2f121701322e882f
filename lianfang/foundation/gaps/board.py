"""The gap board for an area: counts by kind and by child area, added up from kept counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
from lianfang.foundation.tables.reading import BAD_CURSOR, Query, find_table, read
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.text import Bilingual, has_control_characters


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
    """Return the board for an area; children are named by the first `child_length` digits of their path.

    One query per distinct scope, not one per gap: most viewers read every gap's table in the same areas.
    """
    visible = _visible(viewer)
    by_scope: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in visible:
        by_scope[viewer.prefixes(one.table)].append(one.name)
    counts: dict[str, int] = defaultdict(int)
    oldest: dict[str, datetime] = {}
    children: dict[str, dict[str, int]] = defaultdict(dict)
    for scope, names in by_scope.items():
        for name, child, count, since in _counted(scope, names, path, child_length):
            counts[name] += count
            oldest[name] = min(oldest.get(name, since), since)
            if len(child) == child_length:
                children[child][name] = count
    lines = [Line(one, counts[one.name], oldest.get(one.name)) for one in visible]
    swept = GapSweep.objects.filter(gap__in=[one.name for one in visible]).aggregate(at=Min("swept_at"))
    return Board(swept["at"], lines, dict(children))


def _counted(scope: tuple[str, ...], names: list[str], path: str, length: int) -> list[tuple[str, str, int, datetime]]:
    """Return (gap, child, count, oldest) from the village counts, or from the items where grids matter."""
    whole_villages = length <= VILLAGE_DIGITS and all(len(prefix) <= VILLAGE_DIGITS for prefix in scope)
    kept: Any = GapCount if whole_villages else GapItem
    amount, since = (Sum("count"), Min("oldest_since")) if whole_villages else (Count("pk"), Min("since"))
    rows = kept.objects.filter(within(path), any_within(scope), gap__in=names)
    grouped = rows.annotate(child=Substr("area_path", 1, length)).values_list("gap", "child")
    return list(grouped.annotate(amount, since))


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
        rows = rows.filter(_behind(after))
    page = list(rows.order_by("since", "subject_id")[: PAGE + 1])
    more = page[PAGE - 1] if len(page) > PAGE else None
    known = _subjects(viewer, declared, [item.subject_id for item in page[:PAGE]])
    people = {
        account.pk: {"id": str(account.pk), "name": account.name, "title": account.title}
        for account in Account.objects.filter(pk__in={item.answerable_id for item in page if item.answerable_id})
    }
    shown = [
        {
            "subject": {"table": declared.table, "id": item.subject_id, **known.get(item.subject_id, _UNSEEN)},
            "area_path": item.area_path,
            "since": item.since,
            "answers": people.get(item.answerable_id) if item.answerable_id else None,
            "detail": _said(declared, item.details),
        }
        for item in page[:PAGE]
    ]
    swept = GapSweep.objects.filter(gap=name).first()
    following = f"{more.since.isoformat()}|{more.subject_id}" if more else None
    return {"rows": shown, "next": following, "as_of": swept.swept_at if swept else None}


def open_on(viewer: Actor, table: str, path: str) -> Iterator[tuple[Bilingual, str, Any]]:
    """Yield title, subject and details in words of every open gap about rows of a table below an area, oldest first."""
    names = [one.name for one in _visible(viewer) if one.table == table]
    rows = GapItem.objects.filter(within(path), any_within(viewer.prefixes(table)), gap__in=names)
    for item in rows.order_by("since", "subject_id"):
        gap = GAPS[item.gap]
        yield gap.title, item.subject_id, _said(gap, item.details)


def _behind(after: str) -> Q:
    """Return the condition for items behind a cursor. Raises `table.bad_cursor`."""
    since, _, last = after.partition("|")
    try:
        moment = parse_datetime(since)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 2200 or has_control_characters(last):
        raise BAD_CURSOR(field="after")
    return Q(since__gt=moment) | Q(since=moment, subject_id__gt=last)


def _said(declared: Gap, details: dict[str, Any]) -> dict[str, Any]:
    """Return an item's details in words, where its gap has words for them: a reader knows no codes."""
    return declared.says(details).as_dict() if declared.says and details else details


_UNSEEN: dict[str, Any] = {"label": "", "can": []}


def _subjects(viewer: Actor, declared: Gap, subjects: list[str]) -> dict[str, dict[str, Any]]:
    """Return what each subject is called, as its table shows it to this viewer, and what may be done with it."""
    shown = find_table(declared.table)
    if not subjects:
        return {}
    column = next((one for one in shown.columns if one.name == shown.label), None)
    words = {code: label.in_language(viewer.language) for code, label in (column.choices or () if column else ())}
    asked = Query(where={"id__in": ",".join(subjects)}, limit=len(subjects), offers=True)
    return {
        str(row["id"]): {"label": _label(row["cells"].get(shown.label), words), "can": row["can"]}
        for row in read(viewer, declared.table, asked).rows
    }


def _label(cell: object, words: dict[str, str]) -> str:
    text = "" if cell is None else str(cell)
    return words.get(text, text)
