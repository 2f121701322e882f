"""What the register decides by itself: search keys, who may be the same person, what a merge fills in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from lianfang.kernel import likeness
from lianfang.kernel.ages import age_on
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.likeness import TURNED
from lianfang.kernel.linkage import MISSING, Pattern, pattern_of
from lianfang.kernel.names import initials, pinyin, search_keys
from lianfang.kernel.text import Bilingual, both

KEYS_LENGTH = 200
ADULT_AT = 18
LEVEL_LENGTHS = (24, 21, 18, 15, 12, 9, 6, 4, 2)

Why = Literal["identity", "phone", "birth", "written", "slip", "place"]

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
    "written": both("姓名读音或字形相近，另有相同之处", "Names that sound or look alike, and more that agrees"),
    "slip": both("姓名相同，出生日期有笔误", "Same name, a slip in the birth date"),
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
FIELD_LABELS: dict[str, Bilingual] = {
    "name": both("姓名", "Name"),
    "sex": both("性别", "Sex"),
    "born_on": both("出生日期", "Born on"),
    "identity_number": both("身份证号", "Identity number"),
    "head_name": both("户主", "Head"),
    "phone": both("电话", "Phone"),
    "guardian_name": both("监护人", "Guardian"),
    "guardian_phone": both("监护人电话", "Guardian's phone"),
    "address": both("地址", "Address"),
    "longitude": both("经度", "Longitude"),
    "latitude": both("纬度", "Latitude"),
    "note": both("备注", "Note"),
    "confidential_address": both("地址保密", "Confidential"),
    "number": both("门牌", "House number"),
    "order": both("走访顺序", "Walking order"),
    "status": both("状态", "State"),
    "relation": both("关系", "Relation"),
    "medicine": both("用药", "Medicine"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a person is compared with another."""

    name: str
    area_path: str = ""
    sex: str = ""
    born_on: date | None = None
    identity_index: str = ""
    phone_index: str = ""
    household: str = ""


@dataclass(frozen=True, slots=True)
class Sameness:
    """That two entries may be one person: the reason, the evidence in codes, and how early it is looked at, in ‰."""

    why: Why
    evidence: tuple[str, ...]
    strength: int


# what is compared of two entries; the order is that of the evidence
COMPARED = (
    likeness.token("identity", both("身份证号", "identity number")),
    likeness.chinese_name("name"),
    likeness.day("born_on", both("出生日期", "birth date")),
    likeness.token("phone", both("电话", "phone")),
    likeness.token("village", both("村", "village")),
    likeness.token("household", both("户", "household")),
    likeness.token("sex", both("性别", "sex")),
)
EVIDENCE: dict[str, Bilingual] = {
    f"{each.code}.{level}": told for each in COMPARED for level, told in enumerate(each.sentences)
} | {
    "village.0": both("同村", "the same village"),
    "village.1": both("不同村", "different villages"),
    "household.0": both("同一户", "the same household"),
    "name.1": both("姓名同音", "names that sound the same"),
}
STRONGEST = 1000
# where nothing was learnt from the register itself: the surest are looked at first
STRENGTHS: dict[Why, int] = {
    "identity": 1000, "phone": 950, "birth": 900, "written": 800, "slip": 700, "place": 500,
}  # fmt: skip


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


def judge_same(a: Likeness, b: Likeness) -> Sameness | None:
    """Return why two entries may be one person, with all that speaks for and against; None when nothing says so.

    Two different identity numbers are two people. A phone alone proves nothing, because a family shares one.
    """
    pattern = pattern_of(COMPARED, as_record(a), as_record(b))
    why = _why(*pattern)
    return Sameness(why, evidence_of(pattern), STRENGTHS[why]) if why else None


def as_record(one: Likeness) -> dict[str, str]:
    """Return what the matcher compares."""
    return {
        "identity": one.identity_index, "name": one.name, "phone": one.phone_index, "sex": one.sex,
        "born_on": one.born_on.strftime("%Y%m%d") if one.born_on else "", "household": one.household,
        "village": one.area_path[:VILLAGE_DIGITS] if len(one.area_path) >= VILLAGE_DIGITS else "",
    }  # fmt: skip


def evidence_of(pattern: Pattern) -> tuple[str, ...]:
    """Return a pattern as codes to keep; different households or phones say nothing, one moves and buys another."""
    told = zip(COMPARED, pattern, strict=True)
    codes = (f"{each.code}.{level}" for each, level in told if level != MISSING)
    return tuple(code for code in codes if code not in ("household.1", "phone.1", "sex.0"))


