"""What people do about help: ask, take on, deliver, and say whether it came.

The one who delivered never confirms; a request that did not arrive opens again.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.incidents.queries import rule
from lianfang.domain.people.queries import STANDING_HOUSEHOLD, find_household, find_person
from lianfang.domain.welfare import rules
from lianfang.domain.welfare.events import (
    RequestAccepted,
    RequestConfirmed,
    RequestDelivered,
    RequestRaised,
    RequestReopened,
    RequestWithdrawn,
)
from lianfang.domain.welfare.models import RequestStep, ServiceRequest
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, When, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import both

NO_REQUEST = refusal("welfare.request_unknown", "没有这条需求。", "There is no such request.", status=404)
NO_HOME = refusal("welfare.home_unknown", "没有这一户或这个人。", "There is no such household or person.", status=404)
NOBODY = refusal("welfare.nobody_named", "请指明是哪一户或谁的需求。", "Say whose need it is: a household or a person.")
NO_OWNER = refusal(
    "welfare.owner_unknown", "没有这个负责人，或已停用。", "There is no such worker, or the account is inactive."
)
ALREADY = refusal("welfare.raised_before", "这项困难已有需求单。", "This need has a request already.", status=409)

_KINDS = {code: label for code, (label, _) in rules.KINDS.items()}


REQUESTS = "welfare.requests"


def _may_become(then: str) -> When:
    return when(lambda now: rules.may_step(now, then), "state")


UNTAKEN = _may_become("accepted")
# because help that nobody took on is taken on by whoever brings it
DELIVERABLE = when(lambda now: any(rules.may_step(now, then) for then in ("accepted", "delivered")), "state")
# because the word of whoever delivered never counts
CONFIRMABLE = when(
    lambda now, deliverer, me: rules.may_step(now, "confirmed") and deliverer != me, "state", "delivered_by", ME
)


class RaiseRequest(Input):
    household_id: UUID | None = Field(None, **labelled("户", "Household", "household"))
    person_id: UUID | None = Field(None, **labelled("人员", "Person", "person"))
    kind: str = Field(max_length=20, **labelled("类别", "Kind", "choice", **choices(_KINDS)))
    what: str = Field(min_length=1, max_length=300, **labelled("需要什么", "What is needed", "textarea"))
    quantity: str = Field("", max_length=40, **labelled("数量", "Quantity"))
    owner_id: UUID | None = Field(None, **labelled("承办人（可空）", "Taken on by (may be empty)", "account"))
    source: str = Field("", max_length=30, **labelled("来源", "Source", "hidden"))
    source_id: UUID | None = Field(None, **labelled("来源编号", "Source id", "hidden"))


@action("welfare.raise_request", both("提出需求", "Ask for help"), RaiseRequest,
        subject=Subject("people.households", "household_id", STANDING_HOUSEHOLD))  # fmt: skip
def raise_request(call: Call, given: RaiseRequest) -> Result:
    """Ask for help for a household or a person; when it is due follows from its class by rule."""
    area_path, household_id = _home(given)
    call.permit(area_path)
    if given.kind not in rules.KINDS:
        raise CHOICE(field="kind")
    if given.source_id and ServiceRequest.objects.filter(source=given.source, source_id=given.source_id).exists():
        raise ALREADY(field="source_id")
    request_class = rules.KINDS[given.kind][1]
    request = ServiceRequest.objects.create(
        area_path=area_path, household_id=household_id, person_id=given.person_id, kind=given.kind, what=given.what,
        request_class=request_class, quantity=given.quantity, source=given.source, source_id=given.source_id,
        raised_at=call.happened_at, raised_by=call.actor.account_id,
        due_at=_due_at(request_class, call.happened_at, area_path),
    )  # fmt: skip
    _keep_step(call, request, "", "")
    call.about("welfare.requests", request.pk, kind=given.kind)
    call.announce(
        RequestRaised(
            area_path=area_path, request_id=request.pk, request_class=request_class, source=given.source,
            source_id=given.source_id,
        )
    )  # fmt: skip
    if given.owner_id:
        _accept(call, request, given.owner_id, "")
    return {"id": str(request.pk), "due_at": request.due_at.isoformat(), "state": request.state}


def _home(given: RaiseRequest) -> tuple[str, UUID | None]:
    """Return area and household by the register, never by what was sent. Raises `welfare.home_unknown`."""
    if given.person_id is not None:
        person = find_person(given.person_id)
        if person is None or (given.household_id and given.household_id != person.household_id):
            raise NO_HOME(field="person_id")
        return person.area_path, person.household_id
    if given.household_id is None:
        raise NOBODY(field="household_id")
    household = find_household(given.household_id)
    if household is None:
        raise NO_HOME(field="household_id")
    return household.area_path, household.pk


def _due_at(request_class: str, raised_at: datetime, area_path: str) -> datetime:
    on = local(raised_at).date()
    hours = rule("welfare.due_hours", area_path, on, PRODUCT).value
    minutes = rule("welfare.immediate_minutes", area_path, on, PRODUCT).value
    return rules.due_at(request_class, raised_at, hours=hours, immediate_minutes=minutes)


def _take(call: Call, request_id: UUID) -> ServiceRequest:
    request = ServiceRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NO_REQUEST(field="request_id")
    call.permit(request.area_path)
    call.about("welfare.requests", request.pk)
    return request


def _keep_step(call: Call, request: ServiceRequest, before: str, reason: str) -> None:
    RequestStep.objects.create(
        request=request, area_path=request.area_path, before=before, after=request.state, at=call.received_at,
        happened_at=call.happened_at, account_id=call.actor.account_id, reason=reason,
    )  # fmt: skip


def _step(call: Call, request: ServiceRequest, then: str, reason: str = "") -> None:
    """Take one step and keep it. Raises `welfare.step_not_allowed`."""
    rules.check_step(request.state, then)
    before, request.state, request.version = request.state, then, request.version + 1
    request.save()
    _keep_step(call, request, before, reason)


class AcceptRequest(Input):
    request_id: UUID
    owner_id: UUID | None = Field(None, **labelled("承办人（默认本人）", "Taken on by (default: you)", "account"))
    note: str = Field("", max_length=300, **labelled("备注", "Note", "textarea"))


@action("welfare.accept_request", both("受理需求", "Take on a request"), AcceptRequest,
        subject=Subject(REQUESTS, "request_id", UNTAKEN))  # fmt: skip
def accept_request(call: Call, given: AcceptRequest) -> Result:
    """Take a request on, oneself or for a named worker, who answers for it from now."""
    request = _take(call, given.request_id)
    _accept(call, request, given.owner_id or call.actor.account_id, given.note)
    return {"id": str(request.pk), "state": request.state}


def _accept(call: Call, request: ServiceRequest, owner_id: UUID | None, note: str) -> None:
    if owner_id is None or not Account.objects.filter(pk=owner_id, is_active=True).exists():
        raise NO_OWNER(field="owner_id")
    request.accepted_at, request.accepted_by = call.received_at, owner_id
    _step(call, request, "accepted", note)
    call.announce(
        RequestAccepted(
            area_path=request.area_path, request_id=request.pk, source=request.source, source_id=request.source_id,
            accepted_by=owner_id,
        )
    )  # fmt: skip


class ReturnRequest(Input):
    request_id: UUID
    reason: str = Field(min_length=2, max_length=300, **labelled("为什么办不了", "Why it cannot be done", "textarea"))


@action("welfare.return_request", both("退回需求", "Give a request back"), ReturnRequest,
        subject=Subject(REQUESTS, "request_id", _may_become("raised")))  # fmt: skip
def return_request(call: Call, given: ReturnRequest) -> Result:
    """Give back what one took on and cannot do; it waits for somebody else, and its time goes on."""
    request = _take(call, given.request_id)
    request.accepted_at = request.accepted_by = None
    _step(call, request, "raised", given.reason)
    call.announce(RequestReopened(area_path=request.area_path, request_id=request.pk))
    return {"id": str(request.pk), "state": request.state}


class DeliverRequest(Input):
    request_id: UUID
    fee_yuan: Decimal | None = Field(
        None, ge=0, le=999_999, max_digits=9, decimal_places=2, **labelled("费用（元）", "Cost (yuan)", "number")
    )
    note: str = Field("", max_length=300, **labelled("送达情况", "Note", "textarea"))


@action("welfare.deliver_request", both("登记送达", "Deliver help"), DeliverRequest,
        subject=Subject(REQUESTS, "request_id", DELIVERABLE))  # fmt: skip
def deliver_request(call: Call, given: DeliverRequest) -> Result:
    """Say that help was delivered; it counts when the one who asked says so too."""
    request = _take(call, given.request_id)
    if call.allows(UNTAKEN, request):
        _accept(call, request, call.actor.account_id, "")
    request.delivered_at, request.delivered_by = call.happened_at, call.actor.account_id
    request.fee_yuan, request.note = given.fee_yuan, given.note
    _step(call, request, "delivered", given.note)
    call.announce(RequestDelivered(area_path=request.area_path, request_id=request.pk))
    return {"id": str(request.pk), "state": request.state}


class ConfirmRequest(Input):
    request_id: UUID
    person_id: UUID | None = Field(None, **labelled("确认人", "Who confirms", "person"))
    how_asked: str = Field("", max_length=200, **labelled("代为确认：怎样向本人核实", "On behalf: how they were asked"))


@action("welfare.confirm_request", both("确认送达", "Confirm that help came"), ConfirmRequest,
        subject=Subject(REQUESTS, "request_id", CONFIRMABLE))  # fmt: skip
def confirm_request(call: Call, given: ConfirmRequest) -> Result:
    """Say that help arrived: the one who asked, or somebody who did not deliver it and writes how they were asked."""
    request = _take(call, given.request_id)
    _check_word(call, request, given)
    request.confirmed_at, request.how_asked = call.received_at, given.how_asked
    request.confirmed_by = call.actor.account_id or given.person_id
    _step(call, request, "confirmed", given.how_asked)
    call.announce(
        RequestConfirmed(
            area_path=request.area_path, request_id=request.pk, source=request.source, source_id=request.source_id
        )
    )
    return {"id": str(request.pk), "state": request.state}


def _check_word(call: Call, request: ServiceRequest, given: Any) -> None:
    """Accept the word of the one who asked; a signed-in worker speaks only for themselves. Raises `welfare.not_…`."""
    themselves = call.actor.door == "public" and given.person_id is not None
    if call.actor.door == "public" and (given.person_id is None or given.person_id != request.person_id):
        raise NO_REQUEST(field="request_id")
    by = given.person_id if themselves else call.actor.account_id
    rules.check_confirmation(
        rules.Confirmation(str(by), given.how_asked),
        asker_ids=_askers(request),
        deliverer_id=str(request.delivered_by),
    )


def _askers(request: ServiceRequest) -> frozenset[str]:
    """Return who asked: the person and the guardian; a worker only where nobody is named, and not who delivered."""
    if request.person_id is None:
        mine = {request.raised_by} - {request.delivered_by, None}
        return frozenset(str(one) for one in mine)
    person = find_person(request.person_id)
    guardian = {str(person.guardian_id)} if person and person.guardian_id else set()
    return frozenset({str(request.person_id)} | guardian)


class ReopenRequest(Input):
    request_id: UUID
    reason: str = Field(min_length=2, max_length=300, **labelled("缺什么、为什么", "What is missing", "textarea"))


@action("welfare.reopen_request", both("反映未送达", "Say that it did not come"), ReopenRequest,
        subject=Subject(REQUESTS, "request_id", _may_become("not_delivered")))  # fmt: skip
def reopen_request(call: Call, given: ReopenRequest) -> Result:
    """Open a request again because what was called delivered did not come or was not what was asked for."""
    request = _take(call, given.request_id)
    request.times_reopened += 1
    _step(call, request, "not_delivered", given.reason)
    call.announce(RequestReopened(area_path=request.area_path, request_id=request.pk))
    return {"id": str(request.pk), "state": request.state}


class WithdrawRequest(Input):
    request_id: UUID
    reason: str = Field(min_length=2, max_length=300, **labelled("本人撤回的原因", "Why it is withdrawn", "textarea"))


@action("welfare.withdraw_request", both("撤回需求", "Withdraw a request"), WithdrawRequest,
        subject=Subject(REQUESTS, "request_id", _may_become("withdrawn")))  # fmt: skip
def withdraw_request(call: Call, given: WithdrawRequest) -> Result:
    """Withdraw a request for the one who asked; nothing that was delivered is withdrawn."""
    request = _take(call, given.request_id)
    _step(call, request, "withdrawn", given.reason)
    call.announce(RequestWithdrawn(area_path=request.area_path, request_id=request.pk))
    return {"id": str(request.pk), "state": request.state}


class FollowHomes(Input):
    household_ids: list[UUID] = Field(default_factory=list, max_length=100_000)
    person_ids: list[UUID] = Field(default_factory=list, max_length=100_000)


@action("welfare.follow_homes", both("随户迁移需求", "Follow moved households"), FollowHomes, offered=False)
def follow_homes(call: Call, given: FollowHomes) -> Result:
    """Bring open requests to where their household or person lives now by the register."""
    call.permit(call.actor.home_area)
    mine = ServiceRequest.objects.exclude(state__in=rules.CLOSED_STATES).select_related("household", "person")
    moved = list(mine.filter(household_id__in=given.household_ids)) + list(mine.filter(person_id__in=given.person_ids))
    for request in moved:
        home = request.person or request.household
        if home is not None:
            call.permit(home.area_path)
            ServiceRequest.objects.filter(pk=request.pk).update(area_path=home.area_path)
    return {"moved": len(moved)}
