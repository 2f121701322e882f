"""Referrals for fever and symptoms: accepted by a doctor, closed with what came of it, or withdrawn as a mistake."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.observation.actions.referring import hold_orders, met_unwell
from lianfang.domain.observation.actions.steps import in_state, rebuild, step
from lianfang.domain.observation.events import OrderChanged, ReferralAccepted, ReferralClosed
from lianfang.domain.observation.models import Order, Reading, Referral, Timetable
from lianfang.domain.observation.queries.orders import running_orders
from lianfang.domain.observation.rules.referrals import REFERRAL_OUTCOMES
from lianfang.domain.people.queries import find_persons
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_REFERRAL = refusal("observation.referral_unknown", "没有这次转诊。", "There is no such referral.", status=404)
NOT_OPEN = refusal(
    "observation.referral_not_open",
    "这次转诊已被接收或已办结。",
    "The referral was accepted or closed before.",
    status=409,
)
CLOSED = refusal("observation.referral_closed_before", "这次转诊已办结。", "The referral is closed.", status=409)
NO_DESTINATION = refusal("observation.no_destination", "请写明送到哪里。", "Say where the person was taken.")
NOTE_LENGTH = 300


def _take(call: Call, referral_id: UUID) -> Referral:
    referral = Referral.objects.select_for_update().filter(pk=referral_id).first()
    if referral is None:
        raise NO_REFERRAL(field="referral_id")
    call.permit(referral.area_path)
    call.about("observation.referrals", referral.pk)
    return referral


class AcceptReferral(Input):
    referral_id: UUID
    note: str = Field("", max_length=300, **labelled("备注", "Note", "textarea"))


OPEN, NOT_CLOSED = in_state("open"), in_state("open", "accepted")


@action("observation.accept_referral", both("接收转诊", "Accept a referral"), AcceptReferral,
        subject=Subject("observation.referrals", "referral_id", OPEN))  # fmt: skip
def accept_referral(call: Call, given: AcceptReferral) -> Result:
    """Take charge of somebody with fever or symptoms; the clock of the referral stops."""
    referral = _take(call, given.referral_id)
    if not call.allows(OPEN, referral):
        raise NOT_OPEN(field="referral_id")
    referral.state, referral.version = "accepted", referral.version + 1
    referral.accepted_at, referral.accepted_by, referral.note = call.received_at, call.actor.account_id, given.note
    referral.save()
    for order in _orders(referral.person_id, "symptomatic"):
        step(call, order, "referred", "转诊已接收")
    call.announce(ReferralAccepted(area_path=referral.area_path, referral_id=referral.pk))
    return {"id": str(referral.pk), "in_time": call.received_at <= referral.refer_by}


class CloseReferral(Input):
    referral_id: UUID
    outcome: Literal["excluded", "hospital", "central"] = Field(
        **labelled("结果", "Outcome", "choice", **choices(REFERRAL_OUTCOMES))
    )
    destination: str = Field("", max_length=100, **labelled("送往", "Taken to"))
    note: str = Field(min_length=2, max_length=300, **labelled("诊断或处置", "Finding", "textarea"))


@action("observation.close_referral", both("办结转诊", "Close a referral"), CloseReferral,
        subject=Subject("observation.referrals", "referral_id", NOT_CLOSED))  # fmt: skip
def close_referral(call: Call, given: CloseReferral) -> Result:
    """Say what came of it: excluded and observed on, or taken to hospital or a central facility."""
    referral = _take(call, given.referral_id)
    if not call.allows(NOT_CLOSED, referral):
        raise CLOSED(field="referral_id")
    if given.outcome != "excluded" and not given.destination:
        raise NO_DESTINATION(field="destination")
    then = "under_observation" if given.outcome == "excluded" else "transferred_central"
    referral.accepted_at = referral.accepted_at or call.received_at
    referral.accepted_by = referral.accepted_by or call.actor.account_id
    referral.destination = given.destination
    _close(call, referral, given.outcome, then, given.note)
    return {"id": str(referral.pk)}


class WithdrawReferrals(Input):
    area_path: Path
    passage_ids: list[UUID] = Field(max_length=200)
    person_ids: list[UUID] = Field(max_length=60)


@action("observation.withdraw_referrals", both("撤回误开的转诊", "Withdraw referrals opened by mistake"),
        WithdrawReferrals, offered=False)  # fmt: skip
def withdraw_referrals(call: Call, given: WithdrawReferrals) -> Result:
    """Close the referrals that a passage opened and its correction needs no more. Where a health worker has begun to
    act, or signs of illness were found since, the referral stays and says why. One that is still to be opened is kept
    as withdrawn: what follows from a passage may come before or after what follows from its correction."""
    call.permit(given.area_path)
    persons = [person.pk for person in find_persons(given.person_ids).values()]
    hold_orders(persons)
    found = Referral.objects.select_for_update().filter(
        found_in="gate", found_id__in=given.passage_ids, person_id__in=persons
    )
    withdrawn = 0
    for referral in found.exclude(state="closed"):
        call.permit(referral.area_path)
        stays = _stays_because(referral)
        withdrawn += not stays
        if stays:
            _note(referral, stays)
        else:
            _close(call, referral, "corrected", "under_observation", MISTAKE)
    _withdraw_ahead(call, given.passage_ids, persons)
    return {"withdrawn": withdrawn}


# kept on the referral and on the order's steps, in both languages at once
MISTAKE = "卡点更正，撤回转诊 / corrected at the gate, withdrawn"
BEGUN = "卡点已更正，因已接收而保留 / corrected at the gate, kept because it was accepted"
ILL_SINCE = "卡点已更正，因此后又有发热或症状而保留 / corrected at the gate, kept because of signs of illness since"


def _withdraw_ahead(call: Call, passage_ids: list[UUID], persons: list[UUID]) -> None:
    """Keep as withdrawn what these passages are still to open, as it would stand had it been opened before."""
    mine = Referral.objects.filter(found_in="gate", found_id__in=passage_ids)
    boards = Timetable.objects.filter(pk__in=persons, state="live").exclude(pk__in=mine.values("person_id"))
    ahead = [met_unwell(call, board, "gate", one, call.received_at) for board in boards for one in passage_ids]
    for referral in ahead:
        call.permit(referral.area_path)
        _end(call, referral, "corrected", MISTAKE)
    Referral.objects.bulk_create(ahead)


def _stays_because(referral: Referral) -> str:
    """Return why a referral opened by mistake is not withdrawn; empty where it is."""
    if referral.state != "open":
        return BEGUN
    signs = Q(fever=True) | ~Q(symptoms="")
    since = Reading.objects.filter(signs, person_id=referral.person_id, received_at__gte=referral.opened_at)
    return ILL_SINCE if since.exists() else ""


def _note(referral: Referral, why: str) -> None:
    if why not in referral.note:
        # the reason comes first: a long note loses its end, never the reason
        referral.note = "；".join(filter(None, (why, referral.note)))[:NOTE_LENGTH]
        referral.version += 1
        referral.save(update_fields=["note", "version"])


def _close(call: Call, referral: Referral, outcome: str, then: str, note: str) -> None:
    for order in _orders(referral.person_id, "symptomatic", "referred"):
        step(call, order, then, note)
        call.announce(OrderChanged(area_path=order.area_path, order_id=order.pk, person_id=order.person_id, then=then))
    referral.version += 1
    _end(call, referral, outcome, note)
    referral.save()
    rebuild(referral.person_id, call.received_at)
    call.announce(ReferralClosed(area_path=referral.area_path, referral_id=referral.pk, outcome=outcome))


def _end(call: Call, referral: Referral, outcome: str, note: str) -> None:
    referral.state, referral.outcome, referral.note = "closed", outcome, note
    referral.closed_at, referral.closed_by = call.received_at, call.actor.account_id


def _orders(person_id: UUID, *states: str) -> list[Order]:
    return [order for order in running_orders([person_id]) if order.state in states]
