"""Those who serve: registered, edited, screened, trained, insured, taken on, ended."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import (
    NOT_NOW,
    SERVING,
    STALE,
    TABLE,
    AnyArea,
    BornOn,
    Day,
    Experienced,
    Limits,
    Name,
    Note,
    Origin,
    Phone,
    Plate,
    Rank,
    Reason,
    ResponderId,
    Skills,
    Tags,
    UnitId,
    Version,
    day_of,
    past_day,
    require_area,
    responder_values,
    take_responder,
)
from lianfang.domain.workforce.events.serving import ResponderChanged, TeamChanged
from lianfang.domain.workforce.models.offers import Secondment
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.teams import Membership, Team
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import NO_ACCOUNT, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

TWICE = refusal(
    "workforce.serves_already",
    "此人（同名同电话）已在名册里。",
    "Somebody of this name and phone is on the list already.",
    status=409,
)
ACCOUNT_TAKEN = refusal(
    "workforce.account_taken", "这个账号已属于另一名参战人员。", "The account is somebody else's.", status=409
)
NO_UNDERTAKING = refusal(
    "workforce.no_undertaking",
    "还没有签保密承诺，签了才能上岗。",
    "The confidentiality undertaking comes before service.",
    status=409,
)
SIGNED_ALREADY = refusal("workforce.signed_already", "保密承诺已登记。", "The undertaking is on file.", status=409)

AccountId = Annotated[UUID | None, Field(**labelled("账号（可不填）", "Account (optional)", "account"))]


def change_state(call: Call, row: Responder, state: str, **values: object) -> None:
    """Bring somebody to a state, at the moment of the command, with what else changes, and announce it."""
    row.state, row.state_at, row.version = state, call.received_at, row.version + 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "state_at", "version", *values])
    call.about(TABLE, row.pk, state=state)
    call.announce(ResponderChanged(area_path=row.area_path, responder_id=row.pk, state=state))


class RegisterResponder(Input):
    area_path: AnyArea
    name: Name
    phone: Phone = ""
    origin: Origin
    unit_id: UnitId = None
    rank: Rank = ""
    tags: Tags = Field(default_factory=list)
    skills: Skills = Field(default_factory=list)
    vehicle_plate: Plate = ""
    experienced: Experienced = False
    born_on: BornOn = None
    limits: Limits = Field(default_factory=list)
    account_id: AccountId = None
    undertaking_on: Annotated[date | None, Field(**labelled("保密承诺签于", "Undertaking signed on", "date"))] = None
    trained_on: Annotated[date | None, Field(**labelled("培训于", "Trained on", "date"))] = None
    insured_until: Annotated[date | None, Field(**labelled("保险至", "Insured until", "date"))] = None


@action("workforce.register_responder", both("登记参战人员", "Register somebody who serves"), RegisterResponder)
def register_responder(call: Call, given: RegisterResponder) -> Result:
    """Register one who serves, with or without an account; what is signed and taught already counts at once.

    Raises `workforce.serves_already` for a name and phone that are on the list.
    """
    call.permit(given.area_path)
    require_area(given.area_path)
    for field in ("undertaking_on", "trained_on"):
        past_day(call, getattr(given, field), field)
    values = responder_values(given.model_dump(), day_of(call))
    refuse_twice(values["name"], values.get("phone_index", ""))
    if given.account_id:
        _free_account(given.account_id)
    state = "screened" if given.trained_on is None else "trained"
    row = Responder.objects.create(
        id=call.id, state=state, state_at=call.received_at, joined_on=day_of(call), **values
    )  # fmt: skip
    call.about(TABLE, row.pk, origin=row.origin)
    call.announce(ResponderChanged(area_path=row.area_path, responder_id=row.pk, state=state))
    undo = {"action": "workforce.end_service", "input": {"responder_id": str(row.pk), "reason": "撤销登记"}}
    return {"id": str(row.pk), "version": 1, "state": state, "undo": undo}


def refuse_twice(name: str, phone_index: str) -> None:
    """Raise `workforce.serves_already` where a name and phone stand on the list of those who serve."""
    same = Responder.objects.filter(name=name, phone_index=phone_index).exclude(state="ended")
    if phone_index and same.exists():
        raise TWICE(field="phone", details={"id": str(same.values_list("pk", flat=True)[0])})


def _free_account(account_id: UUID, but: UUID | None = None) -> None:
    if not Account.objects.filter(pk=account_id).exists():
        raise NO_ACCOUNT(field="account_id")
    if Responder.objects.filter(~Q(pk=but), account_id=account_id).exclude(state="ended").exists():
        raise ACCOUNT_TAKEN(field="account_id")


class EditResponder(Input):
    responder_id: ResponderId
    version: Version
    name: Name | None = None
    phone: Phone | None = None
    origin: Origin | None = None
    unit_id: UnitId = None
    rank: Rank | None = None
    tags: Tags | None = None
    skills: Skills | None = None
    vehicle_plate: Plate | None = None
    experienced: Experienced | None = None
    born_on: BornOn = None
    limits: Limits | None = None
    account_id: AccountId = None


@action("workforce.edit_responder", both("修改参战人员", "Edit"), EditResponder,
        subject=Subject(TABLE, "responder_id", SERVING))  # fmt: skip
def edit_responder(call: Call, given: EditResponder) -> Result:
    """Change what is given and leave the rest. An edit of an older version is refused."""
    row = take_responder(call, given.responder_id)
    if row.version != given.version:
        raise STALE(field="version", details={"version": row.version})
    said = given.model_dump(exclude={"responder_id", "version"}, exclude_none=True)
    if given.account_id:
        _free_account(given.account_id, row.pk)
    values = responder_values(said, day_of(call))
    change_state(call, row, row.state, **values)
    call.about(TABLE, row.pk, fields=sorted(said))
    return {"id": str(row.pk), "version": row.version}


OFFERED = when(lambda state: state == "offered", "state")


class ScreenResponder(Input):
    responder_id: ResponderId
    accepted: Annotated[bool, Field(**labelled("接受", "Accept", "bool"))] = True
    note: Note = ""


@action("workforce.screen_responder", both("审核报名", "Answer the offer"), ScreenResponder,
        subject=Subject(TABLE, "responder_id", OFFERED), batch=True)  # fmt: skip
def screen_responder(call: Call, given: ScreenResponder) -> Result:
    """Answer somebody who offered to serve: accepted, or thanked and not needed now."""
    row = take_responder(call, given.responder_id, OFFERED)
    if given.accepted:
        change_state(call, row, "screened")
    else:
        change_state(call, row, "ended", ended_on=max(day_of(call), row.joined_on), ended_reason=given.note or "未录用")
    return {"id": str(row.pk), "state": row.state}


LEARNING = when(lambda state: state in ("screened", "trained", "assigned", "serving"), "state")


class NoteTraining(Input):
    responder_id: ResponderId
    on: Day = None


@action("workforce.note_training", both("登记培训", "Note training"), NoteTraining,
        subject=Subject(TABLE, "responder_id", LEARNING), batch=True)  # fmt: skip
def note_training(call: Call, given: NoteTraining) -> Result:
    """Note that somebody was trained; who was screened is ready to be posted then."""
    row = take_responder(call, given.responder_id, LEARNING)
    state = "trained" if row.state == "screened" else row.state
    change_state(call, row, state, trained_on=past_day(call, given.on))
    return {"id": str(row.pk), "state": row.state}


UNSIGNED = when(lambda state, signed: state != "ended" and signed is None, "state", "undertaking_on")


class SignUndertaking(Input):
    responder_id: ResponderId
    on: Day = None


@action("workforce.sign_undertaking", both("登记保密承诺", "Note the undertaking"), SignUndertaking,
        subject=Subject(TABLE, "responder_id", UNSIGNED), batch=True)  # fmt: skip
def sign_undertaking(call: Call, given: SignUndertaking) -> Result:
    """Note that somebody signed the confidentiality undertaking; without it nobody begins to serve (P16)."""
    row = take_responder(call, given.responder_id)
    if not call.allows(UNSIGNED, row):
        raise SIGNED_ALREADY(field="responder_id")
    change_state(call, row, row.state, undertaking_on=past_day(call, given.on))
    return {"id": str(row.pk)}


class NoteInsurance(Input):
    responder_id: ResponderId
    until: Annotated[date, Field(**labelled("保险至", "Insured until", "date"))]


@action("workforce.note_insurance", both("登记保险", "Note insurance"), NoteInsurance,
        subject=Subject(TABLE, "responder_id", SERVING), batch=True)  # fmt: skip
def note_insurance(call: Call, given: NoteInsurance) -> Result:
    """Note until when somebody is insured while on duty."""
    row = take_responder(call, given.responder_id)
    change_state(call, row, row.state, insured_until=given.until)
    return {"id": str(row.pk)}


READY = when(lambda state, signed: state in ("trained", "assigned") and signed is not None, "state", "undertaking_on")


class BeginService(Input):
    responder_id: ResponderId


@action("workforce.begin_service", both("上岗", "Begin service"), BeginService,
        subject=Subject(TABLE, "responder_id", READY), batch=True)  # fmt: skip
def begin_service(call: Call, given: BeginService) -> Result:
    """Begin to serve: who was trained and has signed the undertaking.

    Raises `workforce.no_undertaking`, `workforce.not_now`.
    """
    row = take_responder(call, given.responder_id)
    if row.undertaking_on is None:
        raise NO_UNDERTAKING(field="responder_id")
    if not call.allows(READY, row):
        raise NOT_NOW(field="responder_id")
    change_state(call, row, "serving")
    return {"id": str(row.pk), "state": row.state}


class EndService(Input):
    responder_id: ResponderId
    reason: Reason


@action("workforce.end_service", both("结束服务", "End service"), EndService,
        subject=Subject(TABLE, "responder_id", SERVING), danger=True)  # fmt: skip
def end_service(call: Call, given: EndService) -> Result:
    """End somebody's service today, with their memberships and secondment; hours and certificates stay.

    A team they led has no lead then, which is a gap.
    """
    row = take_responder(call, given.responder_id)
    on = max(day_of(call), row.joined_on)
    leave_teams(call, row, on, given.reason)
    Secondment.objects.filter(responder=row).exclude(state="ended").update(
        state="ended", ended_on=on, reason=given.reason
    )
    change_state(call, row, "ended", ended_on=on, ended_reason=given.reason)
    return {"id": str(row.pk)}


def leave_teams(call: Call, row: Responder, on: date, reason: str) -> list[Team]:
    """End every membership of somebody and take the lead from them; returns the teams they led."""
    for one in Membership.objects.select_for_update().filter(responder=row, until_on__isnull=True):
        one.until_on, one.reason = max(on, one.from_on), reason
        one.save(update_fields=["until_on", "reason"])
    led = list(Team.objects.select_for_update().filter(lead=row).exclude(state="dissolved"))
    for team in led:
        team.lead, team.version = None, team.version + 1
        team.save(update_fields=["lead", "version"])
        call.announce(TeamChanged(area_path=team.area_path, team_id=team.pk, state=team.state))
    return led
