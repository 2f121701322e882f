"""What kinds of posts there are, which of them need an approval, and when somebody may sign in at one. Pure; data."""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.kernel.text import Bilingual, both

POST_KINDS: dict[str, Bilingual] = {
    "village_gate": both("村口防控点", "Village gate"),
    "trunk_road": both("主干道卡点", "Trunk road"),
    "expressway_exit": both("高速公路出入口", "Expressway exit"),
    "boundary": both("边界路口卡点", "Boundary crossing"),
    "station": both("车站、高铁站", "Station"),
    "wharf": both("码头、渡口", "Wharf or ferry"),
    "estate_gate": both("小区门岗", "Estate gate"),
    "office_door": both("机关单位值班点", "Office door"),
    "isolation_site": both("集中隔离点", "Isolation site"),
    "turn_back": both("劝返点", "Turn-back point"),
    "monitoring": both("疫情监测点", "Monitoring point"),
    "patrol": both("村内巡逻", "Patrol"),
    "other": both("其他", "Other"),
}

TIERS: dict[str, Bilingual] = {
    "city": both("市级", "City"),
    "county": both("县级", "County"),
    "town": both("乡镇级", "Township"),
    "village": both("村级", "Village"),
    "unit": both("单位", "Unit"),
}

POST_STATES: dict[str, Bilingual] = {
    "standing": both("启用", "In use"),
    "withdrawn": both("已撤除", "Withdrawn"),
}

STEPS: dict[str, Bilingual] = {
    "set_up": both("设立", "Set up"),
    "moved": both("移位", "Moved"),
    "withdrawn": both("撤除", "Withdrawn"),
    "reopened": both("恢复", "Set up again"),
}


def needs_approval(kind: str, asked_of: Iterable[str]) -> bool:
    """Say whether a post of this kind stands on a road that may be closed only with an approval number.

    `asked_of` is the rulebook's `post.kinds_needing_approval`. Source: State Council notice reported by Xinhua on
    2020-02-11: no unauthorised posts on expressways and trunk roads.
    """
    return kind in set(asked_of)
