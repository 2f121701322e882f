"""Steps of an order's life, and the one timetable that all running orders of a person make up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lianfang.domain.observation import rules
from lianfang.domain.observation.models import OPEN_SLOTS, Order, OrderStep, ResidentLink, Slot, Timetable
from lianfang.domain.observation.queries.letters import NO_ORDER
from lianfang.domain.observation.queries.orders import running_orders, spans, windows
from lianfang.domain.observation.queries.slots import slots_of
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.actions.states import When, when
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal

TABLE = "observation.orders"
NO_DAYS = refusal("observation.no_days", "这份观察没有需要执行的日子。", "There are no days to observe in this order.")


def may_become(*states: str) -> When:
    """Return the question whether an order may take a step to one of the states."""
    return when(lambda now: not set(states).isdisjoint(rules.allowed_steps(now)), "state")


def in_state(*states: str) -> When:
    """Return the question whether an order, or what hangs on it, is in one of the states."""
    return when(lambda now: now in states, "state")


def take_order(call: Call, order_id: UUID) -> Order:
    """Return the order after asking for permission at its area, locked until the action ends."""
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NO_ORDER(field="order_id")
    call.permit(order.area_path)
    call.about("observation.orders", order.pk)
    return order


def step(call: Call, order: Order, then: str, reason: str = "") -> None:
    """Take one step of the order's life and keep who took it, when and why. Raises `observation.step_not_allowed`."""
    rules.check_step(order.state, then)
    OrderStep.objects.create(
        order=order, area_path=order.area_path, before=order.state, after=then, at=call.received_at,
        happened_at=call.happened_at, account_id=call.actor.account_id, reason=reason, edition=order.rule_edition,
    )  # fmt: skip
    order.state, order.version = then, order.version + 1
    order.save()


def rebuild(person_id: UUID, now: datetime) -> None:
    """Bring the person's timetable and open slots in line with the running orders; recorded and missed slots stay."""
    orders = running_orders([person_id])
    if not orders:
        _close(person_id, now)
        return
    last = max(orders, key=lambda one: one.ends_on)
    diseases = ",".join(sorted({one.disease for one in orders}))
    live_from = min(one.live_from for one in orders if one.live_from)
    planned = spans(orders)
    ends_on = rules.latest_end(planned)
    assert ends_on is not None
    Timetable.objects.update_or_create(
        person_id=person_id,
        defaults={
            "household_id": last.household_id, "area_path": last.area_path, "order": last, "orders": len(orders),
            "diseases": diseases, "state": "live", "starts_on": min(one.starts_on for one in planned),
            "ends_on": ends_on, "live_from": live_from, "closed_at": None,
        },
    )  # fmt: skip
    wanted = rules.timetable(planned, windows(diseases, last.area_path, local(now).date()), live_from=live_from)
    _lay_slots(person_id, last.area_path, wanted, now)


def _lay_slots(person_id: UUID, area_path: str, wanted: Sequence[rules.Slot], now: datetime) -> None:
    kept = {(one.day_on, one.name): one for one in slots_of(person_id)}
    keys = {(one.day_on, one.name) for one in wanted}
    gone = [one.pk for key, one in kept.items() if key not in keys and one.state in OPEN_SLOTS]
    Slot.objects.filter(pk__in=gone).delete()
    Slot.objects.bulk_create(
        _slot(person_id, area_path, one, now) for one in wanted if (one.day_on, one.name) not in kept
    )
    renumbered = []
    for one in wanted:
        known = kept.get((one.day_on, one.name))
        if known is not None and known.day_number != one.day_number:
            known.day_number = one.day_number
            renumbered.append(known)
    Slot.objects.bulk_update(renumbered, ["day_number"])


def _slot(person_id: UUID, area_path: str, one: rules.Slot, now: datetime) -> Slot:
    return Slot(
        person_id=person_id, area_path=area_path, day_on=one.day_on, day_number=one.day_number, name=one.name,
        opens_at=one.opens_at, closes_at=one.closes_at, late_until=one.late_until, catches_from=one.catches_from,
        catches_until=one.catches_until, state=rules.slot_state(one, (), now),
    )  # fmt: skip


def _close(person_id: UUID, now: datetime) -> None:
    """End the person's timetable: no slot stays open and no link works, because nobody is to be asked any more."""
    Slot.objects.filter(person_id=person_id, state__in=OPEN_SLOTS).delete()
    Timetable.objects.filter(person_id=person_id).update(state="closed", closed_at=now)
    ResidentLink.objects.filter(person_id=person_id, revoked_at__isnull=True).update(revoked_at=now)
