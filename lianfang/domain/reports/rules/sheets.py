"""What a confirmed mapping of a sheet says, what a newer sheet changed, and what filling it spared. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

TABLE, AREAS = "table", "areas"
PEN = ("", "hand")
UNFILLED = (*PEN, "formula")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a sheet asks: where (a column's letters or a cell), under which words, and what it means."""

    place: str
    header: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class ListMapping:
    """A list on a sheet: a row per record of a table, or a row per unit; rows of `fixed` belong to a named unit."""

    kind: str
    table: str
    first: int
    last: int
    columns: tuple[Asked, ...]
    where: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[int, str] = field(default_factory=dict)

    def meanings(self) -> list[str]:
        """Return what its columns are filled with, without those left to the pen or to a formula."""
        return [one.meaning for one in self.columns if one.meaning not in UNFILLED]


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """One sheet of a workbook as a person confirmed it."""

    name: str
    list: ListMapping | None
    cells: tuple[Asked, ...] = ()

    def asked(self) -> Iterator[Asked]:
        """Yield everything the sheet asks."""
        yield from self.list.columns if self.list else ()
        yield from self.cells


def read_mapping(kept: Sequence[Mapping[str, Any]]) -> tuple[SheetMapping, ...]:
    """Return a mapping as it is kept."""
    return tuple(SheetMapping(one["name"], _list(one.get("list")), _asked(one.get("cells", ()))) for one in kept)


def _list(kept: Mapping[str, Any] | None) -> ListMapping | None:
    if not kept:
        return None
    fixed = {int(row): path for row, path in kept.get("fixed", {}).items()}
    return ListMapping(
        kept["kind"], kept.get("table", ""), kept["first"], kept["last"], _asked(kept["columns"]),
        kept.get("where", {}), fixed,
    )  # fmt: skip


def _asked(kept: Iterable[Mapping[str, str]]) -> tuple[Asked, ...]:
    return tuple(Asked(one["place"], one.get("header", ""), one.get("meaning", "")) for one in kept)


def asked_of(mapping: Iterable[SheetMapping]) -> list[tuple[str, Asked]]:
    """Return everything a workbook asks with the name of its sheet; blanks within words are not asked of anybody."""
    return [(sheet.name, one) for sheet in mapping for one in sheet.asked() if not one.meaning.startswith("text:")]


@dataclass(frozen=True, slots=True)
class Copied:
    """What one unit's copy of a filled sheet held: rows listed, cells filled by themselves, cells left to the pen."""

    path: str
    rows: int
    spared: int
    typed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a newer sheet asks that the older did not, asks no more, and asks in another place."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[tuple[str, str, str], ...]


def changes(older: Sequence[SheetMapping], newer: Sequence[SheetMapping]) -> Changes:
    """Return how two editions of a sheet differ, by header; a header used twice is told apart by its order."""
    known = edition_before(older, newer)
    called = {before.name: name for name, before in known.items()}
    before = {(called.get(sheet, sheet), *key): one for sheet, key, one in _by_header(older)}
    after = {(sheet, *key): one for sheet, key, one in _by_header(newer)}
    moved = tuple(
        (one.header, before[key].place, one.place)
        for key, one in after.items()
        if key in before and before[key].place != one.place
    )
    return Changes(
        tuple(one.header for key, one in after.items() if key not in before),
        tuple(one.header for key, one in before.items() if key not in after), moved,
    )  # fmt: skip


def _by_header(mapping: Iterable[SheetMapping]) -> Iterator[tuple[str, tuple[str, int], Asked]]:
    for sheet in mapping:
        for key, one in in_order(one for _, one in asked_of([sheet])).items():
            yield sheet.name, key, one


def in_order(asked: Iterable[Asked]) -> dict[tuple[str, int], Asked]:
    """Return what is asked by its header and by which of that header it is: of two 电话, the second."""
    seen: Counter[str] = Counter()
    found = {}
    for one in asked:
        seen[one.header] += 1
        found[one.header, seen[one.header]] = one
    return found


def edition_before(older: Sequence[SheetMapping], newer: Sequence[SheetMapping]) -> dict[str, SheetMapping]:
    """Return the older edition of each sheet by the newer's name: of that name, else one left that asks half the same.

    A department that writes the month into the sheet's name has not asked anything else.
    """
    found = {one.name: one for one in older if one.name in {each.name for each in newer}}
    left = [one for one in older if one.name not in found]
    for one in newer:
        mine = {asked.header for asked in one.asked()}
        alike = {each.name: len(mine & _headers(each)) for each in left if one.name not in found}
        best = max(left, key=lambda each: alike.get(each.name, 0), default=None)
        if best and 0 < len(_headers(best)) <= 2 * alike.get(best.name, 0):
            found[one.name] = best
            left.remove(best)
    return found


def _headers(sheet: SheetMapping) -> set[str]:
    return {one.header for one in sheet.asked()}


def carried(older: Iterable[SheetMapping]) -> dict[str, str]:
    """Return what each header was confirmed to mean, for the sender's other sheets; of equal headers, the first."""
    found: dict[str, str] = {}
    for _, one in asked_of(older):
        if one.meaning not in UNFILLED and one.header:
            found.setdefault(one.header, one.meaning)
    return found


def is_needed(expires_on: date | None, on: date) -> bool:
    """Say whether a field that passed the burden gate may be asked and filled: to the day it was approved until."""
    return expires_on is not None and on <= expires_on


def is_due(fill_at: str, filled_on: date | None, now: datetime) -> bool:
    """Say whether a sheet that is filled daily at "HH:MM" (China) is due; `now` is China's time."""
    if not fill_at or filled_on == now.date():
        return False
    hour, _, minute = fill_at.partition(":")
    return now.time() >= time(int(hour), int(minute))


def in_words(on: date) -> str:
    """Return a day as forms write it: 2020年2月3日."""
    return f"{on.year}年{on.month}月{on.day}日"


def with_blanks_filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the blanks it names filled: 填报单位：{unit}; others stay as they are."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text
