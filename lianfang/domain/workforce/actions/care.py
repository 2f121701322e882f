"""Care for those who serve: what they ask for, injuries for insurance, the care fund's ledger, thanks on record."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import (
    LATER_DAY,
    NOT_NOW,
    SERVING,
    TABLE,
    Day,
    ResponderId,
    choice_of,
    past_day,
    require_own,
    take_responder,
)
from lianfang.domain.workforce.events.serving import CareChanged
from lianfang.domain.workforce.models.care import CareRequest, FundEntry, Injury, Recognition, ServiceHours
from lianfang.domain.workforce.queries.hours import minutes_of
from lianfang.domain.workforce.queries.responders import responder_of_account
from lianfang.domain.workforce.rules.care import CARE_KINDS, RECOGNITION_KINDS
from lianfang.domain.workforce.rules.offers import split_names
from lianfang.foundation.actions.inputs import MISSING, Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, When, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_REQUEST = refusal("workforce.unknown_care_request", "没有这条求助。", "There is no such request.", status=404)
NO_INJURY = refusal("workforce.unknown_injury", "没有这条伤病记录。", "There is no such injury.", status=404)
NO_ENTRY = refusal("workforce.unknown_fund_entry", "没有这笔记录。", "There is no such entry.", status=404)
BY_ANOTHER = refusal(
    "workforce.fund_by_another", "提名和审批必须是两个人。", "Nominating and deciding takes two people.", status=403
)

NOT_LISTED = refusal(
    "workforce.not_on_the_list",
    "您还不在参战人员名册里，请联系派岗的人。",
    "You are not on the list of who serves.",
    status=409,
)
TOO_LONG_A_DAY = refusal(
    "workforce.too_long_a_day", "这一天登记的时长超过 24 小时。", "That is more than 24 hours on that day."
)

DAY = 24 * 60
ANYBODY = when(lambda: True)
CARE, INJURIES, FUND = "workforce.care_requests", "workforce.injuries", "workforce.fund_entries"
CareKind = Annotated[str, Field(max_length=12, **choice_of(CARE_KINDS, "需要什么", "What is needed")),
                     one_of(CARE_KINDS)]  # fmt: skip
What = Annotated[str, Field(max_length=400, **labelled("说明", "In words", "textarea"))]


class AskCare(Input):
    responder_id: ResponderId | None = None
    kind: CareKind
    what: What = ""


@action("workforce.ask_care", both("求助（休息、顶替、餐食）", "Ask for rest, relief or food"), AskCare,
        subject=Subject(TABLE, "responder_id", SERVING))  # fmt: skip
def ask_care(call: Call, given: AskCare) -> Result:
    """Ask for rest, relief, meals, a ride, care of the family or an ear: for oneself, or for somebody one looks after.

    Without a name it is for oneself. Raises `workforce.not_on_the_list`.
    """
    own = responder_of_account(call.actor.account_id)
    if given.responder_id is None and own is None:
        call.permit(call.actor.home_area)
        raise NOT_LISTED(field="responder_id")
    row = take_responder(call, given.responder_id or own.pk)  # type: ignore[union-attr]
    require_own(call, row.account_id, "workforce.take_care_request", row.area_path)
    request = CareRequest.objects.create(
        id=call.id, area_path=row.area_path, responder=row, kind=given.kind, what=given.what, asked_at=call.happened_at
    )
    _told(call, request)
    return {"id": str(request.pk)}


def _told(call: Call, request: CareRequest) -> None:
    call.about(CARE, request.pk, kind=request.kind, state=request.state)
    call.announce(CareChanged(area_path=request.area_path, request_id=request.pk, state=request.state))


ASKED = when(lambda state: state == "asked", "state")
UNDONE = when(lambda state: state != "done", "state")
RequestId = Annotated[UUID, Field(**labelled("求助", "Request"))]


def _request(call: Call, request_id: UUID, state: When) -> CareRequest:
    found = CareRequest.objects.select_for_update().filter(pk=request_id).first()
    if found is None:
        raise NO_REQUEST(field="request_id")
    call.permit(found.area_path)
    if not call.allows(state, found):
        raise NOT_NOW(field="request_id")
    return found


class TakeCareRequest(Input):
    request_id: RequestId


@action("workforce.take_care_request", both("受理求助", "Take it on"), TakeCareRequest,
        subject=Subject(CARE, "request_id", ASKED), batch=True)  # fmt: skip
def take_care_request(call: Call, given: TakeCareRequest) -> Result:
    """Take on what somebody on duty asks for."""
    row = _request(call, given.request_id, ASKED)
    row.state, row.taken_at, row.taken_by = "taken", call.received_at, call.actor.account_id
    row.save(update_fields=["state", "taken_at", "taken_by"])
    _told(call, row)
    return {"id": str(row.pk)}


class SettleCareRequest(Input):
    request_id: RequestId
    answer: Annotated[str, Field(min_length=2, max_length=400, **labelled("怎样解决的", "What was done", "textarea"))]


@action("workforce.settle_care_request", both("已解决", "Settle it"), SettleCareRequest,
        subject=Subject(CARE, "request_id", UNDONE))  # fmt: skip
def settle_care_request(call: Call, given: SettleCareRequest) -> Result:
    """Say what was done for somebody on duty."""
    row = _request(call, given.request_id, UNDONE)
    row.state, row.done_at, row.answer = "done", call.received_at, given.answer
    row.taken_by = row.taken_by or call.actor.account_id
    row.save(update_fields=["state", "done_at", "answer", "taken_by"])
    _told(call, row)
    return {"id": str(row.pk)}


class RecordInjury(Input):
    responder_id: ResponderId
    happened_at: Annotated[datetime, Field(**labelled("发生时间", "When", "datetime"))]
    place: Annotated[str, Field(min_length=2, max_length=120, **labelled("地点", "Where"))]
    duty: Annotated[str, Field(max_length=120, **labelled("当时的岗位、班次", "On what duty"))] = ""
    what: Annotated[str, Field(min_length=2, max_length=1000, **labelled("经过和伤情", "What happened", "textarea"))]
    witness: Annotated[str, Field(max_length=120, **labelled("证明人", "Witnesses"))] = ""


@action("workforce.record_injury", both("登记工伤", "Record an injury"), RecordInjury,
        subject=Subject(TABLE, "responder_id"))  # fmt: skip
def record_injury(call: Call, given: RecordInjury) -> Result:
    """Record an injury or illness on duty with time, place, what happened and who saw it, for insurance (F35)."""
    row = take_responder(call, given.responder_id, ANYBODY)
    if given.happened_at > call.received_at:
        raise LATER_DAY(field="happened_at")
    injury = Injury.objects.create(
        id=call.id, area_path=row.area_path, responder=row, recorded_at=call.received_at,
        recorded_by=call.actor.account_id, **given.model_dump(exclude={"responder_id"}),
    )  # fmt: skip
    call.about(INJURIES, injury.pk)
    return {"id": str(injury.pk)}


UNSETTLED = when(lambda state: state != "settled", "state")


class FollowInjury(Input):
    injury_id: Annotated[UUID, Field(**labelled("伤病记录", "Injury"))]
    claim_number: Annotated[str, Field(min_length=1, max_length=60, **labelled("报案（认定）号", "Claim number"))]
    settled_on: Annotated[date | None, Field(**labelled("认定日期（已认定时填）", "Settled on", "date"))] = None


@action("workforce.follow_injury", both("登记保险报案", "Note the claim"), FollowInjury,
        subject=Subject(INJURIES, "injury_id", UNSETTLED))  # fmt: skip
def follow_injury(call: Call, given: FollowInjury) -> Result:
    """Note that an injury was filed with insurance, and when it was settled."""
    row = Injury.objects.select_for_update().filter(pk=given.injury_id).first()
    if row is None:
        raise NO_INJURY(field="injury_id")
    call.permit(row.area_path)
    if not call.allows(UNSETTLED, row):
        raise NOT_NOW(field="injury_id")
    if given.settled_on:
        past_day(call, given.settled_on, "settled_on")
    row.claim_number, row.settled_on = given.claim_number, given.settled_on
    row.state = "settled" if given.settled_on else "filed"
    row.save(update_fields=["claim_number", "settled_on", "state"])
    call.about(INJURIES, row.pk, state=row.state)
    return {"id": str(row.pk), "state": row.state}


class NominateHelp(Input):
    responder_id: ResponderId
    amount: Annotated[
        Decimal, Field(gt=0, le=10**6, decimal_places=2, **labelled("金额（元）", "Amount in yuan", "number"))
    ]
    basis: Annotated[str, Field(min_length=2, max_length=400, **labelled("事由", "Why", "textarea"))]


@action("workforce.nominate_help", both("提名关爱基金", "Nominate for the care fund"), NominateHelp,
        subject=Subject(TABLE, "responder_id"))  # fmt: skip
def nominate_help(call: Call, given: NominateHelp) -> Result:
    """Nominate somebody for help by the care fund. The ledger is a record; it moves no money."""
    row = take_responder(call, given.responder_id, ANYBODY)
    entry = FundEntry.objects.create(
        id=call.id, area_path=row.area_path, responder=row, basis=given.basis, amount_fen=int(given.amount * 100),
        nominated_at=call.received_at, nominated_by=call.actor.account_id,
    )  # fmt: skip
    call.about(FUND, entry.pk)
    return {"id": str(entry.pk)}


ANOTHERS = when(lambda state, by, me: state == "nominated" and by is not None and by != me, "state", "nominated_by", ME)
UNPAID = when(lambda state: state == "approved", "state")
EntryId = Annotated[UUID, Field(**labelled("关爱基金记录", "Entry"))]


def _entry(call: Call, entry_id: UUID) -> FundEntry:
    found = FundEntry.objects.select_for_update().filter(pk=entry_id).first()
    if found is None:
        raise NO_ENTRY(field="entry_id")
    call.permit(found.area_path)
    call.about(FUND, found.pk)
    return found


class DecideHelp(Input):
    entry_id: EntryId
    approved: Annotated[bool, Field(**labelled("同意", "Agree", "bool"))] = True


@action("workforce.decide_help", both("审批关爱基金", "Decide on the help"), DecideHelp,
        subject=Subject(FUND, "entry_id", ANOTHERS))  # fmt: skip
def decide_help(call: Call, given: DecideHelp) -> Result:
    """Approve or decline help that another nominated. Raises `workforce.fund_by_another`."""
    row = _entry(call, given.entry_id)
    if row.state != "nominated":
        raise NOT_NOW(field="entry_id")
    if not call.allows(ANOTHERS, row):
        raise BY_ANOTHER(field="entry_id")
    row.state = "approved" if given.approved else "declined"
    row.decided_at, row.decided_by = call.received_at, call.actor.account_id
    row.save(update_fields=["state", "decided_at", "decided_by"])
    return {"id": str(row.pk), "state": row.state}


class NotePayment(Input):
    entry_id: EntryId
    paid_on: Day = None
    voucher: Annotated[str, Field(min_length=1, max_length=60, **labelled("票据号", "Voucher"))]


@action("workforce.note_payment", both("登记发放", "Note the payment"), NotePayment,
        subject=Subject(FUND, "entry_id", UNPAID))  # fmt: skip
def note_payment(call: Call, given: NotePayment) -> Result:
    """Note that approved help was paid elsewhere, and by which voucher."""
    row = _entry(call, given.entry_id)
    if not call.allows(UNPAID, row):
        raise NOT_NOW(field="entry_id")
    row.state, row.paid_on, row.voucher = "paid", past_day(call, given.paid_on, "paid_on"), given.voucher
    row.save(update_fields=["state", "paid_on", "voucher"])
    return {"id": str(row.pk)}


class GiveRecognition(Input):
    responder_id: ResponderId
    kind: Annotated[str, Field(max_length=10, **choice_of(RECOGNITION_KINDS, "类别", "Kind")),
                    one_of(RECOGNITION_KINDS)]  # fmt: skip
    grounds: Annotated[
        str,
        Field(max_length=1000, **labelled("依据（班次、任务编号，每行一个）", "Grounds: shifts, tasks", "textarea")),
    ]
    deed: Annotated[str, Field(min_length=2, max_length=300, **labelled("事迹", "For what", "textarea"))]
    approved_by: Annotated[str, Field(min_length=2, max_length=80, **labelled("审批", "Approved by"))]
    given_on: Day = None


@action("workforce.give_recognition", both("表扬表彰", "Recognise somebody"), GiveRecognition,
        subject=Subject(TABLE, "responder_id"))  # fmt: skip
def give_recognition(call: Call, given: GiveRecognition) -> Result:
    """Recognise somebody for what records show, and name these; the person sees both (P22). Nobody is ranked."""
    row = take_responder(call, given.responder_id, ANYBODY)
    grounds = split_names(given.grounds)
    if not grounds:
        raise MISSING(field="grounds")
    made = Recognition.objects.create(
        id=call.id, area_path=row.area_path, responder=row, kind=given.kind, grounds=grounds, deed=given.deed,
        given_on=past_day(call, given.given_on, "given_on"), given_by=call.actor.account_id,
        approved_by=given.approved_by,
    )  # fmt: skip
    call.about("workforce.recognitions", made.pk)
    return {"id": str(made.pk)}


class RecordHours(Input):
    responder_id: ResponderId
    on: Day = None
    hours: Annotated[float, Field(gt=0, le=24, **labelled("小时", "Hours", "number"))]
    what: Annotated[str, Field(min_length=2, max_length=120, **labelled("做什么", "At what"))]


@action("workforce.record_hours", both("登记服务时长（排班以外）", "Enter hours outside any roster"), RecordHours,
        subject=Subject(TABLE, "responder_id", SERVING), batch=True)  # fmt: skip
def record_hours(call: Call, given: RecordHours) -> Result:
    """Enter time served outside any roster, from a paper list. A day has 24 hours, whatever the lists say."""
    row = take_responder(call, given.responder_id)
    on = past_day(call, given.on)
    if minutes_of([row.pk], on, on).get(row.pk, 0) + round(given.hours * 60) > DAY:
        raise TOO_LONG_A_DAY(field="hours")
    made = ServiceHours.objects.create(
        id=call.id, area_path=row.area_path, responder=row, on=on, minutes=round(given.hours * 60), what=given.what,
        recorded_at=call.received_at, recorded_by=call.actor.account_id,
    )  # fmt: skip
    call.about("workforce.hours", made.pk)
    return {"id": str(made.pk)}
