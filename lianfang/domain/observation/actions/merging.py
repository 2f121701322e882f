"""Two entries of a person become one timetable, and two again when the merge is undone; readings stay where taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.domain.observation.actions.moving import move
from lianfang.domain.observation.actions.steps import rebuild
from lianfang.domain.observation.models import (
    Awaited,
    Escalation,
    Need,
    Order,
    Proposal,
    Reading,
    Referral,
    ResidentLink,
    Slot,
    StatusChange,
)
from lianfang.domain.people.actions.carrying import CarryOver, carry, carry_back, person_now, persons_apart
from lianfang.domain.people.queries import entries_of
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.kernel.text import both

_CARRIED: tuple[type[Any], ...] = (Order, Referral, ResidentLink)
_OF_ORDERS: tuple[type[Any], ...] = (Need, Proposal, StatusChange)


@action("observation.carry_over", both("观察随人员合并", "Observation follows a merge"), CarryOver, offered=False)
def carry_over(call: Call, given: CarryOver) -> Result:
    """Put the orders of both entries on one timetable: one task per slot, the latest lawful end, all readings."""
    person = person_now(call, given)
    if person is None:
        return {"carried": 0}
    carried = carry(_CARRIED, person.pk, given.merged_id)
    _follow_orders(person.pk)
    Escalation.objects.filter(person_id=given.merged_id, resolved_at__isnull=True).update(resolved_at=call.received_at)
    _join_slots(person.pk, given.merged_id)
    _join_awaited(call, person.pk, given.merged_id)
    _settle_in(call.received_at, (person.pk, person.area_path, person.household_id))
    rebuild(given.merged_id, call.received_at)
    return {"carried": carried}


@action("observation.part_again", both("撤销合并后观察复原", "Observation follows an undone merge"), CarryOver,
        offered=False)  # fmt: skip
def part_again(call: Call, given: CarryOver) -> Result:
    """Give each entry its own orders and slots again; what was recorded since the merge stays with the kept one."""
    pair = persons_apart(call, given)
    if pair is None:
        return {"carried": 0}
    kept, other = pair
    carried = carry_back(_CARRIED, kept.pk, other.pk)
    for one in pair:
        _follow_orders(one.pk)
    _part_slots(kept.pk, other.pk)
    _part_awaited(kept.pk, other.pk)
    for one in pair:
        _settle_in(call.received_at, (one.pk, one.area_path, one.household_id))
    return {"carried": carried}


def _settle_in(now: datetime, home: tuple[UUID, str, UUID | None]) -> None:
    person_id, path, household_id = home
    move(person_id, path, household_id)
    if Order.objects.filter(person_id=person_id).exists():
        rebuild(person_id, now)


def _follow_orders(person_id: UUID) -> None:
    for model in _OF_ORDERS:
        model.objects.filter(order__person_id=person_id).exclude(person_id=person_id).update(person_id=person_id)


def _join_slots(kept_id: UUID, merged_id: UUID) -> None:
    """Make one row of each slot: a reading of either entry is the slot's reading."""
    mine = {(one.day_on, one.name): one for one in Slot.objects.filter(person_id=kept_id)}
    for slot in Slot.objects.filter(person_id=merged_id):
        same = mine.get((slot.day_on, slot.name))
        if same is None:
            Slot.objects.filter(pk=slot.pk).update(person_id=kept_id)
            continue
        if slot.reading_id and not same.reading_id:
            Slot.objects.filter(pk=same.pk).update(
                state="recorded", reading_id=slot.reading_id, recorded_at=slot.recorded_at, how=slot.how
            )
        Slot.objects.filter(pk=slot.pk).delete()


def _part_slots(kept_id: UUID, other_id: UUID) -> None:
    """Give a slot to whose reading it holds, and one without a reading to whose days it lies in."""
    slots = list(Slot.objects.filter(person_id=kept_id))
    family = entries_of(other_id)
    read = {one.reading_id for one in slots if one.reading_id}
    theirs = set(Reading.objects.filter(pk__in=read, person_id__in=family).values_list("pk", flat=True))
    own, others = _days(kept_id), _days(other_id)
    going = [
        one.pk
        for one in slots
        if (one.reading_id in theirs if one.reading_id else not _lies(own, one.day_on) and _lies(others, one.day_on))
    ]
    Slot.objects.filter(pk__in=going).update(person_id=other_id)


def _days(person_id: UUID) -> list[tuple[date, date]]:
    return list(Order.objects.filter(person_id=person_id).values_list("starts_on", "ends_on"))


def _lies(spans: Sequence[tuple[date, date]], day: date) -> bool:
    return any(first <= day <= last for first, last in spans)


def _join_awaited(call: Call, kept_id: UUID, merged_id: UUID) -> None:
    """Let the kept entry wait for the decision the other waited for, unless it is observed or waits already."""
    waiting = Awaited.objects.filter(person_id=merged_id, settled_at__isnull=True).first()
    if waiting is None:
        return
    Awaited.objects.filter(pk=merged_id).update(settled_at=call.received_at, settled_how="merged")
    if Order.objects.filter(person_id=kept_id).exclude(state__in=("released", "cancelled", "transferred_central")):
        return
    if not Awaited.objects.filter(person_id=kept_id, settled_at__isnull=True).exists():
        Awaited.objects.update_or_create(
            person_id=kept_id,
            defaults={
                "household_id": waiting.household_id, "area_path": waiting.area_path, "lead_id": waiting.lead_id,
                "last_there_on": waiting.last_there_on, "since": waiting.since, "settled_at": None,
                "settled_by": None, "settled_how": "", "reason": "",
            },
        )  # fmt: skip


def _part_awaited(kept_id: UUID, other_id: UUID) -> None:
    """Let the other entry wait again where nobody has decided since."""
    merged = Awaited.objects.filter(person_id=other_id, settled_how="merged").first()
    if merged is None:
        return
    Awaited.objects.filter(person_id=kept_id, lead_id=merged.lead_id, settled_at__isnull=True).delete()
    Awaited.objects.filter(pk=other_id).update(settled_at=None, settled_how="")
