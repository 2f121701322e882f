"""Offers, secondments, calls and check-ins: ways, ranks and states as data; sums from rows; a call's clock. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianfang.kernel.text import Bilingual, both

CHANNELS: dict[str, Bilingual] = {
    "paper": both("书面", "On paper"),
    "phone": both("电话", "By phone"),
    "in_person": both("当面", "Face to face"),
    "message": both("短信微信", "By message"),
    "page": both("招募页面", "Recruitment page"),
}

# what people say of themselves that a form asks for; labels are local, keys are not
TAGS: dict[str, Bilingual] = {
    "party_member": both("党员", "Party member"),
    "league_member": both("团员", "League member"),
    "veteran": both("退役军人", "Veteran"),
}

RANKS: dict[str, Bilingual] = {
    "county_head": both("正县级", "County head rank"),
    "county_deputy": both("副县级", "County deputy rank"),
    "section_head": both("正科级", "Section head rank"),
    "section_deputy": both("副科级", "Section deputy rank"),
    "section": both("科级（未分正副）", "Section rank"),
    "staff": both("科员及以下", "Staff"),
    "technical": both("专业技术人员", "Technical staff"),
    "unranked": both("无职级", "No rank"),
}

SECONDMENT_STATES: dict[str, Bilingual] = {
    "requested": both("已提出", "Requested"),
    "released": both("单位已同意", "Released by the unit"),
    "arrived": both("已到岗", "Arrived"),
    "ended": both("已返回", "Ended"),
}

CALL_STATES: dict[str, Bilingual] = {"open": both("进行中", "Open"), "closed": both("已结束", "Closed")}

RECALL_STATES: dict[str, Bilingual] = {
    "called": both("未回应", "No answer yet"),
    "acknowledged": both("已知悉", "Acknowledged"),
    "on_the_way": both("在路上", "On the way"),
    "arrived": both("已到岗", "Arrived"),
    "excused": both("不能返岗", "Cannot come"),
}
RECALL_ORDER = ("called", "acknowledged", "on_the_way", "arrived")

PARTS: dict[str, Bilingual] = {
    "": both("都可以", "Either"),
    "day": both("白天", "By day"),
    "night": both("夜间", "At night"),
}

CHECK_IN_WAYS: dict[str, Bilingual] = {
    "qr": both("扫码", "By QR code"),
    "paper": both("纸质名单", "Paper list"),
    "page": both("手机网页", "On the page"),
}
# what becomes of a check-in sent by a community's page
REQUEST_STATES: dict[str, Bilingual] = {
    "waiting": both("待确认", "To be confirmed"),
    "accepted": both("已接受", "Accepted"),
    "refused": both("未接受", "Refused"),
    "lapsed": both("逾期已清除", "Lapsed and erased"),
}
# what the code on a community's door says before its area code
CHECK_IN_MARK = "LF-REPORT:"
_BETWEEN = re.compile(r"[\n\r\t,，、;；]+")


def split_names(text: str) -> list[str]:
    """Return the names of a pasted list, one a line or with marks between, each once and in order."""
    return list(dict.fromkeys(one.strip() for one in _BETWEEN.split(text) if one.strip()))


def sums_by_rank(ranks: Iterable[str]) -> tuple[dict[str, int], int]:
    """Return how many of each rank the rows hold, in the order of ranks, and their total: never typed, always added."""
    counted = Counter(ranks)
    known = {rank: counted[rank] for rank in RANKS if counted[rank]}
    return known | {rank: n for rank, n in counted.items() if rank not in RANKS}, counted.total()


def may_follow(before: str, after: str) -> bool:
    """Say whether a recalled person may go from one answer to another: forward, or excused at any time."""
    if before in ("arrived", "excused"):
        return False
    return after == "excused" or RECALL_ORDER.index(after) > RECALL_ORDER.index(before)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a call had brought within some hours of its opening."""

    hours: int
    teams: int
    people: int

    @property
    def said(self) -> Bilingual:
        return both(
            f"{self.hours} 小时：{self.teams} 支队伍，{self.people} 人",
            f"{self.hours} h: {self.teams} teams, {self.people} people",
        )


def reached(opened_at: datetime, teams: Iterable[datetime], people: Iterable[datetime], hours: int) -> Reached:
    """Return how many teams and people had answered within the hours, from the moments of their answers."""
    until = opened_at + timedelta(hours=hours)
    return Reached(hours, sum(one <= until for one in teams), sum(one <= until for one in people))


def area_of_code(text: str) -> str:
    """Return the area code that a community's QR text names, "" for any other text."""
    return text.strip().removeprefix(CHECK_IN_MARK) if text.strip().startswith(CHECK_IN_MARK) else ""
