"""What a column of a people's list can mean: the fields of forms F01, F05 and F15 and of lists like them.

Field names are stable: mappings, refusals and the reply workbook speak them. Knows headers, not people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from lianfang.kernel.text import Bilingual, both, clean

FieldKind = Literal["name", "identity", "phone", "date", "age", "sex", "place", "text"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its kind, its label, the longest text it takes, and whether several columns may feed it.

    One that is not `common` means something only in lists whose target says that it takes it.
    """

    name: str
    kind: FieldKind
    label: Bilingual
    longest: int = 200
    several: bool = False
    common: bool = True


def _field(
    name: str, kind: FieldKind, zh: str, en: str, *, longest: int = 200, several: bool = False, common: bool = True
) -> FieldSpec:
    return FieldSpec(name, kind, both(zh, en), longest, several, common)


_SPECS = (
    _field("serial", "text", "序号", "Number", longest=40),
    _field("name", "name", "姓名", "Name", longest=60),
    _field("sex", "sex", "性别", "Sex", longest=10),
    _field("identity_number", "identity", "身份证号", "Identity number", longest=40),
    _field("phone", "phone", "电话", "Phone", several=True),
    _field("born_on", "date", "出生日期", "Date of birth"),
    _field("age", "age", "年龄", "Age", longest=20),
    _field("address", "place", "现住址", "Address", several=True),
    _field("destination", "place", "目的地", "Destination", several=True),
    _field("destination_province", "place", "目的地省", "Destination province"),
    _field("destination_city", "place", "目的地市", "Destination city"),
    _field("destination_county", "place", "目的地县", "Destination county"),
    _field("destination_town", "place", "目的地乡镇", "Destination town"),
    _field("destination_village", "place", "目的地村", "Destination village"),
    _field("grid", "text", "网格", "Grid"),
    _field("group", "text", "组", "Group"),
    _field("door", "text", "门牌号", "Door", several=True),
    _field("household_address", "text", "户籍地址", "Registered address"),
    _field("origin", "text", "来源地", "Origin", several=True),
    _field("origin_province", "text", "来源省", "Origin province"),
    _field("origin_city", "text", "来源市", "Origin city"),
    _field("origin_county", "text", "来源县", "Origin county"),
    _field("origin_town", "text", "来源乡镇", "Origin town"),
    _field("origin_village", "text", "来源村", "Origin village"),
    _field("returned_on", "date", "返乡时间", "Returned on"),
    _field("left_on", "date", "离开日期", "Left on"),
    _field("transport", "text", "交通方式", "Transport"),
    _field("trip_no", "text", "车次航班", "Trip number"),
    _field("companions", "text", "同行人员", "Companions"),
    _field("symptoms", "text", "症状", "Symptoms"),
    _field("risk_history", "text", "旅居史", "Travel history", several=True),
    _field("category", "text", "人员类别", "Category"),
    _field("status", "text", "状态", "Status"),
    _field("contact_name", "text", "联系人", "Contact", longest=60),
    _field("contact_phone", "phone", "联系人电话", "Contact's phone"),
    _field("responsible", "text", "包保责任人", "Responsible", several=True),
    _field("reason", "text", "返乡原因", "Reason"),
    _field("pushed_at", "date", "推送时间", "Pushed at"),
    _field("registered_at", "date", "登记时间", "Registered at"),
    _field("source", "text", "数据来源", "Source", several=True),
    _field("batch", "text", "批次", "Batch", longest=60),
    _field("outcome", "text", "核查结果", "Outcome"),
    _field("verified_address", "text", "核实地址", "Verified address"),
    _field("measure", "text", "管控措施", "Measure"),
    _field("verified_by", "text", "核查人", "Verified by"),
    _field("verified_at", "date", "核查时间", "Verified at"),
    _field("exposed_on", "date", "末次暴露或返回日", "Last exposure"),
    _field("onset_on", "date", "发病日期", "Onset"),
    _field("confirmed_on", "date", "确诊日期", "Confirmed on"),
    _field("starts_on", "date", "开始日", "Starts on"),
    _field("ends_on", "date", "拟解除日", "Ends on"),
    _field("released_on", "date", "实际解除日", "Released on"),
    _field("basis", "text", "依据", "Basis"),
    _field("supervision", "text", "监护与困难情况", "Care needed"),
    _field("needs", "text", "物资需求", "Needs"),
    _field("workplace", "text", "工作单位", "Workplace"),
    _field("rank", "text", "职务", "Rank", longest=40, common=False),
    _field("skills", "text", "特长", "Skills", several=True, common=False),
    _field("available", "text", "可用时段", "Available", common=False),
    _field("limits", "text", "健康限制", "Limits", several=True, common=False),
    _field("vehicle", "text", "车辆（车牌）", "Vehicle", longest=40, common=False),
    _field("note", "text", "备注", "Note", longest=400, several=True),
)
FIELDS: dict[str, FieldSpec] = {spec.name: spec for spec in _SPECS}
COMMON: dict[str, str] = {spec.name: spec.name for spec in _SPECS if spec.common}

