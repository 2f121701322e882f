"""A community's check-in page (双报到): its code made, renewed and revoked; what people send, accepted or refused.

What a stranger sends by the page stands apart until the community has answered: it fills no register by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.actions.offers import Parts, stretch
from lianfang.domain.workforce.actions.serving_fields import (
    Name,
    Origin,
    Phone,
    Skills,
    UnitId,
    day_of,
    require_area,
    responder_values,
)
from lianfang.domain.workforce.events.serving import CheckInChanged, ResponderChanged
from lianfang.domain.workforce.models.check_ins import ERASED_REQUEST, CheckInCode, CheckInRequest
from lianfang.domain.workforce.models.offers import CheckIn
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.check_ins import page_of
from lianfang.domain.workforce.queries.units import unit_named
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

CODE_OVER = refusal(
    "workforce.check_in_code_over",
    "这张报到码已失效。",
    "The code of this community is no longer valid.",
    status=404,
)
TOO_MANY_WAITING = refusal(
    "workforce.too_many_check_ins_waiting",
    "待确认的报到太多，请直接到社区报到或打电话。",
    "Too many check-ins wait to be confirmed; please report at the community itself or by phone.",
    status=429,
)
NO_REQUEST = refusal(
    "workforce.no_check_in_waiting",
    "没有这条待确认的报到，或已答复。",
    "There is no such check-in waiting.",
    status=404,
)
CODES, REQUESTS = "workforce.check_in_codes", "workforce.check_in_requests"
CODE_DAYS, AT_MOST = "serving.check_in_code_days", "serving.check_ins_waiting_at_most"
STANDING, WAITING = when_empty("revoked_at"), when(lambda state: state == "waiting", "state")


class IssueCheckInCode(Input):
    area_path: Annotated[str, Field(pattern=r"^\d{12}$", **labelled("社区（村）", "Community", "area"))]
    days: Annotated[int | None, Field(ge=1, le=366, **labelled("有效天数", "Valid for days", "number"))] = None


@action(
    "workforce.issue_check_in_code", both("开通（更换）报到码", "Make or renew the check-in code"), IssueCheckInCode
)
def issue_check_in_code(call: Call, given: IssueCheckInCode) -> Result:
    """Make the code of a community's check-in page; one that stands already ends with it, with every printed sheet."""
    call.permit(given.area_path)
    require_area(given.area_path)
    days = given.days or int(rule(CODE_DAYS, given.area_path, day_of(call)).value)
    earlier = CheckInCode.objects.filter(area_path=given.area_path, revoked_at__isnull=True)
    renewed = earlier.update(revoked_at=call.received_at)
    code = CheckInCode.objects.create(
        id=call.id, area_path=given.area_path, issued_at=call.received_at, issued_by=call.actor.account_id,
        expires_at=call.received_at + timedelta(days=days),
    )  # fmt: skip
    call.about(CODES, code.pk, renewed=renewed)
    return {"id": str(code.pk), "expires_at": code.expires_at.isoformat(), "path": page_of(code)}


class RevokeCheckInCode(Input):
    code_id: Annotated[UUID, Field(**labelled("报到码", "Code"))]


@action("workforce.revoke_check_in_code", both("作废报到码", "Revoke the code"), RevokeCheckInCode,
        subject=Subject(CODES, "code_id", STANDING), danger=True)  # fmt: skip
def revoke_check_in_code(call: Call, given: RevokeCheckInCode) -> Result:
    """Revoke the code of a community's page; what was sent by it still waits for its answer."""
    code = CheckInCode.objects.select_for_update().filter(pk=given.code_id).first()
    if code is None:
        raise CODE_OVER(field="code_id")
    call.permit(code.area_path)
    if not call.allows(STANDING, code):
        raise CODE_OVER(field="code_id")
    code.revoked_at = call.received_at
    code.save(update_fields=["revoked_at"])
    call.about(CODES, code.pk)
    return {"id": str(code.pk)}


class ReportByPage(Input):
    area_path: Annotated[str, Field(max_length=24)]
    code_id: UUID
    name: Name
    phone: Phone
    unit_name: Annotated[str, Field(max_length=60)] = ""
    skills: Skills = Field(default_factory=list)
    part: Parts = ""


