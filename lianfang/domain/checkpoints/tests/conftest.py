"""What tests of gates share: gates in a village, a measure in force, and passages as phones send them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.kernel.ids import uuid7

Pass = Callable[..., Outcome]
STRANGER = {"name": "李远", "phone": "13900001111", "temperature_c": 36.5}


def make_post(number: str, name: str, path: str = VILLAGE) -> UUID:
    """Set up a village gate."""
    given = {
        "number": number, "area_path": path, "kind": "village_gate", "tier": "village", "name": name, "pattern": "4x6",
    }  # fmt: skip
    return UUID(run(SYSTEM, "workforce.add_post", given)["id"])


@pytest.fixture
def east(cast: dict[str, Actor], moment: datetime) -> UUID:
    """The village's eastern gate."""
    return make_post("K001", "城内村东口")


@pytest.fixture
def measure(cast: dict[str, Actor], moment: datetime) -> str:
    """A measure of entry in force in the town until the tenth of February."""
    incident = run(SYSTEM, "incidents.open_incident", {
        "name": "绛县疫情", "disease": "covid19", "area_path": COUNTY, "level": "I", "started_on": "2020-01-25",
        "trigger": "晋政办发电〔2020〕2号", "legal_basis": "《突发公共卫生事件应急条例》",
        "office": "绛县指挥部办公室", "hotline": "0359-6522000",
    })["id"]  # fmt: skip
    given = {
        "incident_id": incident, "area_path": TOWN, "kind": "entry", "scope": "外来车辆", "legal_basis": "县公告第3号",
        "authority": "县指挥部", "starts_on": "2020-01-28", "ends_on": "2020-02-10", "exemptions": "必须放行的情形",
        "notice_text": "外来车辆暂不进村。",
    }  # fmt: skip
    return str(run(SYSTEM, "incidents.issue_measure", given)["id"])


@pytest.fixture
def gate(cast: dict[str, Actor], east: UUID) -> Pass:
    """Send one passage at the eastern gate as a phone does; returns its outcome."""

    def send(who: str = "gate", id: UUID | None = None, at: datetime | None = None, **more: Any) -> Outcome:
        given = {"post_id": str(east), "direction": "in", "people": [STRANGER], "decision": "pass_registered", **more}
        [outcome] = run_many([Request(cast[who], "checkpoints.record_passage", given, id or uuid7(), at)])
        return outcome

    return send
