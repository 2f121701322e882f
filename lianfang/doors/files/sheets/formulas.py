"""Formulas of a stranger's sheet: which may stay, and how they follow when rows are put into a list.

A formula stays only when it computes within its own workbook: known functions, cells and ranges of its own sheets.
Links to other files, DDE, HYPERLINK, WEBSERVICE, INDIRECT and whatever is unknown are refused; nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.utils import FORMULAE

from lianfang.doors.files.guarding import number_of

_REFUSED = frozenset(
    {
        "CALL", "CELL", "CUBEKPIMEMBER", "CUBEMEMBER", "CUBEMEMBERPROPERTY", "CUBERANKEDMEMBER", "CUBESET",
        "CUBESETCOUNT", "CUBEVALUE", "GETPIVOTDATA", "HYPERLINK", "INDIRECT", "INFO", "OFFSET", "RTD", "SQL.REQUEST",
    }
)  # fmt: skip
_NEWER = frozenset({"CONCAT", "IFNA", "IFS", "MAXIFS", "MINIFS", "SWITCH", "TEXTJOIN", "XLOOKUP", "NUMBERVALUE"})
ALLOWED = (frozenset(FORMULAE) - _REFUSED) | _NEWER
_AGGREGATES = frozenset({"SUM", "COUNT", "COUNTA", "AVERAGE", "MAX", "MIN", "SUBTOTAL", "COUNTIF", "SUMIF", "PRODUCT"})

LONGEST = 2_000
_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})"
_ONE = re.compile(_CELL)
_TWO = re.compile(f"{_CELL}:{_CELL}")
_COLUMNS = re.compile(r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}")
_ROWS = re.compile(r"(\$?)(\d{1,7}):(\$?)(\d{1,7})")
_SHEET = re.compile(r"(?:'((?:[^'\[\]\\/:*?|]|'')+)'|([\w.\u0080-\U0010ffff]+))!")
_NAME = re.compile(r"[A-Za-z_\u0080-\U0010ffff][\w.\u0080-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class Growth:
    """Rows put into a sheet: `count` new ones after row `last` of a list that begins at `first`, counted from 1."""

    sheet: str
    first: int
    last: int
    count: int

    def row(self, row: int) -> int:
        """Return where a row stands afterwards."""
        return row + self.count if row > self.last else row

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return where a span of rows stands afterwards; one that ends with the list ends with it still."""
        grows = bottom > self.last or (bottom == self.last and top < bottom)
        return self.row(top), bottom + self.count if grows else bottom


Growths = Mapping[str, Growth]


@dataclass(frozen=True, slots=True)
class _Corner:
    fixed_column: str
    column: str
    fixed_row: str
    row: int

    def written(self, row: int) -> str:
        return f"{self.fixed_column}{self.column}{self.fixed_row}{row}"


@dataclass(frozen=True, slots=True)
class _Area:
    """A cell or a range as it is written: the sheet before it, its corners, the function around it."""

    prefix: str
    sheet: str
    corners: tuple[_Corner, ...]
    around: str


