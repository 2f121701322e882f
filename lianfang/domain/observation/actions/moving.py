"""Keeps the rows of observation in the area their person lives in, when households or people move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.models import (
    Escalation,
    Need,
    Order,
    Proposal,
    Referral,
    ResidentLink,
    Slot,
    StatusChange,
    Timetable,
)
from lianfang.domain.people.queries import find_persons
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.kernel.text import both

_KEPT: tuple[type[Any], ...] = (Need, Slot, Escalation, Proposal, Referral, ResidentLink, StatusChange)


class FollowPersons(Input):
    person_ids: list[UUID] = Field(max_length=100_000)


@action("observation.follow_persons", both("随户迁移观察记录", "Follow moved people"), FollowPersons, offered=False)
def follow_persons(call: Call, given: FollowPersons) -> Result:
    """Bring orders, slots and open work to where their people live now by the register; readings stay where taken."""
    observed = Timetable.objects.filter(pk__in=given.person_ids).values_list("pk", flat=True)
    ordered = Order.objects.filter(person_id__in=given.person_ids).exclude(state__in=rules.CLOSED_STATES)
    wanted = {*observed, *ordered.values_list("person_id", flat=True)}
    call.permit(call.actor.home_area)
    for person_id, person in find_persons(wanted).items():
        call.permit(person.area_path)
        move(person_id, person.area_path, person.household_id)
    return {"moved": len(wanted)}


def move(person_id: UUID, path: str, household_id: UUID | None) -> None:
    """Bring what is open of a person's observation to an area and household."""
    running = Order.objects.filter(person_id=person_id).exclude(state__in=rules.CLOSED_STATES)
    running.update(area_path=path, household_id=household_id)
    Timetable.objects.filter(pk=person_id).update(area_path=path, household_id=household_id)
    for model in _KEPT:
        model.objects.filter(person_id=person_id).update(area_path=path)
