"""Takes out of a letter what its tables held of people when it came, as a workbook is emptied, and whom its text names.

A mobile number in the text stays where no identity number stands beside it: it is whom a household is to call.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from lianfang.doors.files.sheets.boxes import FALLBACK, walk
from lianfang.doors.files.sheets.documents import (
    TABLE_WITHIN,
    Document,
    cells_of,
    pages_of,
    parsed,
    said_in,
    serialised,
    tables_of,
    w,
)
from lianfang.doors.files.sheets.emptying import NUMBERS, empty_page
from lianfang.doors.files.sheets.filling_documents import say, say_instead
from lianfang.doors.files.sheets.persons import has_identity_number, without_persons
from lianfang.doors.files.sheets.template import Cell, Page, Row
from lianfang.kernel.text import Bilingual


def emptied_document(document: Document) -> Document:
    """Return the letter with nothing left of what its lists held."""
    trees = parsed(document.parts)
    lost: list[Bilingual] = []
    for table, page in zip(tables_of(trees), document.pages[1:], strict=True):
        lost += _emptied_table(table, page)
    for tree in trees.values():
        for paragraph in walk(tree, w("p"), FALLBACK):
            text = said_in(paragraph)
            if has_identity_number(text):
                say_instead(paragraph, without_persons(text))
                lost.append(NUMBERS)
    if not lost:
        return document
    parts = dict(document.parts) | serialised(trees)
    removed = tuple(dict.fromkeys((*document.removed, *lost)))
    return replace(document, parts=parts, pages=tuple(pages_of(trees)), removed=removed)


def _emptied_table(table: ElementTree.Element, page: Page) -> list[Bilingual]:
    """Empty a table by what a page like it would lose; a table within a cell is a page of its own."""
    rows = {number: Row(cells={column: _own(cell) for column, cell in row.cells.items()})
            for number, row in page.rows.items()}  # fmt: skip
    lost = empty_page(replace(page, rows=rows))
    for (number, column), (cell, _, _) in cells_of(table).items() if lost else ():
        before, now = page.rows[number].cells[column], rows[number].cells[column]
        if now.text != _own(before).text:
            say(cell, now.text, "")
    return lost


def _own(cell: Cell) -> Cell:
    """Return a cell anew, blank where it holds nothing but a table."""
    return Cell(text="" if cell.text == TABLE_WITHIN else cell.text)
