"""Who answers for this? The chain from the county leader to the household."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, TOWN, VILLAGE
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.organisation.queries import (
    answerable_for_households,
    answerable_ids,
    holders,
    primary_contact_ids,
    primary_contacts,
    responsibilities_of,
    who_answers_for,
    who_answers_for_many,
)
from lianfang.domain.people.models import Household, Person
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.kernel.ids import uuid7

ON = date(2020, 2, 3)
AT = datetime(2020, 2, 1, tzinfo=UTC)


def give(
    account: Account, kind: str, target_kind: str, path: str, target: UUID | None = None, **more: Any
) -> Responsibility:
    with writing():
        return Responsibility.objects.create(
            account=account, kind=kind, level="grid", target_kind=target_kind, target_id=target, area_path=path,
            proposed_at=AT, **{"starts_on": date(2020, 1, 24), "state": "active", **more},
        )  # fmt: skip


@pytest.fixture
def home(county: str) -> Household:
    with writing():
        return Household.objects.create(area_path=GRID, number="3号", address="城内村3号", head_name="王小明")


@pytest.fixture
def person(home: Household) -> Person:
    with writing():
        return Person.objects.create(area_path=GRID, household=home, name="王小明")


@pytest.fixture
def chain(accounts: dict[str, Account], home: Household) -> None:
    give(accounts["leader"], "leader", "area", TOWN)
    give(accounts["town"], "contract", "area", VILLAGE)
    give(accounts["secretary"], "grid_lead", "area", GRID)
    give(accounts["grid"], "primary_contact", "household", GRID, home.pk)


def test_a_target_that_is_not_there_has_no_chain(county: str) -> None:
    assert who_answers_for("household", uuid7(), ON) is None


def test_a_household_leads_up_to_the_county_leader(chain: None, home: Household) -> None:
    found = who_answers_for("household", home.pk, ON)
    assert found is not None
    assert [(one.level, [each.name for each in one.contacts]) for one in found.answers] == [
        ("county", []),
        ("town", ["韩县长"]),
        ("village", ["李协调"]),
        ("grid", ["王支书"]),
        ("household", ["赵网格"]),
    ]
    assert found.nearest is not None
    assert found.nearest.name == "赵网格"


def test_a_person_is_answered_for_through_the_household(
    chain: None, person: Person, accounts: dict[str, Account]
) -> None:
    give(accounts["doctor"], "doctor", "person", GRID, person.pk)
    found = who_answers_for("person", person.pk, ON)
    assert found is not None
    assert [one.level for one in found.answers][-2:] == ["household", "person"]
    assert found.nearest is not None
    assert found.nearest.name == "陈村医"


def test_one_who_was_deactivated_is_named_but_not_rung_first(
    chain: None, home: Household, accounts: dict[str, Account]
) -> None:
    Account.objects.filter(pk=accounts["grid"].pk).update(is_active=False)
    found = who_answers_for("household", home.pk, ON)
    assert found is not None
    assert [one.is_active for one in found.answers[-1].contacts] == [False]
    assert found.nearest is not None
    assert found.nearest.name == "王支书"
    assert primary_contact_ids(COUNTY, ON) == {}


def test_what_has_ended_or_not_begun_answers_for_nothing(accounts: dict[str, Account], home: Household) -> None:
    give(accounts["grid"], "primary_contact", "household", GRID, home.pk, state="ended", ended_at=AT)
    give(accounts["doctor"], "doctor", "household", GRID, home.pk, starts_on=date(2020, 2, 4))
    assert primary_contacts([home.pk], ON) == {}
    assert who_answers_for("household", home.pk, ON).nearest is None  # type: ignore[union-attr]


def test_many_chains_cost_as_many_queries_as_one(chain: None, home: Household, django_assert_num_queries: Any) -> None:
    with writing():
        others = [Household.objects.create(area_path=GRID, number=str(n), address="") for n in range(30)]
    with django_assert_num_queries(3):
        found = who_answers_for_many("household", [home.pk, *(one.pk for one in others)], ON)
    assert len(found) == 31
    assert found[others[5].pk].nearest.name == "王支书"  # type: ignore[union-attr]


def test_an_area_without_a_lead_is_answered_for_by_the_level_above(chain: None, accounts: dict[str, Account]) -> None:
    assert answerable_ids([GRID, VILLAGE, VILLAGE + "002", COUNTY], ON) == {
        GRID: accounts["secretary"].pk,
        VILLAGE: accounts["town"].pk,
        VILLAGE + "002": accounts["town"].pk,
    }


def test_a_household_without_contact_falls_to_the_area(
    chain: None, accounts: dict[str, Account], home: Household
) -> None:
    stray = uuid7()
    assert answerable_for_households([(home.pk, GRID), (stray, GRID)], ON) == {
        home.pk: accounts["grid"].pk,
        stray: accounts["secretary"].pk,
    }


def test_the_doctor_of_the_village_serves_its_grids(accounts: dict[str, Account], county: str) -> None:
    give(accounts["doctor"], "doctor", "area", VILLAGE)
    assert holders([GRID], "doctor", ON)[GRID].name == "陈村医"
    assert holders([TOWN], "doctor", ON) == {}


def test_a_worker_holds_what_is_in_force(chain: None, accounts: dict[str, Account], home: Household) -> None:
    assert [row.kind for row in responsibilities_of(accounts["grid"].pk, ON)] == ["primary_contact"]
    assert responsibilities_of(accounts["gate"].pk, ON) == []
