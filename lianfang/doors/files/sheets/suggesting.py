"""What a sheet as a whole seems to ask: suggestions for every list, column and cell, for a person to confirm.

What the sender's earlier sheets were confirmed to mean comes first; then what headers are known to mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianfang.domain.areas.queries import areas_of_level, children
from lianfang.domain.reports.queries.meanings import AREA, FORMULA, MARKS, is_figure, is_meaning
from lianfang.domain.reports.rules.sheets import AREAS, TABLE
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
                "columns": [_kept(one) for one in listed.columns],
                "fixed": {str(row): path for row, path in listed.fixed.items()},
            },
            "cells": [_kept(one) for one in self.cells],
        }  # fmt: skip


def _kept(one: Choice) -> dict[str, str]:
    return {"place": one.place, "header": one.header[:200], "meaning": one.meaning[:200]}


def suggest(template: Template | Document, within: str, memory: Mapping[str, str]) -> list[SheetChoice]:
    """Return what every visible sheet asks. `memory` is header → meaning of the sender's earlier sheets."""
    pages = [page for page in template.pages if page.state in ("", "visible")]
    text = TEXT if isinstance(template, Document) else ""
    return [_sheet(page, find_page(page, knows, paged=page.name == text), within, memory) for page in pages]


def _sheet(page: Page, found: PageFound, within: str, memory: Mapping[str, str]) -> SheetChoice:
    cells = list(_cells(found, memory))
    listed = found.list
    if listed is None:
        letter = _letter(found, cells, memory) if page.name == TEXT else None
        rest = [one for one in cells if not letter or _is_of_letter(one)]
        return SheetChoice(page.name, letter, tuple(rest))
    fixed = _named_units(listed, within)
    if not fixed and (matrix := list(_matrix(page, listed, memory))):
        return SheetChoice(page.name, None, (*cells, *matrix))
    return SheetChoice(page.name, _with_formulas(page, _list(listed, fixed, memory)), tuple(cells))


# --- letters ---------------------------------------------------------------------------------------------------


def _letter(found: PageFound, cells: Sequence[Choice], memory: Mapping[str, str]) -> ListChoice | None:
    """Return the blanks of a text as what a table knows of each person or household; None where none knows two."""
    own = {one.place for one in cells if _is_of_letter(one)}
    blanks = [one for one in found.cells if name_of(one.row, one.column) not in own]
    by_table = {name: _of_blanks(blanks, name, memory) for name in answers()}
    table = max(by_table, key=lambda name: sum(one.confidence for one in by_table[name]))
    sure = sum(one.confidence for one in by_table[table])
    of_figures = sum(one.confidence for one in cells if not _is_of_letter(one))
    if sum(1 for one in by_table[table] if one.meaning) < 2 or sure <= of_figures:
        return None
    meanings = {name: {one.place: one.meaning for one in of if one.meaning} for name, of in by_table.items()}
    return ListChoice(TABLE, table, 0, 1, 1, 0, by_table[table], meanings, {}, letter=True)


def _is_of_letter(one: Choice) -> bool:
    """Say whether a blank is about the letter, and not about the one it is written to."""
    return one.meaning.startswith("text:") or one.meaning in MARKS


