"""A published roster changes as little as possible, every change says why, and substitutes come with their reasons."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.workforce.rules.rostering import (
    Assignment,
    Problem,
    SlotKey,
    Span,
    Wish,
    check,
    plan,
    replan,
    substitutes,
)
from lianfang.domain.workforce.tests.rostering.duty import (
    DAY,
    NEXT_TOWN,
    NEXT_VILLAGE,
    person,
    post,
    problem,
)
from lianfang.domain.workforce.tests.rostering.problems import problems

UNHURRIED = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
MEDIC = frozenset({"medic"})


def _ill(asked: Problem, who: str, since: int = 0) -> Problem:
    people = tuple(replace(one, away=(Span(since, 99 * DAY),)) if one.key == who else one for one in asked.people)
    return replace(asked, people=people)


def test_nothing_changes_when_nothing_is_new() -> None:
    asked = problem([post()], [person(str(one)) for one in range(6)], 3)
    published = plan(asked, 0).assignments
    found = replan(asked, published)
    assert found.changes == ()
    assert set(found.assignments) == set(published)


def test_somebody_ill_is_replaced_shift_by_shift_and_everybody_else_stays() -> None:
    asked = problem([post()], [person(str(one)) for one in range(6)], 3)
    published = plan(asked, 0).assignments
    ill = published[0].person
    lost = {one for one in published if one.person == ill}
    found = replan(_ill(asked, ill), published)
    assert found.unfilled == ()
    assert {one.assignment for one in found.changes if one.kind == "removed"} == lost
    assert len(found.changes) == 2 * len(lost)
    assert all("不能上岗" in one.why.zh for one in found.changes if one.kind == "removed")
    assert {one.why.en for one in found.changes if one.kind == "added"} == {"Fills the place left empty"}


def test_what_has_begun_stays_as_it_was() -> None:
    asked = problem([post()], [person(str(one)) for one in range(6)], 3)
    published = plan(asked, 0).assignments
    ill = published[0].person
    found = replan(_ill(asked, ill), published, keep_until=DAY)
    assert {one for one in published if one.day == 0} == {one for one in found.assignments if one.day == 0}


def test_a_medic_changes_over_when_no_free_medic_is_left() -> None:
    gate, ward = post("gate"), post("ward", skills={"medic": 1})
    gate, ward = replace(gate, staff={"m": 1}), replace(ward, staff={"m": 1})
    asked = problem([gate, ward], [person("ill", skills=MEDIC), person("he", skills=MEDIC), person("li")])
    published = [Assignment("ill", "ward", 0, "m"), Assignment("he", "gate", 0, "m")]
    found = replan(_ill(asked, "ill"), published)
    assert set(found.assignments) == {Assignment("he", "ward", 0, "m"), Assignment("li", "gate", 0, "m")}
    assert [one.why.en for one in found.changes if one.assignment == published[1]] == [
        "Changes over to 3 February, morning, ward, where nobody else can serve"
    ]


def test_a_withdrawn_post_and_a_person_who_left_are_said() -> None:
    asked = problem([replace(post(), staff={"m": 1})], [person("li")])
    published = [Assignment("li", "old post", 0, "m"), Assignment("gone", "gate", 0, "m")]
    found = replan(asked, published)
    assert [one.why.en for one in found.changes] == [
        "The shift is no longer needed", "No longer on the list", "Fills the place left empty"
    ]  # fmt: skip


def test_a_hole_nobody_can_fill_stays_and_is_said() -> None:
    asked = problem([replace(post(), staff={"m": 1})], [person("li")])
    found = replan(_ill(asked, "li"), [Assignment("li", "gate", 0, "m")])
    assert [(lack.shift, lack.missing) for lack in found.unfilled] == [("m", 1)]


@UNHURRIED
@given(problems(), st.data())
def test_after_somebody_falls_ill_no_rule_is_broken_and_every_change_is_told(
    asked: Problem, data: st.DataObject
) -> None:
    published = plan(asked, 0).assignments
    changed = _ill(asked, data.draw(st.sampled_from(asked.people)).key) if asked.people else asked
    found = replan(changed, published)
    assert check(changed, found.assignments).violations == ()
    told = {one.assignment: one.kind for one in found.changes}
    assert set(published) - set(found.assignments) == {one for one, kind in told.items() if kind == "removed"}
    assert set(found.assignments) - set(published) == {one for one, kind in told.items() if kind == "added"}


def test_substitutes_are_those_who_may_the_nearest_and_least_burdened_first_each_with_reasons() -> None:
    place = replace(post(staff=2), staff={"m": 2, "e": 1})
    people = [
        person("ill", team="a"), person("mate", team="a"), person("near"), person("same town", home=NEXT_VILLAGE),
        person("far", home=NEXT_TOWN), person("on duty"), person("tired"), person("away", away=(Span(0, DAY),)),
        person("would rest", wishes=(Wish(0, DAY),)),
    ]  # fmt: skip
    asked = problem([place], people)
    published = [Assignment("ill", "gate", 0, "m"), Assignment("on duty", "gate", 0, "m"),
                 Assignment("tired", "gate", 0, "e")]  # fmt: skip
    found = substitutes(asked, published, SlotKey("gate", 0, "m"), instead_of="ill", most=9)
    assert [one.person for one in found] == ["mate", "near", "same town", "far", "would rest"]
    assert [[why.en for why in one.reasons] for one in found[-2:]] == [
        ["Has 0 shifts in this roster, 0 of them nights"],
        ["Lives there", "Has 0 shifts in this roster, 0 of them nights", "But would like this time off"],
    ]


def test_who_has_what_the_shift_lacks_comes_first() -> None:
    place = replace(post(skills={"medic": 1}), staff={"m": 1})
    asked = problem([place], [person("near"), person("medic", home=NEXT_TOWN, skills=MEDIC)])
    found = substitutes(asked, [], SlotKey("gate", 0, "m"))
    assert [one.person for one in found] == ["medic", "near"]
    assert found[0].reasons[0].zh == "具备该班所缺的条件"


def test_a_shift_nobody_knows_has_no_substitutes() -> None:
    assert substitutes(problem([post()], [person("li")]), [], SlotKey("elsewhere", 0, "m")) == ()
