"""Ages against birth dates. Refuses an age that no way of counting years can explain."""

from __future__ import annotations

import re
from datetime import date

from lianfang.kernel.errors import refusal
from lianfang.kernel.text import clean

UNREADABLE = refusal("age.unreadable", "看不懂这个年龄。", "This is no age.")
MISMATCH = refusal("age.mismatch", "年龄与出生日期对不上。", "The age does not fit the birth date.")

OLDEST = 130
# Nominal years count the womb and every New Year passed: up to two more than full years. A list may also be a year old.
_MOST_MORE, _MOST_LESS = 2, 1
_AGE = re.compile(r"(?:虚岁|周岁|年龄)?\s*(\d{1,3})(?:\.0+)?\s*(?:周?岁|虚岁|y)?(?:半|\d{1,2}个?月)?", re.IGNORECASE)
_INFANT = re.compile(r"(\d{1,2})\s*个?(?:月大?|天|周)|未满\s*1?\s*(?:周岁|岁)|不足一岁|婴儿|新生儿")


def age_on(born_on: date, on: date) -> int:
    """Return full years; someone born on 29 February turns a year older on 1 March. Negative before birth."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def read_age(cell: object, *, field: str | None = None) -> int:
    """Return the years written in a cell: 35, "35岁", "8个月" (0). Raises `age.unreadable`."""
    if isinstance(cell, bool) or cell is None:
        raise UNREADABLE(field=field)
    text = clean(str(cell))
    if _INFANT.fullmatch(text):
        return _whole_years(text)
    found = _AGE.fullmatch(text)
    if not found or int(found.group(1)) > OLDEST:
        raise UNREADABLE(field=field)
    return int(found.group(1))


def is_age_plausible(age: int, born_on: date, on: date) -> bool:
    """Say whether an age may belong to a birth date, counted in full or nominal years or written down last year."""
    full = age_on(born_on, on)
    return full - _MOST_LESS <= age <= full + _MOST_MORE


def require_plausible_age(age: int, born_on: date, on: date, *, field: str | None = None) -> None:
    """Raise `age.mismatch` when the age cannot belong to the birth date."""
    if not is_age_plausible(age, born_on, on):
        raise MISMATCH(field=field)


def _whole_years(text: str) -> int:
    months = re.match(r"(\d{1,2})\s*个?月", text)
    return int(months.group(1)) // 12 if months else 0
