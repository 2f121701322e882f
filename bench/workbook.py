"""A list as it arrives in a crisis: a merged title, a line of small print, broken headers, many ways to write one date.

Made-up people; three in ten are in the county's register, one in twenty has something wrong that must be refused.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

import xlsxwriter

from bench.county import COUNTY

TITLE = "绛县返乡人员核查名单（第三批）"
SMALL_PRINT = "推送单位：县专班    填报说明：身份证号请填文本格式，电话可填多个"
HEADERS = (
    "序\n号",
    "姓  名",
    "身份证件\n号码",
    "联系电话（本人）",
    "目的地详细地址",
    "返乡\n日期",
    "从何地返回",
    "交通方式 ",
    "性别",
    "同行人",
    "推送原因",
    "备注",
)
TIDY = (
    "serial",
    "name",
    "identity_number",
    "phone",
    "address",
    "returned_on",
    "origin",
    "transport",
    "sex",
    "companions",
    "reason",
    "note",
)
CITIES = ("武汉市", "黄冈市", "孝感市", "信阳市", "温州市")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
EXCEL_DAY_0 = date(1899, 12, 30)


@dataclass(frozen=True)
class Line:
    """One person of the list, as a careful clerk would know them."""

    name: str
    identity_number: str
    phone: str
    address: str
    returned_on: date
    city: str
    flaw: str = ""


def lines(number: int, known: list[tuple[str, str, str]]) -> Iterator[Line]:
    """Yield that many people: 30% from the known (name, identity number, phone), 5% with a flaw."""
    draw = random.Random(20200203)
    places = list(_places())
    for row in range(number):
        name, identity_number, phone = _person(draw, row, known)
        town, village = draw.choice(places)
        flaw = draw.choice(("check_digit", "numeric", "date", "phone")) if draw.random() < 0.05 else ""
        address = f"{town}{village}{draw.randint(1, 9)}组{draw.randint(1, 200)}号"
        on = date(2020, 1, 10) + timedelta(days=draw.randint(0, 20))
        yield Line(name, identity_number, phone, address, on, draw.choice(CITIES), flaw)


def _person(draw: random.Random, row: int, known: list[tuple[str, str, str]]) -> tuple[str, str, str]:
    from lianfang.kernel.identity import compose

    if known and draw.random() < 0.3:
        return known[row % len(known)]
    born = date(1950, 1, 1) + timedelta(days=draw.randint(0, 20_000))
    number = compose(f"1408{draw.randint(21, 30):02d}{born:%Y%m%d}{row % 1000:03d}")
    return draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN), number, f"139{row:08d}"


def _places() -> Iterator[tuple[str, str]]:
    from lianfang.kernel.places import areas_within

    areas = {area.code: area.name for area in areas_within(COUNTY)}
    for code, name in areas.items():
        if len(code) == 12:
            yield areas[code[:9]], name.removesuffix("委会").removesuffix("居")


def messy(people: Iterable[Line], file: IO[bytes]) -> None:
    """Write the list as its sender made it, row by row: a long one is never in memory."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("返乡名单")
    sheet.merge_range(0, 0, 0, len(HEADERS) - 1, TITLE)
    sheet.write(1, 0, SMALL_PRINT)
    sheet.write_row(2, 0, HEADERS)
    for number, line in enumerate(people):
        sheet.write_row(number + 3, 0, _cells(number, line))
    book.close()


def _cells(number: int, line: Line) -> list[Any]:
    identity_number: Any = line.identity_number
    if line.flaw == "check_digit":
        identity_number = identity_number[:-1] + ("1" if identity_number[-1] != "1" else "2")
    elif line.flaw == "numeric":
        identity_number = float(identity_number[:17] + "0")
    phone = line.phone[:-2] if line.flaw == "phone" else _phone(number, line.phone)
    day: Any = "2020年2月30日" if line.flaw == "date" else _day(number, line.returned_on)
    return [number + 1, line.name, identity_number, phone, line.address, day, line.city, "自驾",
            "男" if int(line.identity_number[16]) % 2 else "女", "", "自外地返回", ""]  # fmt: skip


def _phone(number: int, digits: str) -> str:
    """Return the number as one of the ways people type it."""
    return (digits, f" {digits[:3]} {digits[3:7]} {digits[7:]}", f"+86{digits}")[number % 3]


def _day(number: int, on: date) -> Any:
    """Return the day as one of the ways met in the field, an Excel serial among them."""
    ways = (
        f"{on.year}.{on.month}.{on.day}",
        f"{on.month}月{on.day}日",
        (on - EXCEL_DAY_0).days,
        on.isoformat(),
        f"{on:%Y/%m/%d}",
    )
    return ways[number % len(ways)]


def tidy(people: list[Line]) -> bytes:
    """Return the same people and columns as a workbook without any trouble: one header row, text, ISO dates."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, TIDY)
    for number, line in enumerate(people):
        sex = "m" if int(line.identity_number[16]) % 2 else "f"
        cells = [str(number + 1), line.name, line.identity_number, line.phone, line.address,
                 line.returned_on.isoformat(), line.city, "自驾", sex, "", "自外地返回", ""]  # fmt: skip
        sheet.write_row(number + 1, 0, cells)
    book.close()
    return out.getvalue()
