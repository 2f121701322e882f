"""Telephone numbers as people write them, several in a cell. Refuses what cannot be dialled, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lianfang.kernel.errors import Refusal, RefusalKind, refusal
from lianfang.kernel.text import Bilingual, clean

PhoneKind = Literal["mobile", "landline", "service"]
PhoneReason = Literal["empty", "lost_digits", "characters", "length", "mobile_prefix", "area_code"]

REASONS: dict[PhoneReason, RefusalKind] = {
    "empty": refusal("phone.empty", "没有填写电话号码。", "The telephone number is empty."),
    "lost_digits": refusal(
        "phone.lost_digits",
        "电话号码被表格改成了科学计数，请把该列设为“文本”后重新填写。",
        "A spreadsheet turned the telephone number into scientific notation; format the column as text.",
    ),
    "characters": refusal(
        "phone.characters",
        "电话号码里有不认识的字符。",
        "The telephone number contains characters that cannot be dialled.",
    ),
    "length": refusal(
        "phone.length",
        "电话号码位数不对：手机号 11 位，座机要带区号。",
        "The telephone number has the wrong length: 11 digits for a mobile, area code and number for a landline.",
    ),
    "mobile_prefix": refusal(
        "phone.mobile_prefix", "手机号应以 13 至 19 开头。", "A mobile number starts with 13 to 19."
    ),
    "area_code": refusal("phone.area_code", "座机区号不对。", "The area code of the landline does not exist."),
}

_COUNTRY = re.compile(r"^(?:\+|00)86(?=\d)|^86(?=1[3-9]\d{9}$)")
_BETWEEN = re.compile(r"[,,、;;/|\n\r\t]+|或者?|\bor\b")
_LABEL = re.compile(
    r"^(?:手机号?码?|移动电话|联系电话|电话号?码?|座机|固话|号码|tel|phone|mobile)[\s.:]*", re.IGNORECASE
)
_INSIDE = re.compile(r"[\s\-‐‑–—―.·_'‘’`]+")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|#|\*)\s*(\d{1,6})$", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_WHOLE_DECIMAL = re.compile(r"(\d{7,12})\.0+")
_SERVICE = re.compile(r"(?:110|119|120|122|12[0-9]{3}|9[56]\d{3,4}|400\d{7}|800\d{7})")
_LANDLINE = re.compile(r"(010|02[0-57-9]|0[3-9]\d{2})([2-9]\d{6,7})")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_TYPED_MOBILE = re.compile(r" ?(?:\+86 ?)?(1[3-9][0-9])([ -]?)([0-9]{4})\2([0-9]{4}) ?")
_LONG_DISTANCE_MOBILE = re.compile(r"01[3-9]\d{9}")
_LOCAL = re.compile(r"[2-9]\d{6,7}")
_DIGITS = re.compile(r"[0-9]+")
_SEVERAL_MOBILES = re.compile(r"(?:1[3-9]\d{9}){2,}")
_AREA_CODE = re.compile(r"010|02[0-57-9]|0[3-9]")


@dataclass(frozen=True, slots=True)
class PhoneCheck:
    """One telephone number judged: its normal form, or why it is refused."""

    valid: bool
    reason: PhoneReason | None = None
    normal: str | None = None
    kind: PhoneKind | None = None

    @property
    def message(self) -> Bilingual | None:
        """Return the sentence for the person who typed the number; it never repeats the number."""
        return REASONS[self.reason].message if self.reason else None

    def refusal(self, field: str | None = None) -> Refusal | None:
        """Return the refusal to raise or to mark a row with, None when the number is valid."""
        return REASONS[self.reason](field=field) if self.reason else None


def check(number: str | int | float, *, area_code: str = "") -> PhoneCheck:
    """Judge one telephone number: mobile, landline with area code, or service number.

    Normal forms: 13812345678; 0635-6212345; 0635-6212345-801 with an extension; 12345.
    A whole number from a spreadsheet is read, since eleven digits fit into a cell. A local number of seven or eight
    digits is read only when the county's `area_code` is given.
    """
    text = clean(_as_text(number))
    if _MOBILE.fullmatch(text):
        return PhoneCheck(True, None, text, "mobile")
    if not text:
        return _refused("empty")
    if _SCIENTIFIC.fullmatch(text):
        return _refused("lost_digits")
    digits, extension = _strip(text)
    if not _DIGITS.fullmatch(digits):
        return _refused("characters")
    return _judge(area_code + digits if area_code and _LOCAL.fullmatch(digits) else digits, extension)


def split(cell: str | int | float) -> list[str]:
    """Return the single numbers written in one cell, in order, each once."""
    return list(_judged(cell))


def check_all(cell: str | int | float) -> list[PhoneCheck]:
    """Judge every number of a cell; an empty cell gives an empty list."""
    return list(_judged(cell).values())


def mobile_in(cell: object) -> str:
    """Return the mobile number of a cell that holds one and nothing else, as most people type it; "" for any other.

    What `check_all` finds in such a cell, at a tenth of the price.
    """
    found = _TYPED_MOBILE.fullmatch(cell) if isinstance(cell, str) else None
    return found[1] + found[3] + found[4] if found else ""


def normalise(number: str | int | float, field: str | None = None) -> str:
    """Return the normal form of one number. Raises the `phone.*` refusal that fits."""
    verdict = check(number)
    if verdict.normal is None:
        assert verdict.reason is not None
        raise REASONS[verdict.reason](field=field)
    return verdict.normal


def _as_text(number: str | int | float) -> str:
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


def _strip(text: str) -> tuple[str, str]:
    """Return the digits of a number and of its extension, without country code, label and separators."""
    text = _LABEL.sub("", text)
    whole = _WHOLE_DECIMAL.fullmatch(text)
    text = whole.group(1) if whole else text
    found = _EXTENSION.search(text)
    extension = found.group(1) if found else ""
    text = text[: found.start()] if found else text
    text = _INSIDE.sub("", text.replace("(0)", "").replace("(", "").replace(")", ""))
    abroad = _COUNTRY.sub("", text)
    # Dialled from abroad, an area code loses its zero.
    return (f"0{abroad}" if abroad != text and abroad[0] in "23456789" else abroad), extension


def _judge(digits: str, extension: str) -> PhoneCheck:
    if not extension and _SERVICE.fullmatch(digits):
        return PhoneCheck(True, None, digits, "service")
    # A zero in front of a mobile was dialled for long distance until 2015 and is still written.
    if _LONG_DISTANCE_MOBILE.fullmatch(digits):
        digits = digits[1:]
    if len(digits) == 11 and digits[0] == "1":
        return _judge_mobile(digits, extension)
    if digits.startswith("0"):
        return _judge_landline(digits, extension)
    return _refused("mobile_prefix" if len(digits) == 11 else "length")


def _judge_mobile(digits: str, extension: str) -> PhoneCheck:
    if extension:
        return _refused("characters")
    return PhoneCheck(True, None, digits, "mobile") if digits[1] in "3456789" else _refused("mobile_prefix")


def _judge_landline(digits: str, extension: str) -> PhoneCheck:
    if not _AREA_CODE.match(digits):
        return _refused("area_code")
    found = _LANDLINE.fullmatch(digits)
    if not found:
        return _refused("length")
    normal = "-".join(part for part in (*found.groups(), extension) if part)
    return PhoneCheck(True, None, normal, "landline")


def _judged(cell: str | int | float) -> dict[str, PhoneCheck]:
    """Return each number written in one cell with its verdict, in order."""
    parts = (clean(part) for part in _BETWEEN.split(_as_text(cell)))
    return {number: verdict for part in parts if part for number, verdict in _judged_part(part)}


def _judged_part(part: str) -> Iterator[tuple[str, PhoneCheck]]:
    """Split at white space only where each side is a number of its own: 138 1234 5678 is one number."""
    verdict = check(part)
    if verdict.valid:
        yield part, verdict
        return
    words = part.split()
    if len(words) > 1 and all(one.valid for one in map(check, words)):
        yield from zip(words, map(check, words), strict=True)
        return
    joined = _INSIDE.sub("", part)
    if _SEVERAL_MOBILES.fullmatch(joined):
        yield from ((one, check(one)) for one in re.findall(r"1[3-9]\d{9}", joined))
    else:
        yield part, verdict


def _refused(reason: PhoneReason) -> PhoneCheck:
    return PhoneCheck(valid=False, reason=reason)
