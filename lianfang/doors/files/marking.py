"""What goes back to the sender: their own workbook with refused cells marked, or a workbook of the refused rows.

Passes on no formula, link or macro of a stranger's sheet: values only. Text stays text, whatever it begins with.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import groupby, tee
from operator import itemgetter
from typing import IO, Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.worksheet import Worksheet

from lianfang.doors.files.headers import Layout
from lianfang.doors.files.reading import LONGEST_CELL, Book, Cells, Sheet

MOST_MARKED_IN_PLACE = 5_000
# refused rows until whoever marks may do something else
ROWS_A_STEP = 50
MOST_UNPACKED_IN_PLACE = 20 * 2**20
_FILL = PatternFill("solid", fgColor="FFFFC7CE")
_WORDS = re.compile(r'"[^"=\[]*"')
_AUTHOR = "联防"
_REASON = "退回原因"

Refused = dict[str, Any]


def marked(body: bytes, book: Book, sheet: Sheet, layout: Layout, problems: Iterable[Refused], rows: int) -> IO[bytes]:
    """Return the marked workbook: the sender's own .xlsx up to 5,000 rows, else the refused rows with their reasons.

    Problems come in the order of the rows.
    """
    made = deque(marked_in_steps(body, book, sheet, layout, problems, rows), maxlen=1).pop()
    assert made is not None
    return made


def marked_in_steps(
    body: bytes, book: Book, sheet: Sheet, layout: Layout, problems: Iterable[Refused], rows: int
) -> Iterator[IO[bytes] | None]:
    """Yield nothing now and then, for whoever has something else to do as well, and the marked workbook last."""
    # because what is no row of the list, formats and blank cells, weighs as much when a workbook is written anew
    if book.kind == "xlsx" and rows <= MOST_MARKED_IN_PLACE and book.unpacked <= MOST_UNPACKED_IN_PLACE:
        yield _in_place(body, sheet, layout, problems)
    else:
        yield from _refused_rows(sheet, layout, problems)


def _said(problem: Refused) -> str:
    message = problem["message"]
    return message["zh"] if isinstance(message, dict) else str(message)


def _in_place(body: bytes, sheet: Sheet, layout: Layout, problems: Iterable[Refused]) -> IO[bytes]:
    """Return the sender's workbook with each refused cell filled and commented with the reason."""
    book = openpyxl.load_workbook(io.BytesIO(body), data_only=True, keep_links=False)
    page = book[sheet.name]
    columns = {column.header: column.index + 1 for column in layout.columns}
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in problems:
        reasons[one["row"], columns.get(one["column"], 1)].append(_said(one))
    for (row, column), said in reasons.items():
        _mark(page, row, column, said)
    _disarm(book)
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book.save(out)
    out.seek(0)
    return out


def _mark(page: Worksheet, row: int, column: int, said: list[str]) -> None:
    """Mark one cell; within a merge the mark goes on the cell that shows."""
    for merge in page.merged_cells.ranges:
        if merge.min_row <= row <= merge.max_row and merge.min_col <= column <= merge.max_col:
            row, column = merge.min_row, merge.min_col
    cell: Any = page.cell(row, column)
    cell.fill = _FILL
    note = Comment("\n".join(said), _AUTHOR)
    note.width, note.height = 260, 40 + 30 * len(said)
    cell.comment = note


def _disarm(book: openpyxl.Workbook) -> None:
    """Take out what a stranger's sheet could make the reader's program do."""
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.hyperlink is not None:
                    cell.hyperlink = None
        page.data_validations.dataValidation = [one for one in page.data_validations.dataValidation if _is_choice(one)]
        page.conditional_formatting = ConditionalFormattingList()
        page.tables.clear()
        page.auto_filter = AutoFilter()
        for drawn in ("_images", "_charts"):  # because a picture may carry a link
            setattr(page, drawn, [])
    book.defined_names.clear()


def _is_choice(rule: DataValidation) -> bool:
    """Say whether a rule is a list of words: every other one is a formula."""
    return rule.type == "list" and bool(_WORDS.fullmatch(rule.formula1 or ""))


def _refused_rows(sheet: Sheet, layout: Layout, problems: Iterable[Refused]) -> Iterator[IO[bytes] | None]:
    """Yield last a workbook of the refused rows under their own headers, with row numbers and reasons.

    The problems come in the order of the rows, so that a list of any length passes through a constant memory.
    """
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("退回的行")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    red = book.add_format({"bg_color": "#FFC7CE"})
    for place, title in enumerate(["原行号", _REASON, *(column.header for column in layout.columns)]):
        page.write_string(0, place, title, head)
    page.set_column(1, 1, 40)
    page.freeze_panes(1, 2)
    for number, (row, cells, found) in enumerate(_wanted(sheet, problems), start=1):
        bad = {one["column"] for one in found}
        page.write_number(number, 0, row)
        page.write_string(number, 1, "；".join(_reason(one) for one in found)[:LONGEST_CELL])
        for place, column in enumerate(layout.columns, start=2):
            cell = cells[column.index] if column.index < len(cells) else ""
            if (text := as_text(cell)) or column.header in bad:
                page.write_string(number, place, text, red if column.header in bad else None)
        if number % ROWS_A_STEP == 0:
            yield None
    book.close()
    out.seek(0)
    yield out


def _reason(one: Refused) -> str:
    return f"{one['column']}：{_said(one)}" if one["column"] else _said(one)


def _wanted(sheet: Sheet, problems: Iterable[Refused]) -> Iterator[tuple[int, Cells, list[Refused]]]:
    """Yield each refused row with its cells and what is wrong with it; reads the sheet once, beside the problems."""
    asked, told = tee((row, list(found)) for row, found in groupby(problems, key=itemgetter("row")))
    for row, cells in sheet.rows_at(number for number, _ in asked):
        yield row, cells, next(found for number, found in told if number == row)


def as_text(cell: Any) -> str:
    """Return a cell as the text its sender saw."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M")
    return cell.isoformat() if isinstance(cell, date) else str(cell)[:32_000]
