"""The rows of a list below its header: blank ones passed over, merges filled down, continuation rows joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lianfang.doors.files.fields import FIELDS
from lianfang.doors.files.headers import Layout
from lianfang.doors.files.reading import Cells, Sheet

Listed = tuple[int, Cells, tuple[int, ...]]

# what a continuation row leaves empty: who it speaks of
_WHO = ("name", "identity_number", "phone")
_OF_THE_PERSON = ("sex", "born_on", "age")
_BLANK = ("", None, 0, "0")


def listed(sheet: Sheet, layout: Layout, after: int = 0) -> Iterator[Listed]:
    """Yield place (from 0) and cells of every row below the header that holds anything, with the rows it goes on in.

    A row that says nothing of who it is about goes on with the person above: its words are added to that row's, and its
    number is told. Rows up to the number `after`, counted as people do, are left out.
    """
    continuing = _Continuing(layout)
    held: Listed | None = None
    for place, cells in _filled(sheet, layout):
        if held and not continuing.says_who(cells) and continuing.goes_on(held[1], cells):
            continuing.add(held[1], cells)
            held = (*held[:2], (*held[2], place + 1))
            continue
        if held and held[0] >= after:
            yield held
        held = place, cells, ()
    if held and held[0] >= after:
        yield held


def _filled(sheet: Sheet, layout: Layout) -> Iterator[tuple[int, Cells]]:
    """Yield the rows that hold anything, with what stands in merges across rows."""
    merged = _filled_down(sheet, layout)
    standing: dict[int, tuple[int, int]] = {}
    current: dict[int, object] = {}
    first = layout.first_data_row
    for place, cells in enumerate(sheet.rows()):
        if place < first or not held_in(cells):
            continue
        while merged and merged[-1][0] <= place:
            top, column, bottom = merged.pop()
            standing[column] = (top, bottom)
        for column, (top, bottom) in standing.items():
            if bottom >= place:
                current[column] = cells[column] if top == place else current.get(column, "")
                cells[column] = current[column]
        yield place, cells


class _Continuing:
    """Tells which rows go on with the person above: several trips or stays of one person, a row each."""

    def __init__(self, layout: Layout) -> None:
        mapped = [(column.index, FIELDS[column.field]) for column in layout.columns if column.field]
        self.who = [index for index, spec in mapped if spec.name in _WHO]
        self.person = [index for index, spec in mapped if spec.name in _OF_THE_PERSON]
        self.serial = next((index for index, spec in mapped if spec.name == "serial"), None)
        self.places = [index for index, spec in mapped if spec.kind == "place" and spec.name != "destination"]
        told = (*self.who, *self.person, self.serial)
        self.others = [(index, spec) for index, spec in mapped if index not in told]

    def says_who(self, cells: Cells) -> bool:
        """Say whether a row names somebody, or a way to reach them; a list that names nobody has no such rows."""
        for index in self.who:
            if index < len(cells) and cells[index] not in _BLANK:
                return True
        return not self.who

    def goes_on(self, above: Cells, cells: Cells) -> bool:
        """Say whether a row that does not say who speaks of the person of the row above.

        It has that row's number and is not about the person itself; without a number it names no other address either.
        """
        if not self.says_who(above) or any(_at(cells, index) for index in self.person):
            return False
        number = _at(cells, self.serial)
        if number and number != _at(above, self.serial):
            return False
        here = all(_at(cells, index) in ("", _at(above, index)) for index in self.places)
        return (here or bool(number)) and any(_at(cells, index) for index, _ in self.others)

    def add(self, above: Cells, cells: Cells) -> None:
        """Add what a row says to the row above: words after words while there is room, the rest where nothing stood."""
        for index, spec in self.others:
            said, before = _at(cells, index), _at(above, index)
            if not said or index >= len(above) or said == before:
                continue
            if not before:
                above[index] = said
            elif spec.kind == "text" and len(joined := f"{before}；{said}") <= spec.longest:
                above[index] = joined


def _at(cells: Cells, index: int | None) -> Any:
    """Return a cell; "" where there is none, or nothing but a zero."""
    cell = cells[index] if index is not None and index < len(cells) else ""
    return "" if cell in _BLANK else cell


def held_in(cells: Cells) -> int:
    """Return how many cells hold anything; counted by the interpreter, because a sheet may have a million rows."""
    return len(cells) - cells.count("") - cells.count(None)


def texts_of(cells: Cells) -> Cells:
    """Return the cells that hold anything."""
    return [cell for cell in cells if cell != "" and cell is not None]


def _filled_down(sheet: Sheet, layout: Layout) -> list[tuple[int, int, int]]:
    """Return top, column and bottom of merges across rows whose value holds for all their rows, the last first.

    Places and words are the same for all rows of a merge; a name, a number or a phone belongs to one row only.
    """
    mapped = [(column, FIELDS[column.field]) for column in layout.columns if column.field]
    wanted = {
        column.index for column, spec in mapped if spec.kind in ("place", "text", "date") and spec.name != "serial"
    }
    found = [
        (top, left, bottom)
        for top, left, bottom, right in sheet.merged
        if bottom > top >= layout.first_data_row and left == right and left in wanted
    ]
    return sorted(found, reverse=True)
