"""A print as a workbook: A4, black and white, headers repeated, page x of y, watermark, serial; text is always text."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from lianfang.foundation.printing.frame import SIGNATURE, Frame, Grid, in_cell, running_words, width_of, widths
from lianfang.foundation.tables.downloads import sheet_name

A4 = 9
SIZE = 10.5
# how many half-width letters of that size fit across the page between the margins
_PORTRAIT, _LANDSCAPE = 86, 126
# because a list may be long: rows go to a temporary file as they are written, from the first to the last
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_LINE = 15
# because a spreadsheet drops a header or footer whole that is longer with its codes; four are for place and size
_LONGEST_HEADER = 255 - 4


def workbook(frame: Frame, grids: Sequence[Grid]) -> bytes:
    """Return the workbook, one sheet for each table."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, _OPTIONS)
    styles = _styles(book)
    names: set[str] = set()
    for grid in grids:
        _write(book.add_worksheet(_free(sheet_name(grid.title), names)), frame, grid, styles)
    if frame.kept:
        hide_facts(book, frame.kept)
    book.close()
    return kept.getvalue()


def hide_facts(book: Any, facts: Mapping[str, str]) -> None:
    """Put what a named export says of itself where only a look into the file finds it: properties, a hidden sheet."""
    hidden = book.add_worksheet("lianfang")
    for number, (name, value) in enumerate(facts.items()):
        book.set_custom_property(f"lianfang.{name}", value[:255])
        hidden.write_string(number, 0, name)
        hidden.write_string(number, 1, value)
    hidden.very_hidden()


def in_header(said: str, besides: str = "") -> str:
    """Return a sentence as a header or footer takes it beside other codes; one that is too long loses its end."""
    room = _LONGEST_HEADER - len(besides)
    while len(written := said.replace("&", "&&")) > room:
        said = said[:-1]
    return written


def running_line(serial: str, at: datetime, language: str) -> str:
    """Return the line that stands below every page, in a spreadsheet's own codes: serial, page x of y, as-of time."""
    left, middle, right = running_words(serial, at, language, "&P", "&N")
    return f"&L&9{left}&C&9{middle}&R&9{right}"


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found.lower() in taken:
        found, number = f"{name[:28]} {number}", number + 1
    taken.add(found.lower())
    return found


def _styles(book: Any) -> dict[str, Any]:
    cell = {"font_size": SIZE, "border": 1, "valign": "vcenter", "text_wrap": True}
    plain = {"font_size": SIZE, "text_wrap": True, "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "plain": book.add_format(plain),
        "mark": book.add_format({**plain, "bold": True}),
        "head": book.add_format({**cell, "bold": True, "align": "center"}),
        "cell": book.add_format(cell),
    }


def _write(sheet: Any, frame: Frame, grid: Grid, styles: dict[str, Any]) -> None:
    last = len(grid.heads) - 1
    room = _shared(widths(grid, frame.language), _LANDSCAPE if frame.landscape else _PORTRAIT)
    for place, width in enumerate(room):
        sheet.set_column(place, place, width)
    facts = "　".join(f"{name}：{value}" if frame.language.startswith("zh") else f"{name}: {value}"
                     for name, value in frame.facts)  # fmt: skip
    _across(sheet, 0, last, frame.title, styles["title"], 26)
    _across(sheet, 1, last, facts, styles["plain"], _height(facts, sum(room)))
    _across(sheet, 2, last, frame.mark, styles["mark"], _height(frame.mark, sum(room)))
    sheet.set_row(3, max(_height(head, width) for head, width in zip(grid.heads, room, strict=True)))
    for place, head in enumerate(grid.heads):
        sheet.write_string(3, place, head, styles["head"])
    below = _rows(sheet, frame, grid, styles["cell"], room)
    for note in frame.notes:
        _across(sheet, below, last, note, styles["plain"], _height(note, sum(room)))
        below += 1
    if frame.signed:
        said = "　　　　　　".join(f"{frame.say(one)}：" for one in SIGNATURE)
        _across(sheet, below, last, said, styles["plain"], 30)
    _set_page(sheet, frame)


def _rows(sheet: Any, frame: Frame, grid: Grid, style: Any, room: Sequence[int]) -> int:
    """Write the rows and the blank ones after them; returns the number of the row below."""
    number = 4
    for row in grid.rows:
        shown = [in_cell(value, frame.language) for value in row]
        tall = max(
            (_height(value, room[place]) for place, value in enumerate(shown) if isinstance(value, str)), default=0
        )
        sheet.set_row(number, max(tall, _height("", 1)))
        for place, value in enumerate(shown):
            _put(sheet, number, place, value, style, "" if place in grid.exact else frame.hidden)
        number += 1
    for _ in range(grid.blanks):
        sheet.set_row(number, 24)
        for place in range(len(grid.heads)):
            sheet.write_blank(number, place, None, style)
        number += 1
    return number


def _put(sheet: Any, row: int, place: int, value: str | int | float, style: Any, hidden: str) -> None:
    if value == "":
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, place, value + hidden, style)
    else:
        sheet.write_number(row, place, value, style)


def _across(sheet: Any, row: int, last: int, text: str, style: Any, height: int) -> None:
    sheet.set_row(row, height)
    if last:
        sheet.merge_range(row, 0, row, last, "", style)
    sheet.write_string(row, 0, text, style)


def _height(text: str, room: int) -> int:
    """Return how tall a row has to be for a text in a cell of so many letters."""
    lines = sum(max(1, math.ceil(width_of(line) / max(1, room - 1))) for line in text.split("\n"))
    return _LINE * lines + 4


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """Share the page among the columns: each what it wants where there is room, else less in proportion."""
    part = room / sum(wanted)
    return [max(4, int(one * part)) for one in wanted]


def _set_page(sheet: Any, frame: Frame) -> None:
    sheet.set_paper(A4)
    if frame.landscape:
        sheet.set_landscape()
    sheet.set_margins(0.4, 0.4, 0.7, 0.7)
    sheet.fit_to_pages(1, 0)
    sheet.print_black_and_white()
    sheet.repeat_rows(3)
    sheet.freeze_panes(4, 0)
    sheet.set_header(f"&C&9{in_header(frame.mark)}")
    sheet.set_footer(running_line(frame.serial, frame.as_of, frame.language))
