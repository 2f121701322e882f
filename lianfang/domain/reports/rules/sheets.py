"""What a confirmed mapping of a sheet says, what a newer sheet changed, and what filling it spared. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

TABLE, AREAS = "table", "areas"
UNFILLED = ("", "hand", "formula")


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
class Changes:
    """What a newer sheet asks that the older did not, asks no more, and asks in another place."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[tuple[str, str, str], ...]


def changes(older: Iterable[SheetMapping], newer: Iterable[SheetMapping]) -> Changes:
    """Return how two editions of a sheet differ, by header; a header used twice is told apart by its order."""
    before, after = _by_header(older), _by_header(newer)
    moved = tuple(
        (header, before[key].place, one.place)
        for key, one in after.items()
        for header in [key[1]]
        if key in before and before[key].place != one.place
    )
    return Changes(
        tuple(key[1] for key in after if key not in before), tuple(key[1] for key in before if key not in after), moved
    )


def _by_header(mapping: Iterable[SheetMapping]) -> dict[tuple[str, str, int], Asked]:
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for sheet, one in asked_of(mapping):
        seen[sheet, one.header] += 1
        found[sheet, one.header, seen[sheet, one.header]] = one
    return found


def carried(older: Iterable[SheetMapping]) -> dict[str, str]:
    """Return what each header of an older edition was confirmed to mean."""
    return {one.header: one.meaning for _, one in asked_of(older) if one.meaning not in UNFILLED and one.header}


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