def _why(identity: int, name: int, born: int, phone: int, village: int, household: int, sex: int) -> Why | None:
    if identity != MISSING:
        return "identity" if identity == 0 else None
    same_phone, same_village, other_sex = phone == 0, village == 0, sex > 0
    if name == 0:
        return _why_namesakes(born, same_phone, same_village, other_sex)
    miswritten = MISSING < name <= TURNED and not other_sex
    return "written" if miswritten and ((born == 0 and same_village) or (same_phone and born <= 1)) else None


def _why_namesakes(born: int, same_phone: bool, same_village: bool, other_sex: bool) -> Why | None:
    if same_phone:
        return "phone"
    if born == 0:
        return "birth"
    if other_sex or not same_village:
        return None
    return "slip" if born == 1 else "place" if born == MISSING else None


def common_area(paths: Iterable[str]) -> str:
    """Return the smallest area that holds all the paths; "" for none."""
    known = list(paths)
    return next((known[0][:length] for length in LEVEL_LENGTHS if len({one[:length] for one in known}) == 1
                 and min(map(len, known)) >= length), "")  # fmt: skip


def is_minor(born_on: date | None, on: date) -> bool:
    """Say whether somebody is under 18 on that day; an unknown birth date says no."""
    return born_on is not None and age_on(born_on, on) < ADULT_AT


# what may be taken from the other entry in a merge, and the columns that go together
TAKEN: dict[str, tuple[str, ...]] = {
    "name": ("name", "keys", "sound"), "sex": ("sex",), "born_on": ("born_on",),
    # because birth date and sex stand in the number, and must not contradict it
    "identity_number": ("identity_number", "identity_index", "born_on", "sex"),
    "phone": ("phone", "phone_index"), "relation": ("relation",),
    "guardian_name": ("guardian_id", "guardian_name", "guardian_phone"), "medicine": ("medicine",), "note": ("note",),
}  # fmt: skip


def filled_by_merge(kept: Mapping[str, Any], merged: Mapping[str, Any], take: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values a merge takes over: those the kept entry lacks, those in `take`, and the flags of both."""
    filled = {name: value for name, value in merged.items() if value and not kept.get(name)}
    wanted = {*take, *({"identity_number"} & filled.keys())}
    chosen = dict.fromkeys(column for field in wanted for column in TAKEN[field] if merged.get(field))
    filled |= {name: merged[name] for name in chosen if merged.get(name) != kept.get(name)}
    flags = [*kept.get("vulnerabilities", []), *merged.get("vulnerabilities", [])]
    together = list(dict.fromkeys(flags))
    if together != list(kept.get("vulnerabilities", [])):
        filled["vulnerabilities"] = together
    return filled


@dataclass(frozen=True, slots=True)
class Proposal:
    """How two entries would best become one: which is kept, and what is taken from the other though both have it."""

    keep_second: bool
    take: tuple[str, ...]


def proposed_merge(first: Mapping[str, Any], second: Mapping[str, Any]) -> Proposal:
    """Return which entry to keep and what to take from the other; a person may choose otherwise.

    Kept is who lives here, in a household, with an identity number, the fuller entry, the older one. The phone is taken
    from whichever was written last, because people change theirs; who a person is, from the entry with the number.
    """
    keep_second = _worth(second) > _worth(first)
    kept, other = (second, first) if keep_second else (first, second)
    take = [name for name in ("name", "sex", "born_on") if other["identity_index"] and not kept["identity_index"]]
    take += ["phone"] if (other["updated_at"] or "") > (kept["updated_at"] or "") else []
    told = tuple(name for name in take if other[name] and kept[name] and other[name] != kept[name])
    return Proposal(keep_second, told)


def _worth(one: Mapping[str, Any]) -> tuple[bool, bool, bool, int]:
    filled = sum(bool(one[name]) for name in ("sex", "born_on", "phone", "relation"))
    return one["status"] in LIVING, bool(one["household_id"]), bool(one["identity_index"]), filled


def restored_by_unmerge(now: Mapping[str, Any], filled: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to put back: those still as the merge left them. What was edited since stays edited."""
    return {name: before[name] for name, value in filled.items() if now.get(name) == value}


def merged_flags(now: Sequence[str], chosen: Sequence[str], was: Sequence[str] | None) -> list[str]:
    """Return the flags after a choice; with what the chooser saw before, what stood there unseen stays."""
    if was is None:
        return list(dict.fromkeys(chosen))
    stays = [flag for flag in now if flag in chosen or flag not in was]
    return list(dict.fromkeys([*stays, *(flag for flag in chosen if flag not in was)]))
