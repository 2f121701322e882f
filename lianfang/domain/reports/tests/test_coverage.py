"""Coverage: kept counts that agree with the lists, for one's own areas only."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.reports.models import CoverageCount
from lianfang.domain.reports.queries.coverage import half_day, is_outdated, recount
from lianfang.domain.reports.tests import conftest as made
from lianfang.domain.reports.tests.conftest import at
from lianfang.foundation.actions.guard import writing
from lianfang.kernel.clock import fixed

pytestmark = pytest.mark.django_db


def count(hour: int = 10, minute: int = 0) -> None:
    with fixed(at(hour, minute)), writing():
        recount(at(hour, minute))


def ask(client: Any, path: str) -> Any:
    return client.get(f"/api/coverage?within={path}")


def test_nobody_asks_without_signing_in(client: Any) -> None:
    assert ask(client, COUNTY).status_code == 401


def test_the_outsider_is_refused(signed_in: Any) -> None:
    assert ask(signed_in("outsider"), COUNTY).json()["code"] == "access.not_yours"


def test_a_secretary_asks_nothing_of_another_town(signed_in: Any) -> None:
    assert ask(signed_in("secretary"), "140826101").status_code == 403


@pytest.mark.parametrize("path", ["绛县", "14'", "1" * 40])
def test_a_path_that_is_none_is_refused(signed_in: Any, path: str) -> None:
    assert ask(signed_in("duty"), path).json()["code"] == "http.bad_value"


def test_before_the_first_count_it_says_so(signed_in: Any) -> None:
    assert ask(signed_in("duty"), COUNTY).json()["as_of"] is None


def test_a_village_counts_its_doors_people_and_slots(signed_in: Any, county: str) -> None:
    sweep = made.campaign(households=2)
    made.sweep_household(campaign=sweep, outcome="done")
    made.sweep_household(campaign=sweep)
    made.timetable()
    made.slot(state="recorded", opens_at=at(6))
    made.slot(state="due", opens_at=at(7))
    made.slot(state="upcoming", opens_at=at(18))
    count()
    body = ask(signed_in("duty"), TOWN).json()
    mine = next(one for one in body["areas"] if one["path"] == VILLAGE)
    counts = {name: mine[name] for name in ("households", "reached", "observed", "slots_due", "slots_recorded")}
    assert counts == {"households": 2, "reached": 1, "observed": 1, "slots_due": 2, "slots_recorded": 1}
    assert body["total"]["households"] == 2
    assert {"longitude", "latitude", "name"} <= set(mine)


def test_a_door_of_two_sweeps_counts_once(signed_in: Any, county: str) -> None:
    wide, narrow = made.campaign(households=90), made.campaign(name="复查", households=1)
    one = made.sweep_household(campaign=wide, outcome="done")
    made.create(
        "screening.SweepHousehold",
        campaign=narrow,
        household=one.household,
        area_path=GRID,
        outcome="done",
        since=at(8),
    )
    count()
    assert ask(signed_in("duty"), COUNTY).json()["total"]["reached"] == 1


def test_one_sees_the_counts_of_ones_own_areas_only(signed_in: Any, county: str) -> None:
    made.household(GRID)
    made.household(NEIGHBOUR_GRID)
    count()
    assert ask(signed_in("secretary"), TOWN).json()["total"]["households"] == 1
    assert ask(signed_in("town"), TOWN).json()["total"]["households"] == 2


def test_a_grid_without_anything_left_is_forgotten(county: str) -> None:
    home = made.household()
    count()
    with writing():
        type(home).objects.all().delete()
    count(10, 1)
    assert not CoverageCount.objects.exists()


def test_it_is_counted_anew_after_an_act_at_noon_and_after_a_while(county: str, send: Any) -> None:
    count(10)
    assert not is_outdated(at(10, 5))
    assert is_outdated(at(10, 11))
    assert is_outdated(at(12))
    send("secretary", "areas.create_grid", {"village": VILLAGE, "name": "第三网格"})
    assert is_outdated(at(10, 5))


def test_half_days_follow_each_other() -> None:
    assert half_day(at(11, 59))[1] == half_day(at(12))[0] == at(12)
    assert half_day(at(23, 59))[1] == at(0, day=4)
