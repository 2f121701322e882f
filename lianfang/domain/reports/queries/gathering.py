"""Gathering what a sheet asks, for one unit or for every unit of a level at once, as the person who asks may see it.

Names are masked unless a named export was asked for and permitted; what somebody may not read at all stays blank.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr

from lianfang.domain.areas.queries import areas_of_level, children, names
from lianfang.domain.reports import rules
from lianfang.domain.reports.models import FieldAnswer
from lianfang.domain.reports.queries.figures import count_units, period
from lianfang.domain.reports.queries.meanings import (
    AREA,
    AS_OF,
    FIGURES,
    FILLED_ON,
    SERIAL,
    approved_field,
    find_column,
    find_count,
    is_figure,
    split_column,
)
from lianfang.domain.reports.rules.sheets import AREAS, TABLE, ListMapping, SheetMapping, in_words, is_needed
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.counting import counted
from lianfang.foundation.tables.reading import MAX_LIMIT, Query, find_table, read, read_all, read_named
from lianfang.foundation.tables.registry import Column, Table
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

TOO_LONG = refusal(
    "reports.sheet_too_long",
    "名单超过 {limit} 行，请加筛选条件或按村填报。",
    "The list has more than {limit} rows; add a filter or fill it by village.",
)

MOST_ROWS = 50_000
PERMISSION = "tables.export_named"
# because a file leaves the area and the session of whoever reads names there
_MASKED = frozenset({PrivacyClass.NAME})
_LENGTHS = {"county": 6, "town": 9, "village": 12, "grid": 15}
_MOST_NAMED = 10

Record = dict[str, Any]


@dataclass
class Left:
    """What a filling leaves out or blank, to be said beside it: a part shown as the whole is a wrong number.

    Rows that lie in no unit's copy, by area; units that have not answered a field, and the day a field was approved
    until, by its header.
    """

    unplaced: Counter[str] = field(default_factory=Counter)
    unanswered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    expired: dict[str, date | None] = field(default_factory=dict)

    def sentences(self) -> list[Bilingual]:
        """Return each in a sentence."""
        return [*self._rows(), *self._answers(), *self._fields()]

    def _rows(self) -> Iterator[Bilingual]:
        if self.unplaced:
            rows, where = self.unplaced.total(), _listed(self.unplaced)
            yield both(
                f"有 {rows} 行没有落到各份的单位（{where[0]}），哪一份里都没有。",
                f"{rows} rows lie in none of the units that got a copy ({where[1]}); they are in no copy.",
            )

    def _answers(self) -> Iterator[Bilingual]:
        for header, units in self.unanswered.items():
            where = _listed(units)
            yield both(
                f"“{header}”还有 {len(units)} 个单位没有填（{where[0]}），含这些单位的数字留空。",
                f"{len(units)} units have not answered “{header}” ({where[1]}); numbers that take them in stay blank.",
            )

    def _fields(self) -> Iterator[Bilingual]:
        for header, until in self.expired.items():
            yield both(
                f"“{header}”只批准用到 {until}，已到期，留空。",
                f"“{header}” was approved until {until}; it stays blank.",
            )


def _listed(paths: Iterable[str]) -> tuple[str, str]:
    """Return the names of areas in a row, the first of many, in Chinese and English."""
    listed = sorted(paths)
    called = names(listed[:_MOST_NAMED])
    first, more = [called.get(one, one) for one in listed[:_MOST_NAMED]], len(listed) > _MOST_NAMED
    return "、".join(first) + ("等" if more else ""), ", ".join(first) + (" …" if more else "")


@dataclass(frozen=True)
class Wanted:
    """Who asks, for which area and day, with names or masked, and the row limit of a named list.

    `first` asks for the first rows of each list only; `language` is that of choices in words; what could not be
    gathered is noted in `left`.
    """

    viewer: Actor
    path: str
    on: date
    at: datetime
    named: bool = False
    limit: int = MOST_ROWS
    first: int = 0
    language: str = "zh-hans"
    left: Left = field(default_factory=Left)


@dataclass
class Unit:
    """What one unit's sheet holds: single values by meaning, and the records of each sheet's list by meaning."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Record]] = field(default_factory=dict)
    row_ids: list[str] = field(default_factory=list)

    def listed(self, sheet: str) -> int:
        """Return how many rows of a sheet's list say something; those of others' areas stay blank."""
        return sum(1 for record in self.lists.get(sheet, ()) if record)