@action("workforce.report_by_page", both("网页报到", "Check-in by the page"), ReportByPage, offered=False)
def report_by_page(call: Call, given: ReportByPage) -> Result:
    """Take what somebody sent by a community's page without login; it waits until the community has answered.

    Who sends it again while it waits is joined with what is there. Never tells who is known already.
    """
    call.permit(given.area_path)
    # locked, so that two who send at once are counted one after the other
    code = CheckInCode.objects.select_for_update().filter(pk=given.code_id, area_path=given.area_path).first()
    if code is None or code.revoked_at or code.expires_at <= call.received_at:
        raise CODE_OVER(field="code_id")
    if not given.phone:
        raise MISSING(field="phone")
    values = responder_values(given.model_dump(include={"name", "phone"}), day_of(call))
    del values["keys"]
    waiting = CheckInRequest.objects.filter(area_path=code.area_path, state="waiting")
    row = waiting.filter(phone_index=values["phone_index"], name=values["name"]).first()
    if row is None:
        most = rule(AT_MOST, code.area_path, day_of(call)).value
        if waiting.count() >= int(most):
            raise TOO_MANY_WAITING()
        row = CheckInRequest(
            id=call.id, area_path=code.area_path, code=code, received_at=call.received_at, times=0, **values
        )
    _join(row, given)
    row.save()
    call.about(REQUESTS, row.pk)
    call.announce(CheckInChanged(area_path=row.area_path, request_id=row.pk, state="waiting"))
    return {"received": True}


def _join(row: CheckInRequest, given: ReportByPage) -> None:
    row.skills = sorted({*row.skills, *given.skills})
    row.part, row.unit_name = given.part or row.part, given.unit_name or row.unit_name
    row.times += 1


RequestId = Annotated[UUID, Field(**labelled("报到", "Check-in", **{"x-table": REQUESTS}))]


def _take(call: Call, request_id: UUID) -> CheckInRequest:
    row = CheckInRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NO_REQUEST(field="request_id")
    call.permit(row.area_path)
    if not call.allows(WAITING, row):
        raise NO_REQUEST(field="request_id")
    return row


def _answer(call: Call, row: CheckInRequest, state: str, **values: Any) -> None:
    """Bring a request to its end; whoever it named is named by a Responder now, or by nothing."""
    changes = {
        **ERASED_REQUEST,
        "state": state,
        "answered_at": call.received_at,
        "answered_by": call.actor.account_id,
        **values,
    }
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=[*changes])
    call.about(REQUESTS, row.pk, state=state)
    call.announce(CheckInChanged(area_path=row.area_path, request_id=row.pk, state=state))


class AcceptCheckIn(Input):
    request_id: RequestId
    unit_id: UnitId = None
    origin: Origin = "volunteer"


@action("workforce.accept_check_in", both("接受报到", "Accept"), AcceptCheckIn,
        subject=Subject(REQUESTS, "request_id", WAITING), batch=True)  # fmt: skip
def accept_check_in(call: Call, given: AcceptCheckIn) -> Result:
    """Accept a check-in sent by the page: from now on the person is on the list of those who serve, once.

    The unit is the one chosen, else the one in the county that is written as they wrote it.
    """
    row = _take(call, given.request_id)
    unit_id = given.unit_id or unit_named(row.unit_name, row.area_path)
    known = Responder.objects.filter(name=row.name, phone_index=row.phone_index).exclude(state="ended").first()
    responder = known or _enlist(call, row, unit_id, given.origin)
    on = local(row.received_at).date()
    if not CheckIn.objects.filter(area_path=row.area_path, on=on, responder=responder).exists():
        CheckIn.objects.create(
            area_path=row.area_path, unit_id=unit_id or responder.unit_id, responder=responder, name=row.name,
            way="page", on=on, recorded_at=call.received_at, recorded_by=call.actor.account_id,
        )  # fmt: skip
    _answer(call, row, "accepted", responder=responder)
    return {"id": str(row.pk), "known": known is not None}


def _enlist(call: Call, row: CheckInRequest, unit_id: UUID | None, origin: str) -> Responder:
    values = responder_values({"name": row.name, "phone": row.phone}, day_of(call))
    made = Responder.objects.create(
        area_path=row.area_path, unit_id=unit_id, origin=origin, skills=row.skills, state="screened",
        availability=stretch(None, None, row.part), state_at=call.received_at, joined_on=day_of(call), **values,
    )  # fmt: skip
    call.announce(ResponderChanged(area_path=made.area_path, responder_id=made.pk, state=made.state))
    return made


class RefuseCheckIn(Input):
    request_id: RequestId


@action("workforce.refuse_check_in", both("不接受", "Refuse"), RefuseCheckIn,
        subject=Subject(REQUESTS, "request_id", WAITING), batch=True, danger=True)  # fmt: skip
def refuse_check_in(call: Call, given: RefuseCheckIn) -> Result:
    """Refuse a check-in sent by the page: name and phone are erased at once, and only the count stays."""
    row = _take(call, given.request_id)
    _answer(call, row, "refused")
    return {"id": str(row.pk)}
