"""What time does: slots open and pass, missed ones are told upwards, release is proposed. Nothing is extended."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from lianfang.domain.observation import rules
from lianfang.domain.observation.events import SlotsMissed
from lianfang.domain.observation.models import OPEN_SLOTS, Escalation, Order, Proposal, Slot, Timetable
from lianfang.domain.observation.queries.editions import bound_locally, shorter_now
from lianfang.domain.observation.queries.orders import patience
from lianfang.domain.observation.queries.slots import as_readings, as_rule, slots_by_person
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.announcing import announce
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import local, now
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

log = logging.getLogger(__name__)
CHUNK = 500
Item = TypeVar("Item")


@job("observation.tick", both("观察时段到点处理", "Observation clock"))
def tick_job(body: dict[str, Any], progress: Progress) -> dict[str, int]:
    """Do what time has made due in observation; safe to repeat and to miss."""
    return tick(now())


def tick(at: datetime) -> dict[str, int]:
    """Begin, open, miss, escalate and propose; return how many of each."""
    begun = _begin(at)
    with writing():
        opened = Slot.objects.filter(state="upcoming", opens_at__lte=at).update(state="due")
        missed = _miss(at)
        told = sum(_escalate(chunk, at) for chunk in _chunks(missed | _told()))
    _reconsider(at)
    return {"begun": begun, "opened": opened, "missed": len(missed), "told": told, "proposed": _propose(at)}


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _try(name: str, order_id: UUID) -> bool:
    """Carry out an action on one order; a refusal leaves it to a person and the others go on."""
    try:
        run(SYSTEM, name, {"order_id": str(order_id)})
    except Refusal as no:
        log.info("%s left order %s: %s", name, order_id, no.code)
        return False
    return True


def _begin(at: datetime) -> int:
    waiting = Order.objects.filter(state="notified", starts_on__lte=local(at).date()).values_list("pk", flat=True)
    return sum(_try("observation.begin_observation", order_id) for order_id in list(waiting))


def _miss(at: datetime) -> set[UUID]:
    """Mark what is over without a reading, and return whose it was."""
    with transaction.atomic():
        late = Slot.objects.select_for_update().filter(state__in=("upcoming", "due"), late_until__lt=at)
        found = list(late.values_list("pk", "person_id"))
        for chunk in _chunks(pk for pk, _ in found):
            Slot.objects.filter(pk__in=chunk, reading_id__isnull=True).update(state="missed")
    return {person_id for _, person_id in found}


def _told() -> set[UUID]:
    return set(Escalation.objects.filter(resolved_at__isnull=True).values_list("person_id", flat=True))


def _escalate(person_ids: list[UUID], at: datetime) -> int:
    """Tell, raise or close the escalation of each person; return how many were newly told or raised."""
    boards = {board.pk: board for board in Timetable.objects.filter(pk__in=person_ids)}
    kept = {one.person_id: one for one in Escalation.objects.filter(person_id__in=person_ids, resolved_at__isnull=True)}
    slots = slots_by_person(person_ids)
    told = 0
    for person_id in person_ids:
        board = boards.get(person_id)
        if board is not None:
            told += _weigh(board, kept.get(person_id), slots.get(person_id, []), at)
    return told


def _weigh(board: Timetable, kept: Escalation | None, slots: list[Slot], at: datetime) -> bool:
    mine = [one for one in slots if one.day_on >= board.starts_on]
    limits = patience(board.diseases, board.area_path, local(at).date())
    found = rules.escalation(
        [as_rule(one) for one in mine], as_readings(mine), at, missed_to_escalate=limits.missed,
        town_after_hours=limits.town_after_hours, acted_at=kept.acted_at if kept else None,
    )  # fmt: skip
    if found is None or board.state != "live":
        if kept is not None:
            Escalation.objects.filter(pk=kept.pk).update(resolved_at=at)
        return False
    return _tell(board, kept, found, at)


def _tell(board: Timetable, kept: Escalation | None, found: rules.Escalation, at: datetime) -> bool:
    """Keep that somebody was told, once for the village and once for the town."""
    if kept is None:
        kept = Escalation(
            person_id=board.pk, household_id=board.household_id, area_path=board.area_path, since=found.since,
            told_village_at=at, to="",
        )  # fmt: skip
    higher = kept.to != found.to and kept.to != "town"
    kept.missed = list(found.missed)
    if higher:
        kept.to = found.to
        kept.told_town_at = at if found.to == "town" else None
    kept.save()
    if higher:
        announce([SlotsMissed(area_path=board.area_path, escalation_id=kept.pk, person_id=board.pk, to=kept.to)])
    return higher


def _reconsider(at: datetime) -> None:
    """Propose earlier ends where a local rule ended by its own date, which no fact tells."""
    shorter = {order.pk for order in bound_locally("") if shorter_now(order, local(at).date())}
    known = Proposal.objects.filter(kind="edition", order_id__in=shorter).values_list("order_id", flat=True)
    if shorter - set(known):
        run(SYSTEM, "observation.reconsider_orders", {})


def _propose(at: datetime) -> int:
    """Propose release for everyone whose last slot is over or recorded."""
    today = local(at).date()
    waiting = Slot.objects.filter(person_id=OuterRef("pk"), state__in=OPEN_SLOTS, late_until__gte=at)
    over = Timetable.objects.filter(
        ~Exists(waiting), state="live", ends_on__lte=today, order__state__in=("under_observation", "lost")
    )
    orders = list(over.values_list("order_id", flat=True))
    return sum(_try("observation.propose_release", order_id) for order_id in orders)
