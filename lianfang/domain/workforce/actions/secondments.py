"""Secondments: people of one unit sent to another's post for a while. Sums are added up from the rows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.offers import Names
from lianfang.domain.workforce.actions.pledges import Stated, refuse_other_number
from lianfang.domain.workforce.actions.responders import change_state
from lianfang.domain.workforce.actions.serving_fields import (
    NOT_NOW,
    SERVING,
    AnyArea,
    Day,
    FromOn,
    Note,
    Reason,
    ResponderId,
    UntilOn,
    choice_of,
    day_of,
    past_day,
    period,
    require_area,
    responder_values,
    take_responder,
)
from lianfang.domain.workforce.events.serving import SecondmentChanged
from lianfang.domain.workforce.models.offers import Secondment
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.secondments import sums_of
from lianfang.domain.workforce.rules.offers import RANKS, split_names
from lianfang.foundation.actions.inputs import MISSING, Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_SECONDMENT = refusal(
    "workforce.unknown_secondment", "没有这条抽调记录。", "There is no such secondment.", status=404
)
SECONDED_ALREADY = refusal(
    "workforce.seconded_already",
    "此人已在抽调中，先结束前一次。",
    "They are seconded already; end that first.",
    status=409,
)

SECONDMENTS = "workforce.secondments"
ASKED = when(lambda state: state == "requested", "state")
LET_GO = when(lambda state: state == "released", "state")
RUNNING = when(lambda state: state != "ended", "state")

SecondmentId = Annotated[UUID, Field(**labelled("抽调", "Secondment"))]
FromUnit = Annotated[UUID, Field(**labelled("派出单位", "From unit", **{"x-table": "organisation.units"}))]
ToUnit = Annotated[UUID | None, Field(**labelled("接收单位", "To unit", **{"x-table": "organisation.units"}))]
Post = Annotated[str, Field(max_length=80, **labelled("岗位", "Post"))]
RankKey = Annotated[str, Field(max_length=20, **choice_of(RANKS, "职务层级", "Rank")), one_of(RANKS)]


class RequestSecondments(Input):
    area_path: AnyArea
    from_unit_id: FromUnit
    rank: RankKey = "unranked"
    names: Names
    stated: Stated = None
    to_unit_id: ToUnit = None
    post: Post = ""
    from_on: FromOn = None
    until_on: UntilOn = None


@action("workforce.request_secondments", both("提出抽调（名单）", "Ask for people of a unit"), RequestSecondments)
def request_secondments(call: Call, given: RequestSecondments) -> Result:
    """Ask a unit for people of one rank, by name; each is put on the list of those who serve.

    The answer adds up everybody seconded from the unit, by rank. Raises `workforce.stated_number_differs`.
    """
    call.permit(given.area_path)
    require_area(given.area_path)
    names = split_names(given.names)
    if not names:
        raise MISSING(field="names")
    refuse_other_number(given.stated, len(names))
    first = period(call, given.from_on, given.until_on)
    people = Responder.objects.bulk_create(
        Responder(area_path=given.area_path, unit_id=given.from_unit_id, origin="seconded", rank=RANKS[given.rank].zh,
                  state="screened", state_at=call.received_at, joined_on=day_of(call),
                  **responder_values({"name": one}, day_of(call)))
        for one in names
    )  # fmt: skip
    Secondment.objects.bulk_create(_asked(call, given, one, first) for one in people)
    call.about(SECONDMENTS, call.id, people=len(people))
    call.announce(SecondmentChanged(area_path=given.area_path, state="requested", people=len(people)))
    by_rank, total = sums_of(given.from_unit_id)
    return {"people": len(people), "by_rank": by_rank, "total": total}


def _asked(call: Call, given: Any, person: Responder, first: date) -> Secondment:
    return Secondment(
        area_path=given.area_path, responder=person, from_unit_id=given.from_unit_id, to_unit_id=given.to_unit_id,
        post=given.post, rank=given.rank, from_on=first, until_on=given.until_on, requested_at=call.received_at,
        requested_by=call.actor.account_id,
    )  # fmt: skip


OF_A_UNIT = when(lambda state, unit: state not in ("offered", "ended") and unit is not None, "state", "unit_id")


class SecondResponder(Input):
    responder_id: ResponderId
    area_path: AnyArea
    rank: RankKey = "unranked"
    to_unit_id: ToUnit = None
    post: Post = ""
    from_on: FromOn = None
    until_on: UntilOn = None


@action("workforce.second_responder", both("提出抽调", "Ask for this person"), SecondResponder,
        subject=Subject("workforce.responders", "responder_id", OF_A_UNIT), batch=True)  # fmt: skip
def second_responder(call: Call, given: SecondResponder) -> Result:
    """Ask the unit of somebody on the list to let them go to another area or post."""
    person = take_responder(call, given.responder_id, OF_A_UNIT)
    call.permit(given.area_path)
    require_area(given.area_path)
    if Secondment.objects.filter(responder=person).exclude(state="ended").exists():
        raise SECONDED_ALREADY(field="post")
    if person.unit_id is None:
        raise NOT_NOW(field="responder_id")
    first = period(call, given.from_on, given.until_on)
    row = Secondment.objects.create(
        id=call.id, area_path=given.area_path, responder=person, from_unit_id=person.unit_id,
        to_unit_id=given.to_unit_id, post=given.post, rank=given.rank, from_on=first, until_on=given.until_on,
        requested_at=call.received_at, requested_by=call.actor.account_id,
    )  # fmt: skip
    call.about(SECONDMENTS, row.pk)
    call.announce(SecondmentChanged(area_path=row.area_path, state="requested", people=1))
    return {"id": str(row.pk)}


def _secondment(call: Call, secondment_id: UUID, state: When) -> Secondment:
    found = Secondment.objects.select_for_update().filter(pk=secondment_id).first()
    if found is None:
        raise NO_SECONDMENT(field="secondment_id")
    call.permit(found.area_path)
    if not call.allows(state, found):
        raise NOT_NOW(field="secondment_id")
    return found


def _saved(call: Call, row: Secondment, state: str, *fields: str) -> Result:
    row.state = state
    row.save(update_fields=["state", *fields])
    call.about(SECONDMENTS, row.pk, state=state)
    call.announce(SecondmentChanged(area_path=row.area_path, state=state, people=1))
    return {"id": str(row.pk), "state": state}


class ReleaseSecondment(Input):
    secondment_id: SecondmentId
    note: Note = ""


@action("workforce.release_secondment", both("单位同意", "Release"), ReleaseSecondment,
        subject=Subject(SECONDMENTS, "secondment_id", ASKED), batch=True)  # fmt: skip
def release_secondment(call: Call, given: ReleaseSecondment) -> Result:
    """The unit lets its person go."""
    row = _secondment(call, given.secondment_id, ASKED)
    row.released_at, row.released_by, row.reason = call.received_at, call.actor.account_id, given.note
    return _saved(call, row, "released", "released_at", "released_by", "reason")


class NoteArrival(Input):
    secondment_id: SecondmentId
    on: Day = None


@action("workforce.note_arrival", both("登记到岗", "Note the arrival"), NoteArrival,
        subject=Subject(SECONDMENTS, "secondment_id", LET_GO), batch=True)  # fmt: skip
def note_arrival(call: Call, given: NoteArrival) -> Result:
    """Note that somebody arrived. They serve at once when trained and signed, else they are assigned until then."""
    row = _secondment(call, given.secondment_id, LET_GO)
    row.arrived_on = past_day(call, given.on)
    person = Responder.objects.select_for_update().get(pk=row.responder_id)
    ready = person.trained_on is not None and person.undertaking_on is not None
    if SERVING.holds(person.state) and person.state != "serving":
        change_state(call, person, "serving" if ready else "assigned")
    return _saved(call, row, "arrived", "arrived_on")


class EndSecondment(Input):
    secondment_id: SecondmentId
    reason: Reason


@action("workforce.end_secondment", both("结束抽调", "End the secondment"), EndSecondment,
        subject=Subject(SECONDMENTS, "secondment_id", RUNNING), batch=True, danger=True)  # fmt: skip
def end_secondment(call: Call, given: EndSecondment) -> Result:
    """End a secondment, or withdraw what was asked; the person stays on the list of their unit."""
    row = _secondment(call, given.secondment_id, RUNNING)
    row.ended_on, row.reason = day_of(call), given.reason
    return _saved(call, row, "ended", "ended_on", "reason")
