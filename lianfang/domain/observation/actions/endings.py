"""How observation ends: proposed by rule, confirmed by a person; shortened by an edition, never lengthened by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.steps import TABLE, in_state, rebuild, step, take_order
from lianfang.domain.observation.events import OrderExtended, OrderShortened, PersonReleased, ReleaseProposed
from lianfang.domain.observation.models import Extension, Order, Proposal
from lianfang.domain.observation.queries.editions import bound_locally, sentence_for, shorter_now
from lianfang.domain.observation.queries.orders import open_referrals, running_orders, spans
from lianfang.domain.observation.queries.slots import as_readings, as_rule, slots_of
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.rulebook import RuleValue
from lianfang.kernel.text import Bilingual, both

NO_PROPOSAL = refusal(
    "observation.proposal_unknown",
    "没有这条建议，或已处理。",
    "There is no such proposal, or it was decided.",
    status=404,
)
NOT_RUNNING = refusal(
    "observation.order_not_running", "这份观察没有在进行。", "This observation is not running.", status=409
)
FULL_TERM, EDITION = "full_term", "edition"


def _running(order: Order) -> list[Order]:
    orders = running_orders([order.person_id])
    if order.pk not in {one.pk for one in orders}:
        raise NOT_RUNNING(field="order_id")
    return orders


def _end_proposal(call: Call, orders: Sequence[Order]) -> rules.EndProposal | None:
    """Return what the rule says of the person's whole timetable now."""
    planned = spans(orders)
    rows = slots_of(orders[0].person_id, min(one.starts_on for one in planned))
    return rules.end_proposal(planned, [as_rule(one) for one in rows], as_readings(rows), call.received_at)


def _last_day(orders: Sequence[Order]) -> date:
    return max(one.ends_on for one in orders)


class ProposeRelease(Input):
    order_id: UUID


@action("observation.propose_release", both("建议解除观察", "Propose release"), ProposeRelease,
        offered=False)  # fmt: skip
def propose_release(call: Call, given: ProposeRelease) -> Result:
    """Ask the rule whether observation is complete, and put its answer before a person."""
    order = take_order(call, given.order_id)
    orders = _running(order)
    found = _end_proposal(call, orders)
    referred = open_referrals(order.person_id).exists()
    rules.check_release(found, _last_day(orders), open_referral=referred, gaps_seen=True)
    assert found is not None
    proposals = [_propose(call, one, found) for one in orders]
    return {"id": str(proposals[0].pk), "missed": len(found.gaps), "gaps": list(found.gaps)}


def _propose(call: Call, order: Order, found: rules.EndProposal) -> Proposal:
    """Keep the proposal for one of the person's orders, and end it: no slot is asked for any more."""
    proposal, _ = Proposal.objects.update_or_create(
        order=order, kind=FULL_TERM, decided_at=None,
        defaults={
            "person_id": order.person_id, "area_path": order.area_path, "ends_on": found.ends_on,
            "was_to_end_on": order.ends_on, "gaps": list(found.gaps), "missed": len(found.gaps),
            "sentence": found.sentence.as_dict(), "edition": order.rule_edition, "source": order.rule_source,
            "proposed_at": call.received_at,
        },
    )  # fmt: skip
    if order.state != "ended":
        order.ended_on = local(call.received_at).date()
        step(call, order, "ended", found.sentence.zh)
        call.announce(
            ReleaseProposed(
                area_path=order.area_path, order_id=order.pk, person_id=order.person_id, missed=len(found.gaps)
            )
        )
    return proposal


class ConfirmRelease(Input):
    order_id: UUID
    gaps_seen: bool = Field(False, **labelled("已核对漏测情况", "I have seen the missed readings", "bool"))
    note: str = Field("", max_length=200, **labelled("说明", "Note", "textarea"))


# the clock proposes release, for all orders of the person at once; with fever or symptoms open nobody is released
_LIVE_BESIDE = Order.objects.filter(person=OuterRef("person"), state__in=rules.LIVE_STATES)
RELEASABLE = when(
    lambda now, beside, referred: now == "ended" and not beside and not referred,
    "state", Exists(_LIVE_BESIDE), Exists(open_referrals(OuterRef("person"))),
)  # fmt: skip


@action("observation.confirm_release", both("确认解除观察", "Confirm release"), ConfirmRelease,
        subject=Subject(TABLE, "order_id", RELEASABLE))  # fmt: skip
