"""One recorded upload of every shape that apps in the field have sent, in contracts/uploads: the door takes each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.doors.sync import shapes
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.running import run
from lianfang.kernel.clock import now

pytestmark = pytest.mark.django_db

RECORDED = sorted((Path(__file__).parents[4] / "contracts" / "uploads").glob("*.json"))


@pytest.fixture
def household(cast: Any) -> str:
    given = {"area_path": GRID, "number": "3号", "head_name": "王明", "address": "城内村3号"}
    return str(run(cast["system"], "people.add_household", given)["id"])


def test_every_shape_has_a_recorded_upload() -> None:
    assert {int(path.name.split("_")[1]) for path in RECORDED} == set(shapes.SHAPES)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_upload_is_taken(path: Path, signed_in: Any, household: str) -> None:
    text = path.read_text("utf-8").replace("{household}", household).replace("{now}", now().isoformat())
    answer = signed_in("grid").post("/api/sync/upload", json.loads(text), content_type="application/json")
    assert [one["status"] for one in answer.json()["results"]] == ["done"], answer.json()
    assert not RefusedCommand.objects.exists()


@pytest.mark.parametrize("door", ["upload", "import"])
def test_an_upgraded_app_sends_what_the_old_one_recorded_in_the_old_shape(
    door: str, signed_in: Any, household: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "SPOKEN_FROM", (((0, 0), 1), ((2, 0), 2)))
    monkeypatch.setattr(shapes, "SHAPES", {**shapes.SHAPES, 2: {}})
    [path] = [one for one in RECORDED if one.stem == "shape_1_flat_visit"]
    text = path.read_text("utf-8").replace("{household}", household).replace("{now}", now().isoformat())
    body = json.loads(text) | {"app_version": "2.0.0", "format": "lianfang.outbox", "version": 1}
    body["commands"][0]["app_version"] = "0.1.0"
    who = "grid" if door == "upload" else "town"
    answer = signed_in(who).post(f"/api/sync/{door}", body, content_type="application/json")
    assert [one["status"] for one in answer.json()["results"]] == ["done"], answer.json()
