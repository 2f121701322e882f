"""Households shared among contacts in walking order: suggested first, assigned when a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Count
from pydantic import Field

from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.actions.fields import (
    RAN_OUT,
    Agreed,
    Regime,
    close,
    day_of,
    find_worker,
    opening_state,
)
from lianfang.domain.organisation.events import HouseholdsAssigned
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.domain.organisation.queries import primary_contacts
from lianfang.domain.organisation.rules import share_out
from lianfang.domain.people.queries import find_households, walking_order
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.intake.inserting import insert_new
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

OUTSIDE = refusal(
    "organisation.household_outside",
    "所选住户不在这个区域。",
    "A chosen household does not lie in this area.",
    status=404,
)
MOST_PER_CONTACT = "responsibility.households_per_contact"


class AssignMany(Input):
    area_path: Annotated[str, Field(pattern=r"^\d{12}(\d{3})?$", **labelled("村或网格", "Village or grid", "area"))]
    account_ids: Annotated[
        list[UUID], Field(min_length=1, max_length=200, **labelled("联户人员", "Contacts", "account"))
    ]
    household_ids: Annotated[
        list[UUID], Field(max_length=5000, **labelled("住户（不选即全部）", "Households (none: all)", "household"))
    ] = Field(default_factory=list)
    only_uncovered: Annotated[
        bool, Field(**labelled("只分无人负责的户", "Only households without a contact", "bool"))
    ] = True
    preview: Annotated[bool, Field(**labelled("只看建议，不保存", "Only suggest", "bool"))] = False
    agreed: Agreed = False
    regime: Regime = ""


Shares = Mapping[UUID, list[UUID]]


@action("organisation.assign_many", both("分配联户责任", "Share out households"), AssignMany)
def assign_many(call: Call, given: AssignMany) -> Result:
    """Share the households of a village or grid among contacts, balanced, each an unbroken stretch of the walk.

    Whoever answered for a re-shared household hands it over. Above the rulebook's limit is told, not refused.
    """
    call.permit(given.area_path)
    workers = {one: find_worker(one, "account_ids") for one in dict.fromkeys(given.account_ids)}
    homes = _homes(given)
    now_held = primary_contacts(homes, day_of(call))
    if given.only_uncovered:
        homes = [home for home in homes if home not in now_held]
    shares = share_out(homes, _held_elsewhere(list(workers), homes))
    result = _told(call, given, workers, shares)
    if not given.preview:
        result["assigned"] = _write(call, given, shares)
        call.announce(
            HouseholdsAssigned(area_path=given.area_path, account_ids=tuple(workers), households=result["assigned"])
        )
    call.about("areas.areas", given.area_path, households=len(homes), preview=given.preview)
    return result


def _homes(given: AssignMany) -> list[UUID]:
    walk = walking_order(given.area_path)
    if not given.household_ids:
        return walk
    chosen = set(given.household_ids)
    if chosen - set(walk):
        raise OUTSIDE(field="household_ids")
    return [home for home in walk if home in chosen]


def _held_elsewhere(account_ids: list[UUID], homes: list[UUID]) -> dict[UUID, int]:
    """Return how many households each worker holds beyond those being shared, in the order given."""
    live = Responsibility.objects.filter(state__in=LIVE, kind="primary_contact", target_kind="household")
    mine = live.filter(account_id__in=account_ids).exclude(target_id__in=homes)
    counted = dict(mine.values_list("account_id").annotate(n=Count("pk")))
    return {one: counted.get(one, 0) for one in account_ids}


def _told(call: Call, given: AssignMany, workers: Mapping[UUID, Account], shares: Shares) -> Result:
    """Return the shares as a person reads them: who, how many, from which door to which."""
    limit = rule(MOST_PER_CONTACT, given.area_path, day_of(call)).value
    rows = find_households(home for share in shares.values() for home in share)
    held = _held_elsewhere(list(workers), list(rows))
    return {
        "preview": given.preview,
        "limit": limit,
        "shares": [
            {
                "account_id": str(one), "name": workers[one].name, "held": held[one], "households": len(share),
                "from_number": rows[share[0]].number if share else "",
                "to_number": rows[share[-1]].number if share else "",
                "over_limit": held[one] + len(share) > limit,
            }
            for one, share in shares.items()
        ],
    }  # fmt: skip


def _write(call: Call, given: AssignMany, shares: Shares) -> int:
    """Write the new responsibilities, handing over what others held; return how many changed."""
    rows = find_households(home for share in shares.values() for home in share)
    live = Responsibility.objects.select_for_update().filter(
        state__in=LIVE, kind="primary_contact", target_kind="household", target_id__in=list(rows)
    )
    close(call, live.filter(ends_on__lt=day_of(call)), "expired", RAN_OUT)
    standing = {row.target_id: row for row in live.all()}
    wanted = [(one, home) for one, share in shares.items() for home in share]
    fresh = [(one, home) for one, home in wanted if home not in standing or standing[home].account_id != one]
    close(call, [standing[home] for _, home in fresh if home in standing], "handed_over", "重新分配")
    insert_new(Responsibility, [_row(call, given, one, rows[home], standing.get(home)) for one, home in fresh])
    return len(fresh)


def _row(call: Call, given: AssignMany, account_id: UUID, home: Any, before: Responsibility | None) -> Responsibility:
    on = day_of(call)
    agreed = given.agreed or account_id == call.actor.account_id
    return Responsibility(
        account_id=account_id, kind="primary_contact", level="household", target_kind="household", target_id=home.pk,
        target_label=home.number, area_path=home.area_path, regime=given.regime, starts_on=on, handed_from=before,
        state=opening_state(agreed, on, on), proposed_by=call.actor.account_id, proposed_at=call.received_at,
        accepted_at=call.received_at if agreed else None,
    )  # fmt: skip
