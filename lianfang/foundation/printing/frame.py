"""What stands around a printed table and in it, the same for a workbook and for a PDF."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from unicodedata import east_asian_width

from lianfang.kernel.clock import local
from lianfang.kernel.text import Bilingual, both

PAGE = both("第 {page} 页　共 {pages} 页", "Page {page} of {pages}")
SERIAL = both("编号", "Serial")
AS_OF = both("截至", "As of")
SIGNATURE = (
    both("填报人", "Filled in by"),
    both("审核人", "Checked by"),
    both("单位（盖章）", "Unit (seal)"),
    both("日期", "Date"),
)
MASKED = both(
    "脱敏　{name} {at} 打印，仅供疫情防控使用，用后销毁　编号 {serial}",
    "Masked. Printed by {name}, {at}, for epidemic control only; destroy after use. Serial {serial}",
)
YES, NO = both("是", "yes"), both("否", "no")


@dataclass(frozen=True)
class Grid:
    """One table: the words of its columns, its rows, and how many blank rows follow for the pen.

    A numbered sheet has its number over it, and all its rows are as tall as the pen needs. `room` says how wide the
    columns are to one another where blank cells cannot tell it. In the columns `exact` no hidden mark follows a text.
    """

    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    blanks: int = 0
    number: str = ""
    room: tuple[int, ...] = ()
    exact: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Frame:
    """What stands around the tables of one print.

    `facts` are the lines of the header block; `mark` is the visible watermark; `hidden` follows every text unseen and
    `kept` stands in the file's properties: both only in a named export.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    serial: str
    as_of: datetime
    mark: str
    language: str
    landscape: bool = False
    signed: bool = False
    notes: Sequence[str] = ()
    hidden: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: Bilingual) -> str:
        """Return a sentence in the language of the print."""
        return text.in_language(self.language)

    @property
    def at(self) -> str:
        return f"{local(self.as_of):%Y-%m-%d %H:%M}"


def new_serial(form: str, path: str, on: date) -> str:
    """Return a number no other print has: form, day, area, eight digits. By it a sheet of paper is found again."""
    return f"{form}-{on:%Y%m%d}-{path}-{secrets.token_hex(4).upper()}"


def running_words(serial: str, at: datetime, language: str, page: str, pages: str) -> tuple[str, str, str]:
    """Return what stands below every page, left, middle and right: serial, page x of y, as-of time."""
    counted = PAGE.in_language(language).format(page=page, pages=pages)
    return (
        f"{SERIAL.in_language(language)} {serial}",
        counted,
        f"{AS_OF.in_language(language)} {local(at):%Y-%m-%d %H:%M}",
    )


def in_cell(value: Any, language: str) -> str | int | float:
    """Return a value as it stands in a cell: numbers stay numbers, moments are China's time, all else is text."""
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language)
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def width_of(text: str) -> int:
    """Return how wide a text is in half-width letters; Chinese ones count twice."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


_NARROWEST, _WIDEST, _LOOKED_AT = 5, 20, 200


def widths(grid: Grid, language: str) -> list[int]:
    """Return how much room each column wants, from its words and its first rows; long texts are broken into lines."""
    if grid.room:
        return list(grid.room)
    wanted = []
    for place, head in enumerate(grid.heads):
        # because a head may stand on two or three lines, and a value had better not
        longest = max((width_of(str(in_cell(row[place], language))) for row in grid.rows[:_LOOKED_AT]), default=0)
        wanted.append(max(_NARROWEST, min(_WIDEST, max((width_of(head) + 1) // 2, longest + 2))))
    return wanted
