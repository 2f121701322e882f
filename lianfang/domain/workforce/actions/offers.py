"""Offers to serve: letters, phone calls, answers on a page; each signatory becomes somebody who may be posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.calls import take_call
from lianfang.domain.workforce.actions.serving_fields import (
    SERVING,
    TABLE,
    AnyArea,
    BornOn,
    Origin,
    Phone,
    Plate,
    ResponderId,
    Skills,
    UnitId,
    Values,
    choice_of,
    day_of,
    require_area,
    responder_values,
    take_responder,
)
from lianfang.domain.workforce.events.serving import OfferReceived
from lianfang.domain.workforce.models.offers import Offer
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.offers import CHANNELS, PARTS, split_names
from lianfang.foundation.actions.inputs import MISSING, Input, one_of, some_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.text import both

OFFERS = "workforce.offers"
WEEKDAYS = {
    str(number): both(f"周{zh}", en)
    for number, (zh, en) in enumerate(
        zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
    )
}

Names = Annotated[
    str, Field(max_length=4000, **labelled("姓名（每行一个）", "Names, one a line", "textarea"))
]  # fmt: skip
Text = Annotated[str, Field(max_length=2000, **labelled("请战书内容", "What it says", "textarea"))]
Channel = Annotated[str, Field(max_length=10, **choice_of(CHANNELS, "渠道", "Channel")), one_of(CHANNELS)]
CallId = Annotated[
    UUID | None, Field(**labelled("响应的号召", "In answer to the call", **{"x-table": "workforce.calls"}))
]
AvailableFrom = Annotated[date | None, Field(**labelled("可用从", "Available from", "date"))]
AvailableUntil = Annotated[date | None, Field(**labelled("可用到", "Available until", "date"))]
Parts = Annotated[str, Field(max_length=5, **choice_of(PARTS, "时段", "Part of the day")), one_of(PARTS)]
Weekdays = Annotated[
    list[str],
    Field(max_length=7, **labelled("星期（空为每天）", "Weekdays (none: all)", "multichoice", **choices(WEEKDAYS))),
    some_of(WEEKDAYS),
]


def stretch(first: date | None, last: date | None, part: str, weekdays: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return availability as Responder keeps it; nothing said is any time."""
    days = [int(one) for one in weekdays]
    if not (first or last or part or days):
        return []
    return [{"from": first.isoformat() if first else "", "to": last.isoformat() if last else "", "weekdays": days,
             "parts": [part] if part else ["day", "night"]}]  # fmt: skip


class RecordOffer(Input):
    area_path: AnyArea
    channel: Channel = "paper"
    text: Text = ""
    names: Names
    phone: Phone = ""
    origin: Origin = "volunteer"
    unit_id: UnitId = None
    call_id: CallId = None
    skills: Skills = Field(default_factory=list)
    vehicle_plate: Plate = ""
    available_from: AvailableFrom = None
    available_until: AvailableUntil = None
    part: Parts = ""


@action("workforce.record_offer", both("登记请战（报名）", "Enter an offer to serve"), RecordOffer)
def record_offer(call: Call, given: RecordOffer) -> Result:
    """Enter an offer by letter, phone, message or face to face, with everybody who signed it.

    Phone, skills and vehicle are the first signatory's; who is on the list already is not entered twice.
    """
    call.permit(given.area_path)
    require_area(given.area_path)
    names = split_names(given.names)
    if not names:
        raise MISSING(field="names")
    first: Values = {
        "phone": given.phone, "skills": given.skills, "vehicle_plate": given.vehicle_plate,
        "availability": stretch(given.available_from, given.available_until, given.part),
    }  # fmt: skip
    everybody = [{"name": name, **(first if place == 0 else {})} for place, name in enumerate(names)]
    people = [responder_values(one, day_of(call)) for one in everybody]
    return receive(call, given, people)


def receive(call: Call, given: Any, people: list[Values]) -> Result:
    """Keep an offer and those who made it, as offered; who is on the list already is counted and left as they are."""
    if given.call_id:
        take_call(call, given.call_id)
    offer = Offer.objects.create(
        id=call.id, area_path=given.area_path, call_id=given.call_id, unit_id=given.unit_id, channel=given.channel,
        text=given.text, received_at=call.received_at, recorded_by=call.actor.account_id,
    )  # fmt: skip
    fresh = [one for one in people if not _known(one)]
    Responder.objects.bulk_create(
        Responder(area_path=given.area_path, unit_id=given.unit_id, origin=given.origin, offer=offer, state="offered",
                  state_at=call.received_at, joined_on=day_of(call), **one)
        for one in fresh
    )  # fmt: skip
    call.about(OFFERS, offer.pk, people=len(fresh), channel=offer.channel)
    call.announce(OfferReceived(area_path=offer.area_path, offer_id=offer.pk, people=len(fresh)))
    return {"id": str(offer.pk), "people": len(fresh), "known": len(people) - len(fresh)}


def _known(values: Values) -> bool:
    index = values.get("phone_index", "")
    same = Responder.objects.filter(name=values["name"], phone_index=index).exclude(state="ended")
    return bool(index) and same.exists()


class OfferByPage(Input):
    area_path: AnyArea
    call_id: UUID
    name: Annotated[str, Field(min_length=1, max_length=60)]
    phone: Annotated[str, Field(min_length=1, max_length=60)]
    origin: Origin = "volunteer"
    born_on: BornOn = None
    skills: Skills = Field(default_factory=list)
    text: Text = ""
    part: Parts = ""
    channel: Channel = "page"
    unit_id: UnitId = None


@action("workforce.offer_by_page", both("招募页面报名", "Offer by the recruitment page"), OfferByPage, offered=False)
def offer_by_page(call: Call, given: OfferByPage) -> Result:
    """Take what somebody wrote on a call's page without login; the page never tells who is on the list already."""
    call.permit(given.area_path)
    said = given.model_dump(include={"name", "phone", "born_on", "skills"})
    values = responder_values(said | {"availability": stretch(None, None, given.part)}, day_of(call))
    return receive(call, given, [values])


class SetAvailability(Input):
    responder_id: ResponderId
    available_from: AvailableFrom = None
    available_until: AvailableUntil = None
    weekdays: Weekdays = Field(default_factory=list)
    part: Parts = ""


@action("workforce.set_availability", both("登记可用时段", "Say when somebody can serve"), SetAvailability,
        subject=Subject(TABLE, "responder_id", SERVING), batch=True)  # fmt: skip
def set_availability(call: Call, given: SetAvailability) -> Result:
    """Say when somebody can serve: days, weekdays, day or night. It replaces what was said before."""
    row = take_responder(call, given.responder_id)
    row.availability = stretch(given.available_from, given.available_until, given.part, given.weekdays)
    row.version += 1
    row.save(update_fields=["availability", "version"])
    call.about(TABLE, row.pk)
    return {"id": str(row.pk), "version": row.version}
