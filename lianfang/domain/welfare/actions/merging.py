"""Requests follow two entries of a person that become one, and two again. What is closed keeps its place."""

from __future__ import annotations

from uuid import UUID

from lianfang.domain.people.actions.carrying import CarryOver, carry, carry_back, person_now, persons_apart
from lianfang.domain.people.queries import find_persons
from lianfang.domain.welfare import rules
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.kernel.text import both

_CARRIED = (ServiceRequest,)


@action("welfare.carry_over", both("需求随人员合并", "Requests follow a merge"), CarryOver, offered=False)
def carry_over(call: Call, given: CarryOver) -> Result:
    """Let requests of a merged entry be the kept person's; open ones come to where that person lives."""
    person = person_now(call, given)
    if person is None:
        return {"carried": 0}
    carried = carry(_CARRIED, person.pk, given.merged_id)
    _bring_home(person.pk)
    return {"carried": carried}


@action("welfare.part_again", both("撤销合并后需求复原", "Requests follow an undone merge"), CarryOver, offered=False)
def part_again(call: Call, given: CarryOver) -> Result:
    """Let each entry have its own requests again, open ones where each of the two lives."""
    pair = persons_apart(call, given)
    if pair is None:
        return {"carried": 0}
    carried = carry_back(_CARRIED, *(one.pk for one in pair))
    _bring_home(*(one.pk for one in pair))
    return {"carried": carried}


def _bring_home(*person_ids: UUID) -> None:
    for person in find_persons(person_ids).values():
        mine = ServiceRequest.objects.filter(person_id=person.pk).exclude(state__in=rules.CLOSED_STATES)
        mine.update(area_path=person.area_path, household_id=person.household_id)
