"""Kinds of permits, why one ends before its time, and what may be issued. Limits come from the rulebook."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from lianfang.kernel.areas import AREA_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

BAD_DATES = refusal(
    "checkpoints.permit_dates", "出入证的截止日期不能早于开始日期或今天。",
    "A permit cannot end before it begins, or before today.",
)  # fmt: skip
TOO_LONG = refusal(
    "checkpoints.permit_too_long", "出入证一次最多有效 {days} 天，到期可换发。",
    "A permit holds for at most {days} days; it can be renewed then.",
)  # fmt: skip
BAD_AREA = refusal(
    "checkpoints.permit_area", "出入证的适用范围应是本户（本单位）所在的村、乡镇或县。",
    "A permit holds in the village, township or county of its holder.",
)  # fmt: skip
BAD_PLATE = refusal("checkpoints.permit_plate", "车牌号格式不对。", "This is no plate number.")
BAD_TAIL = refusal("checkpoints.permit_tail", "请填手机号后四位数字。", "Give the last four digits of the phone.")

# the number is what stands in the code: never changed, only added to
KINDS: dict[str, Bilingual] = {
    "household": both("居民户出入证", "Household permit"),
    "worker": both("工作人员通行证", "Worker's permit"),
    "vehicle": both("车辆通行证", "Vehicle permit"),
}
NUMBERS = {"household": 0, "worker": 1, "vehicle": 2}

REASONS: dict[str, Bilingual] = {
    "returnee": both("户内有返乡人员登记", "A returnee registered in the household"),
    "replaced": both("已换发新证", "Replaced by another"),
    "lost": both("遗失", "Lost"),
    "misused": both("转借、冒用", "Lent or misused"),
    "ended": both("事由结束", "No longer needed"),
    "moved": both("户已迁出或注销", "The household moved or was closed"),
    "mistaken": both("误发", "Issued by mistake"),
    "key": both("签发密钥停用", "The key that signed it was given up"),
}
# what a person may give as the reason; the others follow from what happened
GIVEN_REASONS = ("lost", "misused", "ended", "mistaken", "returnee")
REPLACED_BECAUSE: dict[str, Bilingual] = {
    "lost": both("遗失", "Lost"),
    "damaged": both("损坏、扫不出", "Damaged or unreadable"),
    "changed": both("信息有变", "Something on it changed"),
}

MARK_BYTES = 21
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[\u4e00-\u9fffA-Z0-9]?")
_TAIL = re.compile(r"[0-9]{4}")


def check_term(first: date, last: date, today: date, most_days: int) -> None:
    """Accept a term of at most `most_days` days that has not ended.

    Raises `checkpoints.permit_dates`, `checkpoints.permit_too_long`.
    """
    if last < first or last < today:
        raise BAD_DATES(field="last_on")
    if (last - first).days + 1 > most_days:
        raise TOO_LONG(field="last_on", days=most_days)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return from when until when days of the county's calendar last; the end is the first moment after them."""
    return datetime.combine(first, time(), CHINA), datetime.combine(last + timedelta(days=1), time(), CHINA)


def scope_of(home: str, chosen: str) -> str:
    """Return where a permit holds: the area chosen, else the holder's village.

    Raises `checkpoints.permit_area` for an area that is no village, township or county, or not around the holder.
    """
    area = chosen or home[:VILLAGE_DIGITS]
    if len(area) not in AREA_DIGITS or not area.isdigit() or not home.startswith(area):
        raise BAD_AREA(field="holds_in")
    return area


def plate_of(typed: str) -> str:
    """Return a plate number as it is written in the code. Raises `checkpoints.permit_plate`."""
    plate = re.sub(r"[\s·•.-]", "", typed).upper()
    if not _PLATE.fullmatch(plate):
        raise BAD_PLATE(field="plate")
    return plate


def tail_of(typed: str) -> str:
    """Return the last four digits of a phone. Raises `checkpoints.permit_tail`."""
    if not _TAIL.fullmatch(typed.strip()):
        raise BAD_TAIL(field="phone_tail")
    return typed.strip()


def mark_of(text: str) -> str:
    """Return what fits into the code of a door number, cut at a whole letter."""
    return text.encode()[:MARK_BYTES].decode(errors="ignore")
