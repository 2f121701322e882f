"""A gate phone takes along its own gates, the village's people in the smallest form, and what gates remember."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import orjson
import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, NEIGHBOUR_VILLAGE
from lianfang.domain.checkpoints.rules.remembering import PHONE, PLATE, mark
from lianfang.domain.checkpoints.tests.conftest import Pass, east, gate, make_post, measure
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.cards import public_key, read_card
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
__all__ = ["east", "gate", "measure"]


@pytest.fixture
def people(cast: Any) -> dict[str, str]:
    """Somebody in the gate's village, in the neighbouring one, and one whose address is confidential."""
    made = {}
    for path, name, secret in ((GRID, "王小明", False), (GRID, "白露", True), (NEIGHBOUR_GRID, "钱一", False)):
        home = {"area_path": path, "number": f"{name}家", "head_name": name, "address": "城内村3号",
                "confidential_address": secret}  # fmt: skip
        household = run(cast["system"], "people.add_household", home)["id"]
        given = {"household_id": household, "name": name, "phone": "13812345678",
                 "identity_number": "11010519491231002X" if name == "王小明" else ""}  # fmt: skip
        made[name] = run(cast["system"], "people.add_person", given)["id"]
    return made


def packed(browser: Any) -> dict[str, Any]:
    return dict(browser.get("/api/sync/bundle").json())


@pytest.mark.parametrize("who", ["outsider", "auditor", "health", "desk", "leader", "duty", "town"])
def test_who_stands_at_no_gate_takes_none_along(signed_in: Any, east: UUID, who: str) -> None:
    assert "gates" not in packed(signed_in(who))


def test_a_village_without_a_gate_sends_nothing_of_its_people_to_its_volunteers(signed_in: Any, people: Any) -> None:
    told = packed(signed_in("gate"))
    assert "gates" not in told
    assert "王" not in orjson.dumps(told).decode()


def test_only_the_own_gates_come_along_with_what_they_judge_by(signed_in: Any, east: UUID, measure: str) -> None:
    make_post("K002", "乔村口", NEIGHBOUR_VILLAGE)
    gates = packed(signed_in("gate"))["gates"]
    [post] = gates["posts"]
    assert (post["id"], post["name"]) == (str(east), "城内村东口")
    assert post["rule"]["fever_threshold_c"] == 37.3
    assert post["rule"]["rest_minutes"] == 15
    assert post["appeal"] == {"office": "绛县指挥部办公室", "hotline": "0359-6522000"}
    assert [one["id"] for one in gates["measures"]] == [measure]
    assert "ambulance" in [one["code"] for one in gates["must_pass"]]
    assert {one["path"][:6] for one in gates["villages"]} == {COUNTY}


def test_locals_are_told_by_no_more_than_finds_them(signed_in: Any, east: UUID, people: Any) -> None:
    gates = packed(signed_in("gate"))["gates"]
    [known] = gates["locals"]
    assert known == {
        "id": people["王小明"], "area": GRID, "name": "王*明", "initials": "wxm", "door": "王小明家", "tails": ["5678"],
    }  # fmt: skip
    text = orjson.dumps(gates).decode()
    assert not [word for word in ("钱", "白露", "13812345678", "002X", "城内村3号") if word in text]


def test_a_local_is_found_by_the_plate_they_came_by(signed_in: Any, gate: Pass, people: Any) -> None:
    gate(plate="晋M12345", people=[{"person_id": people["王小明"]}], decision="pass_known", is_known=True)
    gates = packed(signed_in("gate"))["gates"]
    assert gates["locals"][0]["plates"] == [mark(_key(gates), PLATE, "晋M12345")]
    assert "晋M12345" not in orjson.dumps(gates).decode()


def test_what_one_gate_decided_is_known_at_the_next(
    signed_in: Any, cast: Any, gate: Pass, measure: str, people: Any
) -> None:
    make_post("K002", "乔村口", NEIGHBOUR_GRID)
    before = packed(signed_in("neighbour"))["gates"]
    assert before["memory"] == []
    gate(plate="晋M12345", decision="turn_back", measure_id=measure)
    gates = packed(signed_in("neighbour"))["gates"]
    assert {one["mark"] for one in gates["memory"]} == {
        mark(_key(gates), PLATE, "晋M12345"), mark(_key(gates), PHONE, "13900001111"),
    }  # fmt: skip
    assert {(one["decision"], one["gate"]) for one in gates["memory"]} == {("turn_back", "城内村东口")}
    assert "李远" not in orjson.dumps(gates).decode()


def test_a_volunteers_phone_has_a_card_for_its_gates(signed_in: Any, east: UUID) -> None:
    answer = signed_in("gate").get("/api/sync/bundle", {"device_id": "d1", "key": public_key()}).json()
    assert read_card(answer["card"]).paths == (answer["gates"]["posts"][0]["area"],)


def _key(gates: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64decode(gates["memory_keys"][0]["key"] + "=")


def test_passages_come_up_in_any_order_again_and_again_and_refusals_are_kept(signed_in: Any, east: UUID) -> None:
    given = {"post_id": str(east), "direction": "in", "people": [{"name": "李远"}], "decision": "pass_registered"}
    good = [{"id": str(uuid7()), "action": "checkpoints.record_passage", "input": given} for _ in range(20)]
    bad = {"id": str(uuid7()), "action": "checkpoints.record_passage", "input": given | {"must_pass": "fire"}}
    phone = signed_in("gate")
    for sent in ([*good[:12], bad], list(reversed(good)), [*good, bad]):
        body = {"device_id": "d1", "app_version": "0.1.0", "commands": sent}
        results = phone.post("/api/sync/upload", body, content_type="application/json").json()["results"]
        assert len(results) == len(sent)
    assert {one["status"] for one in results} == {"repeated", "refused"}
    [kept] = RefusedCommand.objects.all()
    assert (str(kept.command_id), kept.code) == (bad["id"], "checkpoints.must_pass_stopped")
