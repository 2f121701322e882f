"""A phone was away while a newer register was taken over: what it recorded under old codes is taken under the new."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, TOWN, VILLAGE
from lianfang.domain.areas.queries import area_exists, areas_of_level
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import read
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NEW = f"{TOWN}299"
BEFORE, AFTER = "2020-02-03T09:00:00+08:00", "2020-02-03T11:00:00+08:00"


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
    def send(path: str, at: str) -> Any:
        command = {"id": str(uuid7()), "action": "people.add_household", "happened_at": at,
                   "input": {"area_path": path, "number": "7号"}}  # fmt: skip
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
