"""Referrals for fever and symptoms: accepted by a doctor, closed with what came of it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.steps import in_state, rebuild, step
from lianfang.domain.observation.events import OrderChanged, ReferralAccepted, ReferralClosed
from lianfang.domain.observation.models import Order, Referral
from lianfang.domain.observation.queries.orders import running_orders
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import choices, labelled
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
        **labelled("结果", "Outcome", "choice", **choices(rules.REFERRAL_OUTCOMES))
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
    for order in _orders(referral.person_id, "symptomatic", "referred"):
        step(call, order, then, given.note)
        call.announce(OrderChanged(area_path=order.area_path, order_id=order.pk, person_id=order.person_id, then=then))
    referral.state, referral.version = "closed", referral.version + 1
    referral.accepted_at = referral.accepted_at or call.received_at
    referral.accepted_by = referral.accepted_by or call.actor.account_id
    referral.closed_at, referral.closed_by, referral.outcome = call.received_at, call.actor.account_id, given.outcome
    referral.destination, referral.note = given.destination, given.note
    referral.save()
    rebuild(referral.person_id, call.received_at)
    call.announce(ReferralClosed(area_path=referral.area_path, referral_id=referral.pk, outcome=given.outcome))
    return {"id": str(referral.pk)}


def _orders(person_id: UUID, *states: str) -> list[Order]:
    return [order for order in running_orders([person_id]) if order.state in states]
