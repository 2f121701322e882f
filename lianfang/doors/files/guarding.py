"""What a stranger's file is by its content, and whether it may be opened at all.

Looks at bytes and at the directory of the archive before anything is unpacked. Refuses bombs, macros, passwords,
damaged files and sheets too wide to be a list, each with its own code.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from lianfang.kernel.errors import refusal

TOO_LARGE = refusal(
    "intake.too_large",
    "文件超过 {limit} MB，请拆分后再上传。",
    "The file is larger than {limit} MB; split it and send the parts.",
    status=413,
)
EMPTY = refusal("intake.empty", "文件里没有内容。", "There is nothing in the file.")
UNSUPPORTED = refusal(
    "intake.unsupported",
    "这不是表格文件，请用 .xlsx、.xls 或 .csv。",
    "This is no workbook; send .xlsx, .xls or .csv.",
)
DAMAGED = refusal(
    "intake.damaged",
    "文件不完整或已损坏，请重新保存后上传。",
    "The file is cut off or damaged; save it again and send it.",
)
BOMB = refusal(
    "intake.bomb",
    "压缩内容过大，疑似恶意文件，没有打开。",
    "The file unpacks to far more than a list needs and was not opened.",
)
MACROS = refusal(
    "intake.macros",
    "文件带有宏，没有打开。请另存为不带宏的 .xlsx。",
    "The file holds macros and was not opened; save it as .xlsx without macros.",
)
PASSWORD = refusal(
    "intake.password",
    "文件有打开密码，请去掉密码后上传。",
    "The file is protected by a password; remove it and send the file again.",
)
TOO_WIDE = refusal(
    "intake.too_wide",
    "表格有 {columns} 列，最多 {limit} 列。请删除多余的列。",
    "The sheet has {columns} columns; at most {limit} are read. Delete those that are not needed.",
)
TOO_MANY_CELLS = refusal(
    "intake.too_many_cells",
    "表格范围太大，请删除表格外零散的内容。",
    "The sheet spans too many cells; delete what stands far outside the list.",
)

Kind = Literal["xlsx", "xls", "text"]

MOST_BYTES = 150 * 2**20
MOST_UNPACKED = 3 * 2**30
MOST_ENTRIES = 5_000
# Sheets of equal rows shrink to a fortieth; what shrinks further than this and is large was made to harm.
MOST_RATIO = 200
SMALL = 30 * 2**20
MOST_COLUMNS = 256
MOST_CELLS = 60_000_000
MOST_MERGES = 200_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# a sheet no larger than this may be held by a reader that makes room for every cell between the first and the last;
# of a larger one the first rows are judged by another process while the others are read
MOST_HELD = 16 * 2**20
_CHUNK = 1 << 20

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PK\x05\x06", b"MZ")
_MARKUP = re.compile(rb"^\s*<(?:!doctype|html|\?xml|table|mht)", re.IGNORECASE)
_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")[^>]*?(/?)>(\s*<(?:\w+:)?f\b[^>]*(?:/>|>))?')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
# without a word's boundary before them, because text that begins a pattern is found eight times as fast
_WIDE = re.compile(rb'r="([A-Z]{2,3})\d{1,7}"[^>/]*>')
_HIGH = re.compile(rb'r="[A-Z]{1,3}(\d{6,7})"[^>/]*>')
_LAST = re.compile(rb' r="[A-Z]{0,3}(\d{1,7})"')
# a cell that is not written as spreadsheets write it, so that its place would not be seen by the patterns above
_PLAIN = rb' r="[A-Z]{1,3}\d{1,7}"(?: [a-qs-z]\w*="\w*")* ?/?>'
_ODD, _ODD_NAMED = (re.compile(begun + rb"c(?!" + _PLAIN + rb")[\s/>]") for begun in (b"<", b":"))
_BEGUN = re.compile(rb"<(?:[^\s<>/:]+:)?(?:row|c)(?=[\s/>])")
_OPENED = re.compile(rb"""<(?:[^\s<>/:]+:)?(row|c)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_PLACED = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)(\d*)""")


class Places:
    """Cells by their place, as (row, column) counted from 0: one bit each, because a sheet may hold millions."""

    def __init__(self) -> None:
        self._columns: dict[int, bytearray] = {}

    def add(self, row: int, column: int) -> None:
        """Remember a cell."""
        bits = self._columns.setdefault(column, bytearray())
        needed = (row >> 3) + 1
        if needed > len(bits):
            bits.extend(bytes(max(needed, len(bits) * 2) - len(bits)))
        bits[row >> 3] |= 1 << (row & 7)

    def __contains__(self, place: tuple[int, int]) -> bool:
        row, column = place
        bits = self._columns.get(column, b"")
        return row >> 3 < len(bits) and bool(bits[row >> 3] & 1 << (row & 7))

    def __bool__(self) -> bool:
        return bool(self._columns)


@dataclass(frozen=True)
class SheetPart:
    """Where a sheet lies in its archive, how far it reaches, its formulas and its merges (counted from 0)."""

    path: str
    width: int
    height: int
    unpacked: int
    formulas: Places
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True

    @property
    def cells(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Archive:
    """What the look into an .xlsx found: its sheets by name, and how large it is unpacked."""

    sheets: dict[str, SheetPart] = field(default_factory=dict)
    unpacked: int = 0


def kind_of(body: bytes) -> Kind:
    """Return what the bytes are, whatever the name says.

    Raises `intake.empty`, `intake.unsupported`, `intake.password`, `intake.macros`.
    """
    if not body.strip(b"\x00\r\n\t "):
        raise EMPTY(field="file")
    if body.startswith(_ZIP):
        return "xlsx"
    if body.startswith(_OLE):
        _check_ole(body)
        return "xls"
    if body.startswith(_BINARY) or _MARKUP.match(body[:200]):
        raise UNSUPPORTED(field="file")
    return "text"


def check_size(size: int) -> None:
    """Raise `intake.too_large` for a file nobody's list needs."""
    if size > MOST_BYTES:
        raise TOO_LARGE(field="file", limit=MOST_BYTES // 2**20)


def look_into(body: bytes) -> Archive:
    """Check an .xlsx before it is opened and find its formulas.

    Raises `intake.damaged`, `intake.bomb`, `intake.macros`, `intake.unsupported`, `intake.too_wide`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            check_directory(entries, len(body), "xl/workbook.xml")
            return _look_at_sheets(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, ValueError):
        raise DAMAGED(field="file") from None
    except RuntimeError:  # zipfile's word for an encrypted entry
        raise PASSWORD(field="file") from None


def check_directory(entries: list[zipfile.ZipInfo], size: int, main: str) -> None:
    """Check what an archive of an office program says it holds; `main` is the part that makes it what it should be.

    Raises `intake.bomb`, `intake.macros`, `intake.password`, `intake.unsupported`.
    """
    names = {entry.filename.lower() for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > size * MOST_RATIO):
        raise BOMB(field="file")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise MACROS(field="file")
    if any(entry.flag_bits & 1 for entry in entries):
        raise PASSWORD(field="file")
    if main not in names:
        raise UNSUPPORTED(field="file")


def _look_at_sheets(archive: zipfile.ZipFile) -> Archive:
    sheets = {
        name: replace(_scan(archive, path), visible=visible) for name, (path, visible) in _sheet_paths(archive).items()
    }
    for path in ("xl/sharedStrings.xml",):
        if path in archive.NameToInfo:
            for _ in _chunks(archive, path):  # read to its end, so that a size the directory lies about is noticed
                pass
    return Archive(sheets, sum(entry.file_size for entry in archive.infolist()))


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, tuple[str, bool]]:
    """Return the part of each sheet by its name, and whether the sheet shows."""
    book = _small(archive, "xl/workbook.xml")
    links = _small(archive, "xl/_rels/workbook.xml.rels")
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in _elements(links, "Relationship")
        if one.get("Type", "").endswith("/worksheet")
    }
    found = {}
    for sheet in _elements(book, "sheet"):
        target = targets.get(next((value for key, value in sheet.items() if key.endswith(":id")), ""), "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if target and path in archive.NameToInfo:
            found[sheet.get("name", "")] = path, sheet.get("state", "visible") == "visible"
    return found


def _small(archive: zipfile.ZipFile, path: str) -> str:
    if archive.getinfo(path).file_size > 8 * 2**20:
        raise BOMB(field="file")
    return archive.read(path).decode("utf-8", "replace")


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    for found in re.finditer(rf"<(?:\w+:)?{name}\b([^>]*)>", text):
        said = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", found[1])
        yield {key: html.unescape(double or single) for key, double, single in said}


def _chunks(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """Yield a part in pieces that never end within a cell's opening tag."""
    with archive.open(path) as stream:
        rest = b""
        while piece := stream.read(_CHUNK):
            whole, mark, tail = (rest + piece).rpartition(b"</")
            yield whole
            rest = mark + tail
            if len(rest) > 4 * _CHUNK:  # nothing but elements without content, or one text without end
                whole, mark, tail = rest.rpartition(b"<")
                yield whole or rest
                rest = mark + tail if whole else b""
        yield rest


def _scan(archive: zipfile.ZipFile, path: str) -> SheetPart:
    """Return what a sheet is made of. Raises when its cells span more than a list can."""
    formulas = Places()
    merged: list[tuple[int, int, int, int]] = []
    width, height, size = 1, 1, archive.getinfo(path).file_size
    reach, may_be_held = _Reach(), size <= MOST_HELD
    for number, chunk in enumerate(_chunks(archive, path)):
        # of what is larger only the first piece: it is read row by row, and says so where a cell lies beyond the width
        if reach.is_odd or ((number == 0 or may_be_held) and (_ODD.search(chunk) or _ODD_NAMED.search(chunk))):
            reach.look(chunk)
        width = max(width, _widest(chunk), reach.width)
        # as far as that is of use: where no room is made, the height is only what progress is told by
        height = max(height, _highest(chunk) if may_be_held else _last_row(chunk), reach.height)
        if width > MOST_COLUMNS:
            raise TOO_WIDE(field="file", columns=width, limit=MOST_COLUMNS)
        # the letter alone is found at once, and most sheets are written without one
        if b"f" in chunk and (b"<f" in chunk or b":f" in chunk):
            for row, column in _formulas(chunk):
                formulas.add(row, column)
        if b"mergeCell" in chunk:
            merged += _merges(chunk)
        if width * height > MOST_CELLS or len(merged) > MOST_MERGES:
            raise TOO_MANY_CELLS(field="file")
    return SheetPart(path, width, height, size, formulas, tuple(merged))


class _Reach:
    """How far cells reach that are written in any other way: other quotes, small letters, spaces, no place at all."""

    def __init__(self) -> None:
        self.width = self.height = self.row = self.column = 0
        self.is_odd = False

    def look(self, chunk: bytes) -> None:
        """Go on with the next piece of the sheet. Raises `intake.damaged` where a cell's opening is not whole."""
        self.is_odd = True
        opened = _OPENED.findall(chunk)
        if len(opened) != len(_BEGUN.findall(chunk)):
            raise DAMAGED(field="file")
        for name, attributes in opened:
            letters, digits = max(_PLACED.findall(attributes), key=_far, default=(b"", b""))
            if name == b"row":
                self.row, self.column = _number(digits) or self.row + 1, 0
            else:
                self.column = column_of(letters) if letters else self.column + 1
                self.row = _number(digits) or self.row
            if name == b"c" and not attributes.endswith(b"/"):
                self.width, self.height = max(self.width, self.column), max(self.height, self.row)


def _far(place: tuple[bytes, bytes]) -> tuple[int, int]:
    return column_of(place[0]), _number(place[1])


def _number(digits: bytes) -> int:
    return int(digits.lstrip(b"0")[:8] or 0)


def _widest(chunk: bytes) -> int:
    return max((number_of(letters) for letters in set(_WIDE.findall(chunk))), default=26)


def _highest(chunk: bytes) -> int:
    return max(map(int, _HIGH.findall(chunk)), default=99_999)


def _last_row(chunk: bytes) -> int:
    said = _LAST.match(chunk, max(chunk.rfind(b' r="'), 0))
    return int(said[1]) if said else 1


def _formulas(chunk: bytes) -> Iterator[tuple[int, int]]:
    for letters, row, closed, formula in _CELL.findall(chunk):
        if formula and not closed and 0 < int(row) <= LAST_ROW:
            yield int(row) - 1, number_of(letters) - 1


def _merges(chunk: bytes) -> Iterator[tuple[int, int, int, int]]:
    for left, top, right, bottom in _MERGE.findall(chunk):
        yield int(top) - 1, number_of(left) - 1, int(bottom) - 1, number_of(right) - 1


@cache
def number_of(letters: bytes | str) -> int:
    """Return the number of a column from 1: A → 1, AB → 28."""
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = number * 26 + letter - 64
    return number


def column_of(letters: bytes | str) -> int:
    """Return the number of a column that a stranger wrote; letters beyond the last column are the one after it."""
    return min(number_of(letters.upper()), LAST_COLUMN + 1) if len(letters) <= 3 else LAST_COLUMN + 1


def _check_ole(body: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in body:
        raise PASSWORD(field="file")
    if "_VBA_PROJECT".encode("utf-16-le") in body:
        raise MACROS(field="file")
    if not any(name.encode("utf-16-le") in body for name in ("Workbook", "Book")):
        raise UNSUPPORTED(field="file")
