"""Letters, certificates and cards as PDF, from Typst templates and plain data.

Data reaches a template as JSON and is never put together with markup. Refuses a letter with a blank where the law or
the reader needs a word: the legal basis is what the caller passes in, and nothing is made up here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno

from lianfang.foundation.printing.typesetting import typeset
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.text import Bilingual, both, has_control_characters

UNKNOWN_LETTER = refusal("letters.unknown", "没有“{name}”这种文书。", "There is no letter “{name}”.", status=404)
MISSING = refusal("letters.missing", "文书缺少“{label}”。", "The letter lacks: {label_en}.")
TOO_LONG = refusal("letters.too_long", "文书内容过长。", "The letter is too long.", status=413)
LONGEST_TEXT = 2_000
MOST_BYTES = 200_000
_EVERY = ("serial", "as_of", "issuer")
_ISSUED = (*_EVERY, "issued_on")
_ALARM = ("fever_threshold_c", "symptoms", "doctor_phone")


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of sheet: its template's name, its title, and the data it cannot do without."""

    name: str
    title: Bilingual
    needs: tuple[str, ...]


_NOTICE = ("name", "address", "starts_on", "ends_on", "days", "reason", "basis", "slots", "contacts", "doctor_name")
_APPEAL = ("emergency_phone", "appeal_to", "appeal_phone", "appeal_hours")
_RELEASE = ("name", "address", "starts_on", "ends_on", "released_on", "basis", "confirmed_by", "verify_phone")
_RESIDENCE = ("name", "address", "for_what", "valid_until", "handled_by", "verify_phone")
_CARD = ("name", "address", "starts_on", "ends_on", "contact_name", "contact_phone", "rows")
_SELF = ("for_whom", "url", "slots", "contact_name", "contact_phone", "doctor_name")
_BREACH = ("what", "information", "measures", "contact")
_POST = ("number", "name", "kind", "place", "code", "contact_name", "contact_phone")
_ERASURE = ("area", "kind", "way", "count", "since", "days", "source", "needed_before", "began_at", "done_by", "digest")
_SERVICE = ("name", "starts_on", "ends_on", "hours", "url", "qr")
LETTERS: dict[str, Letter] = {
    letter.name: letter
    for letter in (
        Letter("notice", both("居家医学观察告知书", "Notice of observation"), (*_ISSUED, *_NOTICE, *_ALARM, *_APPEAL)),
        Letter("release", both("居家医学观察期满证明", "Release certificate"), (*_ISSUED, *_RELEASE)),
        Letter("residence", both("居住证明", "Certificate of residence"), (*_ISSUED, *_RESIDENCE)),
        Letter("temperature", both("体温（症状）监测记录表", "Temperature card"), (*_EVERY, *_CARD, *_ALARM)),
        Letter("responsibility", both("包保联系卡", "Responsibility card"), (*_ISSUED, "place", "levels")),
        Letter("erasure", both("个人信息清除证明", "Erasure certificate"), (*_ISSUED, *_ERASURE)),
        Letter("breach", both("个人信息泄露告知书", "Notice of a leak of personal data"), (*_ISSUED, *_BREACH)),
        Letter("post", both("卡点标牌", "Sign of a post"), (*_ISSUED, *_POST)),
        Letter("pledge", both("承诺书", "Pledge"), (*_EVERY, "title", "lines")),
        Letter("service", both("疫情防控服务证书", "Certificate of service"), (*_ISSUED, *_SERVICE)),
        Letter("checkin", both("社区双报到", "Report here"), (*_EVERY, "place", "code", "qr")),
        Letter("selfreport", both("体温自报", "Self-report sheet"), (*_EVERY, *_SELF, *_ALARM)),
    )
}

# the sheets with a code on them, and what it says
_CODED = {"selfreport": "url", "post": "code"}