Piece = str | _Area


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that may stay, taken apart at the cells it names."""

    pieces: tuple[Piece, ...]

    def copied(self, rows: int, columns: int = 0) -> Formula:
        """Return the formula as it reads when it is copied so many rows down and columns to the right."""
        moved = []
        for piece in self.pieces:
            if isinstance(piece, _Area):
                corners = tuple(
                    _Corner(
                        one.fixed_column,
                        one.column if one.fixed_column else shifted_letters(one.column, columns),
                        one.fixed_row,
                        one.row if one.fixed_row else max(1, one.row + rows),
                    )
                    for one in piece.corners
                )
                piece = _Area(piece.prefix, piece.sheet, corners, piece.around)
            moved.append(piece)
        return Formula(tuple(moved))

    def grown(self, own: str, at: int, growths: Growths, down: int = 0) -> str:
        """Return the text after rows were put in. `own` is the sheet it stands on, `at` its row, before they were.

        `down` copies it that many rows further, as the rows of a list are copied from the last one given.
        """
        return "".join(one if isinstance(one, str) else _grown(one, own, at, growths, down) for one in self.pieces)


def _grown(area: _Area, own: str, at: int, growths: Growths, down: int) -> str:
    growth = growths.get(area.sheet or own)
    if growth is None:
        return area.prefix + ":".join(one.written(_copied(one, down)) for one in area.corners)
    in_list = own == growth.sheet and growth.first <= at <= growth.last
    if len(area.corners) == 1:
        return area.prefix + _one(area, growth, down, in_list)
    top, bottom = area.corners
    this_row = at if own == growth.sheet else 0
    return f"{area.prefix}{_end(top, area, this_row, growth, down)}:{_end(bottom, area, this_row, growth, down)}"


def _one(area: _Area, growth: Growth, down: int, in_list: bool) -> str:
    corner = area.corners[0]
    is_whole_list = growth.first == growth.last == corner.row and not in_list
    if is_whole_list and area.around in _AGGREGATES and growth.count:
        return f"{corner.written(corner.row)}:{corner.written(corner.row + growth.count)}"
    return corner.written(_moved(corner, growth, down))


def _end(corner: _Corner, area: _Area, at: int, growth: Growth, down: int) -> str:
    """Return one end of a range: the end of the list follows the list, but "this row" stays this row."""
    if corner is area.corners[1] and corner.row == growth.last and not (corner.row == at and not corner.fixed_row):
        return corner.written(growth.span(area.corners[0].row, corner.row)[1])
    return corner.written(_moved(corner, growth, down))


def _moved(corner: _Corner, growth: Growth, down: int) -> int:
    return growth.row(corner.row) if corner.row > growth.last else _copied(corner, down)


def _copied(corner: _Corner, down: int) -> int:
    return corner.row if corner.fixed_row else corner.row + down


@lru_cache(maxsize=4096)
def read_formula(text: str, sheets: frozenset[str], names: frozenset[str] = frozenset()) -> Formula | None:
    """Return a formula (without its "=") that may stay, else None. `sheets` and `names` are the workbook's own."""
    if len(text) > LONGEST or "|" in text or "[" in text or "\\" in text:
        return None
    try:
        tokens = Tokenizer(f"={text}").items
    except (TokenizerError, IndexError):
        return None
    pieces: list[Piece] = []
    for token, around in _with_function(tokens):
        piece = _piece(token, around, sheets, names)
        if piece is None:
            return None
        pieces.append(piece)
    return Formula(tuple(pieces))


def _with_function(tokens: Collection[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each token with the name of the function it is an argument of."""
    stack: list[str] = []
    for token in tokens:
        yield token, stack[-1] if stack else ""
        if token.subtype == Token.OPEN:
            stack.append(_function(token.value))
        elif token.subtype == Token.CLOSE and stack:
            stack.pop()


def _function(value: str) -> str:
    return value.rstrip("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS.")


def _piece(token: Token, around: str, sheets: frozenset[str], names: frozenset[str]) -> Piece | None:
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        return token.value if _function(token.value) in ALLOWED else None
    if token.type == Token.OPERAND and token.subtype == Token.RANGE:
        return _area(token.value, around, sheets, names)
    return token.value


def _area(value: str, around: str, sheets: frozenset[str], names: frozenset[str]) -> Piece | None:
    found = _SHEET.match(value)
    sheet = (found[1] or found[2] or "").replace("''", "'") if found else ""
    prefix, rest = (found[0], value[found.end() :]) if found else ("", value)
    if found and sheet not in sheets:
        return None
    if one := _ONE.fullmatch(rest):
        return _Area(prefix, sheet, (_corner(*one.groups()),), around)
    if two := _TWO.fullmatch(rest):
        groups = two.groups()
        return _Area(prefix, sheet, (_corner(*groups[:4]), _corner(*groups[4:])), around)
    if rows := _ROWS.fullmatch(rest):
        return _Area(prefix, sheet, (_Corner("", "", rows[1], int(rows[2])), _Corner("", "", rows[3], int(rows[4]))),
                     around)  # fmt: skip
    if _COLUMNS.fullmatch(rest) or (_NAME.fullmatch(rest) and rest in names):
        return prefix + rest
    return None


def _corner(fixed_column: str, column: str, fixed_row: str, row: str) -> _Corner:
    return _Corner(fixed_column, column.upper(), fixed_row, int(row))


# --- columns -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def letters_of(number: int) -> str:
    """Return the letters of a column counted from 1."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def shifted_letters(letters: str, by: int) -> str:
    """Return the letters of a column so many columns to the right."""
    return letters if not by or not letters else letters_of(max(1, number_of(letters) + by))
