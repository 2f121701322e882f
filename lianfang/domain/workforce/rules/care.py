"""Care for those who serve: what they may ask for, what is recorded of injuries, help, thanks. Pure; kinds are data."""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

CARE_KINDS: dict[str, Bilingual] = {
    "rest": both("休息", "Rest"),
    "relief": both("换班顶替", "Relief"),
    "meals": both("餐食热水", "Meals and hot water"),
    "ride": both("接送", "A ride"),
    "family": both("家人照护", "Care of the family"),
    "talk": both("心理疏导", "Somebody to talk to"),
    "equipment": both("防护用品", "Protective equipment"),
    "other": both("其他", "Other"),
}

CARE_STATES: dict[str, Bilingual] = {
    "asked": both("待回应", "Asked"),
    "taken": both("已受理", "Taken on"),
    "done": both("已解决", "Done"),
}

INJURY_STATES: dict[str, Bilingual] = {
    "recorded": both("已登记", "Recorded"),
    "filed": both("已报人社（保险）", "Filed with insurance"),
    "settled": both("已认定", "Settled"),
}

FUND_STATES: dict[str, Bilingual] = {
    "nominated": both("已提名", "Nominated"),
    "approved": both("已审批", "Approved"),
    "paid": both("已发放", "Paid"),
    "declined": both("未通过", "Declined"),
}

RECOGNITION_KINDS: dict[str, Bilingual] = {
    "praise": both("通报表扬", "Praise"),
    "award": both("表彰", "Award"),
    "thanks": both("感谢信", "Letter of thanks"),
    "other": both("其他", "Other"),
}