# The role a header begins with and the fields its parts then name.
_ROLES: tuple[tuple[str, str], ...] = (
    ("目的地联系人", "contact"),
    ("紧急联系人", "contact"),
    ("联系人", "contact"),
    ("家属", "contact"),
    ("亲属", "contact"),
    ("代理人", "contact"),
    ("包保", "responsible"),
    ("责任人", "responsible"),
    ("网格员", "responsible"),
    ("负责人", "responsible"),
    ("户主", ""),
    ("监护人", ""),
    ("父母", ""),
    ("同行", "companions"),
    ("登记人", "verified_by"),
    ("填报人", "verified_by"),
    ("核查人", "verified_by"),
    ("目的地", "destination"),
    ("返乡地", "destination"),
    ("返回地", "destination"),
    ("返乡", "destination"),
    ("现住", "destination"),
    ("居住", "destination"),
    ("隔离", "destination"),
    ("住址", "destination"),
    ("现居", "destination"),
    ("家庭", "destination"),
    ("来源地", "origin"),
    ("出发地", "origin"),
    ("来源", "origin"),
    ("来自", "origin"),
    ("出发", "origin"),
    ("始发", "origin"),
    ("旅居", "origin"),
    ("外出", "origin"),
    ("原居", "origin"),
    ("户籍", "household"),
    ("户口", "household"),
)
_PARTS: tuple[tuple[str, str], ...] = (
    (r"(?:所在)?省(?:份|级)?", "province"),
    (r"(?:地|城)?市(?:州)?|城市", "city"),
    (r"(?:县|区|市)*(?:县|区)(?:市区|\(市区\)|\(区\))?", "county"),
    (r"(?:乡|镇|街道|乡镇|办)+(?:街道)?(?:\(街道\))?(?:名称)?", "town"),
    (r"(?:行政|自然)?(?:村|社区|居委会|村居|居)+(?:名称)?(?:\(社区\)|\(居\))?", "village"),
    (r"(?:详细|具体)?(?:地址|住址|地|位置|详址)?|所在地", "whole"),
)
_KEYWORDS: tuple[tuple[str, str], ...] = (
    (r"核酸|疫苗|检测", ""),
    (r"(?:干部|医生|村医|网格员|民警|书记|负责人|责任人|户主|监护人).*(?:电话|手机|方式|证)", ""),
    (r"身份证|证件号|公民身份", "identity_number"),
    (r"联系人.*(?:电话|手机|方式)", "contact_phone"),
    (r"责任人|包保|包联", "responsible"),
    (r"手机|电话|联系方式|联系号码", "phone"),
    (r"姓名$", "name"),
    (r"出生", "born_on"),
    (r"年龄|周岁", "age"),
    (r"症状|发热|体温|咳嗽", "symptoms"),
    (r"旅居史|接触史|风险", "risk_history"),
    (r"车次|航班|车牌", "trip_no"),
    (r"交通", "transport"),
    (r"(?:返乡|返回|抵达|到达|回乡|来县|入县|返县|返\(来\)|来返).*(?:时间|日期)", "returned_on"),
    (r"^[返回到抵入来][\u4e00-\u9fff](?:时间|日期)$", "returned_on"),
    (r"推送.*(?:时间|日期)|下发.*(?:时间|日期)", "pushed_at"),
    (r"离开.*(?:时间|日期)", "left_on"),
    (r"(?:登记|填报|申报|上报|摸排).*(?:时间|日期)", "registered_at"),
    (r"(?:核查|排查|核实).*(?:时间|日期)", "verified_at"),
    (r"(?:核查|排查|核实).*(?:结果|情况)", "outcome"),
    (r"隔离.*(?:开始|起)", "starts_on"),
    (r"隔离.*(?:结束|止)", "ends_on"),
    (r"解除", "released_on"),
    (r"备注|说明", "note"),
    (r"目的地|落脚", "destination"),
    (r"户籍", "household_address"),
    (r"(?:住|地)址", "address"),
    (r"来源|出发地|来自|[从何哪](?:地|里|儿)?(?:返|回|来)", "origin"),
    (r"措施|管控", "measure"),
    (r"事由|原因", "reason"),
)