def gather(wanted: Wanted, mapping: Sequence[SheetMapping], units: Sequence[str]) -> dict[str, Unit]:
    """Return what the sheets of each unit hold. The units lie on one level at or below `wanted.path`.

    Raises `access.not_yours` for a table or figure the viewer may not read, `reports.sheet_too_long`.
    """
    found = {path: Unit(path) for path in units}
    length = len(units[0])
    singles = [one.meaning for sheet in mapping for one in sheet.cells if one.meaning]
    for path, values in _figures(wanted, singles, length).items():
        if path in found:
            found[path].values |= values
    for path, unit in found.items():
        unit.values = _nought(singles) | unit.values | _words(wanted, path)
    for sheet in mapping:
        if sheet.list and sheet.list.kind == TABLE:
            _gather_table(wanted, sheet.name, sheet.list, found, length)
        elif sheet.list and sheet.list.kind == AREAS:
            _gather_areas(wanted, sheet.name, sheet.list, found)
    return found


def _nought(meanings: Iterable[str]) -> dict[str, Any]:
    return {meaning: 0 for meaning in meanings if is_figure(meaning) and not meaning.startswith("asked:")}


def _words(wanted: Wanted, path: str) -> dict[str, Any]:
    above = names([path[:9], path[:12], path[:15], path[:6]])
    full = "".join(above.get(one, "") for one in dict.fromkeys((path[:9], path[:12], path[:15])) if len(one) > 6)
    moment = local(wanted.at)
    return {
        "unit": full or above.get(path, path),
        AREA: above.get(path, path),
        "date": in_words(wanted.on),
        "time": f"{in_words(moment.date())}{moment.hour}时",
        "by": wanted.viewer.name,
        AS_OF: wanted.at,
        FILLED_ON: wanted.on,
    }


# --- figures -----------------------------------------------------------------------------------------------------


def _figures(wanted: Wanted, meanings: Iterable[str], length: int) -> dict[str, dict[str, Any]]:
    """Return each figure by unit; those with nought of everything are left out."""
    asked = list(dict.fromkeys(one for one in meanings if is_figure(one)))
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, values in _reported(wanted, [one for one in asked if one.startswith("fig:")], length).items():
        found[path] |= values
    for meaning in asked:
        if counting := find_count(meaning) if meaning.startswith("count:") else None:
            table, where = counting
            wanted.viewer.require(table, wanted.path)
            where = _dated(where, wanted.on)
            # because counting asks as the house: a filter that this viewer's list refuses would tell what it hides
            read(wanted.viewer, table, Query(where, wanted.path, limit=1))
            for path, number in counted(table, where, wanted.path, length).items():
                found[path][meaning] = number
        elif meaning.startswith("asked:"):
            for path, number in _answered(wanted, meaning.removeprefix("asked:"), length).items():
                found[path][meaning] = number
    return found


def _answered(wanted: Wanted, field_id: str, length: int) -> dict[str, float]:
    """Return what units answered to an approved field, added up by area.

    Nothing where any of them has not answered, and for a day after the one it was approved until.
    """
    wanted.viewer.require("reports.field_answers", wanted.path)
    asked = approved_field(field_id)
    if asked is None:
        return {}
    if not is_needed(asked.expires_on, wanted.on):
        wanted.left.expired[asked.header] = asked.expires_on
        return {}
    answers = FieldAnswer.objects.filter(within(wanted.path), field=asked)
    lacking = Q(value__isnull=True)
    if silent := set(answers.filter(lacking).values_list("area_path", flat=True)):
        wanted.left.unanswered[asked.header] |= silent
    summed = answers.values(unit=Substr("area_path", 1, length)).annotate(
        total=Sum("value"), lacking=Count("pk", filter=lacking)
    )
    whole = {one["unit"]: one["total"] for one in summed.order_by() if not one["lacking"]}
    return {unit: int(total) if total.is_integer() else total for unit, total in whole.items()}


