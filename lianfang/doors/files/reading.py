"""Workbooks, text tables and pasted cells as rows of plain values, streamed, with the row numbers people see.

Nothing is evaluated: a formula is known by its place, and its value is the one the sender's program stored.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from lianfang.doors.files.guarding import (
    DAMAGED,
    EMPTY,
    MOST_COLUMNS,
    PASSWORD,
    TOO_WIDE,
    UNSUPPORTED,
    Kind,
    check_size,
    kind_of,
    look_into,
)
from lianfang.kernel.errors import refusal

ENCODING = refusal(
    "intake.encoding",
    "文字编码无法识别（第 {line} 行附近），请另存为 UTF-8 或 .xlsx。",
    "The text encoding cannot be read (near line {line}); save it as UTF-8 or .xlsx.",
)
LONG_CELL = refusal(
    "intake.long_cell",
    "有单元格超过 {limit} 字，请检查引号。",
    "A cell is longer than {limit} characters; check the quotes.",
)
NO_SHEET = refusal("intake.no_sheet", "没有这个工作表：{name}。", "There is no sheet {name}.", status=404)

Cells = list[Any]
LONGEST_CELL = 32_767
_DELIMITERS = ",\t;|"
# A spreadsheet's way to keep digits as text in a text file: ="440308199901011512"
_KEPT_AS_TEXT = re.compile(r'^="([^"]*)"$')


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first, each as long as the widest; merged ranges and formulas counted from 0."""

    name: str
    width: int
    open_rows: Callable[[], Iterator[Cells]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    visible: bool = True

    def rows(self) -> Iterator[Cells]:
        """Yield every row from the top; safe to call again."""
        return self.open_rows()

    def head(self, count: int) -> list[Cells]:
        """Return the first rows."""
        return list(islice(self.rows(), count))

    @property
    def is_blank(self) -> bool:
        return not any(cell not in ("", None) for row in self.head(200) for cell in row)


@dataclass(frozen=True)
class Book:
    """A file that was opened: what it really is, and its sheets."""

    kind: Kind
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)

    def sheet(self, name: str) -> Sheet:
        """Return a sheet by name. Raises `intake.no_sheet`."""
        for one in self.sheets:
            if one.name == name:
                return one
        raise NO_SHEET(field="sheet", name=name[:40])


def open_book(body: bytes) -> Book:
    """Open a file by its content. Raises the `intake.*` refusal that fits what is wrong with it."""
    check_size(len(body))
    kind = kind_of(body)
    if kind == "text":
        return _text_book(*decode(body))
    formulas = look_into(body).formulas if kind == "xlsx" else {}
    return _filled(Book(kind, tuple(_sheets(body, formulas))))


def open_paste(text: str) -> Book:
    """Open cells pasted from a spreadsheet: tabs between columns. Raises `intake.empty`, `intake.long_cell`."""
    check_size(len(text))
    return _text_book(text, "paste")


def _filled(book: Book) -> Book:
    """Return the book without its blank sheets. Raises `intake.empty` when nothing is left."""
    sheets = tuple(sheet for sheet in book.sheets if not sheet.is_blank)
    if not sheets:
        raise EMPTY(field="file")
    return Book(book.kind, sheets, book.encoding)


def _sheets(body: bytes, formulas: Mapping[str, frozenset[tuple[int, int]]]) -> Iterator[Sheet]:
    workbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(body)))
    hidden = {one.name for one in workbook.sheets_metadata if "Visible" not in str(one.visible).rsplit(".", 1)[-1]}
    charts = {one.name for one in workbook.sheets_metadata if "WorkSheet" not in str(one.typ)}
    for name in workbook.sheet_names:
        if name not in charts:
            sheet = _guarded(lambda name=name: workbook.get_sheet_by_name(name))  # type: ignore[misc]
            yield _sheet(sheet, formulas.get(name, frozenset()), visible=name not in hidden)


def _sheet(sheet: CalamineSheet, formulas: frozenset[tuple[int, int]], *, visible: bool) -> Sheet:
    end, start = sheet.end, sheet.start
    width = end[1] + 1 if end else 0
    if width > MOST_COLUMNS:
        raise TOO_WIDE(field="file", columns=width, limit=MOST_COLUMNS)
    margin = [""] * (start[1] if start else 0)
    ranges = _guarded(lambda: sheet.merged_cell_ranges) or []
    merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)

    def rows() -> Iterator[Cells]:
        if not margin:
            return iter(sheet.iter_rows())
        return (margin + row for row in sheet.iter_rows())

    return Sheet(sheet.name, width, rows, merged, formulas, visible)


def _guarded(read: Callable[[], Any]) -> Any:
    """Return what the reader gives; its errors, panics of its native part included, become refusals."""
    try:
        return read()
    except PasswordError:
        raise PASSWORD(field="file") from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as trouble:
        if "password" in str(trouble).lower():
            raise PASSWORD(field="file") from None
        raise DAMAGED(field="file") from None


# --- text --------------------------------------------------------------------------------------------------------


def decode(body: bytes) -> tuple[str, str]:
    """Return the text and its encoding. Raises `intake.encoding` naming the first line that cannot be read."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return _decoded(body, encoding), encoding
    sample = body[:4000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd + even > len(sample) // 16 and len(body) % 2 == 0:
        return _decoded(body, "utf-16-le" if odd > even else "utf-16-be"), "utf-16"
    if b"\x00" in body:
        raise UNSUPPORTED(field="file")
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(body, "gb18030"), "gb18030"


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as trouble:
        raise ENCODING(field="file", line=body.count(b"\n", 0, trouble.start) + 1) from None


def _text_book(text: str, encoding: str) -> Book:
    if not text.strip():
        raise EMPTY(field="file")
    delimiter, skip = _delimiter(text)
    width = max(map(len, islice(_parsed(text, delimiter, skip), 1000)), default=0)
    if width > MOST_COLUMNS:
        raise TOO_WIDE(field="file", columns=width, limit=MOST_COLUMNS)
    sheet = Sheet("", width, lambda: _text_rows(text, delimiter, skip, width))
    return _filled(Book("text", (sheet,), encoding))


def _delimiter(text: str) -> tuple[str, int]:
    """Return what stands between columns and how many lines come before the table (Excel's "sep=;")."""
    first = text.split("\n", 1)[0].strip()
    if re.fullmatch(r"sep=[,;\t|]", first, re.IGNORECASE):
        return first[4], 1
    lines = [line for line in text[:20_000].split("\n")[:20] if line.strip()]
    return max(_DELIMITERS, key=lambda mark: (sum(line.count(mark) for line in lines), -_DELIMITERS.index(mark))), 0


def _parsed(text: str, delimiter: str, skip: int) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice(reader, skip, None)
    except csv.Error:
        raise LONG_CELL(field="file", limit=LONGEST_CELL) from None


def _text_rows(text: str, delimiter: str, skip: int, width: int) -> Iterator[Cells]:
    for _ in range(skip):
        yield [""] * width
    for row in _parsed(text, delimiter, skip):
        cells = [_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row]
        yield cells if len(cells) == width else (cells + [""] * (width - len(cells)))[: max(width, 1)]
