"""What a sheet as a whole seems to ask: suggestions for every list, column and cell, for a person to confirm.

What the older edition of the same sheet was confirmed to mean comes first, whole: its table, its filter, what was left
to the pen; then what the sender's earlier sheets were confirmed to mean, then what headers are known to mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lianfang.domain.areas.queries import areas_of_level, children
from lianfang.domain.reports.queries.meanings import AREA, FORMULA, HAND, MARKS, SERIAL, is_figure, is_meaning
from lianfang.domain.reports.rules.sheets import (
    AREAS,
    TABLE,
    Asked,
    ListMapping,
    SheetMapping,
    carried,
    edition_before,
    in_order,
)
from lianfang.doors.files.sheets.documents import TEXT, Document
from lianfang.doors.files.sheets.formulas import letters_of
from lianfang.doors.files.sheets.layout import CellFound, ListFound, PageFound, find_page
from lianfang.doors.files.sheets.meanings import (
    NOTHING,
    Suggestion,
    answers,
    knows,
    read_area,
    read_column,
    read_figure,
    read_mark,
)
from lianfang.doors.files.sheets.template import Page, Template, name_of
from lianfang.kernel.areas import TOWN_DIGITS

_NAMED_ENDS = (
    "人民政府",
    "街道办事处",
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "社区",
    "镇",
    "乡",
    "村",
    "街道",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a sheet asks, with what it seems to mean, how sure that is, and whether it is remembered."""

    place: str
    header: str
    meaning: str = ""
    confidence: float = 0.0
    remembered: bool = False


@dataclass(frozen=True)
class ListChoice:
    """A list with what its rows seem to be; `by_table` gives the columns' meanings were it another table's."""

    kind: str
    table: str
    header_top: int
    first: int
    last: int
    total: int
    columns: tuple[Choice, ...]
    by_table: Mapping[str, Mapping[str, str]]
    fixed: Mapping[int, str]
    where: Mapping[str, str] = field(default_factory=dict)
    letter: bool = False


