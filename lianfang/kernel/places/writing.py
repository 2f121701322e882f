"""How place names are written: endings, prefixes, house numbers. Knows no register."""

from __future__ import annotations

import re
from typing import Literal

from lianfang.kernel.places.components import TRADITIONAL
from lianfang.kernel.text import clean

VillageKind = Literal["village", "community", "other"]

_BRACKETS = re.compile(r"[(\[【〔<《]([^)\]】〕>》]*)[)\]】〕>》]")
# Text is in NFKC by now, so that full-width signs need no mention.
_PUNCTUATION = re.compile("[-\\s,.。、;:/\\\\|·•'\"“”‘’`~!?+*#_=()\\[\\]【】〔〕<>《》{}—–]+")
_LABEL = re.compile(
    r"^(?:现?家庭(?:住址|地址)|现?居住(?:地址?|于)|现?住(?:址|地)|户籍(?:地址|所在地|地)?|详细地址|目的地|隔离地点?|地址"
    r"|家住|现住|住在|暂住|返回|回到|位于)+"
)

_COMMITTEE = re.compile(
    r"(?:社区居民委员会|社区村民委员会|社区居委会|社区村委会|社区|村民委员会|居民委员会|村委会|居委会|生活区|管理区)$"
)
_ENDING = re.compile(
    r"(?P<either>村?(?:社区村委会|社区村民委员会)|村(?:社区居民委员会|社区居委会|居民委员会|居委会|社区)|生活区|管理区)"
    r"|(?P<village>村?村民委员会|村?村委会|村?村委|村民委员会|行政村|自然村|生产大队|大队|村)"
    r"|(?P<community>社区居民委员会|社区居委会|社区服务中心|社区服务站|居民委员会|居委会|居委|社区)"
)
_TOWN_SUFFIX = re.compile(r"(?:街道办事处|街道办|街道|办事处|镇|(?:[\u4e00-\u9fff]{1,4}族)乡|乡|地区)$")
TOWN_ENDING = re.compile(
    r"街道办事处|街道办|街道|办事处|镇(?:人民)?政府|乡(?:人民)?政府|镇镇|镇|(?:[\u4e00-\u9fff]{1,4}族)乡|乡|地区|办(?!公)"
)

_NUMBER = "[0-9〇零一二三四五六七八九十百]+"
_UNIT = "(?:村民小组|居民小组|小组|组|生产队|队|社|号|排|栋|幢|巷|胡同|街|路|道|区|单元|室|户|层|楼|网格|弄|院|门)"
_STRUCTURE = re.compile(
    rf"(?:[东西南北中前后])?(?:第|附)?(?:{_NUMBER}|[甲乙丙丁]){_UNIT}.*|[0-9]+.*|"
    rf"(?:[东西南北中前后]{{1,2}}(?:头|街|边|侧|院|区|组|队)|村[口里内中东西南北头]|附近|旁边?|对面|门口|路口|卫生室|小学|中学|幼儿园|党支部"
    rf"|家属院|小区|新区|本村|全村)(?!村|庄).{{0,12}}|[\u4e00-\u9fff]{{2,4}}家"
)
_STREET = re.compile(
    rf".{{1,10}}(?:路|街|巷|大道|胡同|小区|花园|家园|公寓|大厦|市场|学校|医院|工业园)(?:{_NUMBER}.*|.{{0,6}})?|{_NUMBER}{_UNIT}.*"
)
_ELSEWHERE = re.compile(r"(?:省|市|县|区|镇|乡|街道)")
_SETTLEMENT_END = re.compile(r"(?:[村庄屯寨堡营店楼]|社区|居委会|村委会)$")


def writings(text: str) -> list[str]:
    """Return the text ready for comparison; with brackets, also without their content and with it first."""
    cleaned = clean(text).translate(TRADITIONAL)
    inside = _BRACKETS.findall(cleaned)
    ways = [cleaned]
    if inside:
        outside = _BRACKETS.sub("", cleaned)
        ways += [outside, "".join(inside) + outside]
    plain = (_LABEL.sub("", _PUNCTUATION.sub("", way)) for way in ways)
    return list(dict.fromkeys(way for way in plain if way))


def village_base(name: str) -> tuple[str, VillageKind]:
    """Return a registered village's own name without its committee, and its kind: 辛庄村村委会 → 辛庄, village.

    A 村 that would leave one character belongs to the name: 乔村村委会 → 乔村.
    """
    found = _COMMITTEE.search(name)
    base = name[: found.start()] if found and found.start() else name
    ending = name[len(base) :]
    base = base[:-1] if base.endswith("村") and len(base) > 2 else base
    if "社区" in ending or "居" in ending:
        return base, "community"
    return base, "village" if "村" in ending else "other"


def town_base(name: str) -> str:
    """Return a town's own name: 博济桥街道办事处 → 博济桥, 新镇镇 → 新镇."""
    found = _TOWN_SUFFIX.search(name)
    return name[: found.start()] if found and found.start() > 1 else name


def ending_at(text: str, place: int) -> tuple[VillageKind | None, int]:
    """Return the kind that is written at this place and where it ends; None when no ending is written."""
    found = _ENDING.match(text, place)
    if not found:
        return None, place
    if found["either"]:
        return None, found.end()
    return ("village" if found["village"] else "community"), found.end()


def splits(text: str) -> list[tuple[str, VillageKind | None, str]]:
    """Return the ways to cut a text into name, written kind and what follows, shortest name first."""
    cuts = []
    for place in range(1, len(text)):
        kind, end = ending_at(text, place)
        if end > place:
            cuts.append((text[:place], kind, text[end:]))
        elif _STRUCTURE.fullmatch(text, place):
            cuts.append((text[:place], None, text[place:]))
    return [*cuts, (text, None, "")]


def trust_in_tail(tail: str, *, after_ending: bool) -> float:
    """Return how far a name can be believed in view of what follows it, 0 when it belongs to a longer name.

    三教寺 + 3组12号 leaves no doubt; 三教寺 + 北 is another village; 三教寺村 + 刘庄 is a hamlet of it.
    """
    if not tail:
        return 1.0
    if _STRUCTURE.fullmatch(tail):
        return 0.98 if after_ending else 0.96
    if not after_ending or _ELSEWHERE.search(tail[:6]):
        return 0.0
    return 0.85 if _SETTLEMENT_END.search(tail) else 0.92


def is_house(tail: str) -> bool:
    """Say whether what follows a village is a group, a house or a corner of it."""
    return bool(_STRUCTURE.fullmatch(tail))


def is_street_address(text: str) -> bool:
    """Say whether what follows a town is a street or a house number and no village."""
    return bool(_STREET.fullmatch(text)) and not _SETTLEMENT_END.search(text)
