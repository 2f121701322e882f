"""What a gate decides: the cases shared with the phone, and what no input can bring about."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.checkpoints.rules import remembering
from lianfang.domain.checkpoints.rules.deciding import (
    DECISIONS,
    MUST_PASS,
    REASONS,
    Arrival,
    Decision,
    GateRule,
    InForce,
    Measured,
    check_correction,
    check_decision,
    decide,
    needs_health,
)
from lianfang.domain.checkpoints.rules.slips import slip_number
from lianfang.kernel.errors import Refusal

CASES = json.loads((Path(__file__).parents[4] / "contracts/cases/gates.json").read_text(encoding="utf-8"))


def _rule(told: dict[str, Any]) -> GateRule:
    measures = [
        InForce(one["id"], one["area"], date.fromisoformat(one["starts_on"]), date.fromisoformat(one["ends_on"]))
        for one in told["measures"]
    ]
    return GateRule(told["area"], told["fever_threshold_c"], frozenset(told["symptoms_to_refer"]), measures)


def _arrival(told: dict[str, Any]) -> Arrival:
    people = [Measured(one["temperature_c"], one["again_c"], tuple(one["symptoms"])) for one in told["people"]]
    return Arrival(**{**told, "people": people})


RULE = _rule(CASES["rule"])


@pytest.mark.parametrize("case", CASES["decide"], ids=lambda case: case["name"])
def test_a_gate_decides_on_the_server_as_on_the_phone(case: dict[str, Any]) -> None:
    decided = decide(_arrival(case["arrival"]), RULE, date.fromisoformat(case["on"]))
    assert decided == Decision(**case["expected"])


def test_words_and_classes_are_the_phones() -> None:
    assert {code: one.as_dict() for code, one in DECISIONS.items()} == CASES["words"]["decisions"]
    assert {code: one.as_dict() for code, one in REASONS.items()} == CASES["words"]["reasons"]
    assert list(MUST_PASS) == CASES["must_pass"]


@pytest.mark.parametrize("case", CASES["slip_numbers"], ids=lambda case: case["expected"])
def test_a_slip_has_the_number_that_the_phone_makes(case: dict[str, Any]) -> None:
    assert slip_number(UUID(case["passage_id"]), case["person"]) == case["expected"]


@pytest.mark.parametrize("case", CASES["marks"], ids=lambda case: f"{case['kind']} {case['text']}")
def test_a_mark_of_memory_is_the_phones(case: dict[str, Any]) -> None:
    key = base64.urlsafe_b64decode(CASES["memory_key"] + "=")
    given = {"plate": (case["text"], ("", "")), "phone": ("", (case["text"], "")), "tail": ("", ("", case["text"]))}
    plate, person = given[case["kind"]]
    assert remembering.marks_of(key, plate, iter([person])) == [case["expected"]]


temperatures = st.none() | st.floats(30, 45)
people = st.lists(
    st.builds(
        Measured, temperatures, temperatures,
        st.lists(st.sampled_from(["cough", "rash", "fever"]), max_size=3).map(tuple),
    ), max_size=5,
)  # fmt: skip
arrivals = st.builds(
    Arrival, people, st.sampled_from(["", *MUST_PASS]), st.booleans(), st.sampled_from(["", "140826100202"]),
    st.sampled_from(["", "m1", "m2", "m9"]), st.booleans(),
)  # fmt: skip
days = st.dates(date(2020, 1, 20), date(2020, 2, 20))


@given(arrivals, days, st.floats(34, 42))
def test_nothing_said_or_measured_ever_stops_who_must_pass(arrival: Arrival, on: date, fever_c: float) -> None:
    rule = GateRule(RULE.area, fever_c, RULE.symptoms_to_refer, RULE.measures)
    decided = decide(arrival, rule, on)
    assert (decided.decision == "must_pass") == bool(arrival.must_pass)
    if not arrival.must_pass:
        return
    check_decision("must_pass", arrival, rule, on)
    for other in DECISIONS.keys() - {"must_pass"}:
        with pytest.raises(Refusal) as no:
            check_decision(other, arrival, rule, on)
        assert no.value.code == "checkpoints.must_pass_stopped"


@given(arrivals, days)
def test_what_the_rule_decides_is_never_refused(arrival: Arrival, on: date) -> None:
    decided = decide(arrival, RULE, on)
    if decided.decision:
        check_decision(decided.decision, arrival, RULE, on)


@given(arrivals, days)
def test_nobody_is_turned_back_without_a_measure_in_force_here(arrival: Arrival, on: date) -> None:
    if arrival.must_pass:
        return
    if arrival.measure_id == "m1" and date(2020, 1, 28) <= on <= date(2020, 2, 10):
        check_decision("turn_back", arrival, RULE, on)
        return
    with pytest.raises(Refusal) as no:
        check_decision("turn_back", arrival, RULE, on)
    assert no.value.code == "checkpoints.turned_back_without_measure"


def test_must_pass_names_its_class() -> None:
    with pytest.raises(Refusal) as no:
        check_decision("must_pass", Arrival(), RULE, date(2020, 2, 3))
    assert no.value.code == "checkpoints.must_pass_without_class"


@pytest.mark.parametrize("case", CASES["correct"], ids=lambda one: f"{one['decision']} {one['classes']}")
def test_a_correction_stops_nobody_who_had_to_pass(case: dict[str, Any]) -> None:
    if case["allowed"]:
        check_correction(case["decision"], case["classes"])
        return
    with pytest.raises(Refusal) as no:
        check_correction(case["decision"], ["", *case["classes"]])
    assert no.value.code == "checkpoints.must_pass_stopped"


@pytest.mark.parametrize("case", CASES["needs_health"], ids=str)
def test_who_has_a_sign_of_illness_goes_to_a_health_worker(case: dict[str, Any]) -> None:
    person = case["person"]
    one = Measured(person["temperature_c"], person["again_c"], tuple(person["symptoms"]))
    rule = GateRule(CASES["rule"]["area"], CASES["rule"]["fever_threshold_c"],
                    frozenset(CASES["rule"]["symptoms_to_refer"]))  # fmt: skip
    assert needs_health(one, rule) is case["expected"]
