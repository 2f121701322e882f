"""The quick way always answers, breaks no rule about a person, and its figures are the checker's."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.workforce.rules.rostering import Assignment, Problem, check, plan, slots_of
from lianfang.domain.workforce.rules.rostering.drafting import EMPTY_PLACE, Draft
from lianfang.domain.workforce.rules.rostering.greedy import quick
from lianfang.domain.workforce.tests.rostering.duty import person, post, problem
from lianfang.domain.workforce.tests.rostering.problems import problems

UNHURRIED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def test_with_nobody_to_serve_every_place_is_left_empty_and_said() -> None:
    found = plan(problem([post(staff=2)], []), 0)
    assert found.assignments == ()
    assert sum(lack.missing for lack in found.unfilled) == 8


def test_stopped_at_once_it_still_answers() -> None:
    found = plan(problem([post()], [person("li")]), 5, stop=lambda: True)
    assert found.assignments == ()
    assert len(found.unfilled) == 4


def test_somebody_changes_over_where_only_a_medic_will_do() -> None:
    medic, other = person("he", skills=frozenset({"medic"})), person("li")
    asked = problem([post("a"), post("b", skills={"medic": 1}, staff=1)], [medic, other])
    found = plan(asked, 0)
    assert {(one.person, one.post) for one in found.assignments} == {("he", "b"), ("li", "a")}


def test_a_shift_that_needs_a_medic_and_has_none_is_staffed_all_the_same() -> None:
    found = plan(problem([post(skills={"medic": 1})], [person("li"), person("wu"), person("he"), person("ma")]), 0)
    assert {lack.what for lack in found.unfilled} == {"medic"}


@UNHURRIED
@given(problems())
def test_no_rule_about_a_person_is_ever_broken(asked: Problem) -> None:
    assert check(asked, quick(asked).assignments()).violations == ()


@UNHURRIED
@given(problems(), st.data())
def test_the_planners_figures_are_the_checkers(asked: Problem, data: st.DataObject) -> None:
    places = [Assignment(who.key, *slot.key) for who in asked.people for slot in slots_of(asked)]
    some = data.draw(st.lists(st.sampled_from(places), unique=True)) if places else []
    draft = Draft(asked, some)
    for one in data.draw(st.lists(st.sampled_from(some), unique=True)) if some else []:
        draft.take_off(draft.person_number[one.person], draft.slot_number[one[1:]])
    found = check(asked, draft.assignments())
    assert draft.cost() == found.cost.total + EMPTY_PLACE * sum(lack.missing for lack in found.unfilled)


@UNHURRIED
@given(problems(), st.data())
def test_somebody_may_take_a_shift_exactly_when_the_checker_finds_nothing_broken_by_it(
    asked: Problem, data: st.DataObject
) -> None:
    draft = quick(asked)
    for slot in range(len(draft.slots)):
        for who in range(len(draft.people)):
            if who in draft.on[slot]:
                continue
            tried = [*draft.assignments(), Assignment(draft.people[who].key, *draft.slots[slot].key)]
            assert draft.may_take(who, slot) == (check(asked, tried).violations == ())
