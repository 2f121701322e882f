"""A form, what it was confirmed to mean, and what was gathered, put together into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lianfang.domain.reports.queries.gathering import Unit
from lianfang.domain.reports.queries.meanings import AS_OF, FORMULA, MARKS, OWN_SERIAL
from lianfang.domain.reports.rules.sheets import AREAS, PEN, UNFILLED, ListMapping, SheetMapping, with_blanks_filled
from lianfang.doors.files.guarding import number_of
from lianfang.doors.files.sheets.documents import PAGE, PAGES
from lianfang.doors.files.sheets.kinds import Form, write_form
from lianfang.doors.files.sheets.parts import Mark
from lianfang.doors.files.sheets.suggesting import SheetChoice
from lianfang.doors.files.sheets.template import place_of
from lianfang.doors.files.sheets.writing import Filling, as_text

_BLANKS = ("unit", "date", "time", "by")


def fill(form: Form, mapping: Sequence[SheetMapping], unit: Unit, mark: Mark | None = None) -> Iterator[bytes]:
    """Yield the files of one unit: one, or of a letter one to each record."""
    letter = next((one for one in mapping if one.list and is_letter(one.list) and form.page(one.name)), None)
    if letter is None or letter.list is None:
        yield write_form(form, _fillings(form, mapping, unit), mark)
        return
    blanks = [(place_of(one.place), one.meaning) for one in letter.list.columns if one.meaning not in UNFILLED]
    for number, record in enumerate(unit.lists.get(letter.name, []), start=1):
        alone = replace(unit, values=unit.values | {OWN_SERIAL: f"{unit.values.get(OWN_SERIAL, '')}-{number:04d}"})
        fillings = _fillings(form, mapping, alone)
        own = {place: _of_record(record, meaning, alone) for place, meaning in blanks}
        yield write_form(form, fillings | {letter.name: Filling(fillings[letter.name].cells | own)}, mark, to_one=True)


def _fillings(form: Form, mapping: Sequence[SheetMapping], unit: Unit) -> dict[str, Filling]:
    return {one.name: _filling(one, unit) for one in mapping if form.page(one.name)}


def is_letter(listed: ListMapping) -> bool:
    """Say whether a record is written into blanks of its own letter, and not into a row of a list."""
    return any(place_of(one.place) != (0, 0) for one in listed.columns)


def spared(mapping: Sequence[SheetMapping], unit: Unit) -> int:
    """Return how many cells of the unit's workbook nobody had to type."""
    cells = sum(1 for sheet in mapping for one in sheet.cells if one.meaning not in UNFILLED)
    listed = sum(len(sheet.list.meanings()) * unit.listed(sheet.name) for sheet in mapping if sheet.list)
    return cells + listed


def _filling(sheet: SheetMapping, unit: Unit) -> Filling:
    cells = {place_of(one.place): _value(one.meaning, unit) for one in sheet.cells if one.meaning not in UNFILLED}
    if sheet.list is None or is_letter(sheet.list):
        return Filling(cells)
    listed = sheet.list
    columns = [(number_of(one.place), one.meaning) for one in listed.columns if one.meaning not in UNFILLED]
    records = unit.lists.get(sheet.name, [])
    if listed.kind == AREAS and listed.fixed:
        return Filling(cells | dict(_fixed(listed, columns, records)))
    rows = [{column: _of_record(record, meaning, unit) for column, meaning in columns} for record in records]
    mapped = frozenset(column for column, _ in columns)
    return Filling(cells, listed.first, listed.last, mapped, rows)


def _fixed(
    listed: ListMapping, columns: Sequence[tuple[int, str]], records: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[tuple[int, int], Any]]:
    """Yield the cells of rows whose units stand ready by name; names and numbers there are left as they are."""
    for row, record in zip(listed.fixed, records, strict=True):
        yield from (((row, column), record.get(meaning)) for column, meaning in columns if ":" in meaning)


def _of_record(record: Mapping[str, Any], meaning: str, unit: Unit) -> Any:
    return unit.values.get(meaning) if meaning in MARKS else record.get(meaning)


def _value(meaning: str, unit: Unit) -> Any:
    if meaning.startswith("text:"):
        known = {name: str(unit.values.get(name, "")) for name in _BLANKS}
        known |= {"serial": as_text(unit.values.get(OWN_SERIAL)), "as_of": as_text(unit.values.get(AS_OF))}
        known |= {"page": PAGE, "pages": PAGES}
        return with_blanks_filled(meaning.removeprefix("text:"), known)
    return unit.values.get(meaning)


def typed(mapping: Sequence[SheetMapping], unit: Unit) -> int:
    """Return how many cells of the unit's workbook are left to the pen: of a list, a cell in every row."""
    cells = sum(1 for sheet in mapping for one in sheet.cells if one.meaning in PEN)
    listed = (
        sum(one.meaning in PEN for one in sheet.list.columns) * unit.listed(sheet.name)
        for sheet in mapping
        if sheet.list
    )
    return cells + sum(listed)


def blank_form(form: Form, choices: Sequence[SheetChoice]) -> bytes:
    """Return the form as it is kept: without what its lists held, for nobody's data lies in a form."""
    fillings = {}
    for one in choices:
        if one.list and not one.list.fixed and not one.list.letter and form.page(one.name):
            columns = frozenset(number_of(each.place) for each in one.list.columns if each.meaning != FORMULA)
            fillings[one.name] = Filling({}, one.list.first, one.list.last, columns)
    return write_form(form, fillings)