_LABELS: dict[str, Bilingual] = {
    "serial": both("编号", "serial number"),
    "as_of": both("截至时间", "as-of time"),
    "issuer": both("出具单位", "issuing body"),
    "issued_on": both("出具日期", "date of issue"),
    "name": both("姓名", "name"),
    "address": both("地址", "address"),
    "starts_on": both("开始日期", "first day"),
    "ends_on": both("结束日期", "last day"),
    "days": both("天数", "number of days"),
    "reason": both("起算原因", "reason and starting point"),
    "basis": both("依据", "legal basis"),
    "slots": both("测温时段", "reading slots"),
    "contacts": both("联系人", "people to contact"),
    "doctor_name": both("医生姓名", "doctor"),
    "doctor_phone": both("医生电话", "doctor's phone"),
    "emergency_phone": both("急救电话", "emergency phone"),
    "appeal_to": both("申诉受理单位", "body that hears appeals"),
    "appeal_phone": both("申诉电话", "phone for appeals"),
    "appeal_hours": both("申诉答复时限", "time to answer an appeal"),
    "released_on": both("解除日期", "day of release"),
    "confirmed_by": both("确认人", "person who confirmed"),
    "verify_phone": both("核验电话", "phone for verification"),
    "for_what": both("用途", "use"),
    "valid_until": both("有效期", "validity"),
    "handled_by": both("经办人", "person in charge"),
    "contact_name": both("联系人姓名", "contact"),
    "contact_phone": both("联系电话", "contact's phone"),
    "rows": both("记录行", "rows of the card"),
    "for_whom": both("使用人", "person who reports"),
    "url": both("自报链接", "link for self-report"),
    "fever_threshold_c": both("发热界值", "fever threshold"),
    "symptoms": both("需报告的症状", "symptoms to report"),
    "area": both("区域", "area"),
    "kind": both("信息类别", "kind of record"),
    "way": both("方式", "way"),
    "count": both("条数", "number of records"),
    "since": both("起算", "from when the time counts"),
    "source": both("期限依据", "source of the schedule"),
    "needed_before": both("最后需要", "last needed"),
    "began_at": both("开始", "begun"),
    "done_by": both("执行", "done by"),
    "digest": both("校验值", "digest"),
    "what": both("事情经过", "what happened"),
    "information": both("涉及的信息", "which information"),
    "measures": both("补救措施", "what was done"),
    "contact": both("联系方式", "whom to ask"),
    "place": both("地点", "place"),
    "number": both("编号", "number"),
    "title": both("标题", "title"),
    "lines": both("内容", "text"),
    "hours": both("服务时长", "hours served"),
    "qr": both("二维码内容", "what the code says"),
    "code": both("签到（报到）码", "code to report with"),
    "levels": both("各级责任人", "people who answer, level by level"),
}


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the letter as PDF.

    `data` holds texts, numbers, dates and datetimes, lists and mappings of them; `LETTERS[template].needs` names what
    must be there. Raises `letters.unknown`, Problems of `letters.missing`, `letters.too_long`.
    """
    letter = _letter(template)
    plain = _cleaned(dict(data))
    _check_complete(letter, plain)
    if scanned := plain.get("qr") or plain.get(_CODED.get(template, "")):
        plain["qr_svg"] = _qr(str(scanned))
    if len(json.dumps(plain, ensure_ascii=False).encode()) > MOST_BYTES:
        raise TOO_LONG()
    return typeset(letter.name, plain)


def written_day(day: date) -> str:
    """Return the day as it stands in a letter: 2020年2月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _letter(template: str) -> Letter:
    if template not in LETTERS:
        raise UNKNOWN_LETTER(field="template", name=template)
    return LETTERS[template]


def _check_complete(letter: Letter, data: Mapping[str, Any]) -> None:
    problems = [_missing(name) for name in letter.needs if data.get(name) in (None, "", [], ())]
    if problems:
        raise Problems(problems)


def _missing(name: str) -> Refusal:
    return MISSING(field=name, label=_LABELS[name].zh, label_en=_LABELS[name].en)


def _cleaned(value: Any) -> Any:
    """Return plain data: days and moments as they are written in letters, texts without invisible characters.

    Full-width punctuation stays as it is, because a Chinese letter needs it. Raises `letters.too_long`.
    """
    if isinstance(value, Mapping):
        return {str(name): _cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        moment = value.astimezone(CHINA)
        return f"{written_day(moment)} {moment:%H:%M}"
    if isinstance(value, date):
        return written_day(value)
    text = "".join(letter for letter in str(value) if not has_control_characters(letter)).strip()
    if len(text) > LONGEST_TEXT:
        raise TOO_LONG()
    return text


def _qr(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()
