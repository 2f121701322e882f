"""A passage is written once, in whatever order phones bring it; nobody who must pass is stopped. Refusals first."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.checkpoints.models.passages import GateMemory, Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.queries.memory import remembered
from lianfang.domain.checkpoints.tests.conftest import STRANGER, Pass
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HOT = {"name": "赵热", "phone": "13900002222", "temperature_c": 38.1, "again_c": 37.9}


def code(outcome: Any) -> str:
    assert outcome.refusal is not None
    return str(outcome.refusal.code)


# --- refused ---


@pytest.mark.parametrize("who", ["outsider", "neighbour", "auditor", "leader", "desk"])
def test_nobody_records_at_a_gate_that_is_not_theirs(gate: Pass, who: str) -> None:
    assert code(gate(who)) == "access.not_yours"


def test_a_gate_that_is_not_there_is_refused(gate: Pass) -> None:
    assert code(gate(post_id=str(uuid4()))) == "workforce.unknown_post"


@pytest.mark.parametrize("decision", ["turn_back", "refer_health", "hand_over", "pass_known", "pass_registered"])
def test_an_ambulance_is_never_anything_but_let_through(gate: Pass, measure: str, decision: str) -> None:
    tried = gate(must_pass="ambulance", decision=decision, measure_id=measure, destination_path=VILLAGE)
    assert code(tried) == "checkpoints.must_pass_stopped"
    assert not Passage.objects.exists()


def test_nobody_is_turned_back_without_a_measure_in_force(gate: Pass, measure: str) -> None:
    for named in (None, str(uuid4())):
        assert code(gate(decision="turn_back", measure_id=named)) == "checkpoints.turned_back_without_measure"


def test_a_measure_that_was_lifted_turns_nobody_back(gate: Pass, measure: str, moment: datetime) -> None:
    run(SYSTEM, "incidents.lift_measure", {"measure_id": measure, "reason": "风险降低"})
    assert code(gate(decision="turn_back", measure_id=measure)) == "checkpoints.turned_back_without_measure"


def test_a_measure_ends_by_itself(gate: Pass, measure: str, moment: datetime) -> None:
    with clock.fixed(moment + timedelta(days=8)):
        assert code(gate(decision="turn_back", measure_id=measure)) == "checkpoints.turned_back_without_measure"


def test_handing_over_needs_a_village_and_somebody(gate: Pass) -> None:
    assert code(gate(decision="hand_over")) == "checkpoints.hand_over_to_nobody"
    assert code(gate(decision="hand_over", destination_path="140826100999")) == "checkpoints.hand_over_to_nobody"
    nobody = {"decision": "hand_over", "destination_path": NEIGHBOUR_VILLAGE, "people": [{"temperature_c": 36.5}]}
    assert code(gate(**nobody)) == "checkpoints.hand_over_of_nobody"


def test_no_body_is_as_hot_as_that_and_no_clock_runs_ahead(gate: Pass, moment: datetime) -> None:
    assert code(gate(people=[STRANGER | {"temperature_c": 55}])) == "checkpoints.impossible_temperature"
    assert code(gate(at=moment + HOUR)) == "checkpoints.passage_ahead"


def test_an_id_that_stands_for_another_passage_is_refused(gate: Pass) -> None:
    id = uuid7()
    assert gate(id=id).status == "done"
    assert code(gate(id=id, direction="out")) == "action.id_reused"


def test_the_database_itself_stops_nobody_who_must_pass(gate: Pass) -> None:
    row = Passage.objects.get(pk=gate().id)
    row.pk, row.must_pass = uuid7(), "fire"
    with writing(), transaction.atomic(), pytest.raises(DatabaseError):
        row.save(force_insert=True)


def test_a_passage_is_never_changed(gate: Pass) -> None:
    id = gate().id
    with writing(), transaction.atomic(), pytest.raises(DatabaseError):
        Passage.objects.filter(pk=id).update(decision="turn_back")


# --- taken ---


def test_a_stranger_is_registered_with_everybody_in_the_car(gate: Pass) -> None:
    done = gate(plate="晋M12345", people=[STRANGER, {"name": "李近", "temperature_c": 36.4}], heads=4)
    row = Passage.objects.get(pk=done.id)
    assert (row.heads, row.decision, row.reason, row.by_rule) == (4, "pass_registered", "registered", "pass_registered")
    assert row.area_path == VILLAGE
    assert row.post_name == "城内村东口"


def test_nothing_of_a_person_lies_open_in_the_database(gate: Pass) -> None:
    gate(plate="晋M12345", came_from="武汉", people=[STRANGER])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM checkpoints_passage")
        told = str(cursor.fetchall())
    assert not [word for word in ("李远", "13900001111", "晋M12345", "武汉", "36.5") if word in told]


def test_a_passage_of_a_gate_withdrawn_meanwhile_is_taken(gate: Pass, east: UUID, moment: datetime) -> None:
    run(SYSTEM, "workforce.withdraw_post", {"post_id": str(east), "reason": "解封"})
    assert gate(at=moment - HOUR).status == "done"


def test_a_gate_that_decides_otherwise_than_the_rule_is_recorded_so(gate: Pass) -> None:
    row = Passage.objects.get(pk=gate(decision="pass_known", people=[HOT]).id)
    assert (row.decision, row.by_rule) == ("pass_known", "refer_health")


def test_who_is_turned_back_is_told_by_what_and_where_to_appeal(gate: Pass, measure: str) -> None:
    done = gate(decision="turn_back", measure_id=measure)
    assert done.result["appeal"] == "绛县指挥部办公室，0359-6522000"
    row = Passage.objects.get(pk=done.id)
    assert (row.reason, str(row.measure_id)) == ("measure", measure)


def test_what_a_phone_repeats_and_reorders_is_kept_once(cast: dict[str, Actor], east: UUID, moment: datetime) -> None:
    draw = random.Random(5)
    sent = [
        Request(cast["gate"], "checkpoints.record_passage",
                {"post_id": str(east), "direction": draw.choice(["in", "out"]), "people": [STRANGER],
                 "decision": "pass_registered"}, uuid7(), moment - timedelta(minutes=minute))
        for minute in range(60)
    ]  # fmt: skip
    batches = [draw.sample(sent, 25) for _ in range(8)] + [sent]
    outcomes = [one for batch in batches for one in run_many(batch)]
    assert {one.status for one in outcomes} == {"done", "repeated"}
    assert sum(one.status == "done" for one in outcomes) == 60
    assert set(Passage.objects.values_list("pk", flat=True)) == {one.id for one in sent}
    assert list(verify()) == []


def test_a_batch_at_one_gate_asks_the_database_no_more_for_more(
    cast: dict[str, Actor], east: UUID, moment: datetime, django_assert_max_num_queries: Any
) -> None:
    given = {"post_id": str(east), "direction": "in", "people": [STRANGER], "decision": "pass_registered"}
    many = [Request(cast["gate"], "checkpoints.record_passage", given, uuid7()) for _ in range(100)]
    run_many(many[:1])
    rows = 99 if connection.vendor == "sqlite" else 1
    with django_assert_max_num_queries(24 + rows):
        run_many(many[1:])


# --- what follows ---


def test_each_of_those_handed_over_gets_one_number(gate: Pass) -> None:
    two = [STRANGER, {"name": "李近", "phone": "13900003333"}]
    done = gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE, people=two, came_from="武汉")
    slips = list(Slip.objects.order_by("person_no"))
    assert [one.number for one in slips] == done.result["slips"]
    assert {one.area_path for one in slips} == {NEIGHBOUR_VILLAGE}
    assert [one.name for one in slips] == ["李远", "李近"]
    assert gate(id=done.id, decision="hand_over", destination_path=NEIGHBOUR_VILLAGE, people=two).status == "repeated"
    assert Slip.objects.count() == 2


def test_only_the_unwell_of_a_car_go_to_a_health_worker(gate: Pass) -> None:
    gate(decision="refer_health", people=[STRANGER, HOT])
    [slip] = Slip.objects.all()
    assert (slip.kind, slip.name, slip.temperature, slip.area_path) == ("health", "赵热", "37.9", VILLAGE)


def test_gates_remember_who_was_turned_back_and_nothing_of_who_it_was(
    gate: Pass, measure: str, moment: datetime
) -> None:
    gate(plate="晋M12345", people=[STRANGER | {"id_tail": "00002X"}], decision="turn_back", measure_id=measure)
    gate(plate="晋M99999")
    rows = remembered(VILLAGE, moment, 24)
    assert len(rows) == 3
    assert {one["gate"] for one in rows} == {"城内村东口"}
    assert "李远" not in str(GateMemory.objects.values())
    assert remembered("140827", moment, 24) == []
    assert remembered(VILLAGE, moment + 25 * HOUR, 24) == []


def test_what_came_too_late_to_matter_is_not_remembered(gate: Pass, measure: str, moment: datetime) -> None:
    gate(plate="晋M12345", decision="turn_back", measure_id=measure, at=moment - 25 * HOUR)
    assert not GateMemory.objects.exists()


# --- seen ---


def test_a_volunteer_at_the_gate_sees_no_health_and_names_only_masked(gate: Pass, cast: dict[str, Actor]) -> None:
    gate(plate="晋M12345", people=[HOT], decision="refer_health", must_pass="")
    [row] = read(cast["gate"], "checkpoints.passages", Query(within=VILLAGE)).rows
    shown = row["cells"]
    assert (shown["names"], shown["plate"], shown["phones"]) == ("赵*", "晋M****5", "139****2222")
    assert shown["temperature"] is shown["symptoms"] is shown["reason"] is None
    [row] = read(cast["doctor"], "checkpoints.passages", Query(within=VILLAGE)).rows
    assert row["cells"]["temperature"] == "38.1 → 37.9"


def test_the_list_of_a_gate_is_newest_first(gate: Pass, cast: dict[str, Actor], east: UUID, moment: datetime) -> None:
    made = [gate(at=moment - timedelta(minutes=minute)).id for minute in (5, 1, 9)]
    rows = read(cast["town"], "checkpoints.passages", Query(where={"post": str(east)}, within=VILLAGE)).rows
    assert [row["id"] for row in rows] == [str(made[1]), str(made[0]), str(made[2])]


def test_a_car_is_found_by_its_plate_alone(gate: Pass, cast: dict[str, Actor]) -> None:
    made = gate(plate="晋M12345").id
    gate()
    for asked, found in (("晋m 12345", [str(made)]), ("晋M1234", []), ("", None)):
        rows = read(cast["town"], "checkpoints.passages", Query(search=asked, within=VILLAGE)).rows
        assert found is None or [row["id"] for row in rows] == found


def test_a_hand_over_nobody_accepts_in_four_hours_is_a_gap(gate: Pass, moment: datetime, cast: Any) -> None:
    gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE)
    gate(decision="refer_health", people=[HOT])
    with clock.fixed(moment + 3 * HOUR):
        sweep_all()
        assert not GapItem.objects.filter(gap="hand_overs_unaccepted").exists()
    with clock.fixed(moment + 5 * HOUR):
        sweep_all()
        open_ones = set(GapItem.objects.values_list("gap", "area_path"))
    assert ("hand_overs_unaccepted", NEIGHBOUR_VILLAGE) in open_ones
    assert ("gate_referrals_unaccepted", VILLAGE) in open_ones
