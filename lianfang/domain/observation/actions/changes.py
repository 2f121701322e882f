"""Changes of status by hand: two people, and a fact of the investigation as the reason (P12)."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.steps import (
    TABLE,
    in_state,
    may_become,
    rebuild,
    step,
    take_order,
)
from lianfang.domain.observation.events import ChangeProposed, OrderChanged
from lianfang.domain.observation.models import Order, StatusChange
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_CHANGE = refusal(
    "observation.change_unknown", "没有待复核的这项变更。", "There is no such change to confirm.", status=404
)
ALREADY_PROPOSED = refusal(
    "observation.change_waiting", "已有一项变更等待复核。", "A change of this order is waiting already.", status=409
)

_THEN = {"cancelled": rules.STATES["cancelled"], "transferred_central": rules.STATES["transferred_central"]}
_REASONS = {code: label for code, (label, _) in rules.CHANGE_REASONS.items()}


class ProposeChange(Input):
    order_id: UUID
    then: Literal["cancelled", "transferred_central"] = Field(**labelled("改为", "Becomes", "choice", **choices(_THEN)))
    reason: str = Field(max_length=20, **labelled("事由（流调事实）", "Fact", "choice", **choices(_REASONS)))
    evidence: str = Field(min_length=2, max_length=300, **labelled("依据材料", "Evidence", "textarea"))


WAITING = StatusChange.objects.filter(decided_at__isnull=True)
CHANGEABLE = when(
    lambda now, waiting: not waiting and not _THEN.keys().isdisjoint(rules.allowed_steps(now)),
    "state", Exists(WAITING.filter(order=OuterRef("pk"))),
)  # fmt: skip


@action("observation.propose_change", both("提出变更或撤销", "Propose a change"), ProposeChange,
        subject=Subject(TABLE, "order_id", CHANGEABLE))  # fmt: skip
def propose_change(call: Call, given: ProposeChange) -> Result:
    """Propose to cancel or transfer an order for a fact of the investigation; somebody else confirms it."""
    order = take_order(call, given.order_id)
    rules.check_step(order.state, given.then, field="then")
    rules.check_reason(given.reason, given.then)
    if not call.allows(CHANGEABLE, order):
        raise ALREADY_PROPOSED(field="order_id")
    change = StatusChange.objects.create(
        order=order, person_id=order.person_id, area_path=order.area_path, then=given.then, reason=given.reason,
        evidence=given.evidence, proposed_at=call.received_at, proposed_by=call.actor.account_id,
    )  # fmt: skip
    call.announce(
        ChangeProposed(area_path=order.area_path, order_id=order.pk, person_id=order.person_id, then=given.then)
    )
    return {"id": str(change.pk)}


class DecideChange(Input):
    change_id: UUID
    agree: bool = Field(True, **labelled("同意", "Agree", "bool"))


# because a change of somebody's status takes two people (P12)
MINE_TO_CONFIRM = when(
    lambda decided_at, by, me: decided_at is None and rules.are_two_people(_text(by), _text(me)),
    "decided_at", "proposed_by", ME,
)  # fmt: skip


@action("observation.confirm_change", both("复核变更", "Confirm a change"), DecideChange,
        subject=Subject("observation.changes", "change_id", MINE_TO_CONFIRM))  # fmt: skip
def confirm_change(call: Call, given: DecideChange) -> Result:
    """Confirm or reject a change that somebody else proposed."""
    change = StatusChange.objects.select_for_update().filter(pk=given.change_id, decided_at__isnull=True).first()
    if change is None:
        raise NO_CHANGE(field="change_id")
    order = take_order(call, change.order_id)
    rules.check_two_people(_text(change.proposed_by), _text(call.actor.account_id))
    if given.agree:  # because the observation may have moved on meanwhile: then the change can only be rejected
        rules.check_step(order.state, change.then, "agree")
    change.decided_at, change.decided_by = call.received_at, call.actor.account_id
    change.decision = "confirmed" if given.agree else "rejected"
    change.save(update_fields=["decided_at", "decided_by", "decision"])
    if given.agree:
        _change(call, order, change.then, _REASONS[change.reason].zh)
    return {"id": str(change.pk), "state": order.state}


def _text(account_id: UUID | None) -> str | None:
    return str(account_id) if account_id else None


def _change(call: Call, order: Order, then: str, reason: str) -> None:
    step(call, order, then, reason)
    rebuild(order.person_id, call.received_at)
    call.announce(OrderChanged(area_path=order.area_path, order_id=order.pk, person_id=order.person_id, then=then))


class MarkLost(Input):
    order_id: UUID
    tried: str = Field(min_length=2, max_length=300, **labelled("已怎样寻找", "What was tried", "textarea"))


@action("observation.mark_lost", both("标记失访", "Mark as lost"), MarkLost,
        subject=Subject(TABLE, "order_id", may_become("lost")))  # fmt: skip
def mark_lost(call: Call, given: MarkLost) -> Result:
    """Say that somebody under observation cannot be found, and what was tried; the county sees it at once."""
    order = take_order(call, given.order_id)
    _change(call, order, "lost", given.tried)
    return {"id": str(order.pk), "state": order.state}


class ResumeOrder(Input):
    order_id: UUID
    note: str = Field(min_length=2, max_length=300, **labelled("在哪里找到", "How found", "textarea"))


LOST = in_state("lost")


@action("observation.resume_order", both("恢复观察", "Resume observation"), ResumeOrder,
        subject=Subject(TABLE, "order_id", LOST))  # fmt: skip
def resume_order(call: Call, given: ResumeOrder) -> Result:
    """Put somebody who was found again back under observation; the end stays what it was."""
    order = take_order(call, given.order_id)
    if not call.allows(LOST, order):
        rules.check_step("released", "under_observation")
    _change(call, order, "under_observation", given.note)
    return {"id": str(order.pk), "state": order.state}
