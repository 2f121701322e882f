"""Division registers as files: code and name found by their headers or, without any, by what the columns hold.

Reads the layouts of the National Bureau of Statistics as people pass them on: villages with or without their towns in
one file, twelve digits filled up with zeros, CSV or workbook; and a column of old codes where a county adds one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from lianfang.doors.files.guarding import EMPTY, check_size
from lianfang.doors.files.reading import Cells, open_book
from lianfang.kernel.areas import COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.errors import refusal
from lianfang.kernel.places.register import areas_within
from lianfang.kernel.text import clean

NO_FILE = refusal("register.no_file", "没有这个文件：{name}。", "There is no file {name}.", status=404)
NO_COLUMNS = refusal(
    "register.no_columns",
    "没有找到代码列和名称列；请在第一行写上“代码、名称”。",
    "No column of codes with one of names was found; write code and name into the first row.",
)
NOTHING_INSIDE = refusal(
    "register.nothing_inside",
    "文件里没有 {within} 的村（社区）。",
    "The file holds no village of {within}.",
)
BAD_CODE = refusal(
    "register.bad_code",
    "第 {row} 行的代码“{code}”不是 9 位或 12 位数字。",
    "Row {row}: the code “{code}” is not 9 or 12 digits.",
)
NO_NAME = refusal(
    "register.no_name",
    "第 {row} 行的 {code} 没有名称，或名称过长。",
    "Row {row}: {code} has no name, or too long a one.",
)
TWICE = refusal(
    "register.code_twice",
    "代码 {code} 出现两次，名称不同：{first}、{second}（第 {row} 行）。",
    "The code {code} stands twice with different names: {first}, {second} (row {row}).",
)
NO_HEIR = refusal(
    "register.bad_old_code",
    "第 {row} 行的原代码“{code}”不是 9 位或 12 位数字。",
    "Row {row}: the old code “{code}” is not 9 or 12 digits.",
)
MANY_ROWS = refusal(
    "register.many_rows",
    "一个县的登记册超过 {most} 行，请检查文件。",
    "More than {most} rows for one county; check the file.",
)

CODE_HEADERS = ("统计用区划代码", "区划代码", "行政区划代码", "代码", "村代码", "code")
NAME_HEADERS = ("名称", "村名", "村名称", "区划名称", "村（社区）名称", "村(社区)名称", "行政区划名称", "name")
OLD_HEADERS = ("原代码", "原区划代码", "旧代码", "变更前代码", "old_code", "oldcode")
MOST, LONGEST_NAME = 20_000, 60
LOOKED_AT = 60
_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Sent:
    """A register that came over the network: its name and its bytes."""

    name: str
    body: bytes


@dataclass
class RegisterFile:
    """What a file says of one county: towns and villages by code, and what each old code became."""

    towns: dict[str, str] = field(default_factory=dict)
    villages: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def as_input(self) -> dict[str, Any]:
        """Return it as the action takes it."""
        return {"towns": sorted(self.towns.items()), "villages": sorted(self.villages.items()), "told": dict(self.told)}


@dataclass(frozen=True)
class _Places:
    """Which columns hold what, and the first row of data (from 0)."""

    first: int
    code: int
    name: int
    old: int | None = None


def read_register(sources: Iterable[Path | Sent], within: str, known_towns: Mapping[str, str]) -> RegisterFile:
    """Return what the files say of a county; towns that they do not name keep the name that is known.

    Raises `register.*`, and the `intake.*` refusals of files that cannot be opened.
    """
    found = RegisterFile()
    for source in sources:
        rows = _rows(_body(source))
        places = _places(list(islice(rows(), LOOKED_AT)))
        for number, cells in enumerate(islice(rows(), places.first, None), start=places.first + 1):
            _take(found, cells, places, number, within)
            if len(found.villages) > MOST:
                raise MANY_ROWS(field="file", most=MOST)
    if not found.villages:
        raise NOTHING_INSIDE(field="file", within=within)
    _name_towns(found, within, known_towns)
    return found


def _body(source: Path | Sent) -> bytes:
    if isinstance(source, Path) and not source.is_file():
        raise NO_FILE(field="file", name=source.name[:80])
    check_size(source.stat().st_size if isinstance(source, Path) else len(source.body))
    body = source.read_bytes() if isinstance(source, Path) else source.body
    if not body:
        raise EMPTY(field="file")
    return body


def _rows(body: bytes) -> Any:
    """Return what opens the rows of the sheet that has most of the codes."""
    sheets = open_book(body).sheets
    return max(sheets, key=lambda sheet: _codes_in(islice(sheet.rows(), LOOKED_AT))).rows


def _codes_in(rows: Iterable[Cells]) -> int:
    return sum(1 for row in rows for cell in row if _CODE.fullmatch(_text(cell)))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(str(cell)) if cell is not None else ""


# --- columns ------------------------------------------------------------------------------------------------------


def _places(head: list[Cells]) -> _Places:
    """Return where code and name stand. Raises `register.no_columns`."""
    for number, row in enumerate(head):
        labels = [re.sub(r"\s", "", _text(cell)).lower() for cell in row]
        code, name = _first(labels, CODE_HEADERS), _first(labels, NAME_HEADERS)
        if code is not None and name is not None:
            return _Places(number + 1, code, name, _first(labels, OLD_HEADERS))
    return _guessed(head)


def _first(labels: list[str], known: tuple[str, ...]) -> int | None:
    return next((labels.index(one) for one in known if one in labels), None)


def _guessed(head: list[Cells]) -> _Places:
    """Return the columns of a file without headers: the first of long codes that all differ, the first of names."""
    width = max(map(len, head), default=0)
    columns = [[_text(row[place]) if place < len(row) else "" for row in head] for place in range(width)]
    codes = [place for place, cells in enumerate(columns) if _mostly(cells, _CODE.fullmatch) and _differ(cells)]
    names = [place for place, cells in enumerate(columns) if _mostly(cells, _HAN.search)]
    if not codes or not names:
        raise NO_COLUMNS(field="file")
    first = next(number for number, cell in enumerate(columns[codes[0]]) if _CODE.fullmatch(cell))
    return _Places(first, codes[0], names[0])


def _mostly(cells: list[str], holds: Any) -> bool:
    return bool(cells) and sum(1 for cell in cells if holds(cell)) * 10 >= len(cells) * 8


def _differ(cells: list[str]) -> bool:
    return len(set(cells)) * 10 >= len(cells) * 9


# --- rows ---------------------------------------------------------------------------------------------------------


def _take(found: RegisterFile, cells: Cells, places: _Places, row: int, within: str) -> None:
    """Take one row, if it is of the county; rows of other counties, and of provinces and cities, are passed over."""
    written = _text(cells[places.code]) if places.code < len(cells) else ""
    name = _text(cells[places.name]) if places.name < len(cells) else ""
    if not written and not name:
        return
    if not written.isdigit() or len(written) > VILLAGE_DIGITS:
        raise BAD_CODE(field="file", row=row, code=written[:30])
    code = _shortest(written)
    if not code.startswith(within) or len(code) <= COUNTY_DIGITS:
        return
    if len(code) not in (TOWN_DIGITS, VILLAGE_DIGITS):
        raise BAD_CODE(field="file", row=row, code=written[:30])
    if not name or len(name) > LONGEST_NAME:
        raise NO_NAME(field="file", row=row, code=code)
    level = found.towns if len(code) == TOWN_DIGITS else found.villages
    if level.setdefault(code, name) != name:
        raise TWICE(field="file", code=code, first=level[code], second=name, row=row)
    for old in _old_codes(cells, places, row):
        if code not in found.told[old]:
            found.told[old].append(code)


def _shortest(code: str) -> str:
    """Return a code without the zeros that fill it up: 140826100000 → 140826100, 140826000000 → 140826."""
    for length in (COUNTY_DIGITS, TOWN_DIGITS):
        if len(code) == VILLAGE_DIGITS and not code[length:].strip("0"):
            return code[:length]
    return code


def _old_codes(cells: Cells, places: _Places, row: int) -> Iterator[str]:
    if places.old is None or places.old >= len(cells):
        return
    for part in re.split(r"[、,，;；\s]+", _text(cells[places.old])):
        old = _shortest(part)
        if part and not (part.isdigit() and len(old) in (TOWN_DIGITS, VILLAGE_DIGITS)):
            raise NO_HEIR(field="file", row=row, code=part[:30])
        if part:
            yield old


# --- towns --------------------------------------------------------------------------------------------------------


def _name_towns(found: RegisterFile, within: str, known: Mapping[str, str]) -> None:
    """Name the towns that a list of villages alone does not: as the built-in register does where it agrees."""
    needed = {code[:TOWN_DIGITS] for code in found.villages} - set(found.towns)
    if not needed:
        return
    built_in = {area.code: area.name for area in areas_within(within)}
    agreeing = Counter(code[:TOWN_DIGITS] for code, name in found.villages.items() if built_in.get(code) == name)
    for town in needed:
        have = sum(1 for code in found.villages if code.startswith(town))
        trusted = agreeing[town] * 2 > have and town in built_in
        found.towns[town] = built_in[town] if trusted else known.get(town) or built_in.get(town) or town
