"""A correction is a new row that names what it stands for; what follows from a passage follows it. Refusals first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.checkpoints.actions.passages import told
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.queries.memory import remembered
from lianfang.domain.checkpoints.tests.conftest import STRANGER, Pass
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Outcome, Request, run_many
from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.retention.erasing import erase_due
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
HOT = {"name": "赵热", "phone": "13900002222", "temperature_c": 38.1, "again_c": 37.9}
Correct = Callable[..., Outcome]


@pytest.fixture
def correct(cast: dict[str, Actor]) -> Correct:
    """Send one correction as a phone does; returns its outcome."""

    def send(passage: UUID, who: str = "gate", id: UUID | None = None, **given: Any) -> Outcome:
        sent = {"passage_id": str(passage), "reason": "点错了", **given}
        [outcome] = run_many([Request(cast[who], "checkpoints.correct_passage", sent, id or uuid7())])
        return outcome

    return send


def code(outcome: Outcome) -> str:
    assert outcome.refusal is not None
    return str(outcome.refusal.code)


def listed(cast: dict[str, Actor], table: str = "checkpoints.passages") -> list[dict[str, Any]]:
    return [row["cells"] for row in read(cast["town"], table, Query(within=VILLAGE)).rows]


# --- refused ---


@pytest.mark.parametrize("who", ["outsider", "neighbour", "auditor", "desk"])
def test_nobody_corrects_the_passage_of_a_gate_that_is_not_theirs(gate: Pass, correct: Correct, who: str) -> None:
    assert code(correct(gate().id, who, plate="晋M12345")) == "access.not_yours"


def test_what_nobody_recorded_is_not_corrected(correct: Correct, east: UUID) -> None:
    assert code(correct(uuid4(), plate="晋M12345")) == "checkpoints.unknown_passage"


def test_a_correction_says_why(gate: Pass, correct: Correct) -> None:
    assert code(correct(gate().id, plate="晋M12345", reason="")) == "input.invalid"


@pytest.mark.parametrize("decision", ["turn_back", "refer_health", "hand_over"])
@pytest.mark.parametrize("named", ["fire", ""])
def test_nobody_who_had_to_pass_becomes_stopped_by_a_correction(
    gate: Pass, correct: Correct, measure: str, decision: str, named: str
) -> None:
    first = gate(must_pass="fire", decision="must_pass").id
    given = {"decision": decision, "must_pass": named, "measure_id": measure, "destination_path": NEIGHBOUR_VILLAGE}
    assert code(correct(first, **given)) == "checkpoints.must_pass_stopped"
    between = correct(first, decision="pass_registered").id
    assert code(correct(between, **given)) == "checkpoints.must_pass_stopped"
    assert [one.decision for one in Passage.objects.order_by("received_at", "pk")] == ["must_pass", "pass_registered"]


def test_a_correction_turns_nobody_back_without_a_measure_of_the_day_of_the_passage(
    gate: Pass, correct: Correct, measure: str, moment: datetime
) -> None:
    first = gate().id
    assert code(correct(first, decision="turn_back")) == "checkpoints.turned_back_without_measure"
    with clock.fixed(moment + timedelta(days=10)):
        assert correct(first, decision="turn_back", measure_id=measure).status == "done"


def test_a_passage_is_corrected_once_and_then_its_correction(gate: Pass, correct: Correct) -> None:
    first = gate().id
    second = correct(first, plate="晋M12345").id
    assert code(correct(first, plate="晋M12346")) == "checkpoints.passage_corrected"
    assert correct(second, plate="晋M12346").status == "done"


def test_the_database_itself_takes_one_correction_and_none_without_a_reason(gate: Pass, correct: Correct) -> None:
    row = Passage.objects.get(pk=correct(gate().id, plate="晋M12345").id)
    other = gate().id
    for corrects, why in ((row.corrects_id, "又点错了"), (other, "")):
        row.pk, row.corrects_id, row.why_corrected = uuid7(), corrects, why
        with writing(), transaction.atomic(), pytest.raises(DatabaseError):
            row.save(force_insert=True)


# --- taken ---


def test_the_list_shows_what_stands_and_the_old_row_stays_apart(
    cast: dict[str, Actor], gate: Pass, correct: Correct
) -> None:
    first = gate(plate="晋M12345", came_from="临汾").id
    fixed = correct(first, plate="晋M12346", persons=[{"person_no": 1, "name": "李远山"}]).id
    [stands], [before] = listed(cast), listed(cast, "checkpoints.corrected_passages")
    assert (stands["plate"], stands["corrects"], stands["why_corrected"]) == ("晋M****6", str(first), "点错了")
    assert (before["plate"], before["why_corrected"]) == ("晋M****5", "")
    row = Passage.objects.get(pk=fixed)
    assert (row.came_from, row.names, row.phones) == ("临汾", '["李远山"]', '["13900001111"]')
    assert row.happened_at == Passage.objects.get(pk=first).happened_at


def test_a_correction_that_comes_twice_is_kept_once(gate: Pass, correct: Correct) -> None:
    first, id = gate().id, uuid7()
    assert [correct(first, id=id, plate="晋M12345").status for _ in range(2)] == ["done", "repeated"]
    assert code(correct(first, id=id, plate="晋M12346")) == "action.id_reused"
    assert Passage.objects.count() == 2


def test_a_passage_its_correction_and_the_correction_of_that_come_in_one_upload(
    cast: dict[str, Actor], east: UUID
) -> None:
    ids = [uuid7() for _ in range(3)]
    first = {"post_id": str(east), "direction": "in", "people": [STRANGER], "decision": "pass_registered"}
    sent = [Request(cast["gate"], "checkpoints.record_passage", first, ids[0])] + [
        Request(cast["gate"], "checkpoints.correct_passage",
                {"passage_id": str(before), "reason": "看错车牌", "plate": plate}, id)
        for before, id, plate in zip(ids, ids[1:], ["晋M12345", "晋M12346"], strict=False)
    ]  # fmt: skip
    for status in ("done", "repeated"):
        assert [one.status for one in run_many(sent)] == [status] * 3
    [stands] = listed(cast)
    assert stands["plate"] == "晋M****6"


def test_whoever_is_known_stays_known_where_nothing_is_said_of_people(
    cast: dict[str, Actor], gate: Pass, correct: Correct, do: Any
) -> None:
    home = do("system", "people.add_household", area_path=f"{VILLAGE}001", number="1", head_name="王明")["id"]
    known = do("system", "people.add_person", household_id=home, name="王明")["id"]
    first = gate(people=[{"person_id": known}, STRANGER], decision="pass_registered").id
    assert Passage.objects.get(pk=correct(first, purpose="看病").id).person_ids == [known]


# --- each person of a passage ---


def test_who_is_not_in_a_passage_is_not_corrected(gate: Pass, correct: Correct) -> None:
    first = gate(people=[STRANGER, HOT], decision="refer_health").id
    refused = correct(first, persons=[{"person_no": 3, "name": "李远山"}])
    assert (code(refused), refused.refusal.field) == ("checkpoints.no_such_person", "persons.0.person_no")
    assert Passage.objects.count() == 1


def test_each_person_is_corrected_by_their_number_and_the_others_stay(gate: Pass, correct: Correct) -> None:
    first = gate(people=[STRANGER, {"name": "王五"}, HOT], decision="refer_health").id
    said = [
        {"person_no": 1},
        {"person_no": 2, "phone": "13900003333", "temperature_c": 36.4, "symptoms": ["cough"]},
        {"person_no": 3, "name": "赵日", "empty": ["phone"]},
        {"name": "钱六"},
    ]
    row = Passage.objects.get(pk=correct(first, persons=said, decision="refer_health").id)
    assert told(row.names) == ["李远", "王五", "赵日", "钱六"]
    assert told(row.phones) == ["13900001111", "13900003333", "", ""]
    assert told(row.health) == [{"t": 36.5}, {"t": 36.4, "s": ["cough"]}, {"t": 38.1, "again": 37.9}, {}]
    assert row.heads == 4


def test_names_phones_and_temperatures_of_one_person_stand_in_the_same_place_of_the_list(
    cast: dict[str, Actor], gate: Pass
) -> None:
    gate(people=[{"name": "王五"}, STRANGER, {"phone": "13900002222", "temperature_c": 36.2}])
    [row] = read(cast["health"], "checkpoints.passages", Query(within=VILLAGE)).rows
    shown = [str(row["cells"][name]).split("、") for name in ("names", "phones", "temperature")]
    assert [[at for at, one in enumerate(each) if one != "—"] for each in shown] == [[0, 1], [1, 2], [1, 2]]


@pytest.mark.parametrize("place", [1, 2])
def test_the_decision_follows_from_what_was_found_of_anybody(gate: Pass, correct: Correct, place: int) -> None:
    first = gate(people=[STRANGER, STRANGER]).id
    hot = correct(first, persons=[{"person_no": place, "temperature_c": 38.1, "again_c": 37.9}])
    well = correct(hot.id, persons=[{"person_no": place, "temperature_c": 36.5, "empty": ["again_c"]}])
    assert [one.result["decision"] for one in (hot, well)] == ["refer_health", "pass_registered"]


def test_who_was_to_be_handed_over_is_again_when_the_fever_was_a_mistake(gate: Pass, correct: Correct) -> None:
    first = gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE).id
    hot = correct(first, persons=[{"person_no": 1, "temperature_c": 38.1, "again_c": 37.9}])
    well = correct(hot.id, persons=[{"person_no": 1, "empty": ["temperature_c", "again_c"]}])
    assert [one.result["decision"] for one in (hot, well)] == ["refer_health", "hand_over"]


def test_who_would_be_measured_again_first_stays_as_the_gate_left_them(gate: Pass, correct: Correct) -> None:
    first = gate().id
    assert correct(first, persons=[{"person_no": 1, "temperature_c": 38.1}]).result["decision"] == "pass_registered"


def test_what_the_gate_decided_otherwise_than_by_the_rules_stays(gate: Pass, correct: Correct) -> None:
    first = gate(decision="refer_health").id
    assert correct(first, persons=[{"person_no": 1, "name": "李远山"}]).result["decision"] == "refer_health"


def test_nobody_who_had_to_pass_is_stopped_by_what_is_found_of_them_later(gate: Pass, correct: Correct) -> None:
    first = gate(must_pass="childbirth", decision="must_pass").id
    hot = [{"person_no": 1, "temperature_c": 38.1, "again_c": 37.9}]
    assert correct(first, persons=hot).result["decision"] == "must_pass"
    other = gate(must_pass="childbirth", decision="must_pass").id
    between = correct(other, decision="pass_registered").id
    assert correct(between, persons=hot).result["decision"] == "pass_registered"


def test_a_word_about_the_plate_leaves_the_decision_alone(gate: Pass, correct: Correct) -> None:
    first = gate(decision="pass_known", is_known=True).id
    fixed = correct(first, plate="晋M12345", persons=[{"person_no": 1}])
    assert fixed.result["decision"] == "pass_known"


# --- what follows ---


def test_gates_forget_what_was_a_mistake_and_remember_what_it_was(
    gate: Pass, correct: Correct, measure: str, moment: datetime
) -> None:
    people = [STRANGER | {"id_tail": "00002X"}]
    first = gate(plate="晋M12345", people=people, decision="turn_back", measure_id=measure).id
    before = {one["mark"] for one in remembered(VILLAGE, moment, 24)}
    fixed = correct(first, plate="晋M12346").id
    after = {one["mark"] for one in remembered(VILLAGE, moment, 24)}
    assert (len(before), len(after), len(before & after)) == (3, 3, 2)
    correct(fixed, decision="pass_registered")
    assert remembered(VILLAGE, moment, 24) == []


def test_a_slip_keeps_its_number_where_who_was_handed_over_is_corrected(
    gate: Pass, correct: Correct, moment: datetime
) -> None:
    done = gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE)
    fixed = correct(done.id, persons=[{"person_no": 1, "name": "李远山"}], destination_path=VILLAGE)
    [slip] = Slip.objects.all()
    assert fixed.result["slips"] == done.result["slips"] == [slip.number]
    assert (slip.name, slip.area_path, slip.state, slip.passage_id) == ("李远山", VILLAGE, "handed", fixed.id)
    with clock.fixed(moment + timedelta(hours=5)):
        sweep_all()
    assert list(GapItem.objects.filter(gap="hand_overs_unaccepted").values_list("area_path", flat=True)) == [VILLAGE]


def test_a_slip_of_who_is_not_handed_over_after_all_is_void_and_nobody_waits(
    gate: Pass, correct: Correct, moment: datetime
) -> None:
    done = gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE)
    fixed = correct(done.id, decision="pass_registered")
    assert Slip.objects.get().state == "void"
    assert Event.objects.get(name="checkpoints.slips_changed").area_path == NEIGHBOUR_VILLAGE
    with clock.fixed(moment + timedelta(hours=5)):
        sweep_all()
    assert not GapItem.objects.filter(gap="hand_overs_unaccepted").exists()
    again = correct(fixed.id, decision="hand_over")
    assert again.result["slips"] != done.result["slips"]
    assert set(Slip.objects.values_list("state", flat=True)) == {"void", "handed"}


def test_what_a_village_accepted_stays_with_it(cast: dict[str, Actor], gate: Pass, correct: Correct) -> None:
    done = gate(decision="hand_over", destination_path=VILLAGE)
    run_many([Request(cast["secretary"], "checkpoints.accept_hand_over", {"slip_id": str(Slip.objects.get().pk)},
                      uuid7())])  # fmt: skip
    correct(correct(done.id, persons=[{"person_no": 1, "name": "李远山"}]).id, decision="pass_registered")
    slip = Slip.objects.get()
    assert (slip.state, slip.name) == ("accepted", "李远")


def test_only_who_is_unwell_after_all_has_a_slip_and_a_number_is_never_given_twice(
    gate: Pass, correct: Correct
) -> None:
    first = gate(decision="refer_health", people=[STRANGER, HOT])
    well = HOT | {"temperature_c": 36.6, "again_c": None}
    second = correct(first.id, people=[STRANGER | {"temperature_c": 38.0, "again_c": 38.0}, well])
    third = correct(second.id, people=[STRANGER, HOT])
    ending = [number[-1] for one in (first, second, third) for number in one.result["slips"]]
    assert ending == ["2", "1", "2"]
    assert third.result["slips"] == first.result["slips"]
    assert dict(Slip.objects.values_list("person_no", "state")) == {1: "void", 2: "handed"}
    assert Event.objects.filter(name="checkpoints.sent_to_health").count() == 3


def test_a_correction_is_erased_with_what_it_corrects(gate: Pass, correct: Correct, moment: datetime) -> None:
    correct(gate(at=moment - timedelta(days=33)).id, plate="晋M12345")
    erase_due(moment)
    assert not Passage.objects.exists()
