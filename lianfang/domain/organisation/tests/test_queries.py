"""Who answers for this? The chain from the county leader to the household."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, TOWN, VILLAGE
from lianfang.domain.organisation.queries import (
    answerable_for_households,
    answerable_ids,
    card_data,
    holders,
    primary_contact_ids,
    primary_contacts,
    responsibilities_of,
    who_answers_for,
    who_answers_for_many,
)
from lianfang.domain.organisation.tests.conftest import Do
from lianfang.foundation.accounts.models import Account
from lianfang.kernel.ids import uuid7

Give = Callable[..., UUID]
ON = date(2020, 2, 3)


@pytest.fixture
def chain(give: Give, home: UUID) -> None:
    give("leader", "leader", area_path=TOWN)
    give("town", "contract", area_path=VILLAGE)
    give("secretary", "grid_lead", area_path=GRID)
    give("grid", "primary_contact", household_id=str(home))


def test_a_target_that_is_not_there_has_no_chain(county: str) -> None:
    assert who_answers_for("household", uuid7(), ON) is None
    assert who_answers_for("place", uuid7(), ON) is None
    assert who_answers_for("person", uuid7(), ON) is None
    assert card_data(uuid7(), ON) is None


def test_a_household_leads_up_to_the_county_leader(chain: None, home: UUID) -> None:
    found = who_answers_for("household", home, ON)
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
    assert found.as_dict()["answers"][-1]["contacts"][0]["role"]["zh"] == "联户责任人"


def test_a_person_is_answered_for_through_the_household(chain: None, person: UUID, give: Give) -> None:
    give("doctor", "doctor", person_id=str(person))
    found = who_answers_for("person", person, ON)
    assert found is not None
    assert [one.level for one in found.answers][-2:] == ["household", "person"]
    assert found.nearest is not None
    assert found.nearest.name == "陈村医"


def test_a_factory_has_its_leader(give: Give, do: Do) -> None:
    made = do("system", "places.add_place", area_path=VILLAGE, kind="factory", name="绛山水泥厂")
    give("leader", "leader", place_id=made["id"])
    found = who_answers_for("place", UUID(made["id"]), ON)
    assert found is not None
    assert (found.answers[-1].level, found.answers[-1].contacts[0].name) == ("place", "韩县长")


def test_an_area_is_answered_for_by_those_above(chain: None) -> None:
    found = who_answers_for("area", GRID, ON)
    assert found is not None
    assert [one.level for one in found.answers] == ["county", "town", "village", "grid"]


def test_one_who_was_deactivated_is_named_but_not_rung_first(
    chain: None, home: UUID, accounts: dict[str, Account]
) -> None:
    Account.objects.filter(pk=accounts["grid"].pk).update(is_active=False)
    found = who_answers_for("household", home, ON)
    assert found is not None
    assert [one.is_active for one in found.answers[-1].contacts] == [False]
    assert found.nearest is not None
    assert found.nearest.name == "王支书"
    assert primary_contact_ids(COUNTY, ON) == {}


def test_what_has_ended_or_not_begun_answers_for_nothing(do: Do, give: Give, home: UUID) -> None:
    ended = give("grid", "primary_contact", household_id=str(home))
    do("system", "organisation.end_responsibility", responsibility_id=str(ended), reason="搬走")
    give("doctor", "doctor", household_id=str(home), starts_on=str(ON + timedelta(days=1)))
    assert primary_contacts([home], ON) == {}
    found = who_answers_for("household", home, ON)
    assert found is not None
    assert found.nearest is None


def test_many_chains_cost_as_many_queries_as_one(
    chain: None, homes: list[UUID], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        found = who_answers_for_many("household", homes, ON)
    assert len(found) == 10
    nearest = found[homes[5]].nearest
    assert nearest is not None
    assert nearest.name == "王支书"


def test_an_area_without_a_lead_is_answered_for_by_the_level_above(chain: None, accounts: dict[str, Account]) -> None:
    assert answerable_ids([GRID, VILLAGE, VILLAGE + "002", COUNTY], ON) == {
        GRID: accounts["secretary"].pk,
        VILLAGE: accounts["town"].pk,
        VILLAGE + "002": accounts["town"].pk,
    }


def test_a_household_without_contact_falls_to_the_area(
    chain: None, accounts: dict[str, Account], homes: list[UUID]
) -> None:
    assert answerable_for_households([(homes[0], GRID), (homes[1], GRID)], ON) == {
        homes[0]: accounts["grid"].pk,
        homes[1]: accounts["secretary"].pk,
    }


def test_the_doctor_of_the_village_serves_its_grids(give: Give) -> None:
    give("doctor", "doctor", area_path=VILLAGE)
    assert holders([GRID], "doctor", ON)[GRID].name == "陈村医"
    assert holders([TOWN], "doctor", ON) == {}


def test_a_worker_holds_what_is_in_force(chain: None, accounts: dict[str, Account]) -> None:
    assert [row.kind for row in responsibilities_of(accounts["grid"].pk, ON)] == ["primary_contact"]
    assert responsibilities_of(accounts["gate"].pk, ON) == []


def test_a_card_names_the_nearest_first_and_no_resident(chain: None, home: UUID, person: UUID, give: Give) -> None:
    give("doctor", "doctor", area_path=VILLAGE)
    data = card_data(home, ON)
    assert data is not None
    assert [one["name"] for one in data["levels"]] == ["赵网格", "王支书", "李协调", "韩县长"]
    assert [one["name"] for one in data["others"]] == ["陈村医"]
    assert data["place"].endswith("1号")
    assert "王小明" not in str(data)
