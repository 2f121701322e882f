"""What tests of screening share: doors in two villages and a running sweep."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import run_waiting

OTHER_GRID = VILLAGE + "002"


@pytest.fixture
def doors(cast: Any) -> dict[str, list[UUID]]:
    """Five doors in the grid, two in the next grid, three in the neighbouring village; by grid path."""
    found: dict[str, list[UUID]] = {}
    for path, count in ((GRID, 5), (OTHER_GRID, 2), (NEIGHBOUR_GRID, 3)):
        for number in range(1, count + 1):
            given = {"area_path": path, "number": f"{number}号", "head_name": "王明", "address": f"城内村{number}号"}
            found.setdefault(path, []).append(UUID(run(cast["system"], "people.add_household", given)["id"]))
    run_waiting()
    return found


@pytest.fixture
def planned(cast: Any, accounts: Any, moment: Any, doors: Any) -> str:
    """A sweep of the town, planned by its coordinator."""
    given = {
        "name": "返乡人员排查", "purpose": "找到从疫区返回的人", "area_path": TOWN, "ends_on": date(2020, 2, 9),
        "owner_id": accounts["town"].pk,
        "questions": [{"code": "came_back", "text": "家中有无外地返乡人员"}],
    }  # fmt: skip
    return str(run(cast["town"], "screening.plan_campaign", given)["id"])


@pytest.fixture
def sweep(cast: Any, planned: str) -> str:
    """The sweep, approved and running."""
    run(cast["town"], "screening.approve_campaign", {"campaign_id": planned})
    run(cast["town"], "screening.start_campaign", {"campaign_id": planned})
    return planned
