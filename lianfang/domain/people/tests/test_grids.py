"""Splitting and merging grids: everybody comes along, and nobody is lost or doubled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.areas.queries import find_area, grids_of
from lianfang.domain.people.models import Household, Person
from lianfang.domain.people.tests.conftest import Do
from lianfang.domain.people.tests.test_households import SECOND_GRID, refused
from lianfang.foundation.events.models import Event
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.ids import uuid7


@pytest.fixture
def street(do: Do) -> list[str]:
    """Six households with one person each in the grid, and one person of the grid without a household."""
    ids = [do("grid", "people.add_household", area_path=GRID, number=f"{n}号")["id"] for n in range(6)]
    for one in ids:
        do("grid", "people.add_person", household_id=one, name="王明")
    do("grid", "people.add_person", area_path=GRID, name="李红")
    return ids


def test_a_grid_worker_splits_nothing(do: Do, street: list[str]) -> None:
    no = refused(do, "grid", "people.split_grid", grid=GRID, households=street[:2], name="第五网格")
    assert no.code == "access.not_yours"


def test_the_secretary_of_another_village_is_refused(do: Do, street: list[str]) -> None:
    no = refused(do, "secretary", "people.merge_grids", grids=[GRID], into=NEIGHBOUR_GRID)
    assert no.code == "access.not_yours"


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"grids": [GRID], "into": GRID}, "people.grid_into_itself"),
        ({"grids": [NEIGHBOUR_GRID], "into": GRID}, "people.grids_of_two_villages"),
        ({"grids": [VILLAGE + "009"], "into": GRID}, "people.unknown_area"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(do: Do, given_: dict[str, Any], code: str) -> None:
    assert refused(do, "town", "people.merge_grids", **given_).code == code


def test_households_of_another_grid_are_not_taken_along(do: Do, street: list[str], next_door: Household) -> None:
    no = refused(do, "town", "people.split_grid", grid=GRID, households=[street[0], str(next_door.pk)], name="第五网格")
    assert no.code == "people.unknown_household"
    assert len(grids_of(VILLAGE)) == 2


def test_a_split_leaves_somebody_behind(do: Do, street: list[str]) -> None:
    no = refused(do, "secretary", "people.split_grid", grid=GRID, households=street, name="第五网格")
    assert no.code == "people.split_takes_all"


def test_a_split_moves_households_with_people_and_keeps_the_history(do: Do, cast: Any, street: list[str]) -> None:
    path = do("secretary", "people.split_grid", grid=GRID, households=street[:2], name="第五网格")["path"]
    assert Household.objects.filter(area_path=path).count() == Person.objects.filter(area_path=path).count() == 2
    assert Household.objects.filter(area_path=GRID).count() == 4
    [change] = read(cast["secretary"], "areas.changes", Query(within=GRID)).rows
    assert (change["cells"]["kind"], change["cells"]["after"]) == ("split", {"into": path})
    assert Event.objects.get(name="people.grid_split").body["to_path"] == path
    assert len(Event.objects.get(name="people.households_moved").body["person_ids"]) == 2


def test_a_merge_closes_the_grid_and_names_its_successor(do: Do, cast: Any, street: list[str]) -> None:
    do("secretary", "people.merge_grids", grids=[GRID], into=SECOND_GRID)
    assert Person.objects.filter(area_path=SECOND_GRID).count() == 7
    assert find_area(GRID) is None
    [change] = read(cast["secretary"], "areas.changes", Query(within=GRID)).rows
    assert (change["cells"]["kind"], change["cells"]["after"]) == ("merged", {"successors": [SECOND_GRID]})
    assert refused(do, "grid", "people.add_household", area_path=GRID, number="9").code == "people.unknown_area"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.integers(0, 5), min_size=1, max_size=5))
def test_split_and_merged_everybody_is_where_they_were(do: Do, street: list[str], chosen: set[int]) -> None:
    before = set(Person.objects.values_list("pk", "household_id", "area_path"))
    name = f"临时网格{uuid7()}"
    undo = do("secretary", "people.split_grid", grid=GRID, households=[street[n] for n in chosen], name=name)["undo"]
    assert Person.objects.count() == len(before)
    do("secretary", undo["action"], **undo["input"])
    assert set(Person.objects.values_list("pk", "household_id", "area_path")) == before
