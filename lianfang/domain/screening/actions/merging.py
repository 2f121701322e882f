"""Leads follow two entries of a person that become one, and two again. Visits belong to doors and stay."""

from __future__ import annotations

from lianfang.domain.people.actions.carrying import CarryOver, carry, carry_back, person_now, persons_apart
from lianfang.domain.screening.models.leads import Lead
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.kernel.text import both

_CARRIED = (Lead,)


@action("screening.carry_over", both("线索随人员合并", "Leads follow a merge"), CarryOver, offered=False)
def carry_over(call: Call, given: CarryOver) -> Result:
    """Let leads of a merged entry speak of the kept person; each stays with the worker it was given to."""
    person = person_now(call, given)
    return {"carried": carry(_CARRIED, person.pk, given.merged_id) if person else 0}


@action("screening.part_again", both("撤销合并后线索复原", "Leads follow an undone merge"), CarryOver, offered=False)
def part_again(call: Call, given: CarryOver) -> Result:
    """Let each entry have its own leads again."""
    pair = persons_apart(call, given)
    return {"carried": carry_back(_CARRIED, *(one.pk for one in pair)) if pair else 0}
