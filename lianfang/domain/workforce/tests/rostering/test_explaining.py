"""What cannot be staffed is explained by the fewest counts that cannot work out, in words, without anybody's name."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from lianfang.domain.workforce.rules.rostering import Problem, Span, plan
from lianfang.domain.workforce.tests.rostering.duty import DAY, HOUR, person, post, problem
from lianfang.domain.workforce.tests.rostering.problems import problems

NIGHT_ONLY = {"n": 1}
MEDIC = frozenset({"medic"})


def _told(asked: Problem) -> list[tuple[str, str]]:
    return [(one.zh, one.en) for one in plan(asked, 0).conflicts]


def test_a_roster_that_works_out_has_no_conflicts() -> None:
    assert _told(problem([post(staff=1)], [person(str(one)) for one in range(4)])) == []


def test_twelve_posts_need_a_medic_at_night_and_nine_can_work_nights() -> None:
    gates = [post(f"gate {one}", staff=NIGHT_ONLY, skills={"medic": 1}) for one in range(12)]
    gates = [replace(gate, staff={"n": 1}) for gate in gates]
    medics = [person(f"medic {one}", skills=MEDIC) for one in range(9)]
    barred = [person(f"barred {one}", skills=MEDIC, limits=frozenset({"no_nights"})) for one in range(2)]
    away = [person("away", skills=MEDIC, away=(Span(-DAY, 2 * DAY),))]
    others = [person(f"other {one}") for one in range(12)]
    assert _told(problem(gates, [*medics, *barred, *away, *others])) == [
        (
            "2 月 3 日夜班：12 个岗位需要各 1 名医护人员，能上岗的医护人员只有 9 人（另有 2 人不排夜班、1 人不在）",
            "12 posts need a medic at night on 3 February, 9 medics can work then "
            "(besides: 2 not to be put on night duty, 1 away)",
        )
    ]


def test_the_same_conflict_on_every_day_is_told_once() -> None:
    gates = [replace(post(f"gate {one}"), staff={"n": 1}) for one in range(2)]
    found = _told(problem(gates, [person("li")], 3))
    assert found == [
        (
            "每天夜班：2 个岗位需要各 1 名人员，能上岗的人员只有 1 人",
            "2 posts need somebody at night, 1 person can work then",
        )
    ]


def test_only_the_posts_that_stand_in_one_anothers_way_are_named() -> None:
    high = [replace(post(f"high {one}", exposure=True), staff={"m": 1}) for one in range(3)]
    low = [replace(post(f"low {one}"), staff={"m": 1}) for one in range(3)]
    people = [person("strong"), *(person(str(one), limits=frozenset({"no_exposure"})) for one in range(6))]
    (told,) = _told(problem([*high, *low], people))
    assert told[1].startswith("3 posts need somebody on the morning shift on 3 February, 1 person can work then")


def test_nights_that_nobody_has_enough_rest_for_are_counted_over_the_whole_roster() -> None:
    gate = replace(post("gate"), staff={"n": 1})
    found = _told(problem([gate], [person("li")], 14))
    assert found == [
        ("14 天里夜班共需人员 14 人次，能排的 1 人按休息要求最多 12 人次",
         "14 night shifts in 14 days need people; the 1 who can work them manage at most 12 with rest")
    ]  # fmt: skip


def test_what_no_count_explains_is_told_by_what_keeps_everybody_from_it() -> None:
    asked = problem([replace(post("gate"), staff={"n": 1})], [person("li", busy=(Span(-2 * HOUR, -HOUR),))])
    assert _told(asked) == [
        ("2 月 3 日夜班“gate”还缺 1 名人员（另有 1 人在岗或须休息）",
         "3 February, night, gate: 1 person short (besides: 1 on duty or due rest)")
    ]  # fmt: skip


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_there_is_an_explanation_exactly_when_something_is_unfilled(asked: Problem) -> None:
    found = plan(asked, 0)
    assert bool(found.conflicts) == bool(found.unfilled)
