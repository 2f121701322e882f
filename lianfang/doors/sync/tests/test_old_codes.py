"""A phone was away while a newer register was taken over: what it recorded under old codes is taken under the new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.areas.queries import area_exists, areas_of_level
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NEW = f"{TOWN}299"
# the register is taken over at nine
BEFORE, AFTER = "2020-02-03T08:00:00+08:00", "2020-02-03T10:00:00+08:00"


@pytest.fixture
def migration(cast: dict[str, Actor], county: str, moment: Any) -> str:
    """城内村 gets another code."""
    towns = {area.path: area.name for area in areas_of_level("town", COUNTY)}
    villages = {area.path: area.name for area in areas_of_level("village", COUNTY)}
    villages[NEW] = villages.pop(VILLAGE)
    given = {"within": COUNTY, "source": "新登记册.csv", "valid_from": "2020-02-01", "told": {VILLAGE: [NEW]},
             "towns": list(towns.items()), "villages": list(villages.items())}  # fmt: skip
    done: str = run(cast["duty"], "areas.migrate_register", given)["migration_id"]
    assert not area_exists(VILLAGE)
    return done


@pytest.fixture
def upload(signed_in: Any) -> Any:
    def send(path: str, at: str, as_of: str | None = None) -> Any:
        command = {"id": str(uuid7()), "action": "people.add_household", "happened_at": at,
                   "input": {"area_path": path, "number": "7号"}, **({"as_of": as_of} if as_of else {})}  # fmt: skip
        body = {"commands": [command], "device_id": "phone-1", "app_version": "0.1.0"}
        return signed_in("grid").post("/api/sync/upload", body, content_type="application/json").json()["results"][0]

    return send


def homes(actor: Actor) -> list[str]:
    return [row["area"] for row in read(actor, "people.households").rows]


@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_a_household_recorded_under_the_old_code_comes_under_the_new(
    upload: Any, cast: dict[str, Actor], migration: str, at: str
) -> None:
    assert upload(GRID, at)["status"] == "done"
    assert homes(cast["duty"]) == [GRID.replace(VILLAGE, NEW)]
    assert not RefusedCommand.objects.exists()


def test_after_an_undo_the_old_code_is_the_code_again(upload: Any, cast: dict[str, Actor], migration: str) -> None:
    run(cast["duty"], "areas.undo_migration", {"migration_id": migration, "reason": "登记册有误"})
    assert upload(GRID, AFTER)["status"] == "done"
    assert homes(cast["duty"]) == [GRID]


def test_a_code_that_nobody_ever_had_is_refused_and_kept(upload: Any, migration: str) -> None:
    assert upload("140826999999001", AFTER)["status"] == "refused"
    assert RefusedCommand.objects.count() == 1


# --- a code that another village has now ---


@pytest.fixture
def renew(cast: dict[str, Actor], county: str, moment: Any) -> Any:
    """Take over a register in which villages have other codes; return the migration."""

    def take_over(told: dict[str, str]) -> str:
        towns = {area.path: area.name for area in areas_of_level("town", COUNTY)}
        old = {area.path: area.name for area in areas_of_level("village", COUNTY)}
        villages = {code: name for code, name in old.items() if code not in told}
        villages |= {new: old[was] for was, new in told.items()}
        given = {"within": COUNTY, "source": "新登记册.csv", "valid_from": "2020-02-01",
                 "told": {was: [new] for was, new in told.items()},
                 "towns": list(towns.items()), "villages": list(villages.items())}  # fmt: skip
        done: str = run(cast["duty"], "areas.migrate_register", given)["migration_id"]
        return done

    return take_over


# 城内村 gets a code of its own, and its old one goes to the village beside it
HANDED_ON = {VILLAGE: NEW, NEIGHBOUR_VILLAGE: VILLAGE}
# the two have each other's
CHANGED = {VILLAGE: NEIGHBOUR_VILLAGE, NEIGHBOUR_VILLAGE: VILLAGE}


@pytest.mark.parametrize("told", [HANDED_ON, CHANGED])
@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_what_a_phone_that_has_the_old_codes_records_is_of_the_village_it_means(
    upload: Any, cast: dict[str, Actor], renew: Any, told: dict[str, str], at: str
) -> None:
    renew(told)
    assert upload(f"{VILLAGE}001", at, as_of=BEFORE)["status"] == "done"
    assert homes(cast["duty"]) == [f"{told[VILLAGE]}001"]


@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_what_a_phone_records_after_it_renewed_its_grid_is_of_the_village_that_has_the_code_now(
    upload: Any, cast: dict[str, Actor], renew: Any, at: str
) -> None:
    renew(CHANGED)
    assert upload(f"{NEIGHBOUR_VILLAGE}001", at, as_of=AFTER)["status"] == "done"
    assert homes(cast["duty"]) == [f"{NEIGHBOUR_VILLAGE}001"]


def test_a_code_moves_once_for_each_register_since_the_grid_was_made(
    upload: Any, cast: dict[str, Actor], renew: Any, moment: datetime
) -> None:
    renew(HANDED_ON)
    with clock.fixed(moment + timedelta(hours=2)):
        renew({NEW: f"{TOWN}298"})
        for as_of, path in ((BEFORE, GRID), (AFTER, GRID.replace(VILLAGE, NEW))):
            assert upload(path, AFTER, as_of=as_of)["status"] == "done"
        assert homes(cast["duty"]) == [GRID.replace(VILLAGE, f"{TOWN}298")] * 2


def test_what_was_recorded_under_a_register_that_was_undone_goes_back_with_it(
    upload: Any, cast: dict[str, Actor], renew: Any, moment: datetime
) -> None:
    done = renew(CHANGED)
    with clock.fixed(moment + timedelta(hours=2)):
        run(cast["duty"], "areas.undo_migration", {"migration_id": done, "reason": "登记册有误"})
        assert upload(GRID.replace(VILLAGE, NEIGHBOUR_VILLAGE), AFTER, as_of=AFTER)["status"] == "done"
        assert upload(GRID, AFTER, as_of=BEFORE)["status"] == "done"
    assert homes(cast["duty"]) == [GRID] * 2


def test_a_grid_of_no_moment_is_refused_and_kept(upload: Any, migration: str) -> None:
    assert upload(GRID, AFTER, as_of="昨天")["refusal"]["field"] == "as_of"
    assert RefusedCommand.objects.count() == 1