def _reported(wanted: Wanted, meanings: Sequence[str], length: int) -> dict[str, dict[str, Any]]:
    if not meanings:
        return {}
    wanted.viewer.require("reports.reports", wanted.path)
    figures = [FIGURES[one.removeprefix("fig:")] for one in meanings]
    level = next((name for name, digits in _LENGTHS.items() if digits >= length), "grid")
    hours = period(level if level in rules.LEVELS else "village", wanted.path, wanted.on)
    values, _ = count_units(figures, hours, wanted.path, length)
    return {path: {f"fig:{code}": number for code, number in kept.items()} for path, kept in values.items()}


def _dated(where: Mapping[str, str], on: date) -> dict[str, str]:
    """Return filters with the sheet's own day where they name it: {"ends_on": "{on}"}."""
    return {key: value.replace("{on}", on.isoformat()) for key, value in where.items()}


def _gather_areas(wanted: Wanted, sheet: str, asked: ListMapping, found: dict[str, Unit]) -> None:
    """Give each unit a row for every area one level below it; a list that names no areas has one row, its own.

    Where the rows name their areas, those that are not the unit's own or within it stay blank.
    """
    meanings = asked.meanings()
    if AREA not in meanings and not asked.fixed:
        for path, values in _figures(wanted, meanings, len(next(iter(found)))).items():
            if path in found:
                found[path].lists[sheet] = [_nought(meanings) | values]
        for unit in found.values():
            unit.lists.setdefault(sheet, [_nought(meanings)])
        return
    for unit in found.values():
        below = children(unit.path)
        rows = list(asked.fixed.items()) or [(number, area.path) for number, area in enumerate(below)]
        # because a neighbour's row would say nought, and one above would say this unit's number for all of its own
        rows = [(number, path if path.startswith(unit.path) else "") for number, path in rows]
        lengths = {len(path) for _, path in rows if path}
        known: dict[str, dict[str, Any]] = {}
        for length in lengths:
            known |= _figures(Wanted(**{**wanted.__dict__, "path": unit.path}), meanings, length)
        called = names(path for _, path in rows)
        unit.lists[sheet] = [
            _nought(meanings) | known.get(path, {}) | {AREA: called.get(path, ""), SERIAL: number} if path else {}
            for number, (_, path) in enumerate(rows, start=1)
        ]


# --- lists -------------------------------------------------------------------------------------------------------


def _gather_table(wanted: Wanted, sheet: str, asked: ListMapping, found: dict[str, Unit], length: int) -> None:
    declared = find_table(asked.table)
    columns = [one.removeprefix("col:") for one in asked.meanings() if one.startswith("col:")]
    rows = list(_rows(wanted, declared, _dated(asked.where, wanted.on)))
    linked = {link: _linked(wanted, declared, link, rows) for link in {split_column(one)[0] for one in columns} - {""}}
    places = _area_names(declared, columns, rows, linked)
    show = [(f"col:{one}", _getter(declared, one, linked, places, wanted.language)) for one in columns]
    everywhere = next(iter(found.values()))
    for row in rows:
        unit = found.get(row["area"][:length]) if declared.area else everywhere
        if unit is not None:
            listed = unit.lists.setdefault(sheet, [])
            listed.append({SERIAL: len(listed) + 1, **{meaning: get(row) for meaning, get in show}})
            unit.row_ids.append(row["id"])
        else:
            wanted.left.unplaced[row["area"]] += 1
    for unit in found.values():
        unit.lists.setdefault(sheet, [])


