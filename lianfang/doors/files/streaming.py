"""Large sheets read row by row from their archive, because a reader that holds the sheet needs a kilobyte a row.

Takes apart what spreadsheets write: cells, shared texts, dates by number format. Evaluates nothing, follows nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from html import unescape
from typing import Any

from openpyxl.utils import get_column_letter

from lianfang.doors.files.guarding import (
    BOMB,
    DAMAGED,
    LAST_ROW,
    MOST_COLUMNS,
    TOO_MANY_CELLS,
    SheetPart,
    number_of,
)

Cells = list[Any]
_PIECE = 1 << 20
# no row of a list is longer: 256 columns of some text
_LONGEST_ROW = 16 << 20
MOST_STRINGS = 400 * 2**20
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(rb'<(?:\w+:)?c(?:\s+r="([A-Z]{1,3})\d{1,7}")?((?:\s[^>]*?)?)(?:/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
# the two ways in which nearly every cell is written, texts first: the engine is a fifth faster so
_PLAIN = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,7}"([^>]*)>'
    rb'(?:<is><t(?: xml:space="preserve")?>([^<]*)</t></is>|<v>([^<]*)</v>)</c>'
)
_NUMBER, _PLACE, _STYLE, _TYPE = (
    re.compile(rb"""(?<!\S)%b\s*=\s*["']\s*%b""" % attribute)
    for attribute in (
        (b"r", rb"(\d{1,7})\b"),
        (b"r", rb"([A-Za-z]{1,3})\d{1,7}\b"),
        (b"s", rb"(\d{1,6})\b"),
        (b"t", rb"(\w+)"),
    )
)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
_STRING = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?t>)", re.DOTALL)
_SOUNDS = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
# number formats of the standard that are days or times; those of East Asia among them
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)])
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
# days of a sheet have no zone
_EXCEL_DAY_0, _MAC_DAY_0 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_465
_SLASH = ord("/")
# because a dictionary is asked in half the time of a function, for each of ten million cells
_COLUMNS = {get_column_letter(place + 1).encode(): place for place in range(MOST_COLUMNS)}


class Texts:
    """The shared texts of a workbook in one piece of memory: a list of strings would take four times as much."""

    def __init__(self) -> None:
        self.body, self.ends = bytearray(), array("Q")
        self.text = lru_cache(maxsize=20_000)(self._text)

    def add(self, text: bytes) -> None:
        """Keep one more text. Raises `intake.bomb` when they are more than a list needs."""
        self.body += text
        self.ends.append(len(self.body))
        if len(self.body) > MOST_STRINGS:
            raise BOMB(field="file")

    def _text(self, number: int) -> str:
        if not 0 <= number < len(self.ends):
            raise DAMAGED(field="file")
        return _plain(bytes(self.body[self.ends[number - 1] if number else 0 : self.ends[number]]))