def confirm_release(call: Call, given: ConfirmRelease) -> Result:
    """Release a person whose observation is complete, with the missed readings before one's eyes."""
    order = take_order(call, given.order_id)
    orders = _running(order)
    found = _end_proposal(call, orders)
    referred = open_referrals(order.person_id).exists()
    rules.check_release(found, _last_day(orders), open_referral=referred, gaps_seen=given.gaps_seen)
    assert found is not None
    for one in orders:
        proposal = _propose(call, one, found)
        _decide(call, proposal, "confirmed", given.note)
        one.released_at, one.released_by = call.received_at, call.actor.account_id
        one.released_on, one.release_note = local(call.received_at).date(), given.note
        step(call, one, "released", given.note)
        call.announce(PersonReleased(area_path=one.area_path, order_id=one.pk, person_id=one.person_id))
    rebuild(order.person_id, call.received_at)
    return {"id": str(order.pk), "released": [str(one.pk) for one in orders], "gaps": list(found.gaps)}


def _decide(call: Call, proposal: Proposal, decision: str, reason: str) -> None:
    proposal.decided_at, proposal.decided_by = call.received_at, call.actor.account_id
    proposal.decision, proposal.reason = decision, reason[:200]
    proposal.save(update_fields=["decided_at", "decided_by", "decision", "reason"])


class ProposeEarlierEnd(Input):
    order_id: UUID
    ends_on: date
    edition: str = Field(max_length=200)
    source: str = Field(max_length=300)
    because_zh: str = Field(max_length=300)
    because_en: str = Field(max_length=300)


@action("observation.propose_earlier_end", both("按新规定建议提前解除", "Propose an earlier end"), ProposeEarlierEnd,
        offered=False)  # fmt: skip
def propose_earlier_end(call: Call, given: ProposeEarlierEnd) -> Result:
    """Put an earlier end by a newer, shorter edition before a person; the order itself stays as it is."""
    order = take_order(call, given.order_id)
    if order.state in rules.CLOSED_STATES or given.ends_on >= order.ends_on:
        raise NOT_RUNNING(field="order_id")
    proposal, _ = Proposal.objects.update_or_create(
        order=order, kind=EDITION, decided_at=None,
        defaults={
            "person_id": order.person_id, "area_path": order.area_path, "ends_on": given.ends_on,
            "was_to_end_on": order.ends_on, "sentence": Bilingual(given.because_zh, given.because_en).as_dict(),
            "edition": given.edition, "source": given.source, "proposed_at": call.received_at,
        },
    )  # fmt: skip
    return {"id": str(proposal.pk)}


def _undecided(*closed: str) -> When:
    """Return the question whether an earlier end still waits for a decision, on an order in none of the states."""
    return when(
        lambda kind, decided_at, now: kind == EDITION and decided_at is None and now not in closed,
        "kind", "decided_at", "order__state",
    )  # fmt: skip


UNDECIDED = _undecided()
ACCEPTABLE = _undecided(*rules.CLOSED_STATES)


class ReconsiderOrders(Input):
    area_path: str = Field("", max_length=24)


@action("observation.reconsider_orders", both("按本地规定变化复核期限", "Reconsider by local rules"), ReconsiderOrders,
        offered=False)  # fmt: skip
def reconsider_orders(call: Call, given: ReconsiderOrders) -> Result:
    """Propose earlier ends for orders bound to a local document that a shorter rule has replaced; never a later one.

    A proposal that no longer fits is withdrawn; what a person declined is not proposed again.
    """
    call.permit(given.area_path or call.actor.home_area)
    on = local(call.received_at).date()
    proposed = 0
    for order in bound_locally(given.area_path):
        call.permit(order.area_path)
        proposed += _reconsider(call, order, shorter_now(order, on))
    return {"proposed": proposed}


def _reconsider(call: Call, order: Order, shorter: tuple[date, RuleValue] | None) -> bool:
    open_ones = Proposal.objects.filter(order=order, kind=EDITION, decided_at__isnull=True)
    if shorter is None:
        for proposal in open_ones:
            _decide(call, proposal, "withdrawn", "本地规定又有变化")
        return False
    ends_on, value = shorter
    edition = value.edition[:200]
    declined = Proposal.objects.filter(order=order, kind=EDITION, decision="declined", edition=edition)
    if declined.exists() or open_ones.filter(edition=edition, ends_on=ends_on).exists():
        return False
    Proposal.objects.update_or_create(
        order=order, kind=EDITION, decided_at=None,
        defaults={
            "person_id": order.person_id, "area_path": order.area_path, "ends_on": ends_on,
            "was_to_end_on": order.ends_on, "sentence": sentence_for(order, ends_on, value), "edition": edition,
            "source": value.source[:300], "proposed_at": call.received_at,
        },
    )  # fmt: skip
    return True


