"""Opening a referral, whatever it was found by: one per person at a time, with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.observation.actions.steps import step
from lianfang.domain.observation.events import IllnessNotObserved, ReferralOpened
from lianfang.domain.observation.models import Order, Referral, Timetable
from lianfang.domain.observation.queries.orders import thresholds
from lianfang.domain.people.queries import find_persons
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import Path
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

UNWELL = {"visit": "入户时身体不适", "gate": "卡点发现身体不适"}


def hold_orders(person_ids: Iterable[UUID]) -> None:
    """Lock the orders of people until the action ends: of two that open or withdraw a referral at the same moment, the
    second sees what the first did."""
    mine = Order.objects.select_for_update().filter(person_id__in=list(person_ids)).order_by("pk")
    list(mine.values_list("pk", flat=True))


def open_referral(call: Call, referral: Referral) -> None:
    """Keep a referral, take the person's running orders to symptomatic, and tell the doctor."""
    referral.save(force_insert=True)
    mine = Order.objects.select_for_update().filter(person_id=referral.person_id)
    for order in mine.filter(state__in=("under_observation", "lost")):
        if order.state == "lost":
            step(call, order, "under_observation")
        step(call, order, "symptomatic")
    call.announce(
        ReferralOpened(
            area_path=referral.area_path, referral_id=referral.pk, person_id=referral.person_id,
            refer_by=referral.refer_by.isoformat(),
        )
    )  # fmt: skip


class ReferMet(Input):
    area_path: Path
    found_in: Literal["visit", "gate"] = "visit"
    visit_id: UUID
    household_id: UUID | None = None
    person_ids: list[UUID] = Field(default_factory=list, max_length=60)
    others: int = Field(0, ge=0, le=20)
    happened_at: datetime


@action("observation.refer_met", both("入户、卡点发现不适转诊", "Refer who was met unwell"), ReferMet, offered=False)
def refer_met(call: Call, given: ReferMet) -> Result:
    """Open a referral for everybody under observation who was unwell at a door or a gate. Of the others at a door is
    told as before; those at a gate have a slip of their own.

    No second one while a referral is open, nor where one of this visit or one closed after it was made already.
    """
    call.permit(given.area_path)
    asked = {one: person.pk for one, person in find_persons(given.person_ids).items()}
    boards = {board.pk: board for board in Timetable.objects.filter(pk__in=asked.values(), state="live")}
    hold_orders(boards)
    known = _referred(boards, given)
    for person_id, board in boards.items():
        call.permit(board.area_path)
        if person_id not in known:
            open_referral(call, _found_at_door(call, board, given))
    left = tuple(one for one in given.person_ids if asked.get(one) not in boards)
    _tell_of_others(call, given, left)
    return {"referred": len(set(boards) - known)}


def _referred(person_ids: Iterable[UUID], given: ReferMet) -> set[UUID]:
    """Return who has a referral for this event already. One that was withdrawn as a mistake is for its event alone."""
    later = Q(closed_at__gte=given.happened_at) & ~Q(outcome="corrected")
    same = ~Q(state="closed") | Q(found_in=given.found_in, found_id=given.visit_id) | later
    return set(Referral.objects.filter(same, person_id__in=list(person_ids)).values_list("person_id", flat=True))


def _found_at_door(call: Call, board: Timetable, given: ReferMet) -> Referral:
    hours = thresholds(board.diseases, board.area_path, local(call.received_at).date()).refer_hours
    return met_unwell(call, board, given.found_in, given.visit_id, given.happened_at + timedelta(hours=hours))


def met_unwell(call: Call, board: Timetable, found_in: str, found_id: UUID, refer_by: datetime) -> Referral:
    """Return the referral, not kept yet, of somebody under observation who was met unwell at a door or a gate."""
    return Referral(
        person_id=board.pk, household_id=board.household_id, area_path=board.area_path, found_in=found_in,
        found_id=found_id, reasons=UNWELL[found_in], opened_at=call.received_at, refer_by=refer_by,
    )  # fmt: skip


def _tell_of_others(call: Call, given: ReferMet, left: tuple[UUID, ...]) -> None:
    if given.household_id is None or not (left or given.others):
        return
    call.announce(
        IllnessNotObserved(
            area_path=given.area_path, visit_id=given.visit_id, household_id=given.household_id, person_ids=left,
            others=given.others,
        )
    )  # fmt: skip
