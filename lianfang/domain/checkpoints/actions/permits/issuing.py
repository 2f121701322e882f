"""Issuing permits: to one household, to every household of an area at once, to a worker, to a vehicle.

Refuses a second permit to a household, and leaves out of a bulk the households that a returnee came to: somebody
decides about those one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.actions.permits.holding import held_back, let_go
from lianfang.domain.checkpoints.actions.permits.keys import signing_key, take_series
from lianfang.domain.checkpoints.events.permits import PermitsIssued
from lianfang.domain.checkpoints.models.permits import Permit, PermitSeries
from lianfang.domain.checkpoints.queries.permits import LIVE, code_of, page_of
from lianfang.domain.checkpoints.rules.permits import kinds
from lianfang.domain.incidents.queries import rule
from lianfang.domain.people.queries import STANDING_HOUSEHOLD, find_household, households_within
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import Path, labelled
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import both

NO_HOUSEHOLD = refusal("checkpoints.permit_household", "没有这一户，或已注销。",
                       "There is no such household, or it is closed.", status=404)  # fmt: skip
HAS_ONE = refusal("checkpoints.permit_exists", "这一户已有有效的出入证，可换发或先作废。",
                  "The household has a valid permit; replace or revoke it.", status=409)  # fmt: skip
TOO_WIDE = refusal("checkpoints.permits_too_many", "一次最多发 {most} 户，请按村发放。",
                   "At most {most} households at once; issue village by village.")  # fmt: skip

PERMITS = "checkpoints.permits"
MOST_AT_ONCE = 5_000

First = Annotated[date, Field(**labelled("开始日期", "First day", "date"))]
Last = Annotated[date, Field(**labelled("截止日期", "Last day", "date"))]
Scope = Annotated[
    str,
    Field("", max_length=12, **labelled("适用范围（默认本村）", "Holds in (default: the village)", "area")),
]


class IssueHouseholdPermit(Input):
    household_id: UUID = Field(**labelled("户", "Household", "household"))
    first_on: First
    last_on: Last
    holds_in: Scope


@action("checkpoints.issue_household_permit", both("发放户出入证", "Issue a household permit"), IssueHouseholdPermit,
        subject=Subject("people.households", "household_id", STANDING_HOUSEHOLD))  # fmt: skip
def issue_household_permit(call: Call, given: IssueHouseholdPermit) -> Result:
    """Issue a permit by which a household goes out; how many people, how often and how long is the rulebook's."""
    household = find_household(given.household_id)
    if household is None or not call.allows(STANDING_HOUSEHOLD, household):
        raise NO_HOUSEHOLD(field="household_id")
    scope = _permitted(call, household.area_path, given.holds_in)
    terms = _term(call, scope, given.first_on, given.last_on) | _limits(call, scope)
    series = take_series(household.area_path)
    _end_expired(call, [household.pk])
    if Permit.objects.filter(LIVE, household_id=household.pk).exists():
        raise HAS_ONE(field="household_id")
    let_go(household.pk)
    made = Permit(area_path=household.area_path, holds_in=scope, kind="household", household_id=household.pk,
                  mark=kinds.mark_of(household.number), **terms)  # fmt: skip
    return _keep(call, series, made)


class IssueMany(Input):
    within: Path
    first_on: First
    last_on: Last


@action("checkpoints.issue_many_permits", both("成批发放户出入证", "Issue household permits at once"), IssueMany)
def issue_many_permits(call: Call, given: IssueMany) -> Result:
    """Issue a permit to every household of an area that has none, each for its village.

    Left out are households without residents, and those that a returnee came to, whether they had one or not.
    """
    call.permit(given.within)
    if len(given.within) < COUNTY_DIGITS:
        raise kinds.BAD_AREA(field="within")
    terms = _term(call, given.within, given.first_on, given.last_on) | _limits(call, given.within)
    series = take_series(given.within)
    rows = _households(given.within)
    if len(rows) > MOST_AT_ONCE:
        raise TOO_WIDE(field="within", most=MOST_AT_ONCE)
    _end_expired(call, [row.pk for row in rows])
    have = set(
        Permit.objects.filter(LIVE, within(given.within), kind="household").values_list("household_id", flat=True)
    )
    waiting = [row for row in rows if row.pk not in have]
    apart = held_back([row.pk for row in waiting])
    made = [
        Permit(area_path=row.area_path, holds_in=kinds.scope_of(row.area_path, ""), kind="household",
               household_id=row.pk, mark=kinds.mark_of(row.number), **terms)
        for row in waiting if row.pk not in apart
    ]  # fmt: skip
    keep_permits(call, series, made)
    call.about("areas.areas", given.within, issued=len(made))
    return {"issued": len(made), "had_one": len(rows) - len(waiting), "returnee": len(apart)}


