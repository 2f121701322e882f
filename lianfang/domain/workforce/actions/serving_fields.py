"""Fields and look-ups the actions about those who serve share: labels, what is kept of what was typed, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.responders import responder_phone_index
from lianfang.domain.workforce.rules.offers import TAGS
from lianfang.domain.workforce.rules.serving import LIMITS, ORIGINS, SKILLS
from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.actions.inputs import one_of, some_of
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel import names, phones
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.text import Bilingual

NO_RESPONDER = refusal(
    "workforce.unknown_responder", "没有这名参战人员。", "There is nobody of that id who serves.", status=404
)
HAS_ENDED = refusal("workforce.service_ended", "此人的服务已结束。", "Their service has ended.", status=409)
NOT_NOW = refusal("workforce.not_now", "现在的状态不能这样办。", "The state it is in does not allow that.", status=409)
NO_AREA = refusal("workforce.unknown_area", "没有这个区域，或已撤销。", "There is no such area.", status=404)
BORN_LATER = refusal("workforce.born_later", "出生日期晚于今天。", "The birth date lies in the future.")
LATER_DAY = refusal("workforce.day_ahead", "日期不能晚于今天。", "The day lies ahead.")
ENDS_FIRST = refusal("workforce.ends_first", "结束日期早于开始日期。", "The last day is before the first.")
STALE = refusal(
    "workforce.stale", "别人刚改过，请刷新后再改。", "Somebody else has changed it; reload first.", status=409
)
TABLE = "workforce.responders"


def choice_of(options: Mapping[str, Bilingual], zh: str, en: str) -> Any:
    """Return the settings of a field that takes one of the options."""
    return labelled(zh, en, "choice", **choices(options))


def _several(options: Mapping[str, Bilingual], zh: str, en: str) -> Any:
    return Annotated[list[str], Field(max_length=20, **labelled(zh, en, "multichoice", **choices(options))),
                     some_of(options)]  # fmt: skip


ResponderId = Annotated[UUID, Field(**labelled("人员", "Person", **{"x-table": TABLE}))]
AnyArea = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,3}$", **labelled("区域", "Area", "area"))]
Name = Annotated[str, Field(min_length=1, max_length=60, **labelled("姓名", "Name"))]
Phone = Annotated[str, Field(max_length=60, **labelled("电话", "Phone"))]
BornOn = Annotated[date | None, Field(**labelled("出生日期（可不填）", "Born on (optional)", "date"))]
Origin = Annotated[str, Field(max_length=20, **choice_of(ORIGINS, "来源", "Origin")), one_of(ORIGINS)]
UnitId = Annotated[UUID | None, Field(**labelled("单位", "Unit", **{"x-table": "organisation.units"}))]
Rank = Annotated[str, Field(max_length=40, **labelled("职务", "Rank"))]
Plate = Annotated[str, Field(max_length=12, **labelled("车辆（车牌）", "Vehicle"))]
Experienced = Annotated[bool, Field(**labelled("有值守经验", "Experienced", "bool"))]
Skills = _several(SKILLS, "特长", "Skills")
Limits = _several(LIMITS, "健康限制（只用于派岗）", "Limits (for posting alone)")
Tags = _several(TAGS, "身份标签", "Marks")
Day = Annotated[date | None, Field(**labelled("日期", "Day", "date"))]
FromOn = Annotated[date | None, Field(**labelled("开始", "From", "date"))]
UntilOn = Annotated[date | None, Field(**labelled("结束", "Until", "date"))]
Reason = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]
Note = Annotated[str, Field(max_length=200, **labelled("备注", "Note"))]
Version = Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]

SERVING = when(lambda state: state != "ended", "state")


def day_of(call: Call) -> date:
    """Return the day of the command as the county reads it from the wall."""
    return local(call.received_at).date()


def past_day(call: Call, on: date | None, field: str = "on") -> date:
    """Return the day given, or today. Raises `workforce.day_ahead`."""
    today = day_of(call)
    if on is not None and on > today:
        raise LATER_DAY(field=field)
    return on or today


def period(call: Call, from_on: date | None, until_on: date | None) -> date:
    """Return the first day of a period, today where none is given. Raises `workforce.ends_first`."""
    first = from_on or day_of(call)
    if until_on is not None and until_on < first:
        raise ENDS_FIRST(field="until_on")
    return first


def require_area(path: str) -> None:
    """Raise `workforce.unknown_area` unless the area is in force."""
    if not area_exists(path):
        raise NO_AREA(field="area_path")


def take_responder(call: Call, responder_id: UUID, state: When = SERVING, field: str = "responder_id") -> Responder:
    """Return somebody who serves, locked, whom the actor may act on and whose state allows it.

    Raises `workforce.unknown_responder`, `access.not_yours`, `workforce.service_ended`, `workforce.not_now`.
    """
    found = Responder.objects.select_for_update().filter(pk=responder_id).first()
    if found is None:
        raise NO_RESPONDER(field=field)
    call.permit(found.area_path)
    if not call.allows(state, found):
        raise (HAS_ENDED if found.state == "ended" else NOT_NOW)(field=field)
    return found


def require_own(call: Call, account_id: UUID | None, permission: str, area_path: str) -> None:
    """Raise `access.not_yours` unless it is the actor's own matter, or they may do what the permission names there."""
    is_own = account_id is not None and account_id == call.actor.account_id
    if not is_own and not call.actor.may(permission, area_path):
        raise NOT_YOURS()


Values = dict[str, Any]


def responder_values(given: Mapping[str, Any], today: date) -> Values:
    """Return the columns to set for what was given of somebody who serves. Raises Problems, one per field."""
    values, problems = dict(given), list[Refusal]()
    if "name" in values:
        name = names.check(values["name"])
        values["name"] = name.normal or ""
        values["keys"] = " ".join(sorted(names.search_keys(values["name"])))[:200]
        problems += [no for no in [name.refusal("name")] if no]
    if values.get("phone"):
        phone = phones.check(values["phone"])
        values["phone"] = phone.normal or ""
        problems += [no for no in [phone.refusal("phone")] if no]
    if values.get("born_on") and values["born_on"] > today:
        problems.append(BORN_LATER(field="born_on"))
    if problems:
        raise Problems(problems)
    if "phone" in values:
        values["phone_index"] = responder_phone_index(values["phone"])
    if "limits" in values:
        values["limits"] = " ".join(values["limits"])
    return values
