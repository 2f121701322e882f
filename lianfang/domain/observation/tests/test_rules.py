"""Observation rules: refusals first, then the shared cases, then what must hold for every input."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.observation import rules
from lianfang.domain.observation.rules import NeedAnswer, Reading, Span
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Problems, Refusal

CASES = json.loads((Path(__file__).parents[4] / "contracts" / "cases" / "observation.json").read_text("utf-8"))
WINDOWS = rules.windows_from(CASES["windows"])
NO_NEEDS = {need.code: NeedAnswer(yes=False) for need in rules.NEEDS}
FORTNIGHT = Span("order-1", date(2020, 2, 3), date(2020, 2, 16))


def cases(name):
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["name"])


def moment(text):
    return datetime.fromisoformat(text) if text else None


def readings(moments):
    return [Reading(str(n), moment(at), 36.5) for n, at in enumerate(moments)]


def at(day, hour, minute=0):
    return datetime(2020, 2, day, hour, minute, tzinfo=CHINA)


def code_of(call):
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


# --- refusals ---


def test_an_order_is_refused_while_a_question_was_not_asked():
    answers = {code: answer for code, answer in NO_NEEDS.items() if code != "dialysis"}
    with pytest.raises(Problems) as refused:
        rules.check_needs_answered(answers)
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("observation.need_unanswered", "needs.dialysis")
    ]


def test_observation_does_not_begin_while_a_dependent_son_has_nobody():
    answers = {**NO_NEEDS, "sole_carer": NeedAnswer(yes=True), "disabled": NeedAnswer(yes=True, owner_id="secretary")}
    with pytest.raises(Problems) as refused:
        rules.check_may_go_live(answers)
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("observation.need_unowned", "needs.sole_carer")
    ]


def test_observation_begins_once_every_need_has_an_owner():
    answers = {**NO_NEEDS, "sole_carer": NeedAnswer(yes=True, owner_id="secretary")}
    rules.check_may_go_live(answers)
    assert [need.code for need in rules.needs_raised(answers)] == ["sole_carer"]


def test_an_extension_without_approver_or_basis_is_refused():
    end, later = date(2020, 2, 16), date(2020, 2, 20)
    refused = "observation.extension_unapproved"
    assert code_of(lambda: rules.check_extension(end, later, approved_by=" ", basis="县指挥部令")) == refused
    assert code_of(lambda: rules.check_extension(end, later, approved_by="王某", basis="")) == refused


def test_an_extension_that_shortens_is_refused():
    end = date(2020, 2, 16)
    call = lambda: rules.check_extension(end, end, approved_by="王某", basis="令")  # noqa: E731
    assert code_of(call) == "observation.extension_not_later"


def test_an_order_whose_window_is_past_is_refused():
    assert code_of(lambda: rules.check_still_needed(date(2020, 2, 6), date(2020, 2, 7))) == "observation.window_past"
    rules.check_still_needed(date(2020, 2, 7), date(2020, 2, 7))


@pytest.mark.parametrize(("temperature_c", "code"), [(3.65, "impossible"), (365.0, "impossible"), (None, "empty")])
def test_a_reading_that_no_body_can_have_is_refused(temperature_c, code):
    reading = Reading("1", at(3, 8), temperature_c)
    refused = code_of(lambda: rules.check_reading(reading, lowest_c=34.0, highest_c=43.0))
    assert refused == f"observation.reading_{code}"


def test_release_waits_for_an_open_referral():
    slots = rules.timetable([FORTNIGHT], WINDOWS)
    proposal = rules.end_proposal([FORTNIGHT], slots, [], at(17, 8))
    call = lambda: rules.check_release(proposal, FORTNIGHT.ends_on, open_referral=True, gaps_seen=True)  # noqa: E731
    assert code_of(call) == "observation.release_referred"


def test_release_before_the_end_is_refused():
    call = lambda: rules.check_release(None, FORTNIGHT.ends_on, open_referral=False, gaps_seen=True)  # noqa: E731
    assert code_of(call) == "observation.release_too_early"


def test_release_needs_somebody_who_saw_the_gaps():
    slots = rules.timetable([FORTNIGHT], WINDOWS)
    proposal = rules.end_proposal([FORTNIGHT], slots, [], at(17, 8))
    call = lambda: rules.check_release(proposal, FORTNIGHT.ends_on, open_referral=False, gaps_seen=False)  # noqa: E731
    assert code_of(call) == "observation.gaps_unseen"
    rules.check_release(proposal, FORTNIGHT.ends_on, open_referral=False, gaps_seen=True)


# --- shared cases ---


@cases("judge_reading")
def test_a_reading_is_judged(case):
    given_ = case["input"]
    reading = Reading("1", moment(given_["at"]), given_["temperature_c"], tuple(given_["symptoms"]))
    judged = rules.judge_reading(
        reading,
        fever_threshold_c=given_["fever_threshold_c"],
        symptoms_to_refer=given_["symptoms_to_refer"],
        refer_within_hours=given_["refer_within_hours"],
    )
    assert judged.refer is case["expected"]["refer"]
    assert judged.refer_by == moment(case["expected"]["refer_by"])
    assert bool(judged.reasons) is judged.refer


@cases("planned_days")
def test_the_days_are_planned(case):
    given_, expected = case["input"], case["expected"]

    def call():
        return rules.planned_days(
            date.fromisoformat(given_["last_exposure_on"]), given_["length_days"], given_["start_offset_days"]
        )

    if "refused" in expected:
        assert code_of(call) == expected["refused"]
    else:
        assert [day.isoformat() for day in call()] == [expected["starts_on"], expected["ends_on"]]


@cases("slot_state")
def test_a_slot_has_a_state(case):
    given_ = case["input"]
    day = date.fromisoformat(given_["day_on"])
    slot = next(one for one in rules.timetable([Span("1", day, day)], WINDOWS) if one.name == given_["slot"])
    assert rules.slot_state(slot, readings(given_["readings"]), moment(given_["now"])) == case["expected"]


@cases("escalation")
def test_missed_slots_go_up(case):
    given_, expected = case["input"], case["expected"]
    span = Span("1", date.fromisoformat(given_["starts_on"]), date.fromisoformat(given_["ends_on"]))
    told = rules.escalation(
        rules.timetable([span], WINDOWS),
        readings(given_["readings"]),
        moment(given_["now"]),
        missed_to_escalate=given_["missed_to_escalate"],
        town_after_hours=given_["town_after_hours"],
        acted_at=moment(given_["acted_at"]),
    )
    if expected is None:
        assert told is None
    else:
        assert (told.to, told.since, list(told.missed)) == (
            expected["to"],
            moment(expected["since"]),
            expected["missed"],
        )


@cases("check_step")
def test_an_order_lives_by_its_steps(case):
    now, then = case["input"]["now"], case["input"]["then"]
    if "refused" in case["expected"]:
        assert code_of(lambda: rules.check_step(now, then)) == case["expected"]["refused"]
    else:
        rules.check_step(now, then)


# --- sentences ---


def test_two_orders_of_one_person_give_one_timetable_with_the_latest_end():
    spans = [FORTNIGHT, Span("order-2", date(2020, 2, 10), date(2020, 2, 23))]
    slots = rules.timetable(spans, WINDOWS)
    assert len(slots) == 2 * 21
    assert rules.latest_end(spans) == date(2020, 2, 23)


def test_an_order_told_in_the_afternoon_does_not_begin_with_a_missed_morning():
    slots = rules.timetable([FORTNIGHT], WINDOWS, live_from=at(3, 15))
    assert slots[0].key == "2020-02-03/evening"


def test_one_reading_a_day_keeps_only_the_morning():
    slots = rules.timetable([FORTNIGHT], rules.windows_from(CASES["windows"], slots_per_day=1))
    assert {slot.name for slot in slots} == {"morning"}


def test_the_end_is_proposed_when_the_last_reading_is_there():
    slots = rules.timetable([FORTNIGHT], WINDOWS)
    taken = [Reading(slot.key, slot.opens_at, 36.4) for slot in slots]
    proposal = rules.end_proposal([FORTNIGHT], slots, taken, at(16, 16, 5))
    assert proposal is not None
    assert (proposal.gaps, proposal.last_slot_missed) == ((), False)


def test_the_end_is_proposed_with_its_gaps_when_the_last_slot_is_missed():
    slots = rules.timetable([FORTNIGHT], WINDOWS)
    taken = [Reading(slot.key, slot.opens_at, 36.4) for slot in slots[:-1]]
    assert rules.end_proposal([FORTNIGHT], slots, taken, at(16, 21)) is None
    proposal = rules.end_proposal([FORTNIGHT], slots, taken, at(16, 21, 1))
    assert (proposal.gaps, proposal.last_slot_missed) == (("2020-02-16/evening",), True)


def test_a_slot_knows_which_day_of_observation_it_is():
    slots = rules.timetable([FORTNIGHT], WINDOWS)
    assert (slots[0].day_number, slots[-1].day_number) == (1, 14)
    assert rules.slot_for(at(5, 19), slots).key == "2020-02-05/evening"
    assert rules.slot_for(at(20, 19), slots) is None


# --- properties ---

days = st.dates(date(2020, 1, 1), date(2020, 3, 31))
spans = st.lists(
    st.builds(lambda start, length: Span("o", start, start + timedelta(days=length)), days, st.integers(0, 30)),
    min_size=1,
    max_size=4,
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2020, 5, 31), timezones=st.just(UTC))  # noqa: DTZ001
taken_at = st.lists(moments, max_size=20)


@settings(deadline=None)
@given(spans)
def test_every_day_of_every_order_has_each_slot_exactly_once(orders):
    keys = [slot.key for slot in rules.timetable(orders, WINDOWS)]
    assert len(keys) == len(set(keys)) == 2 * len(rules.merged_days(orders))
    assert all(f"{span.starts_on}/morning" in keys and f"{span.ends_on}/evening" in keys for span in orders)


@settings(deadline=None)
@given(spans, moments)
def test_a_reading_counts_for_at_most_one_slot(orders, taken):
    slots = rules.timetable(orders, WINDOWS)
    assert sum(slot.catches_from <= taken < slot.catches_until for slot in slots) <= 1


@settings(deadline=None)
@given(spans, taken_at, moments)
def test_no_work_and_no_alarm_outlives_the_last_slot(orders, taken, now):
    slots = rules.timetable(orders, WINDOWS)
    read = [Reading(str(n), one, 36.5) for n, one in enumerate(taken)]
    work = rules.open_work(slots, read, now, kept_open=2)
    alarm = rules.escalation(slots, read, now, missed_to_escalate=2, town_after_hours=4)
    if now > slots[-1].late_until:
        assert work == []
        assert alarm is None
        assert rules.end_proposal(orders, slots, read, now) is not None
    assert len(work) <= 3


@settings(deadline=None)
@given(spans, taken_at, moments, moments)
def test_one_more_reading_never_makes_a_slot_missed(orders, taken, extra, now):
    slots = rules.timetable(orders, WINDOWS)
    before = [Reading(str(n), one, 36.5) for n, one in enumerate(taken)]
    after = [*before, Reading("extra", extra, 36.5)]
    for slot in slots:
        if rules.slot_state(slot, before, now) == "recorded":
            assert rules.slot_state(slot, after, now) == "recorded"


@settings(deadline=None)
@given(days, st.integers(1, 60), st.integers(0, 2))
def test_planned_days_have_the_length_of_the_rule(exposed_on, length, offset):
    starts_on, ends_on = rules.planned_days(exposed_on, length, offset)
    assert (ends_on - starts_on).days + 1 == length


@settings(deadline=None)
@given(st.floats(34, 43), st.floats(36, 40))
def test_fever_is_at_or_above_the_threshold(temperature_c, threshold):
    reading = Reading("1", at(3, 8), temperature_c)
    judged = rules.judge_reading(reading, fever_threshold_c=threshold, symptoms_to_refer=(), refer_within_hours=2)
    assert judged.refer is (temperature_c >= threshold)


def test_every_state_can_be_reached_and_every_step_leads_to_a_known_state():
    reached = {"ordered"} | {then for now in rules.STATES for then in rules.allowed_steps(now)}
    assert reached == set(rules.STATES)
    assert all(not rules.allowed_steps(state) for state in rules.CLOSED_STATES)
