"""Chinese identity numbers (GB 11643): checked, never guessed. Refuses numbers that a spreadsheet has rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from operator import mul
from typing import Literal

from lianfang.kernel.errors import Refusal, RefusalKind, refusal
from lianfang.kernel.text import Bilingual, clean

Reason = Literal["empty", "lost_digits", "characters", "length", "area", "birth_date", "check_digit"]
Sex = Literal["male", "female"]

REASONS: dict[Reason, RefusalKind] = {
    "empty": refusal("identity.empty", "没有填写身份证号。", "The identity number is empty."),
    "lost_digits": refusal(
        "identity.lost_digits",
        "身份证号被表格当作数字保存，末几位已丢失，请把该列设为“文本”后重新填写。",
        "A spreadsheet kept the identity number as a number and its last digits are lost; "
        "format the column as text and type it again.",
    ),
    "characters": refusal(
        "identity.characters",
        "身份证号只能是数字，18 位号码的末位可以是 X。",
        "An identity number has digits only; the last of 18 may be X.",
    ),
    "length": refusal(
        "identity.length", "身份证号应为 18 位(旧号 15 位)。", "An identity number has 18 digits, or 15 if old."
    ),
    "area": refusal(
        "identity.area",
        "身份证号前六位不是使用过的行政区划代码。",
        "The first six digits are no division code that was ever in use.",
    ),
    "birth_date": refusal(
        "identity.birth_date",
        "身份证号中的出生日期不存在，或晚于今天。",
        "The birth date in the identity number does not exist or lies in the future.",
    ),
    "check_digit": refusal(
        "identity.check_digit",
        "身份证号校验位不对，请逐位核对。",
        "The check digit does not fit; compare the number digit by digit.",
    ),
}

EARLIEST_BIRTH_YEAR = 1850
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECK_DIGITS = "10X98765432"
# Typed with the number but no part of it: spaces and the apostrophe that tells a spreadsheet "this is text".
_SEPARATORS = re.compile(r"[\s'‘’`]+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_DECIMAL = re.compile(r"\d+\.\d*")
_DIGITS = re.compile(r"[0-9]+X?")
_FIRST_17 = re.compile(r"[0-9]{17}")
_OF_18 = re.compile(r"[0-9]{17}[0-9X]")

# Places whose residents carry the same card: Taiwan (71, 83), Hong Kong (81), Macao (82).
_ACROSS_THE_BORDER = frozenset({"710000", "810000", "820000", "830000"})
# The second pair of digits that GB/T 2260 has used in each province since 1980: cities, then former prefectures
# (21-50), then counties run by the province (90). Hainan's counties stood directly under it until 2000 (00).
_PREFECTURES = {
    "11": "01-03", "12": "01-03", "13": "01-11 21-30 90", "14": "01-11 21-27", "15": "01-09 21-29",
    "21": "01-14 21-24 90", "22": "01-08 20-25 90", "23": "01-12 20-27 90", "31": "01-03", "32": "01-13 19-28 90",
    "33": "01-11 21-30 90", "34": "01-18 21-29 90", "35": "01-09 21-27 90", "36": "01-11 21-26", "37": "01-17 20-29 90",
    "41": "01-18 21-30 90", "42": "01-13 21-30 90", "43": "01-13 21-31 90", "44": "01-20 21-31 51-53 90",
    "45": "01-14 21-28", "46": "00-04 90", "50": "01-03", "51": "01-20 21-40 90", "52": "01-06 20-28",
    "53": "01-09 21-37", "54": "01-06 21-27", "61": "01-10 21-28", "62": "01-12 20-30", "63": "01-02 21-28",
    "64": "01-05 21-23", "65": "01-05 20-33 40-43 90",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """What an identity number says about itself, or why it cannot be one."""

    valid: bool
    reason: Reason | None = None
    normal: str | None = None
    born_on: date | None = None
    sex: Sex | None = None
    county_code: str | None = None

    @property
    def message(self) -> Bilingual | None:
        """Return the sentence for the person who typed the number; it never repeats the number."""
        return REASONS[self.reason].message if self.reason else None

    def refusal(self, field: str | None = None) -> Refusal | None:
        """Return the refusal to raise or to mark a row with, None when the number is valid."""
        return REASONS[self.reason](field=field) if self.reason else None


def check(number: str | int | float, *, today: date) -> IdentityCheck:
    """Check an identity number of 18 or 15 digits (GB 11643) and read birth date, sex and county from it.

    Spaces, full-width digits and a small x are accepted. A number that is not text is refused: a cell holds 15 digits.
    Codes of abolished counties, and codes younger than the person, are valid: people keep the number they were given.
    """
    if not isinstance(number, str):
        return _refused("lost_digits")
    if _OF_18.fullmatch(number):
        return _judge(number, today)
    compact = _SEPARATORS.sub("", clean(number)).upper()
    reason = _shape_problem(compact)
    if reason:
        return _refused(reason)
    return _judge(_lengthen(compact), today)


def check_digit(prefix: str) -> str:
    """Return the mod 11-2 check digit of the first 17 digits. Raises ValueError for any other text."""
    if not _FIRST_17.fullmatch(prefix):
        raise ValueError("17 digits are needed")
    return _check_digit(prefix)


def _check_digit(number: str) -> str:
    """Return the check digit that the first 17 characters, all digits, ask for."""
    total = sum(map(mul, number.encode(), _WEIGHTS)) - _ZEROS
    return _CHECK_DIGITS[total % 11]


def compose(prefix: str) -> str:
    """Return a number with a right check digit from 17 digits, for made-up people in demos and tests."""
    return prefix + check_digit(prefix)


def is_area_used(code: str) -> bool:
    """Say whether a six-digit code is, or by its pattern may once have been, a county (GB/T 2260).

    In the 2019 register, or: a prefecture its province has used, and a county part other than 00.
    """
    if code in _counties() or code in _ACROSS_THE_BORDER:
        return True
    return code[2:4] in _prefectures().get(code[:2], frozenset()) and code[4:] != "00"


def identity_lines(numbers: Iterable[str], today: date) -> Iterator[dict[str, object]]:
    """Yield one line for each number for the command line: number, valid, reason."""
    for number in numbers:
        verdict = check(number, today=today)
        yield {"number": number, "valid": verdict.valid, "reason": verdict.reason}


def _refused(reason: Reason) -> IdentityCheck:
    return IdentityCheck(valid=False, reason=reason)


def _shape_problem(compact: str) -> Reason | None:
    if not compact:
        return "empty"
    if _SCIENTIFIC.fullmatch(compact) or _DECIMAL.fullmatch(compact):
        return "lost_digits"
    if not _DIGITS.fullmatch(compact):
        return "characters"
    if len(compact) not in (15, 18):
        return "length"
    return "characters" if len(compact) == 15 and compact.endswith("X") else None


def _lengthen(compact: str) -> str:
    """Return 18 digits; an old number of 15 belongs to the century from 1900."""
    return compact if len(compact) == 18 else compose(f"{compact[:6]}19{compact[6:]}")


def _judge(normal: str, today: date) -> IdentityCheck:
    born_on = _birth_date(normal[6:14])
    if not is_area_used(normal[:6]):
        return _refused("area")
    if born_on is None or born_on > today:
        return _refused("birth_date")
    if _check_digit(normal) != normal[17]:
        # Excel keeps 15 digits and writes zeros for the rest.
        return _refused("lost_digits" if normal.endswith("000") else "check_digit")
    sex: Sex = "male" if int(normal[16]) % 2 else "female"
    return IdentityCheck(True, None, normal, born_on, sex, normal[:6])


def _birth_date(digits: str) -> date | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if year < EARLIEST_BIRTH_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _counties() -> frozenset[str]:
    lines = (files("lianfang.data") / "register" / "counties.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split(",", 1)[0] for line in lines)


@cache
def _prefectures() -> dict[str, frozenset[str]]:
    return {province: frozenset(_spread(ranges)) for province, ranges in _PREFECTURES.items()}


def _spread(ranges: str) -> Iterator[str]:
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from (f"{number:02d}" for number in range(int(first), int(last or first) + 1))