class Streamed:
    """A workbook whose sheets are read from the archive as often as asked."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            self.texts = _shared(archive)
            self.dates = _date_styles(archive)
            self.day_0 = _MAC_DAY_0 if b'date1904="1"' in archive.read("xl/workbook.xml") else _EXCEL_DAY_0
        self.kinds: dict[bytes, tuple[bytes, bool]] = {}

    def rows(self, part: SheetPart) -> Iterator[Cells]:
        """Yield every row of a sheet from the top, blank ones too. Raises `intake.damaged`."""
        last = 0
        for number, inner in self._placed(part):
            for _ in range(last + 1, number):
                yield [""] * part.width
            last = number
            yield self._cells(inner, part.width)

    def rows_at(self, part: SheetPart, numbers: Iterable[int]) -> Iterator[tuple[int, Cells]]:
        """Yield the rows with these numbers, which increase, blank ones left out, at a third of the price of all.

        Raises as `rows` does.
        """
        wanted = iter(numbers)
        next_one = next(wanted, 0)
        for number, inner in self._placed(part):
            while 0 < next_one < number:
                next_one = next(wanted, 0)
            if not next_one:
                return
            if next_one == number:
                yield number, self._cells(inner, part.width)

    def _placed(self, part: SheetPart) -> Iterator[tuple[int, bytes]]:
        """Yield the rows that are written, each with its place from 1 among all rows, blank ones too."""
        place, expected = 0, 1
        try:
            with zipfile.ZipFile(io.BytesIO(self.body)) as archive:
                for piece in _whole(archive, part.path, b"row"):
                    for head, inner in _rows(piece):
                        # because nearly every row says the number after the one above, and no more needs to be read
                        if not head.startswith(b'r="%d"' % expected):
                            said = _NUMBER.search(head)
                            number = int(said[1]) if said else expected
                            # a number that goes back says nothing of where its row stands
                            place += max(number - expected, 0)
                            expected = number
                        place += 1
                        expected += 1
                        if place > LAST_ROW:  # as numbers that leap ahead again and again would have it
                            raise TOO_MANY_CELLS(field="file")
                        yield place, inner
        except (zipfile.BadZipFile, EOFError, OSError, ValueError):
            raise DAMAGED(field="file") from None

    def _cells(self, row: bytes, width: int) -> Cells:
        try:
            return self._read(row, width)
        except (ValueError, OverflowError):
            raise DAMAGED(field="file") from None

    def _read(self, row: bytes, width: int) -> Cells:
        cells: Cells = [""] * width
        plain = _PLAIN.findall(row)
        if len(plain) != row.count(b"</c>") or b":c>" in row:
            return self._other_cells(row, width)
        kinds = self.kinds
        try:
            for letters, rest, text, value in plain:
                if not text and not value:
                    continue
                place = _COLUMNS.get(letters, width)
                if place >= width:
                    raise DAMAGED(field="file")
                if text:
                    cells[place] = unescape(said) if "&" in (said := text.decode()) else said
                else:
                    cells[place] = self._plain_value(kinds.get(rest) or self._kind(rest), value)
        except UnicodeDecodeError:  # because to say of each text what becomes of other bytes takes as long as the text
            return self._other_cells(row, width)
        return cells

    def _other_cells(self, row: bytes, width: int) -> Cells:
        cells: Cells = [""] * width
        place = -1
        for letters, rest, inner in _CELL.findall(row):
            if not letters and (said := _PLACE.search(rest)):
                letters = said[1].upper()
            place = number_of(letters) - 1 if letters else place + 1
            if inner and (value := self._value(rest, inner)) != "":
                if place >= width:
                    raise DAMAGED(field="file")
                cells[place] = value
        return cells

    def _value(self, rest: bytes, inner: bytes) -> Any:
        kind, is_date = self.kinds.get(rest) or self._kind(rest)
        if kind == b"inlineStr":
            return _joined(inner)
        found = _VALUE.search(inner)
        return self._plain_value((kind, is_date), found[1]) if found else ""

    def _plain_value(self, told: tuple[bytes, bool], value: bytes) -> Any:
        kind, is_date = told
        if kind == b"s":
            return self.texts.text(int(value))
        if kind == b"str":
            return _plain(value)
        if kind == b"b":
            return value.strip() in (b"1", b"true")
        if kind == b"e" or not value.strip():
            return ""
        if kind == b"d":
            return _iso(value.decode())
        return self._moment(float(value)) if is_date else float(value)

    def _kind(self, rest: bytes) -> tuple[bytes, bool]:
        """Return type and whether the number is a day, of a cell with these attributes; few ways are met again."""
        style, kind = _STYLE.search(rest), _TYPE.search(rest)
        told = (kind[1] if kind else b"n", bool(style) and int(style[1]) in self.dates)  # type: ignore[index]
        if len(self.kinds) < 10_000:
            self.kinds[rest] = told
        return told

    def _moment(self, days: float) -> Any:
        """Return a day, a moment or a time of day; a number that is none stays one."""
        if not 0 <= days <= _LAST_DAY:
            return days
        moment = self.day_0 + timedelta(milliseconds=round(days * 86_400_000))
        if days < 1:
            return moment.time()
        return moment.date() if moment.time() == time() else moment


def _rows(piece: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the attributes and the cells of each row; as nearly every row is written, without looking at each byte."""
    is_named = b":row" in piece
    for row in piece.split(b"</row>"):
        end = row.find(b">")
        if row.startswith(b"<row ") and row[end - 1] != _SLASH and not is_named:
            yield row[5:end], row[end + 1 :]
        else:
            for found in _ROW.finditer(row + b"</row>"):
                yield found[1], found[2] or b""


def _iso(text: str) -> date | datetime | str:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text


def _plain(text: bytes) -> str:
    said = text.decode("utf-8", "replace")
    return unescape(said) if "&" in said else said


def _joined(inner: bytes) -> str:
    if b"rPh" in inner:
        inner = _SOUNDS.sub(b"", inner)
    return _plain(b"".join(_TEXT.findall(inner)))


def _whole(archive: zipfile.ZipFile, path: str, name: bytes) -> Iterator[bytes]:
    """Yield a part in pieces that end where such an element ends. Raises `intake.damaged` for one that never does."""
    rest, ending = b"", b""
    with archive.open(path) as stream:
        while piece := stream.read(_PIECE):
            if b"<!" in piece:  # because no spreadsheet writes comments or entities here
                raise DAMAGED(field="file")
            rest += piece
            if not ending and (found := re.search(rb"</(?:\w+:)?" + name + rb">", rest)):
                ending = found[0]
            whole, mark, rest = rest.rpartition(ending) if ending else (b"", b"", rest)
            # elements without content have no end of their own: they end where the next one begins
            opening = b"<" + (ending[2:-1] or name) + b" "
            if mark:
                yield whole + mark
            elif (begun := rest.rfind(opening)) > 0:
                yield rest[:begun]
                rest = rest[begun:]
            elif len(rest) > _LONGEST_ROW:
                raise DAMAGED(field="file")
    yield rest


def _shared(archive: zipfile.ZipFile) -> Texts:
    texts = Texts()
    path = "xl/sharedStrings.xml"
    if path in archive.NameToInfo:
        for piece in _whole(archive, path, b"si"):
            for inner in _STRING.findall(piece):
                texts.add(b"".join(_TEXT.findall(_SOUNDS.sub(b"", inner) if b"rPh" in inner else inner)))
    return texts


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return which cell styles show a number as a day or a time."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return frozenset()
    text = archive.read("xl/styles.xml").decode("utf-8", "replace")
    formats = set(_DATE_FORMATS)
    for found in re.finditer(r"<(?:\w+:)?numFmt\b([^>]*)>", text):
        told = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
        code = unescape(told.get("formatCode", "")).split(";")[0]
        is_date = not _ELAPSED.search(code) and re.search(r"[ymdhs]", _QUOTED.sub("", code), re.IGNORECASE)
        if is_date and told.get("numFmtId", "").isdecimal():
            formats.add(int(told["numFmtId"]))
    styles = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", text, re.DOTALL)
    found_ids = re.findall(r"<(?:\w+:)?xf\b([^>]*)>", styles[0]) if styles else []
    numbers = [re.search(r'\bnumFmtId="(\d+)"', one) for one in found_ids]
    return frozenset(place for place, one in enumerate(numbers) if one and int(one[1]) in formats)
