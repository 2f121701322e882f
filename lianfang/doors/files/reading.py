"""Workbooks, text tables and pasted cells as rows of plain values, streamed, with the row numbers people see.

Nothing is evaluated: a formula is known by its place, and its value is the one the sender's program stored.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from lianfang.doors.files.guarding import (
    DAMAGED,
    EMPTY,
    MOST_COLUMNS,
    MOST_HELD,
    PASSWORD,
    TOO_WIDE,
    UNSUPPORTED,
    Archive,
    Kind,
    Places,
    SheetPart,
    check_size,
    kind_of,
    look_into,
)
from lianfang.doors.files.streaming import Streamed
from lianfang.kernel.errors import Refusal, refusal

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
# A reader that holds the sheet is faster; above this it would need more than a list may take.
MOST_CELLS_HELD = 6_000_000
_PIECE = 1 << 20
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
    formulas: Places = Places()  # noqa: RUF009  (nobody adds to it)
    visible: bool = True
    height: int = 0  # how many rows there are about, 0 when nobody knows before the end
    # reads only some rows, where that is cheaper than all
    open_some: Callable[[Iterable[int]], Iterator[tuple[int, Cells]]] | None = None

    def rows(self) -> Iterator[Cells]:
        """Yield every row from the top; safe to call again."""
        return self.open_rows()

    def rows_at(self, numbers: Iterable[int]) -> Iterator[tuple[int, Cells]]:
        """Yield the rows with these numbers, counted from 1 and increasing; blank ones may be left out."""
        if self.open_some:
            yield from self.open_some(numbers)
            return
        rows = enumerate(self.rows(), start=1)
        for number in numbers:
            cells = next((cells for place, cells in rows if place == number), None)
            if cells is not None:
                yield number, cells

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
    unpacked: int = 0

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
        return _text_book(body, encoding_of(body))
    found = look_into(body) if kind == "xlsx" else Archive()
    if kind == "xlsx" and not found.sheets:
        raise EMPTY(field="file")
    held = _is_held(found)
    sheets = _sheets(body, found.sheets) if held else _streamed(body, found.sheets)
    return _filled(Book(kind, tuple(sheets), unpacked=found.unpacked))


def _is_held(found: Archive) -> bool:
    return found.unpacked <= MOST_HELD and all(part.cells <= MOST_CELLS_HELD for part in found.sheets.values())


def open_paste(text: str) -> Book:
    """Open cells pasted from a spreadsheet: tabs between columns. Raises `intake.empty`, `intake.long_cell`."""
    check_size(len(text))
    return _text_book(text.encode("utf-8", "replace"), "utf-8")


def _filled(book: Book) -> Book:
    """Return the book without its blank sheets. Raises `intake.empty` when nothing is left."""
    sheets = tuple(sheet for sheet in book.sheets if not sheet.is_blank)
    if not sheets:
        raise EMPTY(field="file")
    return replace(book, sheets=sheets)


def _sheets(body: bytes, parts: Mapping[str, SheetPart]) -> Iterator[Sheet]:
    workbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(body)))
    hidden, charts = _hidden(workbook), _charts(workbook)
    for name in workbook.sheet_names:
        if name not in charts:
            if parts and name not in parts:  # its cells were not looked at, and the reader would make room for them
                raise DAMAGED(field="file")
            sheet = _guarded(lambda name=name: workbook.get_sheet_by_name(name))  # type: ignore[misc]
            formulas = parts[name].formulas if name in parts else Places()
            yield _sheet(sheet, formulas, visible=name not in hidden)


def _hidden(workbook: CalamineWorkbook) -> set[str]:
    return {one.name for one in workbook.sheets_metadata if "Visible" not in str(one.visible).rsplit(".", 1)[-1]}


def _charts(workbook: CalamineWorkbook) -> set[str]:
    return {one.name for one in workbook.sheets_metadata if "WorkSheet" not in str(one.typ)}


def _streamed(body: bytes, parts: Mapping[str, SheetPart]) -> Iterator[Sheet]:
    """Yield the sheets of a workbook too large to be held, in the order of the workbook."""
    streamed = _guarded(lambda: Streamed(body))
    for name, part in parts.items():
        yield Sheet(
            name, part.width, partial(streamed.rows, part), part.merged, part.formulas, part.visible, part.height,
            partial(streamed.rows_at, part),
        )  # fmt: skip


def _sheet(sheet: CalamineSheet, formulas: Places, *, visible: bool) -> Sheet:
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

    return Sheet(sheet.name, width, rows, merged, formulas, visible, end[0] + 1 if end else 0)


def _guarded(read: Callable[[], Any]) -> Any:
    """Return what the reader gives; its errors, panics of its native part included, become refusals."""
    try:
        return read()
    except PasswordError:
        raise PASSWORD(field="file") from None
    except (KeyboardInterrupt, SystemExit, MemoryError, Refusal):
        raise
    except BaseException as trouble:
        if "password" in str(trouble).lower():
            raise PASSWORD(field="file") from None
        raise DAMAGED(field="file") from None


# --- text --------------------------------------------------------------------------------------------------------


def encoding_of(body: bytes) -> str:
    """Return the encoding that reads the whole text. Raises `intake.encoding` naming the first line none reads."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return _checked(body, encoding)
    sample = body[:4000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd + even > len(sample) // 16 and len(body) % 2 == 0:
        return _checked(body, "utf-16-le" if odd > even else "utf-16-be")
    if b"\x00" in body:
        raise UNSUPPORTED(field="file")
    return "utf-8" if _unreadable(body, "utf-8") is None else _checked(body, "gb18030")


def _checked(body: bytes, encoding: str) -> str:
    place = _unreadable(body, encoding)
    if place is not None:
        raise ENCODING(field="file", line=body.count(b"\n", 0, place) + 1)
    return encoding


def _unreadable(body: bytes, encoding: str) -> int | None:
    """Return about where a text cannot be read, piece by piece so that a long one is never there twice."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(body), _PIECE):
        before = len(decoder.getstate()[0])
        try:
            decoder.decode(body[start : start + _PIECE], final=start + _PIECE >= len(body))
        except UnicodeDecodeError as trouble:
            return max(0, start - before + trouble.start)
    return None


def _text_book(body: bytes, encoding: str) -> Book:
    head = body[:20_000].decode(encoding, "ignore")
    if not head.strip() and len(body) <= 20_000:
        raise EMPTY(field="file")
    delimiter, skip = _delimiter(head)
    width = max(map(len, islice(_parsed(body, encoding, delimiter, skip), 1000)), default=0)
    if width > MOST_COLUMNS:
        raise TOO_WIDE(field="file", columns=width, limit=MOST_COLUMNS)
    height = body.count(b"\n") + 1
    sheet = Sheet("", width, lambda: _text_rows(body, encoding, delimiter, skip, width), height=height)
    return _filled(Book("text", (sheet,), encoding))


def _delimiter(text: str) -> tuple[str, int]:
    """Return what stands between columns and how many lines come before the table (Excel's "sep=;")."""
    first = text.split("\n", 1)[0].strip()
    if re.fullmatch(r"sep=[,;\t|]", first, re.IGNORECASE):
        return first[4], 1
    lines = [line for line in text[:20_000].split("\n")[:20] if line.strip()]
    return max(_DELIMITERS, key=lambda mark: (sum(line.count(mark) for line in lines), -_DELIMITERS.index(mark))), 0


def _parsed(body: bytes, encoding: str, delimiter: str, skip: int) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = io.TextIOWrapper(io.BytesIO(body), encoding, newline="")
    try:
        yield from islice(csv.reader(lines, delimiter=delimiter), skip, None)
    except csv.Error:
        raise LONG_CELL(field="file", limit=LONGEST_CELL) from None


def _text_rows(body: bytes, encoding: str, delimiter: str, skip: int, width: int) -> Iterator[Cells]:
    for _ in range(skip):
        yield [""] * width
    for row in _parsed(body, encoding, delimiter, skip):
        if row.count("") == len(row):
            yield [""] * width
            continue
        cells = [_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row]
        yield cells if len(cells) == width else (cells + [""] * (width - len(cells)))[: max(width, 1)]