def _households(path: str) -> list[Any]:
    """Return the inhabited households in the order of their doors."""
    lived_in = households_within(path).filter(status="occupied")
    return list(lived_in.order_by("area_path", "order", "pk")[: MOST_AT_ONCE + 1])


class IssueWorkerPermit(Input):
    area_path: Path
    holder_name: str = Field(min_length=1, max_length=60, **labelled("持证人", "Holder"))
    phone_tail: str = Field(max_length=4, **labelled("手机号后四位", "Last four digits of the phone"))
    use: str = Field(min_length=2, max_length=100, **labelled("单位和事由", "Unit and purpose"))
    first_on: First
    last_on: Last


@action("checkpoints.issue_worker_permit", both("发放工作人员通行证", "Issue a worker's permit"), IssueWorkerPermit)
def issue_worker_permit(call: Call, given: IssueWorkerPermit) -> Result:
    """Issue a permit to somebody whose work takes them through gates; the gate asks the last digits of their phone."""
    scope = _permitted(call, given.area_path, given.area_path)
    terms = _term(call, scope, given.first_on, given.last_on)
    made = Permit(area_path=given.area_path, holds_in=scope, kind="worker", mark=kinds.tail_of(given.phone_tail),
                  holder_name=given.holder_name, use=given.use, **terms)  # fmt: skip
    return _keep(call, take_series(scope), made)


class IssueVehiclePermit(Input):
    area_path: Path
    plate: str = Field(max_length=12, **labelled("车牌号", "Plate"))
    use: str = Field(min_length=2, max_length=100, **labelled("单位和事由", "Unit and purpose"))
    first_on: First
    last_on: Last


@action("checkpoints.issue_vehicle_permit", both("发放车辆通行证", "Issue a vehicle permit"), IssueVehiclePermit)
def issue_vehicle_permit(call: Call, given: IssueVehiclePermit) -> Result:
    """Issue a permit to a vehicle: the gate compares the plate."""
    scope = _permitted(call, given.area_path, given.area_path)
    terms = _term(call, scope, given.first_on, given.last_on)
    made = Permit(area_path=given.area_path, holds_in=scope, kind="vehicle", mark=kinds.plate_of(given.plate),
                  use=given.use, **terms)  # fmt: skip
    return _keep(call, take_series(scope), made)


def _permitted(call: Call, home: str, chosen: str) -> str:
    """Return where the permit holds, after asking for that area and for the holder's."""
    call.permit(home)
    scope = kinds.scope_of(home, chosen)
    if scope != home:
        call.permit(scope)
        call.area_path = home
    return scope


def _term(call: Call, area: str, first: date, last: date) -> dict[str, Any]:
    today = local(call.received_at).date()
    kinds.check_term(first, last, today, rule("permit.longest_days", area, today, PRODUCT).value)
    begins, ends = kinds.span(first, last)
    return {"valid_from": begins, "valid_until": ends}


def _limits(call: Call, area: str) -> dict[str, Any]:
    """Return how many people of a household go out in how many days, and for how many minutes."""
    today = local(call.received_at).date()
    persons, days, hours = (
        rule(f"permit.household_{name}", area, today, PRODUCT).value for name in ("persons", "days", "hours_out")
    )
    return {"persons": persons, "per_days": days, "minutes_out": round(hours * 60)}


def _end_expired(call: Call, households: Sequence[UUID]) -> None:
    """Set apart the expired permits of households, because only one of a household's stands at a time."""
    for start in range(0, len(households), 500):
        some = households[start : start + 500]
        expired = Permit.objects.filter(LIVE, household_id__in=some, valid_until__lte=call.received_at)
        expired.update(state=Permit.State.EXPIRED)


def _keep(call: Call, series: PermitSeries, made: Permit) -> Result:
    keep_permits(call, series, [made])
    call.about(PERMITS, made.pk, kind=made.kind)
    code = code_of(made)
    call.once = {"code": code, "page": page_of(code)}
    return {"id": str(made.pk), "serial": made.serial}


def keep_permits(call: Call, series: PermitSeries, made: Sequence[Permit]) -> None:
    """Number and keep permits, under the lock on the county's series."""
    if not made:
        return
    key = signing_key(series, call)
    for serial, one in enumerate(made, series.last_serial + 1):
        one.serial, one.key = serial, key
        one.issued_at, one.issued_by = call.received_at, call.actor.account_id
    Permit.objects.bulk_create(made, batch_size=500)
    series.last_serial += len(made)
    series.save(update_fields=["last_serial"])
    call.announce(PermitsIssued(area_path=call.area_path, kind=made[0].kind, count=len(made)))