def _rows(wanted: Wanted, declared: Table, where: Mapping[str, str]) -> Iterator[Record]:
    area = declared.column(declared.area)
    sort = declared.area if area is not None and area.sortable else ""
    query = Query(where, wanted.path, sort=sort, limit=wanted.limit + 1)
    if wanted.named:
        yield from read_named(wanted.viewer, declared.name, PERMISSION, query)
        return
    shown = read_all(wanted.viewer, declared.name, query, _MASKED)
    if wanted.first:
        yield from islice(shown, wanted.first)
        return
    for number, row in enumerate(shown):
        if number >= MOST_ROWS:
            raise TOO_LONG(limit=MOST_ROWS)
        yield row


def _linked(wanted: Wanted, declared: Table, link: str, rows: Sequence[Record]) -> dict[str, Record]:
    """Return the rows that a link column leads to, as the viewer may see them there; none where they may not."""
    column = declared.column(link)
    other = column.link if column else None
    if other == "accounts.accounts" and not wanted.viewer.may(other):
        # because a colleague's name is everybody's to know, and their account is not
        other = "organisation.workers"
    if not other or not wanted.viewer.may(other):
        return {}
    keys = list(dict.fromkeys(str(row["cells"][link]) for row in rows if row["cells"][link]))
    found = {}
    for start in range(0, len(keys), MAX_LIMIT):
        query = Query({"id__in": ",".join(keys[start : start + MAX_LIMIT])}, limit=MAX_LIMIT)
        shown = (
            read_named(wanted.viewer, other, PERMISSION, query)
            if wanted.named and find_table(other).named_export
            else read_all(wanted.viewer, other, query, _MASKED)
        )
        found.update({str(row["id"]): row for row in shown})
    return found


def _area_names(
    declared: Table, columns: Iterable[str], rows: Sequence[Record], linked: Mapping[str, Mapping[str, Record]]
) -> dict[str, str]:
    """Return the names of every area that the rows' area columns speak of."""
    paths: set[str] = set()
    for asked in columns:
        link, name, part = split_column(asked)
        if part:
            cells = [row["cells"] for row in (linked.get(link, {}).values() if link else rows)]
            paths |= {path[:length] for one in cells if (path := one.get(name)) for length in _LENGTHS.values()}
    return names(paths) if paths else {}


def _getter(
    declared: Table, asked: str, linked: Mapping[str, Mapping[str, Record]], places: Mapping[str, str], language: str
) -> Any:
    """Return what takes the shown value of one column out of a row."""
    link, name, part = split_column(asked)
    behind = find_column(declared.name, asked)
    column = behind[1] if behind else None
    labels = {key: label.in_language(language) for key, label in (column.choices or ())} if column else {}

    def get(row: Record) -> Any:
        found = linked.get(link, {}).get(str(row["cells"].get(link))) if link else row
        value = found["cells"].get(name) if found else None
        return _shown(value, column, labels, part, places)

    return get


def _shown(value: Any, column: Column | None, labels: Mapping[str, str], part: str, places: Mapping[str, str]) -> Any:
    if value is None or value == "":
        return None
    if part:
        return _place(str(value), part, places)
    if isinstance(value, list):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    if labels:
        return labels.get(str(value), value)
    if column is not None and column.kind == "area":
        return _place(str(value), "full", places)
    return value if isinstance(value, (str, int, float, bool, date, datetime)) else str(value)


def _place(path: str, part: str, places: Mapping[str, str]) -> str | None:
    if part == "full":
        return "".join(places.get(path[:length], "") for length in (9, 12, 15) if len(path) >= length)
    length = _LENGTHS[part]
    return places.get(path[:length]) if len(path) >= length else None


def units_below(path: str, level: str) -> list[str]:
    """Return the units of a level at or below an area; the area itself without a level."""
    return [area.path for area in areas_of_level(level, path)] if level else [path]
