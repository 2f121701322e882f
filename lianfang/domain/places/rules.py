"""Kinds of places as data."""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

PLACE_KINDS: dict[str, Bilingual] = {
    "shop": both("商店", "Shop"),
    "market": both("市场", "Market"),
    "restaurant": both("餐馆", "Restaurant"),
    "hotel": both("宾馆", "Hotel"),
    "school": both("学校", "School"),
    "kindergarten": both("幼儿园", "Kindergarten"),
    "factory": both("厂矿企业", "Factory or mine"),
    "site": both("工地", "Building site"),
    "farm": both("养殖场", "Farm"),
    "clinic": both("医疗机构", "Health facility"),
    "care_home": both("养老机构", "Care home"),
    "worship": both("宗教场所", "Place of worship"),
    "office": both("机关单位", "Office"),
    "station": both("车站", "Station"),
    "facility": both("设施", "Facility"),
    "post": both("卡点", "Post"),
    "other": both("其他", "Other"),
}