def plain_header(text: object) -> str:
    """Return a header for comparison: folded widths, no spaces, stars, line breaks or trailing marks, small letters."""
    folded = clean(str(text)).replace("【", "(").replace("】", ")").replace("〔", "(").replace("〕", ")")
    folded = folded.replace("[", "(").replace("]", ")")
    return re.sub(r"[\s*★☆●#•·]+|:+$|^\d+[.、)]\s*", "", folded).lower()


@cache
def _exact() -> dict[str, str]:
    """Return the field of every known header; "" for those that say nothing this system keeps."""
    known = {plain_header(spec.label.zh): spec.name for spec in _SPECS}
    for line in (files("lianfang.data") / "intake" / "headers.txt").read_text(encoding="utf-8").splitlines():
        name, _, headers = line.partition(": ")
        if not line.startswith("#"):
            for header in headers.split():
                known.setdefault(plain_header(header), "" if name == "-" else name)
    return known


def _without_notes(header: str) -> str:
    """Return a header without what explains it: 返乡时间(格式2020-01-01) → 返乡时间."""
    bare = re.sub(r"\([^()]*\)?", "", header)
    return re.split(r"[:;。]|例:", bare, maxsplit=1)[0].strip(",、") or header


@lru_cache(maxsize=4096)  # bounded, because the cells of strangers' sheets are read as headers too
def read_header(header: str) -> tuple[str, float]:
    """Return the field a header names and how sure that is, 0 to 1.

    "" with a confidence means: known, and of no use here.
    """
    text = plain_header(header)
    if not text or len(text) > 80:
        return "", 0.0
    exact = _exact()
    bare = _without_notes(text)
    for candidate, confidence in (
        (text, 1.0),
        (bare, 0.95),
        (text.replace("人员", ""), 0.9),
        (bare.removesuffix("情况"), 0.85),
    ):
        if candidate in exact:
            return exact[candidate], confidence
    return _by_role(bare) or _by_keyword(text)


def _by_role(header: str) -> tuple[str, float] | None:
    for role, meaning in _ROLES:
        if header.startswith(role) and len(header) > len(role):
            found = _part_of(meaning, header[len(role) :].lstrip("-/_>的、"))
            if found is not None:
                return found, 0.88
    return None


def _part_of(meaning: str, rest: str) -> str | None:
    """Return the field for the part of a role, None when the rest of the header names no part of it."""
    if meaning in ("destination", "origin", "household"):
        part = next((part for pattern, part in _PARTS if re.fullmatch(pattern, rest)), None)
        if part is None:
            return None
        if meaning == "household":
            return "household_address"
        return meaning if part == "whole" else f"{meaning}_{part}"
    if re.search(r"身份证|证件|公民身份", rest):
        return ""
    if re.search(r"电话|手机|方式|号码", rest):
        return "contact_phone" if meaning == "contact" else ""
    return "contact_name" if meaning == "contact" else meaning


def _by_keyword(header: str) -> tuple[str, float]:
    if len(header) > 40:
        return "", 0.0
    for pattern, name in _KEYWORDS:
        if re.search(pattern, header):
            return name, 0.7 if len(header) <= 16 else 0.6
    return "", 0.0
