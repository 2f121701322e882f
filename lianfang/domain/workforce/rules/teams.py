"""Kinds and states of teams as data; what a list says against what somebody stated. Pure.

Words of one organisation stand in labels alone; a county may read them differently without any change of a record.
"""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

TEAM_KINDS: dict[str, Bilingual] = {
    "temporary_unit": both("临时党组织（临时单位）", "Temporary unit at a post"),
    "pioneer": both("党员先锋队", "Pioneer team"),
    "surge": both("突击队", "Surge team"),
    "blocking": both("阻击队", "Blocking team"),
    "special": both("特别行动队", "Special team of an agency"),
    "persuasion": both("劝导队", "Persuasion team"),
    "publicity": both("宣传队（组）", "Publicity team"),
    "volunteer": both("志愿服务队", "Volunteer team"),
    "squad": both("小分队", "Squad"),
    "support": both("组织保障小组", "Support of those who serve"),
    "other": both("其他队伍", "Other"),
}

TEAM_STATES: dict[str, Bilingual] = {
    "set_up": both("组建中", "Set up"),
    "active": both("在岗", "Active"),
    "dissolved": both("已撤销", "Dissolved"),
}


def differs(stated: int | None, listed: int) -> bool:
    """Say whether a stated number is another than the list's: an article says seven and names six."""
    return stated is not None and stated != listed
