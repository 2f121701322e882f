"""A shift's life, when somebody may sign in and out, who is late, and what a hand-over says. Pure; numbers are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lianfang.kernel.text import Bilingual, both

SHIFT_STATES: dict[str, Bilingual] = {
    "planned": both("拟排", "Planned"),
    "notified": both("已通知", "Notified"),
    "accepted": both("已确认", "Accepted"),
    "signed_in": both("在岗", "Signed in"),
    "signed_out": both("已签退", "Signed out"),
    "verified": both("已核实", "Verified"),
    "no_show": both("未到岗", "No show"),
    "swapped": both("已换班", "Swapped"),
    "cancelled": both("已取消", "Cancelled"),
}
# whom a shift still waits for, who was told to stand there (a draft binds nobody), who served
AWAITED = ("planned", "notified", "accepted")
TOLD = ("notified", "accepted", "signed_in", "signed_out", "verified", "no_show")
SERVED = ("signed_in", "signed_out", "verified")

ROSTER_STATES: dict[str, Bilingual] = {
    "planning": both("正在排班", "Being planned"),
    "draft": both("草稿", "Draft"),
    "published": both("已发布", "Published"),
    "withdrawn": both("已作废", "Withdrawn"),
}

WAYS: dict[str, Bilingual] = {
    "self": both("本人", "By themself"),
    "code": both("扫卡点码", "By the post's code"),
    "list": both("负责人代签", "By the lead's list"),
}

SWAP_STATES: dict[str, Bilingual] = {
    "proposed": both("待对方同意", "Proposed"),
    "agreed": both("待负责人同意", "Agreed by both"),
    "approved": both("已换班", "Approved"),
    "declined": both("未同意", "Declined"),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """The numbers of signing in, in minutes. Source: rulebook `shift.*`; the county sets them."""

    early: int
    late: int
    no_show: int
    access: int


def may_sign_in(starts_at: datetime, ends_at: datetime, at: datetime, clock: Clock) -> bool:
    """Say whether somebody may sign in at this moment: from a while before the shift until it is over."""
    return starts_at - timedelta(minutes=clock.early) <= at < ends_at


def minutes_late(starts_at: datetime, at: datetime) -> int:
    """Return the whole minutes since a shift began; 0 before."""
    return max(0, int((at - starts_at).total_seconds() // 60))


def is_handed_over(texts: tuple[str, ...], nothing_open: bool) -> bool:
    """Say whether a hand-over says something: one of its parts, or in so many words that nothing is open."""
    return nothing_open or any(text.strip() for text in texts)
