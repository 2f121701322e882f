"""The rows of a list as they stand below its header: blank ones passed over, merges across rows filled down."""

from __future__ import annotations

from collections.abc import Iterator

from lianfang.doors.files.fields import FIELDS
from lianfang.doors.files.headers import Layout
from lianfang.doors.files.reading import Cells, Sheet


def listed(sheet: Sheet, layout: Layout, after: int = 0) -> Iterator[tuple[int, Cells]]:
    """Yield place (from 0) and cells of every row below the header that holds anything.

    Rows up to the number `after`, counted as people do, are left out.
    """
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
        if place >= after:
            yield place, cells


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
