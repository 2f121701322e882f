"""What is not covered: each gap opens, names who answers, and closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.organisation.tests.conftest import Do
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.gaps.registry import GAPS, Open
from lianfang.kernel.clock import now

Give = Callable[..., UUID]
Accounts = dict[str, Account]
SECOND_GRID = VILLAGE + "002"


def found(name: str, path: str = VILLAGE) -> dict[str, Open]:
    return {one.subject_id: one for one in GAPS[name].find(path, now())}


def test_a_household_without_a_contact_is_found_with_who_answers(
    do: Do, give: Give, homes: list[UUID], accounts: Accounts, moment: Any
) -> None:
    give("grid", "primary_contact", household_id=str(homes[0]))
    give("secretary", "village_lead", area_path=VILLAGE)
    gaps = found("household_no_contact")
    assert set(gaps) == {str(one) for one in homes[1:]}
    one = gaps[str(homes[1])]
    assert (one.area_path, one.since, one.answerable_id) == (GRID, moment, accounts["secretary"].pk)
    assert found("household_no_contact", SECOND_GRID) == {}


def test_a_household_whose_contact_left_off_is_a_gap_since_then(do: Do, give: Give, homes: list[UUID]) -> None:
    key = give("grid", "primary_contact", household_id=str(homes[0]))
    do("secretary", "organisation.end_responsibility", responsibility_id=str(key), reason="搬走")
    assert found("household_no_contact")[str(homes[0])].since == Responsibility.objects.get(pk=key).ended_at


def test_a_closed_household_is_no_gap(do: Do, homes: list[UUID]) -> None:
    do("secretary", "people.close_household", household_id=str(homes[0]), reason="拆迁")
    assert str(homes[0]) not in found("household_no_contact")


@pytest.mark.parametrize(("homes_held", "open_"), [(50, False), (51, True)])
def test_a_contact_may_hold_as_many_as_the_rulebook_says(
    do: Do, accounts: Accounts, county: str, homes_held: int, open_: bool
) -> None:
    rows = [{"area_path": GRID, "number": str(n), "order": n} for n in range(homes_held)]
    do("system", "people.add_many", batch="many", households=rows)
    do("secretary", "organisation.assign_many", area_path=GRID, account_ids=[str(accounts["grid"].pk)], agreed=True)
    gaps = found("contact_overloaded")
    assert (set(gaps) == {str(accounts["grid"].pk)}) is open_
    if open_:
        assert gaps[str(accounts["grid"].pk)].details == {"households": 51, "limit": 50}
    assert found("contact_overloaded", NEIGHBOUR_GRID) == {}


def test_what_stands_under_somebody_who_left_is_urgent(give: Give, home: UUID, accounts: Accounts) -> None:
    key = give("grid", "primary_contact", household_id=str(home))
    assert found("responsibility_worker_inactive") == {}
    Account.objects.filter(pk=accounts["grid"].pk).update(is_active=False)
    assert set(found("responsibility_worker_inactive")) == {str(key)}


def test_a_grid_without_a_lead_is_answered_for_by_the_village(give: Give, accounts: Accounts) -> None:
    give("town", "contract", area_path=VILLAGE)
    give("grid", "grid_lead", area_path=GRID)
    gaps = found("grid_no_lead", TOWN)
    assert set(gaps) == {SECOND_GRID, NEIGHBOUR_GRID}
    assert gaps[SECOND_GRID].answerable_id == accounts["town"].pk
    assert gaps[NEIGHBOUR_GRID].answerable_id is None


def test_who_needs_care_has_somebody_who_answers(do: Do, give: Give, person: UUID, home: UUID) -> None:
    assert found("vulnerable_no_one") == {}
    do("secretary", "people.set_vulnerability", person_id=str(person), flags=["dialysis"])
    assert set(found("vulnerable_no_one")) == {str(person)}
    give("grid", "primary_contact", household_id=str(home))
    assert found("vulnerable_no_one") == {}
    Account.objects.filter(username="grid").update(is_active=False)
    assert set(found("vulnerable_no_one")) == {str(person)}
    give("doctor", "doctor", person_id=str(person))
    assert found("vulnerable_no_one") == {}


def test_a_child_alone_has_a_guardian(do: Do, person: UUID) -> None:
    do("secretary", "people.set_vulnerability", person_id=str(person), flags=["child_alone"])
    assert set(found("child_no_guardian")) == {str(person)}
    do("secretary", "people.set_vulnerability", person_id=str(person), flags=["child_alone"], guardian_name="王大明")
    assert found("child_no_guardian") == {}


def test_a_proposal_left_a_day_is_a_gap_of_the_worker(do: Do, accounts: Accounts, home: UUID) -> None:
    given = {"account_id": str(accounts["grid"].pk), "kind": "primary_contact", "household_id": str(home)}
    key = do("secretary", "organisation.assign_responsibility", **given)["id"]
    assert found("responsibility_unaccepted") == {}
    with writing():
        Responsibility.objects.filter(pk=key).update(proposed_at=now() - timedelta(hours=25))
    assert found("responsibility_unaccepted")[key].answerable_id == accounts["grid"].pk
