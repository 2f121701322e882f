"""Kinds of units and responsibilities as data, sharing households out in walking order, who answers first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lianfang.kernel.text import Bilingual, both

Home = TypeVar("Home")
Worker = TypeVar("Worker")

UNIT_KINDS: dict[str, Bilingual] = {
    "command_post": both("指挥部", "Command post"),
    "steering_group": both("领导小组", "Steering group"),
    "work_group": both("工作组（专班）", "Work group"),
    "department": both("部门", "Department"),
    "township": both("乡镇（街道）", "Township"),
    "village": both("村（社区）", "Village or community"),
    "clinic": both("卫生机构", "Health facility"),
    "police": both("公安派出所", "Police station"),
    "employer": both("企事业单位", "Employer"),
    "team": both("队伍", "Team"),
    "temporary": both("临时单位", "Temporary unit"),
    "other": both("其他", "Other"),
}

RESPONSIBILITY_KINDS: dict[str, Bilingual] = {
    "leader": both("联点领导", "Leader in charge"),
    "contract": both("包联干部", "Contracted cadre"),
    "village_lead": both("村（社区）负责人", "Village lead"),
    "grid_lead": both("网格长", "Grid lead"),
    "grid_worker": both("网格员", "Grid worker"),
    "primary_contact": both("联户责任人", "Primary contact"),
    "doctor": both("包户医生", "Doctor"),
    "police": both("包户民警", "Police officer"),
    "relative": both("亲友", "Relative"),
    "sector_owner": both("行业主管", "Sector authority"),
    "liaison": both("联络员", "Liaison"),
    "post_lead": both("卡点负责人", "Lead of a post"),
}

LEVELS: dict[str, Bilingual] = {
    "county": both("县级", "County"),
    "town": both("乡镇级", "Township"),
    "village": both("村级", "Village"),
    "grid": both("网格", "Grid"),
    "household": both("户级", "Household"),
}

TARGETS: dict[str, Bilingual] = {
    "area": both("区域", "Area"),
    "place": both("场所", "Place"),
    "household": both("户", "Household"),
    "person": both("人", "Person"),
    "post": both("卡点", "Post"),
}

STATES: dict[str, Bilingual] = {
    "proposed": both("待确认", "Proposed"),
    "accepted": both("已接受", "Accepted"),
    "active": both("在岗", "Active"),
    "handed_over": both("已移交", "Handed over"),
    "ended": both("已结束", "Ended"),
    "expired": both("已到期", "Expired"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a regime: who of which level answers for which kind of target, as what."""

    target: str
    target_level: str
    kind: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class Regime:
    """A named structure of responsibility with its links from the widest to the nearest."""

    name: str
    label: Bilingual
    links: tuple[Link, ...]


REGIMES: dict[str, Regime] = {
    regime.name: regime
    for regime in (
        Regime(
            "sibaoyi",
            both("四包一", "Four-contract-one"),
            (
                Link("area", "town", "leader", both("县级领导包乡镇", "County leader for a township")),
                Link("place", "town", "leader", both("县级领导包厂矿", "County leader for a site")),
                Link("area", "village", "contract", both("乡镇干部包村", "Township cadre for a village")),
                Link("area", "grid", "grid_lead", both("网格长", "Grid lead")),
                Link("household", "grid", "primary_contact", both("村级干部包户", "Village cadre for a household")),
            ),
        ),
        Regime(
            "wubaoyi",
            both("五包一", "Five-on-one"),
            (
                Link("person", "grid", "contract", both("乡镇干部", "Township cadre")),
                Link("person", "grid", "primary_contact", both("村（社区）干部", "Village cadre")),
                Link("person", "grid", "doctor", both("医务人员", "Doctor")),
                Link("person", "grid", "police", both("民警", "Police officer")),
                Link("person", "grid", "relative", both("亲友", "Relative")),
            ),
        ),
    )
}

# of several who answer for one area, the first of these; the nearest area wins over the kind
AREA_ORDER: dict[str, tuple[str, ...]] = {
    "grid": ("grid_lead", "grid_worker", "contract", "liaison"),
    "village": ("village_lead", "contract", "leader", "liaison"),
    "town": ("leader", "contract", "liaison"),
    "county": ("leader", "contract", "liaison"),
}
TARGET_ORDER = (
    "primary_contact",
    "contract",
    "leader",
    "sector_owner",
    "liaison",
    "relative",
    "doctor",
    "police",
    "post_lead",
)


def share_out(homes: Sequence[Home], held: Mapping[Worker, int]) -> dict[Worker, list[Home]]:
    """Share homes in walking order among workers so that loads, with what each holds already, end up as even as can be.

    Each worker gets one unbroken stretch of the walk, in the order the workers are given.
    """
    room = fair_rooms(len(homes), list(held.values()))
    shares: dict[Worker, list[Home]] = {}
    start = 0
    for worker, count in zip(held, room, strict=True):
        shares[worker] = list(homes[start : start + count])
        start += count
    return shares


def fair_rooms(homes: int, held: Sequence[int]) -> list[int]:
    """Return how many homes each worker takes: whoever holds least is filled up first, ties in the order given."""
    if not held:
        return []
    level = _water_level(homes, held)
    room = [max(0, level - one) for one in held]
    spare = homes - sum(room)
    for position, one in enumerate(held):
        if spare and one <= level:
            room[position] += 1
            spare -= 1
    return room


def _water_level(homes: int, held: Sequence[int]) -> int:
    """Return the highest load to which everybody below it can be filled with these homes."""
    low, high = min(held), min(held) + homes
    while low < high:
        middle = (low + high + 1) // 2
        if sum(max(0, middle - one) for one in held) <= homes:
            low = middle
        else:
            high = middle - 1
    return low


def rank(kind: str, level: str) -> int:
    """Return where a kind stands among those who answer for an area of this level, or ("") for a household or place."""
    order = AREA_ORDER.get(level, TARGET_ORDER)
    return order.index(kind) if kind in order else len(order)
