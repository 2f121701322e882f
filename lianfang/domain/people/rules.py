"""What the register decides by itself: search keys, who may be the same person, what a merge fills in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from lianfang.kernel.ages import age_on
from lianfang.kernel.likeness import TURNED, name_level
from lianfang.kernel.linkage import MISSING
from lianfang.kernel.names import initials, pinyin, search_keys
from lianfang.kernel.text import Bilingual, both

KEYS_LENGTH = 200
VILLAGE_DIGITS = 12
ADULT_AT = 18
LEVEL_LENGTHS = (24, 21, 18, 15, 12, 9, 6, 4, 2)

Why = Literal["identity", "phone", "birth", "written", "place"]

VULNERABILITIES: dict[str, Bilingual] = {
    "elderly_alone": both("独居老人", "Elderly living alone"),
    "disabled": both("残疾", "Disabled"),
    "dialysis": both("透析", "Dialysis"),
    "pregnant": both("孕产妇", "Pregnant or newly delivered"),
    "chronic_illness": both("慢性病", "Chronic illness"),
    "child_alone": both("留守儿童", "Child without carers at home"),
    "poor": both("困难户", "Poor household"),
    "other": both("其他", "Other"),
}
REASONS: dict[str, Bilingual] = {
    "identity": both("身份证号相同", "Same identity number"),
    "phone": both("姓名和电话相同", "Same name and phone"),
    "birth": both("姓名和出生日期相同", "Same name and birth date"),
    "written": both(
        "姓名读音或字形相近，出生日期相同，同一村", "Names that sound or look alike, same birth date, same village"
    ),
    "place": both("同村同名", "Same name in the same village"),
}
SEXES = {"m": both("男", "Male"), "f": both("女", "Female")}
PERSON_STATES = {
    "resident": both("常住", "Resident"),
    "away": both("外出", "Away"),
    "visitor": both("来访", "Visitor"),
    "moved": both("迁出", "Moved away"),
    "died": both("死亡", "Died"),
    "merged": both("已合并", "Merged"),
}
LIVING_STATES = {name: PERSON_STATES[name] for name in ("resident", "away", "visitor")}
HOUSEHOLD_STATES = {
    "occupied": both("有人住", "Occupied"),
    "vacant": both("空户", "Vacant"),
    "closed": both("已注销", "Closed"),
}
LIVING = tuple(LIVING_STATES)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a person is compared with another."""

    name: str
    area_path: str = ""
    sex: str = ""
    born_on: date | None = None
    identity_index: str = ""
    phone_index: str = ""


def name_keys(name: str, *others: str) -> str:
    """Return what a searcher may type, each key after a space, the likeliest first: " 王明 wangming wm"."""
    if not name:
        return _joined(others)
    first = [name.lower(), pinyin(name), initials(name)]
    return _joined(dict.fromkeys([*first, *others, *sorted(search_keys(name), key=len)]))


def _joined(keys: Iterable[str]) -> str:
    whole = ""
    for key in keys:
        if key and len(whole) + len(key) < KEYS_LENGTH:
            whole += f" {key}"
    return whole


def why_same(a: Likeness, b: Likeness) -> Why | None:
    """Return why two entries may be one person, None when nothing says so.

    Two different identity numbers are two people. A phone alone proves nothing, because a family shares one.
    """
    if a.identity_index and b.identity_index:
        return "identity" if a.identity_index == b.identity_index else None
    if a.name != b.name:
        return "written" if _is_miswritten(a, b) else None
    if a.phone_index and a.phone_index == b.phone_index:
        return "phone"
    if a.born_on and b.born_on:
        return "birth" if a.born_on == b.born_on else None
    same_village = a.area_path[:VILLAGE_DIGITS] == b.area_path[:VILLAGE_DIGITS]
    return "place" if same_village and not (a.sex and b.sex and a.sex != b.sex) else None


def _is_miswritten(a: Likeness, b: Likeness) -> bool:
    """Say whether one name may be the other miswritten: heard, read or turned round, of one day and one village."""
    if a.born_on is None or a.born_on != b.born_on or (a.sex and b.sex and a.sex != b.sex):
        return False
    same_village = a.area_path[:VILLAGE_DIGITS] == b.area_path[:VILLAGE_DIGITS]
    return same_village and MISSING < name_level(a.name, b.name) <= TURNED


def common_area(paths: Iterable[str]) -> str:
    """Return the smallest area that holds all the paths; "" for none."""
    known = list(paths)
    return next((known[0][:length] for length in LEVEL_LENGTHS if len({one[:length] for one in known}) == 1
                 and min(map(len, known)) >= length), "")  # fmt: skip


def is_minor(born_on: date | None, on: date) -> bool:
    """Say whether somebody is under 18 on that day; an unknown birth date says no."""
    return born_on is not None and age_on(born_on, on) < ADULT_AT


def filled_by_merge(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values a merge takes over: those the kept entry lacks, and the flags of both."""
    filled = {name: value for name, value in merged.items() if value and not kept.get(name)}
    flags = [*kept.get("vulnerabilities", []), *merged.get("vulnerabilities", [])]
    together = list(dict.fromkeys(flags))
    if together != list(kept.get("vulnerabilities", [])):
        filled["vulnerabilities"] = together
    return filled


def restored_by_unmerge(now: Mapping[str, Any], filled: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to put back: those still as the merge left them. What was edited since stays edited."""
    return {name: before[name] for name, value in filled.items() if now.get(name) == value}


def merged_flags(now: Sequence[str], chosen: Sequence[str], was: Sequence[str] | None) -> list[str]:
    """Return the flags after a choice; with what the chooser saw before, what stood there unseen stays."""
    if was is None:
        return list(dict.fromkeys(chosen))
    stays = [flag for flag in now if flag in chosen or flag not in was]
    return list(dict.fromkeys([*stays, *(flag for flag in chosen if flag not in was)]))