def _of_blanks(blanks: Sequence[CellFound], table: str, memory: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return what each blank asks; a name asked twice in one letter is written twice."""
    choices = []
    for one in blanks:
        known = memory.get(one.label, "")
        remembered = bool(known) and is_meaning(known, table) and not is_figure(known)
        read = Suggestion(known, 1.0) if remembered else read_column(table, one.label)
        choices.append(Choice(name_of(one.row, one.column), one.label, read.meaning, read.confidence, remembered))
    return tuple(choices)


# --- lists -------------------------------------------------------------------------------------------------------


def _list(found: ListFound, fixed: Mapping[int, str], memory: Mapping[str, str]) -> ListChoice:
    by_table = {name: _of_table(found, name, memory) for name in answers()}
    table = max(by_table, key=lambda name: sum(one.confidence for one in by_table[name]))
    figures = _of_units(found, memory)
    of_units = sum(one.confidence for one in figures) > sum(one.confidence for one in by_table[table])
    is_areas = bool(fixed) or (of_units and any(is_figure(one.meaning) for one in figures))
    return ListChoice(
        AREAS if is_areas else TABLE, "" if is_areas else table, found.header_top, found.first, found.last, found.total,
        figures if is_areas else by_table[table],
        {name: {one.place: one.meaning for one in choices if one.meaning} for name, choices in by_table.items()},
        fixed if is_areas else {},
    )  # fmt: skip


def _with_formulas(page: Page, listed: ListChoice) -> ListChoice:
    """Return the list with the columns that its own formulas fill marked as theirs."""
    theirs = {
        letters_of(column)
        for row in range(listed.first, listed.last + 1)
        if row in page.rows
        for column, cell in page.rows[row].cells.items()
        if cell.formula is not None
    }
    columns = tuple(replace(one, meaning=FORMULA, confidence=1.0) if one.place in theirs else one
                    for one in listed.columns)  # fmt: skip
    of_theirs = dict.fromkeys(sorted(theirs), FORMULA)
    return replace(
        listed, columns=columns, by_table={name: {**of, **of_theirs} for name, of in listed.by_table.items()}
    )


def _of_table(found: ListFound, table: str, memory: Mapping[str, str]) -> tuple[Choice, ...]:
    choices = []
    for one in found.columns:
        known = memory.get(one.written, "")
        if known and is_meaning(known, table) and not is_figure(known):
            choices.append(Choice(letters_of(one.column), one.written, known, 1.0, True))
        else:
            read = read_column(table, one.header, one.group)
            choices.append(Choice(letters_of(one.column), one.written, read.meaning, read.confidence))
    return _once(choices)


def _once(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return the choices with each meaning given to the column that is surest of it."""
    best: dict[str, Choice] = {}
    for one in choices:
        if one.meaning and (one.meaning not in best or one.confidence > best[one.meaning].confidence):
            best[one.meaning] = one
    return tuple(
        one if not one.meaning or best[one.meaning] is one else replace(one, meaning="", confidence=0.0)
        for one in choices
    )


def _of_units(found: ListFound, memory: Mapping[str, str]) -> tuple[Choice, ...]:
    choices = []
    for one in found.columns:
        known = memory.get(one.written, "")
        if known and (is_figure(known) or known == AREA):
            choices.append(Choice(letters_of(one.column), one.written, known, 1.0, True))
            continue
        read = max((read_figure(f"{one.group.rpartition('/')[2]}{one.header}"), read_figure(one.header),
                    read_area(one.header), _serial(one.header)), key=lambda it: it.confidence)  # fmt: skip
        choices.append(Choice(letters_of(one.column), one.written, read.meaning, read.confidence))
    return tuple(choices)


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


def _cells(found: PageFound, memory: Mapping[str, str]) -> Iterator[Choice]:
    for one in found.cells:
        place = name_of(one.row, one.column)
        if one.text:
            yield Choice(place, one.label, f"text:{one.text}"[:200], 0.9)
            continue
        known = memory.get(one.label, "")
        remembered = is_figure(known) or known == AREA or known in MARKS
        read = Suggestion(known, 1.0) if remembered else read_mark(one.label)
        if not read.meaning:
            read = read_figure(one.label)
        if not read.meaning:
            read = read_area(one.label)
        yield Choice(place, one.label, read.meaning, read.confidence, bool(known))


def _matrix(page: Page, found: ListFound, memory: Mapping[str, str]) -> Iterator[Choice]:
    """Yield the cells of a table whose rows name what is counted and whose columns name when or how."""
    labels = {row: text for row, _, text in found.labels}
    leading = {column for _, column, _ in found.labels}
    choices = []
    for one in found.columns:
        for row in sorted(labels):
            cell = page.cell(row, one.column)
            if one.column in leading or (cell is not None and not cell.is_blank):
                continue
            label = f"{labels[row]}/{one.written}"
            known = memory.get(label, "")
            read = Suggestion(known, 1.0) if is_figure(known) else _joined(labels[row], one.header)
            choices.append(Choice(name_of(row, one.column), label, read.meaning, read.confidence, bool(known)))
    if sum(1 for one in choices if one.meaning) >= 2:
        yield from choices


def _joined(row: str, column: str) -> Suggestion:
    """Return the figure that a row's and a column's words ask together: 返乡人员 + 今日新增."""
    tries = (read_figure(f"{column}{row}"), read_figure(f"{row}{column}"))
    best = max(tries, key=lambda it: it.confidence)
    return best if best.confidence or column not in ("人数", "数量", "数值", "合计") else read_figure(row)
