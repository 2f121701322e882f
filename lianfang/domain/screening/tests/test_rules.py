"""Visits, leads and push lists: refusals, shared cases, and who is taken for whom."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.screening import rules
from lianfang.domain.screening.rules import LeadAbout, Particulars
from lianfang.kernel.errors import Problems, Refusal

CASES = json.loads((Path(__file__).parents[4] / "contracts" / "cases" / "screening.json").read_text("utf-8"))
ON = date(2020, 2, 3)
KNOWN = Particulars("p1", "王小明", "token-a", frozenset({"phone-a"}), "14/140826/101/", date(1980, 5, 1), None, "男")


def cases(name):
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["name"])


def moment(text):
    return datetime.fromisoformat(text) if text else None


def level(row, known=KNOWN):
    return rules.compare(row, known, on=ON)[0]


def evidence(row, known=KNOWN):
    return [one.code for one in rules.compare(row, known, on=ON)[1]]


# --- refusals ---


@pytest.mark.parametrize("code", list(rules.OUTCOMES))
def test_an_outcome_without_what_it_needs_is_refused_naming_each_field(code):
    with pytest.raises(Problems) as refused:
        rules.check_outcome(code, {})
    assert [one.field for one in refused.value.problems] == list(rules.OUTCOMES[code].needs)


def test_an_outcome_outside_the_list_is_refused():
    with pytest.raises(Refusal) as refused:
        rules.check_outcome("suspicious", {})
    assert refused.value.code == "screening.outcome_unknown"


def test_nobody_is_unreachable_after_one_call():
    with pytest.raises(Problems) as refused:
        rules.check_outcome("unreachable", {"note": "关机"}, tries=1, tries_needed=3)
    assert [one.code for one in refused.value.problems] == ["screening.too_few_tries"]
    rules.check_outcome("unreachable", {"note": "关机"}, tries=3, tries_needed=3)


def test_a_lead_is_not_replied_before_it_is_verified():
    with pytest.raises(Refusal) as refused:
        rules.check_lead_step("dispatched", "replied")
    assert refused.value.code == "screening.step_not_allowed"
    rules.check_lead_step("verified", "replied")


def test_a_campaign_does_not_run_before_it_is_approved():
    with pytest.raises(Refusal):
        rules.check_campaign_step("draft", "running")
    rules.check_campaign_step("approved", "running")


# --- shared cases ---


@cases("after_visit")
def test_a_visit_asks_for_what_follows(case):
    given_ = {**case["input"], "visited_at": moment(case["input"]["visited_at"])}
    outcome, visited_at = given_.pop("outcome"), given_.pop("visited_at")
    if "refused" in case["expected"]:
        with pytest.raises(Refusal) as refused:
            rules.after_visit(outcome, visited_at, **given_)
        assert refused.value.code == case["expected"]["refused"]
    else:
        step = rules.after_visit(outcome, visited_at, **given_)
        assert (step.what, step.due_at) == (case["expected"]["what"], moment(case["expected"]["due_at"]))


@cases("is_past_window")
def test_a_window_closes(case):
    left, on = (date.fromisoformat(case["input"][name]) for name in ("last_there_on", "on"))
    assert rules.is_past_window(left, on, case["input"]["window_days"]) is case["expected"]


@cases("lead_deadline")
def test_a_lead_has_a_deadline(case):
    given_ = case["input"]
    due = rules.lead_deadline(moment(given_["received_at"]), given_["within_hours"], moment(given_["batch_deadline"]))
    assert due == moment(case["expected"])


def test_only_somebody_met_counts_as_reached_and_empty_houses_leave_the_denominator():
    assert [code for code in rules.VISIT_OUTCOMES if rules.is_reached(code)] == ["done"]
    assert [code for code in rules.VISIT_OUTCOMES if rules.in_denominator(code)] == ["done", "absent", "refused"]
    assert rules.in_denominator(None)
    assert not rules.has_outcome(None)


# --- one person or two ---


def test_the_same_identity_number_is_exact():
    assert level(Particulars(name="王小明", identity="token-a")) == "exact"
    assert level(Particulars(name="", identity="token-a")) == "exact"


def test_the_same_identity_number_under_another_name_goes_to_a_person():
    assert level(Particulars(name="李建国", identity="token-a")) == "probable"


def test_the_same_phone_and_name_is_exact_unless_age_or_sex_speak_against_it():
    row = Particulars(name="王小明", phones=frozenset({"phone-a"}))
    assert level(row) == "exact"
    assert level(row._replace(age=12)) == "probable"
    assert level(row._replace(sex="女")) == "probable"


def test_a_phone_without_a_name_is_only_probable_because_families_share_phones():
    assert level(Particulars(phones=frozenset({"phone-a"}))) == "probable"


def test_a_phone_under_another_name_is_somebody_else_of_the_family():
    assert level(Particulars(name="王老五", phones=frozenset({"phone-a"}))) == "new"


@pytest.mark.parametrize("name", ["王晓明", "汪小明", "王小鸣"])
def test_a_name_that_sounds_the_same_in_the_same_village_goes_to_a_person(name):
    row = Particulars(name=name, village=KNOWN.village, age=39)
    assert level(row) == "probable"
    assert evidence(row) == ["name_sounds_same", "village_same", "age_agrees"]


@pytest.mark.parametrize(
    ("known", "written", "code"), [("王红梅", "王江梅", "name_looks_same"), ("王小明", "小明王", "name_turned")]
)
def test_a_miswritten_name_with_the_same_phone_goes_to_a_person(known, written, code):
    row = Particulars(name=written, phones=frozenset({"phone-a"}))
    assert level(row, KNOWN._replace(name=known)) == "probable"
    assert code in evidence(row, KNOWN._replace(name=known))


def test_one_number_written_for_two_brothers_goes_to_a_person():
    row = Particulars(name="王小亮", identity="token-a")
    assert level(row) == "probable"
    assert "name_one_character" in evidence(row)


def test_a_brother_with_the_family_phone_is_somebody_else():
    assert level(Particulars(name="王小亮", phones=frozenset({"phone-a"}))) == "new"


def test_a_surname_with_a_reading_of_its_own_is_heard_both_ways():
    known = KNOWN._replace(name="单小明")
    assert level(Particulars(name="善小明", village=KNOWN.village), known) == "probable"
    assert level(Particulars(name="丹小明", village=KNOWN.village), known) == "probable"


def test_namesakes_of_another_age_sex_or_village_are_new():
    row = Particulars(name="王小明", village=KNOWN.village, age=40)
    assert level(row) == "probable"
    assert level(row._replace(age=70)) == "new"
    assert level(row._replace(sex="女")) == "new"
    assert level(row._replace(village="14/140826/102/")) == "new"


def test_a_grid_inside_the_village_is_the_same_village():
    assert level(Particulars(name="王小明", village="14/140826/101/07/")) == "probable"


def test_two_valid_identity_numbers_are_two_people_unless_name_and_phone_agree():
    row = Particulars(name="王小明", identity="token-b", village=KNOWN.village)
    assert level(row) == "new"
    assert level(row._replace(phones=frozenset({"phone-a"}))) == "probable"


def test_several_that_fit_exactly_go_to_a_person():
    twin = KNOWN._replace(id="p2")
    found = rules.match(Particulars(name="王小明", identity="token-a"), [KNOWN, twin], on=ON)
    assert (found.level, found.person_ids) == ("probable", ("p1", "p2"))
    assert found.evidence[-1].code == "several"


def test_an_exact_match_wins_over_probable_ones():
    cousin = Particulars("p2", "王晓明", None, frozenset(), KNOWN.village, None, 40, "男")
    row = Particulars(name="王小明", identity="token-a", village=KNOWN.village)
    found = rules.match(row, [cousin, KNOWN], on=ON)
    assert (found.level, found.person_ids) == ("exact", ("p1",))


def test_nobody_who_fits_means_new():
    assert rules.match(Particulars(name="赵六"), [KNOWN], on=ON) == rules.Match("new")


def test_evidence_says_it_in_both_languages_and_names_nobody():
    _, reasons = rules.compare(Particulars(name="王小明", phones=frozenset({"phone-a"})), KNOWN, on=ON)
    for one in reasons:
        assert one.sentence.zh
        assert one.sentence.en
        assert "王" not in one.sentence.zh


people = st.builds(
    Particulars,
    name=st.sampled_from(["", "王小明", "王晓明", "李建国", "单小明"]),
    identity=st.sampled_from([None, "token-a", "token-b"]),
    phones=st.frozensets(st.sampled_from(["phone-a", "phone-b"])),
    village=st.sampled_from(["", "14/1/", "14/2/"]),
    age=st.none() | st.integers(0, 100),
    sex=st.sampled_from([None, "男", "女"]),
)


@settings(deadline=None)
@given(people, people)
def test_comparing_is_the_same_from_both_sides(one, other):
    assert rules.compare(one, other, on=ON) == rules.compare(other, one, on=ON)


@settings(deadline=None)
@given(people, people)
def test_nobody_is_taken_for_another_on_a_name_alone(one, other):
    bare = one._replace(identity=None, phones=frozenset())
    assert level(bare, other) != "exact"
    assert level(bare._replace(village=""), other) == "new"


# --- duplicate leads ---


def lead(id_, name="王小明", day=3, incident="covid", **more):
    return LeadAbout(id_, incident, date(2020, 2, day), Particulars(name=name, phones=frozenset({"phone-a"})), **more)


def test_two_leads_on_one_person_are_one_piece_of_work():
    assert rules.judge_duplicate(lead("l2"), lead("l1"), window_days=14).person_ids == ("l1",)
    matched = rules.judge_duplicate(lead("l2", person_id="p1"), lead("l1", "王晓明", person_id="p1"), window_days=14)
    assert (matched.level, [one.code for one in matched.evidence]) == ("exact", ["person_same"])


def test_leads_of_other_incidents_people_or_months_are_separate_work():
    old = lead("l1")
    assert rules.judge_duplicate(lead("l2", incident="dengue"), old, window_days=14).level == "new"
    assert rules.judge_duplicate(lead("l2", day=20), old, window_days=14).level == "new"
    assert rules.judge_duplicate(lead("l2", name="李建国"), old, window_days=14).level == "new"
    other = rules.judge_duplicate(lead("l2", person_id="p2"), lead("l1", person_id="p1"), window_days=14)
    assert other.level == "new"