class DecideProposal(Input):
    proposal_id: UUID
    note: str = Field("", max_length=200, **labelled("说明", "Note", "textarea"))


def _proposal(call: Call, proposal_id: UUID) -> tuple[Proposal, Order]:
    proposal = Proposal.objects.select_related("order").filter(pk=proposal_id).first()
    if proposal is None or not call.allows(UNDECIDED, proposal):
        raise NO_PROPOSAL(field="proposal_id")
    return proposal, take_order(call, proposal.order_id)


@action("observation.accept_earlier_end", both("同意提前解除", "Accept an earlier end"), DecideProposal,
        subject=Subject("observation.proposals", "proposal_id", ACCEPTABLE), batch=True)  # fmt: skip
def accept_earlier_end(call: Call, given: DecideProposal) -> Result:
    """Let an order end when the newer edition says; on that day release is proposed like any other."""
    proposal, order = _proposal(call, given.proposal_id)
    if not call.allows(ACCEPTABLE, proposal):
        raise NOT_RUNNING(field="proposal_id")
    _decide(call, proposal, "accepted", given.note)
    order.ends_on, order.version = max(proposal.ends_on, order.starts_on), order.version + 1
    order.save(update_fields=["ends_on", "version"])
    if order.state in rules.LIVE_STATES:
        rebuild(order.person_id, call.received_at)
    call.announce(
        OrderShortened(
            area_path=order.area_path, order_id=order.pk, person_id=order.person_id, ends_on=order.ends_on.isoformat()
        )
    )
    return {"id": str(proposal.pk), "ends_on": order.ends_on.isoformat()}


class DeclineProposal(Input):
    proposal_id: UUID
    note: str = Field(min_length=2, max_length=200, **labelled("理由", "Reason", "textarea"))


@action("observation.decline_proposal", both("不同意提前解除", "Decline an earlier end"), DeclineProposal,
        subject=Subject("observation.proposals", "proposal_id", UNDECIDED))  # fmt: skip
def decline_proposal(call: Call, given: DeclineProposal) -> Result:
    """Keep an order as it was issued, with the reason on record."""
    proposal, _ = _proposal(call, given.proposal_id)
    _decide(call, proposal, "declined", given.note)
    return {"id": str(proposal.pk)}


class ExtendOrder(Input):
    order_id: UUID
    ends_on: date = Field(**labelled("新的结束日期", "New last day", "date"))
    approved_by: str = Field("", max_length=60, **labelled("批准人", "Approved by"))
    basis: str = Field("", max_length=300, **labelled("依据", "Basis", "textarea"))


RUNNING = in_state(*rules.LIVE_STATES, "ended")


@action("observation.extend_order", both("延长观察", "Extend observation"), ExtendOrder,
        subject=Subject(TABLE, "order_id", RUNNING), danger=True)  # fmt: skip
def extend_order(call: Call, given: ExtendOrder) -> Result:
    """Give an order a later end, by a named approver with a basis; no rule and no clock ever does this."""
    order = take_order(call, given.order_id)
    if not call.allows(RUNNING, order):
        raise NOT_RUNNING(field="order_id")
    rules.check_extension(order.ends_on, given.ends_on, approved_by=given.approved_by, basis=given.basis)
    Extension.objects.create(
        order=order, area_path=order.area_path, before_on=order.ends_on, ends_on=given.ends_on, basis=given.basis,
        approved_by=given.approved_by, extended_at=call.received_at, account_id=call.actor.account_id,
    )  # fmt: skip
    # because what was signed names another last day, the person is to be told again
    order.ends_on, order.renotice_since = given.ends_on, call.received_at
    _reopen(call, order, given.basis)
    rebuild(order.person_id, call.received_at)
    call.announce(
        OrderExtended(
            area_path=order.area_path, order_id=order.pk, person_id=order.person_id, ends_on=order.ends_on.isoformat()
        )
    )
    return {"id": str(order.pk), "ends_on": order.ends_on.isoformat()}


def _reopen(call: Call, order: Order, reason: str) -> None:
    """Put an ended order back under observation with its proposal withdrawn; a running one only keeps its new end."""
    if order.state != "ended":
        order.version += 1
        order.save(update_fields=["ends_on", "renotice_since", "version"])
        return
    order.ended_on = None
    for proposal in Proposal.objects.filter(order=order, kind=FULL_TERM, decided_at__isnull=True):
        _decide(call, proposal, "withdrawn", reason)
    step(call, order, "under_observation", reason)
