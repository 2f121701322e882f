"""A form, what it was confirmed to mean, and what was gathered, put together into workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianfang.domain.reports.queries.gathering import Unit
from lianfang.domain.reports.queries.meanings import FORMULA
from lianfang.domain.reports.rules.sheets import AREAS, UNFILLED, ListMapping, SheetMapping, with_blanks_filled
from lianfang.doors.files.sheets.formulas import number_of
from lianfang.doors.files.sheets.suggesting import SheetChoice
from lianfang.doors.files.sheets.template import Template, place_of
from lianfang.doors.files.sheets.writing import Filling, Mark, write

_BLANKS = ("unit", "date", "time", "by")


def fill(template: Template, mapping: Sequence[SheetMapping], unit: Unit, mark: Mark | None = None) -> bytes:
    """Return the workbook of one unit."""
    fillings = {one.name: _filling(one, unit) for one in mapping if template.page(one.name)}
    return write(template, fillings, mark)


def spared(mapping: Sequence[SheetMapping], unit: Unit) -> int:
    """Return how many cells of the unit's workbook nobody had to type."""
    cells = sum(1 for sheet in mapping for one in sheet.cells if one.meaning not in UNFILLED)
    listed = sum(len(sheet.list.meanings()) * len(unit.lists.get(sheet.name, ())) for sheet in mapping if sheet.list)
    return cells + listed


def _filling(sheet: SheetMapping, unit: Unit) -> Filling:
    cells = {place_of(one.place): _value(one.meaning, unit) for one in sheet.cells if one.meaning not in UNFILLED}
    if sheet.list is None:
        return Filling(cells)
    listed = sheet.list
    columns = [(number_of(one.place), one.meaning) for one in listed.columns if one.meaning not in UNFILLED]
    records = unit.lists.get(sheet.name, [])
    if listed.kind == AREAS and listed.fixed:
        return Filling(cells | dict(_fixed(listed, columns, records)))
    rows = [{column: record.get(meaning) for column, meaning in columns} for record in records]
    mapped = frozenset(column for column, _ in columns)
    return Filling(cells, listed.first, listed.last, mapped, rows)


def _fixed(
    listed: ListMapping, columns: Sequence[tuple[int, str]], records: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[tuple[int, int], Any]]:
    """Yield the cells of rows whose units stand ready by name; names and numbers there are left as they are."""
    for row, record in zip(listed.fixed, records, strict=True):
        yield from (((row, column), record.get(meaning)) for column, meaning in columns if ":" in meaning)


def _value(meaning: str, unit: Unit) -> Any:
    if meaning.startswith("text:"):
        known = {name: str(unit.values.get(name, "")) for name in _BLANKS}
        return with_blanks_filled(meaning.removeprefix("text:"), known)
    return unit.values.get(meaning)


def blank_form(template: Template, choices: Sequence[SheetChoice]) -> bytes:
    """Return the form as it is kept: without what its lists held, for nobody's data lies in a form."""
    fillings = {}
    for one in choices:
        if one.list and not one.list.fixed and template.page(one.name):
            columns = frozenset(number_of(each.place) for each in one.list.columns if each.meaning != FORMULA)
            fillings[one.name] = Filling({}, one.list.first, one.list.last, columns)
    return write(template, fillings)