@dataclass(frozen=True)
class SheetChoice:
    """One sheet of the workbook."""

    name: str
    list: ListChoice | None
    cells: tuple[Choice, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Return what is asked, in the form that mappings are kept in."""
        listed = self.list
        return {
            "name": self.name,
            "list": None if listed is None else {
                "kind": listed.kind, "table": listed.table, "first": listed.first, "last": listed.last,
                "columns": [_kept(one) for one in listed.columns], "where": dict(listed.where),
                "fixed": {str(row): path for row, path in listed.fixed.items()},
            },
            "cells": [_kept(one) for one in self.cells],
        }  # fmt: skip


def _kept(one: Choice) -> dict[str, str]:
    return {"place": one.place, "header": one.header[:200], "meaning": one.meaning[:200]}


@dataclass(frozen=True, slots=True)
class Known:
    """What was confirmed before: header → meaning of the sender's other sheets, and the older edition of this sheet."""

    memory: Mapping[str, str]
    before: SheetMapping | None = None

    @property
    def list(self) -> ListMapping | None:
        """Return the list as it was confirmed."""
        return self.before.list if self.before else None

    def cells(self, places: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return what single cells, given as place and header, were confirmed to mean, by their place now."""
        return self._by_place(places, self.before.cells if self.before else ())

    def columns(self, places: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return what columns, given as place and header, were confirmed to mean, by their place now."""
        return self._by_place(places, self.list.columns if self.list else ())

    def _by_place(self, places: Iterable[tuple[str, str]], confirmed: Iterable[Asked]) -> dict[str, str]:
        known = in_order(confirmed)
        now = in_order(Asked(place, header[:200]) for place, header in places)
        return {one.place: self._since(known[key]) for key, one in now.items() if key in known}

    def _since(self, one: Asked) -> str:
        """Return a confirmed meaning; what nobody had recorded then may have passed the burden gate since."""
        later = self.memory.get(one.header, "")
        return later if not one.meaning and later.startswith("asked:") else one.meaning


def suggest(
    template: Template | Document, within: str, memory: Mapping[str, str], older: Sequence[SheetMapping] = ()
) -> list[SheetChoice]:
    """Return what every visible sheet asks.

    `memory` is header → meaning of the sender's earlier sheets, `older` what an older edition of this one was confirmed
    to mean.
    """
    text = TEXT if isinstance(template, Document) else ""
    visible = [page for page in template.pages if page.state in ("", "visible")]
    pages = [(page, find_page(page, knows, paged=page.name == text)) for page in visible]
    before = edition_before(older, [_heads(found) for _, found in pages])
    memory = {**memory, **carried(older)}
    return [_sheet(page, found, within, Known(memory, before.get(page.name))) for page, found in pages]


def _heads(found: PageFound) -> SheetMapping:
    """Return the bare headers of a sheet, by which its older edition is known."""
    columns = [one.written for one in found.list.columns] if found.list else []
    asked = [*columns, *(one.label for one in found.cells)]
    return SheetMapping(found.name, None, tuple(Asked("", one) for one in asked))


def _sheet(page: Page, found: PageFound, within: str, known: Known) -> SheetChoice:
    cells = list(_cells(found, known))
    listed = found.list
    if listed is None:
        letter = _letter(found, cells, known) if page.name == TEXT else None
        rest = [one for one in cells if not letter or _is_of_letter(one)]
        return SheetChoice(page.name, letter, tuple(rest))
    fixed = _named_units(listed, within)
    if not fixed and not known.list and (matrix := list(_matrix(page, listed, known))):
        return SheetChoice(page.name, None, (*cells, *matrix))
    return SheetChoice(page.name, _with_formulas(page, _list(listed, fixed, known)), tuple(cells))


# --- letters ---------------------------------------------------------------------------------------------------


def _letter(found: PageFound, cells: Sequence[Choice], known: Known) -> ListChoice | None:
    """Return the blanks of a text as what a table knows of each person or household; None where none knows two."""
    own = {one.place for one in cells if _is_of_letter(one)}
    blanks = [one for one in found.cells if name_of(one.row, one.column) not in own]
    by_table = {name: _of_blanks(blanks, name, known) for name in answers()}
    table = _table(by_table, known.list)
    sure = sum(one.confidence for one in by_table[table])
    of_figures = sum(one.confidence for one in cells if not _is_of_letter(one))
    if not known.list and (sum(1 for one in by_table[table] if one.meaning) < 2 or sure <= of_figures):
        return None
    meanings = {name: {one.place: one.meaning for one in of if one.meaning} for name, of in by_table.items()}
    where = known.list.where if known.list else {}
    return ListChoice(TABLE, table, 0, 1, 1, 0, by_table[table], meanings, {}, where, letter=True)


def _is_of_letter(one: Choice) -> bool:
    """Say whether a blank is about the letter, and not about the one it is written to."""
    return one.meaning.startswith("text:") or one.meaning in MARKS


def _of_blanks(blanks: Sequence[CellFound], table: str, known: Known) -> tuple[Choice, ...]:
    """Return what each blank asks; a name asked twice in one letter is written twice."""
    places = [(name_of(one.row, one.column), one.label) for one in blanks]
    before = _that_table_has(known.columns(places), table, known.list)
    return tuple(
        _remembered(place, label, table, known, before) or _read(place, label, read_column(table, label))
        for place, label in places
    )


def _remembered(place: str, header: str, table: str, known: Known, before: Mapping[str, str]) -> Choice | None:
    """Return what was confirmed for a column of a table: in the older edition, else in the sender's other sheets."""
    meaning = known.memory.get(header, "")
    if place in before:
        return Choice(place, header, before[place], 1.0, True)
    if meaning and is_meaning(meaning, table) and not is_figure(meaning):
        return Choice(place, header, meaning, 1.0, True)
    return None


def _read(place: str, header: str, read: Suggestion) -> Choice:
    return Choice(place, header, read.meaning, read.confidence)


# --- lists -------------------------------------------------------------------------------------------------------


def _table(by_table: Mapping[str, Sequence[Choice]], before: ListMapping | None) -> str:
    """Return the table that a list is of: the one that was confirmed, else the one that knows its headers best."""
    if before and before.table in by_table:
        return before.table
    return max(by_table, key=lambda name: sum(one.confidence for one in by_table[name]))


def _list(found: ListFound, fixed: Mapping[int, str], known: Known) -> ListChoice:
    before = known.list
    by_table = {name: _of_table(found, name, known) for name in answers()}
    table = _table(by_table, before)
    figures = _of_units(found, known)
    of_units = sum(one.confidence for one in figures) > sum(one.confidence for one in by_table[table])
    is_areas = bool(fixed) or (of_units and any(is_figure(one.meaning) for one in figures))
    if before:
        is_areas = before.kind == AREAS
    return ListChoice(
        AREAS if is_areas else TABLE, "" if is_areas else table, found.header_top, found.first, found.last, found.total,
        figures if is_areas else by_table[table],
        {name: {one.place: one.meaning for one in choices if one.meaning} for name, choices in by_table.items()},
        fixed if is_areas else {}, before.where if before else {},
    )  # fmt: skip


def _with_formulas(page: Page, listed: ListChoice) -> ListChoice:
    """Return the list with the columns that its own formulas fill marked as theirs."""
    theirs = {
        letters_of(column)
        for row in range(listed.first, listed.last + 1)
        if row in page.rows
        for column, cell in page.rows[row].cells.items()
        if cell.formula is not None or cell.is_result
    }
    columns = tuple(replace(one, meaning=FORMULA, confidence=1.0) if one.place in theirs else one
                    for one in listed.columns)  # fmt: skip
    of_theirs = dict.fromkeys(sorted(theirs), FORMULA)
    return replace(
        listed, columns=columns, by_table={name: {**of, **of_theirs} for name, of in listed.by_table.items()}
    )


def _of_table(found: ListFound, table: str, known: Known) -> tuple[Choice, ...]:
    places = [letters_of(one.column) for one in found.columns]
    written = [one.written for one in found.columns]
    before = _that_table_has(known.columns(zip(places, written, strict=True)), table, known.list)
    choices = [
        _remembered(place, one.written, table, known, before)
        or _read(place, one.written, read_column(table, one.header, one.group))
        for place, one in zip(places, found.columns, strict=True)
    ]
    return _once(choices, before)


def _that_table_has(meanings: Mapping[str, str], table: str, before: ListMapping | None) -> dict[str, str]:
    """Return the confirmed meanings that hold for a table; what was left to the pen was so for the confirmed one."""
    is_same = before is not None and before.kind == TABLE and before.table == table
    return {
        place: meaning
        for place, meaning in meanings.items()
        if (is_same and meaning in ("", HAND))
        or (meaning not in ("", HAND, FORMULA) and is_meaning(meaning, table) and not is_figure(meaning))
    }


def _once(choices: Sequence[Choice], before: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return the choices with each meaning given to the column that is surest of it.

    What a person confirmed `before` stays as it was, and takes a meaning before any guess does.
    """
    best: dict[str, Choice] = {one.meaning: one for one in choices if one.place in before}
    for one in choices:
        if one.meaning and (one.meaning not in best or one.confidence > best[one.meaning].confidence):
            best[one.meaning] = one
    return tuple(
        one if not one.meaning or one.place in before or best[one.meaning] is one
        else replace(one, meaning="", confidence=0.0)
        for one in choices
    )  # fmt: skip


def _of_units(found: ListFound, known: Known) -> tuple[Choice, ...]:
    before = known.columns((letters_of(one.column), one.written) for one in found.columns)
    of_units = known.list is not None and known.list.kind == AREAS
    choices = []
    for one in found.columns:
        place, confirmed = letters_of(one.column), before.get(letters_of(one.column))
        if of_units and confirmed is not None and _is_of_units(confirmed):
            choices.append(Choice(place, one.written, confirmed, 1.0, True))
            continue
        meaning = known.memory.get(one.written, "")
        if meaning and (is_figure(meaning) or meaning == AREA):
            choices.append(Choice(place, one.written, meaning, 1.0, True))
            continue
        read = max((read_figure(f"{one.group.rpartition('/')[2]}{one.header}"), read_figure(one.header),
                    read_area(one.header), _serial(one.header)), key=lambda it: it.confidence)  # fmt: skip
        choices.append(Choice(place, one.written, read.meaning, read.confidence))
    return tuple(choices)


def _is_of_units(meaning: str) -> bool:
    """Say whether a confirmed meaning of a column of units, or of a single cell, holds still."""
    return meaning in ("", HAND, AREA, SERIAL, *MARKS) or (is_figure(meaning) and is_meaning(meaning))


def _serial(header: str) -> Suggestion:
    read = read_column("people.persons", header)
    return read if read.meaning == "serial" else NOTHING


def _named_units(found: ListFound, within: str) -> dict[int, str]:
    """Return the units whose names stand ready in the rows; nothing where most rows name none."""
    if not found.labels:
        return {}
    below = children(within) + (areas_of_level("village", within) if len(within) < TOWN_DIGITS else [])
    known: dict[str, str] = {}
    for area in reversed(below):
        known |= {_bare(name): area.path for name in (area.name, area.short_name) if name}
    named = {row: known[_bare(text)] for row, _, text in found.labels if _bare(text) in known}
    return named if len(named) >= 0.5 * len(found.labels) else {}


def _bare(name: str) -> str:
    """Return the name of a unit without what it is: 古绛镇人民政府 → 古绛."""
    text = name.strip()
    for end in _NAMED_ENDS:
        if len(text) > len(end) + 1:
            text = text.removesuffix(end)
    return text


# --- single cells ------------------------------------------------------------------------------------------------


def _cells(found: PageFound, known: Known) -> Iterator[Choice]:
    before = known.cells((name_of(one.row, one.column), one.label) for one in found.cells)
    for one in found.cells:
        place = name_of(one.row, one.column)
        confirmed = before.get(place)
        if confirmed is not None and (_is_of_units(confirmed) or confirmed.startswith("text:")):
            yield Choice(place, one.label, confirmed, 1.0, True)
            continue
        if one.text:
            yield Choice(place, one.label, f"text:{one.text}"[:200], 0.9)
            continue
        meaning = known.memory.get(one.label, "")
        remembered = is_figure(meaning) or meaning == AREA or meaning in MARKS
        read = Suggestion(meaning, 1.0) if remembered else read_mark(one.label)
        if not read.meaning:
            read = read_figure(one.label)
        if not read.meaning:
            read = read_area(one.label)
        yield Choice(place, one.label, read.meaning, read.confidence, bool(meaning))


def _matrix(page: Page, found: ListFound, known: Known) -> Iterator[Choice]:
    """Yield the cells of a table whose rows name what is counted and whose columns name when or how."""
    labels = {row: text for row, _, text in found.labels}
    leading = {column for _, column, _ in found.labels}
    asked = [
        (name_of(row, one.column), row, one)
        for one in found.columns
        for row in sorted(labels)
        if one.column not in leading and ((cell := page.cell(row, one.column)) is None or cell.is_blank)
    ]
    before = known.cells((place, f"{labels[row]}/{one.written}") for place, row, one in asked)
    choices = []
    for place, row, one in asked:
        label, confirmed = f"{labels[row]}/{one.written}", before.get(place)
        if confirmed is not None and _is_of_units(confirmed):
            choices.append(Choice(place, label, confirmed, 1.0, True))
            continue
        meaning = known.memory.get(label, "")
        read = Suggestion(meaning, 1.0) if is_figure(meaning) else _joined(labels[row], one.header)
        choices.append(Choice(place, label, read.meaning, read.confidence, bool(meaning)))
    if sum(1 for one in choices if one.meaning) >= 2:
        yield from choices


def _joined(row: str, column: str) -> Suggestion:
    """Return the figure that a row's and a column's words ask together: 返乡人员 + 今日新增."""
    tries = (read_figure(f"{column}{row}"), read_figure(f"{row}{column}"))
    best = max(tries, key=lambda it: it.confidence)
    return best if best.confidence or column not in ("人数", "数量", "数值", "合计") else read_figure(row)
