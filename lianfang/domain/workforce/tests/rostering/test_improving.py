"""Improvement never breaks a rule and never makes a roster worse; on small ones it finds the best there is."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.workforce.rules.rostering import Assignment, Checked, Problem, Span, Wish, check, plan, slots_of
from lianfang.domain.workforce.rules.rostering.beside import search
from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.exchanging import Exchange
from lianfang.domain.workforce.rules.rostering.greedy import never, quick
from lianfang.domain.workforce.rules.rostering.improving import improve
from lianfang.domain.workforce.rules.rostering.modelling import Part
from lianfang.domain.workforce.tests.rostering.duty import DAY, NEXT_TOWN, NEXT_VILLAGE, VILLAGE, person, post, problem
from lianfang.domain.workforce.tests.rostering.problems import problems

UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def _worth(found: Checked) -> tuple[int, int]:
    return sum(lack.missing for lack in found.unfilled), found.cost.total


def _all_rosters(asked: Problem) -> Iterable[tuple[Assignment, ...]]:
    """Yield every roster with no more people on a shift than it needs."""
    slots, people = slots_of(asked), asked.people
    for chosen in product(range(1 << len(people)), repeat=len(slots)):
        if all(one.bit_count() <= slot.need for one, slot in zip(chosen, slots, strict=True)):
            yield tuple(Assignment(who.key, *slot.key) for one, slot in zip(chosen, slots, strict=True)
                        for number, who in enumerate(people) if one >> number & 1)  # fmt: skip


def _solved_whole(asked: Problem) -> Checked:
    draft = quick(asked)
    answer = Part(draft, range(len(draft.people)), range(len(draft.slots))).solve(60, 1e9, 1)
    assert answer is not None
    best = Draft(asked)
    for who, slots in answer.items():
        for slot in slots:
            best.put(who, slot)
    return check(asked, best.assignments())


@UNHURRIED
@given(problems(most_posts=1, most_people=3, most_days=1))
def test_the_model_of_a_whole_small_roster_finds_the_best_of_all_rosters(asked: Problem) -> None:
    found = _solved_whole(asked)
    judged = [check(asked, roster) for roster in _all_rosters(asked)]
    assert found.violations == ()
    assert _worth(found) == min(_worth(one) for one in judged if not one.violations)


@UNHURRIED
@given(problems())
def test_the_model_of_any_roster_breaks_no_rule_and_is_no_worse_than_the_quick_way(asked: Problem) -> None:
    found = _solved_whole(asked)
    assert found.violations == ()
    assert _worth(found) <= _worth(check(asked, quick(asked).assignments()))


@UNHURRIED
@given(problems(), st.integers(0, 9))
def test_exchanges_break_no_rule_and_keep_count_of_the_cost(asked: Problem, seed: int) -> None:
    draft = quick(asked)
    search = Exchange(draft, seed)
    for _ in range(300):
        search.step()
    assert check(asked, draft.assignments()).violations == ()
    assert search.cost == draft.cost() == Draft(asked, draft.assignments()).cost()


def test_whoever_is_pinned_stays_where_they_are() -> None:
    asked = problem([post(staff=2), post("road", area_path=NEXT_VILLAGE)], [person(str(one)) for one in range(20)], 3)
    draft = quick(asked)
    pinned = {str(one) for one in range(0, 20, 2)}
    before = {one for one in draft.assignments() if one.person in pinned}
    search = Exchange(draft, 1, pinned)
    search.heat = 100
    for _ in range(500):
        search.step()
    assert {one for one in draft.assignments() if one.person in pinned} == before
    assert set(draft.assignments()) != before


def test_towns_searched_beside_one_another_come_back_as_one_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    from lianfang.domain.workforce.rules.rostering import beside

    monkeypatch.setattr(beside, "_LEAST_SLOTS", 0)
    monkeypatch.setattr(beside, "_LEAST_SECONDS", 0.0)
    people = [person(f"{home}-{one}", home=home, team=f"{home}-{one % 3}") for home in (NEXT_VILLAGE, NEXT_TOWN)
              for one in range(12)]  # fmt: skip
    asked = problem([post("a", staff=2), post("b", area_path=NEXT_TOWN, staff=2)], people, 4)
    start = quick(asked)
    shaken = Exchange(start, 1)
    shaken.heat = 100
    for _ in range(500):
        shaken.step()
    cost, told = start.cost(), []
    found = search(start, 0.5, tell=told.append, stop=never, seed=1, processes=2)
    judged = check(asked, found.assignments())
    assert judged.is_good
    assert found.cost() < cost
    assert told


def test_a_whole_plan_reports_its_way_and_ends_when_it_is_perfect() -> None:
    people = [person(str(one), home=home) for one, home in enumerate([NEXT_VILLAGE, person("x").home] * 6)]
    told = []
    found = plan(problem([post(), post("b", area_path=NEXT_VILLAGE)], people, 2), 60, progress=told.append)
    assert found.cost.total == 0
    assert found.unfilled == ()
    assert found.seconds < 60


def test_a_roster_without_shifts_is_empty_even_when_somebody_would_like_to_serve() -> None:
    found = plan(problem([], [person("li", wishes=(Wish(0, DAY, wants_off=False),))]), 5)
    assert (found.assignments, found.cost.wishes) == ((), 3)


def test_a_post_of_the_county_is_improved_with_people_of_every_town() -> None:
    people = [person(str(one), home=home, team=str(one % 2)) for one, home in enumerate([VILLAGE, NEXT_TOWN] * 8)]
    start = quick(problem([post(area_path=VILLAGE[:6], staff=2)], people, 3))
    shaken = Exchange(start, 1)
    shaken.heat = 100
    for _ in range(500):
        shaken.step()
    assert (cost := start.cost()) > 0
    assert improve(start, 4, threads=1).cost() < cost


def test_an_absence_that_makes_a_shift_impossible_leaves_it_unfilled() -> None:
    asked = problem([post()], [person(str(one), away=(Span(0, DAY // 4),)) for one in range(3)])
    found = plan(asked, 3)
    assert [(lack.shift, lack.what) for lack in found.unfilled] == [("n", "staff")]
