"""Cells of a list of people on duty, read into what the register keeps. Pure; reads what it knows, guesses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lianfang.domain.workforce.rules.serving import LIMITS, ORIGINS, SKILLS
from lianfang.kernel.text import Bilingual, both

DECISIONS: dict[str, Bilingual] = {
    "open": both("待核对", "To be decided"),
    "updated": both("已按名单更新", "Updated by the list"),
    "added": both("另登记一人", "Another person"),
    "left": both("保持不变", "Left as it was"),
    "lapsed": both("逾期已清除", "Lapsed and erased"),
}
# why a line of a list may speak of somebody who is on the register
EVIDENCE: dict[str, Bilingual] = {
    "differs": both("同一人，内容不同", "The same person, told differently"),
    "phone": both("电话相同，姓名不同", "The same phone, another name"),
    "name": both("同名，名单上没有电话", "The same name, no phone on the list"),
}

# what people write for a key besides its label, each from public forms of volunteers and seconded cadres
_ORIGIN_WORDS = {
    "resident_staff": ("社区干部", "社区工作者", "村干部", "两委", "网格员"), "cadre": ("干部", "公务员", "事业编"),
    "medic": ("医生", "护士", "医护"), "police": ("民警", "辅警"), "seconded": ("抽调", "下沉"),
    "volunteer": ("志愿",), "retired": ("退休",), "soldier_on_leave": ("军人", "消防员"), "student": ("学生",),
}  # fmt: skip
_SKILL_WORDS = {
    "medic": ("医生", "护士", "护理", "医疗", "急救"), "driving": ("司机", "开车", "驾照"), "loading": ("搬运",),
    "accounting": ("会计", "财务"), "broadcasting": ("广播", "播音", "宣传"), "foreign_language": ("英语", "日语"),
    "counselling": ("心理",), "disinfection": ("消毒",), "computing": ("电脑", "录入", "计算机"), "boat": ("船",),
}  # fmt: skip
_LIMIT_WORDS = {
    "no_nights": ("不能夜班", "不上夜班", "不能熬夜"), "no_standing": ("不能久站",),
    "pregnant": ("怀孕", "孕", "哺乳"), "chronic_illness": ("慢性病", "高血压", "糖尿病", "心脏病"),
    "short_shifts": ("短班",), "no_exposure": ("不去高风险",),
}  # fmt: skip
_ANY_TIME = ("随时", "全天", "都可以", "均可", "任何时间", "长期")
_PARTS = {"day": ("白天", "日间", "上午", "下午"), "night": ("夜", "晚上")}
_DAYS = {(5, 6): ("周末", "双休"), (0, 1, 2, 3, 4): ("工作日", "周一至周五")}
_BETWEEN = re.compile(r"[\s,，、;；/+和及]+")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}")
_NOTHING = ("", "无", "没有", "否", "-", "/")


def _named(text: str, labels: Mapping[str, Bilingual], words: Mapping[str, Iterable[str]]) -> list[str]:
    return [
        key for key, label in labels.items() if label.zh in text or any(word in text for word in words.get(key, ()))
    ]


def read_origin(text: str) -> str:
    """Return the key of where somebody comes from; "" where nothing known is said."""
    return next(iter(_named(text, ORIGINS, _ORIGIN_WORDS)), "")


def read_several(text: str, labels: Mapping[str, Bilingual]) -> tuple[list[str], bool]:
    """Return the keys of skills or limits that a cell names, and whether every part of it was understood."""
    words = _SKILL_WORDS if labels is SKILLS else _LIMIT_WORDS if labels is LIMITS else {}
    parts = [one for one in _BETWEEN.split(text) if one not in _NOTHING]
    found = [_named(one, labels, words) for one in parts]
    return [key for key in labels if any(key in keys for keys in found)], all(found)


def read_availability(text: str) -> tuple[list[dict[str, Any]], bool]:
    """Return when somebody can serve as Responder keeps it, and whether that was understood; nothing is any time."""
    if text in _NOTHING or any(word in text for word in _ANY_TIME):
        return [], True
    parts = [key for key, words in _PARTS.items() if any(word in text for word in words)]
    weekdays = [day for days, words in _DAYS.items() if any(word in text for word in words) for day in days]
    if not parts and not weekdays:
        return [], False
    return [{"from": "", "to": "", "weekdays": sorted(weekdays), "parts": parts or ["day", "night"]}], True


def read_plate(text: str) -> str:
    """Return a number plate that a cell names; "" for none."""
    found = _PLATE.search(re.sub(r"[\s·.-]", "", text.upper()))
    return found[0] if found else ""
