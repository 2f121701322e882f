"""Numbers of printed sheets and of the lines on them: one series a post, each number once. Pure."""

from __future__ import annotations

import re

from lianfang.kernel.text import Bilingual, both

FORMS: dict[str, Bilingual] = {
    "F02": both("进出人员（车辆）登记表（F02）", "Passage log (F02)"),
    "F03": both("通行卡及存根（F03）", "Slips with stubs (F03)"),
}
# as many as fit on one A4: lines for the pen, slips to cut apart
LINES = {"F02": 16, "F03": 3}
_NUMBER = re.compile(r"(.+)-(\d{4,9})")


def sheet_number(post_number: str, number: int) -> str:
    """Return the number on a sheet: K001-0007."""
    return f"{post_number.upper()}-{number:04d}"


def line_number(sheet: str, line: int) -> str:
    """Return the number of a line of a sheet, which is the number of the slip there: K001-0007-2."""
    return f"{sheet}-{line}"


def place_of(sheet: str) -> tuple[str, int] | None:
    """Return the post's number and the running one of a sheet number, None for a number of another making."""
    found = _NUMBER.fullmatch(sheet)
    return (found[1], int(found[2])) if found else None
