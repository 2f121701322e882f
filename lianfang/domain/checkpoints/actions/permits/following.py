"""What happens to permits when something happens to the household: a returnee registers, it moves, it is closed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.actions.permits.holding import hold_back, holds_follow
from lianfang.domain.checkpoints.actions.permits.keys import take_series
from lianfang.domain.checkpoints.actions.permits.revoking import end_permits
from lianfang.domain.checkpoints.models.permits import Permit
from lianfang.domain.checkpoints.queries.permits import LIVE
from lianfang.domain.people.queries import find_households, find_person
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.text import both

CHUNK = 500
Households = Annotated[list[UUID], Field(max_length=50_000, **labelled("户", "Households", "hidden"))]


class ReturneeRegistered(Input):
    person_id: Annotated[UUID, Field(**labelled("人员", "Person", "hidden"))]


@action("checkpoints.end_for_returnee", both("返乡登记后户出入证作废", "A returnee ends the household's permit"),
        ReturneeRegistered, offered=False)  # fmt: skip
def end_for_returnee(call: Call, given: ReturneeRegistered) -> Result:
    """Revoke the permit of a household in which a returnee was registered, and hold the next one back, also where
    there was none: it is given by who decides about the household alone."""
    call.permit(call.actor.home_area)
    person = find_person(given.person_id)
    if person is None or person.household_id is None:
        return {"ended": 0}
    hold_back([person.household_id], call.received_at)
    return {"ended": _end(call, [person.household_id], "returnee")}


class HouseholdClosed(Input):
    household_id: Annotated[UUID, Field(**labelled("户", "Household", "hidden"))]


@action("checkpoints.end_for_closed", both("注销户的出入证作废", "The permit ends with the household"), HouseholdClosed,
        offered=False)  # fmt: skip
def end_for_closed(call: Call, given: HouseholdClosed) -> Result:
    """Revoke the permit of a household that was closed."""
    call.permit(call.actor.home_area)
    return {"ended": _end(call, [given.household_id], "moved")}


class HouseholdsMoved(Input):
    household_ids: Households


@action("checkpoints.follow_households", both("出入证随户变动", "Permits follow their households"), HouseholdsMoved,
        offered=False)  # fmt: skip
def follow_households(call: Call, given: HouseholdsMoved) -> Result:
    """Bring permits to where their households live now; where a code does not hold any more, the permit ends."""
    call.permit(call.actor.home_area)
    outside: list[UUID] = []
    for start in range(0, len(given.household_ids), CHUNK):
        homes = find_households(given.household_ids[start : start + CHUNK])
        holds_follow(homes)
        mine = Permit.objects.filter(LIVE, household_id__in=homes)
        scopes = {home: scope for home, scope in mine.values_list("household_id", "holds_in") if home}
        for path in sorted({homes[home].area_path for home in scopes}):
            call.permit(path)
            mine.filter(household_id__in=[one for one in scopes if homes[one].area_path == path]).update(area_path=path)
        outside += [home for home, scope in scopes.items() if not homes[home].area_path.startswith(scope)]
    return {"ended": _end(call, outside, "moved")}


def _end(call: Call, households: list[UUID], because: str) -> int:
    """Revoke the standing permits of households, county by county; return how many."""
    rows = list(Permit.objects.filter(LIVE, household_id__in=households, valid_until__gt=call.received_at)
                .select_related("key"))  # fmt: skip
    for county in sorted({row.key.area_path for row in rows}):
        mine = [row for row in rows if row.key.area_path == county]
        for row in mine:
            call.permit(row.area_path)
        end_permits(call, take_series(county), mine, because)
    call.about("people.households", households[0] if len(households) == 1 else "", ended=len(rows))
    return len(rows)
