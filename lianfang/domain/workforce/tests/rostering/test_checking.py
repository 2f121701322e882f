"""A roster is judged on its own: what it breaks, what it leaves unfilled, what it costs, in words for people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lianfang.domain.workforce.rules.rostering import Assignment, Cost, Fair, Person, Post, Span, Wish, check
from lianfang.domain.workforce.rules.rostering.checking import words_for_need
from lianfang.domain.workforce.tests.rostering.duty import (
    DAY,
    HOUR,
    NEXT_TOWN,
    NEXT_VILLAGE,
    VILLAGE,
    limits,
    person,
    post,
    problem,
)


def _codes(posts: list[Post], who: Person, served: list[tuple[str, int, str]], days: int = 14) -> list[str]:
    asked = problem(posts, [who], days)
    return [one.code for one in check(asked, [Assignment(who.key, *place) for place in served]).violations]


def test_nobody_is_in_two_places_at_once() -> None:
    assert _codes([post("gate"), post("road")], person("li"), [("gate", 0, "m"), ("road", 0, "m")]) == ["two_places"]


def test_two_shifts_have_eight_hours_between_them() -> None:
    assert _codes([post()], person("li"), [("gate", 0, "m"), ("gate", 0, "e")]) == ["rest"]
    assert _codes([post()], person("li"), [("gate", 0, "m"), ("gate", 1, "n")]) == []


def test_two_shifts_that_touch_lack_rest_and_say_how_much() -> None:
    asked = problem([post(), post("road")], [person("li")], 2)
    found = check(asked, [Assignment("li", "gate", 1, "n"), Assignment("li", "road", 1, "m")])
    assert [(one.code, one.words.zh) for one in found.violations] == [
        ("rest", "li，2 月 4 日早班“road”：两班之间只休息 0 小时，应至少 8 小时")
    ]
    found = check(asked, [Assignment("li", "gate", 0, "e"), Assignment("li", "gate", 1, "m")])
    assert [one.words.en.split(": ")[1] for one in found.violations] == [
        "6 hours of rest between two shifts, at least 8 are due"
    ]


def test_a_roster_is_good_when_it_breaks_nothing_and_lacks_nobody() -> None:
    asked = problem([post(pattern_key="24/48")], [person("li"), person("wu", away=(Span(0, DAY),))])
    assert check(asked, [Assignment("li", "gate", 0, "w")]).is_good
    assert not check(asked, []).is_good
    assert not check(asked, [Assignment("wu", "gate", 0, "w")]).is_good


def test_nobody_serves_more_than_twelve_hours_of_any_twenty_four() -> None:
    long = post(pattern_key="24/48")
    plain = replace(long.pattern, most_minutes_in_24h=0)
    assert _codes([replace(long, pattern=plain)], person("li"), [("gate", 0, "w")]) == ["hours"]
    assert _codes([long], person("li"), [("gate", 0, "w")]) == []
    assert _codes([long], person("li"), [("gate", 0, "w"), ("gate", 2, "w")]) == ["rest"]
    assert _codes([long], person("li"), [("gate", 0, "w"), ("gate", 3, "w")]) == []


def test_hours_already_served_elsewhere_count() -> None:
    served = Span(-14 * HOUR, -6 * HOUR)
    short_rest = problem([post()], [person("li", busy=(served,))], limits=limits(least_rest_minutes=0))
    found = check(short_rest, [Assignment("li", "gate", 0, "n")])
    assert [one.code for one in found.violations] == ["hours"]
    assert _codes([post()], person("li", busy=(Span(-6 * HOUR, -HOUR),)), [("gate", 0, "n")]) == ["rest"]


def test_seven_nights_in_a_row_are_one_too_many() -> None:
    week = [("gate", day, "n") for day in range(7)]
    assert _codes([post()], person("li"), week) == ["nights"]
    assert _codes([post()], person("li"), week[:6]) == []
    assert _codes([post()], person("li"), week[:3] + week[4:]) == []
    assert _codes([post()], person("li"), [week[0], *(("gate", day, "n") for day in range(2, 9))]) == ["nights"]
    after = tuple(Span(day * DAY, day * DAY + 6 * HOUR) for day in range(1, 7))
    asked = problem([post()], [person("li", busy=after)], 2)
    [found] = check(asked, [Assignment("li", "gate", 0, "n")]).violations
    assert (found.code, found.day, found.words.zh.split("：")[1]) == ("nights", 0, "连续 7 个夜班，最多 6 个")
    before = tuple(Span(-day * DAY, -day * DAY + 6 * HOUR) for day in (1, 2, 3))
    assert _codes([post()], person("li", busy=before), week[:3]) == []
    assert _codes([post()], person("li", busy=before), week[:4]) == ["nights"]


@pytest.mark.parametrize(
    ("who", "broken"),
    [
        ({"limits": frozenset({"no_nights"})}, ["barred_night"]),
        ({"limits": frozenset({"pregnant"})}, ["barred_exposure", "barred_night"]),
        ({"limits": frozenset({"no_standing"})}, ["barred_standing"]),
        ({"limits": frozenset({"short_shifts"})}, []),
        ({"age": 65}, ["barred_exposure", "barred_night"]),
        ({"age": 64}, []),
        ({"away": (Span(HOUR, 2 * HOUR),)}, ["away"]),
        ({"away": (Span(6 * HOUR, DAY),)}, []),
        ({"only_posts": frozenset({"road"})}, ["other_post"]),
    ],
)
def test_limits_age_and_absence_keep_somebody_from_a_night_at_a_high_exposure_post(
    who: dict[str, object], broken: list[str]
) -> None:
    place = post(exposure=True, standing=True)
    assert _codes([place], person("li", **who), [("gate", 0, "n")]) == broken


def test_what_is_not_on_the_lists_is_said_and_the_rest_is_judged() -> None:
    asked = problem([post()], [person("li")])
    given = [Assignment("nobody", "gate", 0, "n"), Assignment("li", "gate", 9, "n"), Assignment("li", "gate", 0, "m")]
    found = check(asked, [*given, given[2]])
    assert [one.code for one in found.violations] == ["unknown_person", "unknown_shift", "twice"]
    assert {(lack.shift, lack.what) for lack in found.unfilled} == {("n", "staff"), ("a", "staff"), ("e", "staff")}


def test_a_shift_without_its_medic_or_anybody_experienced_is_unfilled() -> None:
    place = post(staff=2, skills={"medic": 1}, experienced=1)
    asked = problem([place], [person("li"), person("wu", experienced=True)])
    found = check(asked, [Assignment("li", "gate", 0, "m"), Assignment("wu", "gate", 0, "m")])
    assert [lack.what for lack in found.unfilled if lack.shift == "m"] == ["medic"]
    assert [(lack.what, lack.missing) for lack in found.unfilled if lack.shift == "n"] == [
        ("staff", 2), ("experienced", 1), ("medic", 1)
    ]  # fmt: skip


def test_who_is_there_counts_towards_what_a_shift_needs() -> None:
    asked = problem([post(staff=4)], [person("li"), person("wu")])
    found = check(asked, [Assignment("li", "gate", 0, "m"), Assignment("wu", "gate", 0, "m")])
    assert [(lack.what, lack.missing) for lack in found.unfilled if lack.shift == "m"] == [("staff", 2)]


def test_what_a_shift_needs_has_words_also_where_a_county_made_it_up() -> None:
    assert [words_for_need(what).zh for what in ("staff", "medic", "翻译")] == ["人员", "医护", "翻译"]


def test_a_violation_names_person_shift_and_rule_and_neither_illness_nor_age() -> None:
    asked = problem([post(exposure=True)], [person("李四", limits=frozenset({"pregnant"}), age=66)])
    words = [one.words for one in check(asked, [Assignment("李四", "gate", 0, "n")]).violations]
    assert [one.zh for one in words] == [
        "李四，2 月 3 日夜班“gate”：不排高风险岗位",
        "李四，2 月 3 日夜班“gate”：不排夜班",
    ]
    assert words[1].en == "李四, 3 February, night, gate: not to be put on night duty"


def test_the_soft_cost_comes_in_its_parts() -> None:
    li = person("li", team="a", wishes=(Wish(5 * DAY, 6 * DAY), Wish(0, DAY, wants_off=False)))
    wu = person("wu", home=NEXT_TOWN, team="b")
    he = person("he", home=NEXT_VILLAGE)
    asked = problem([post(staff=3)], [li, wu, he], 14, fair=Fair(nights=0, weekends=1, shifts=9))
    served = [*(Assignment("li", "gate", day, "n") for day in (4, 5, 6)), Assignment("wu", "gate", 5, "n"),
              Assignment("he", "gate", 5, "m")]  # fmt: skip
    found = check(asked, served)
    assert found.violations == ()
    # nights: 1 + 2 + 3 for the one, 1 for the other; weekends: li has two, one beyond; two wishes broken
    assert found.cost == Cost(nights=4 * 7, weekends=3 * 1, shifts=0, distance=2 + 1, teams=1, wishes=3 * 2)
    assert found.cost.total == 41


def test_a_post_of_the_town_is_at_home_for_everyone_of_the_town() -> None:
    asked = problem([post(area_path=VILLAGE[:9])], [person("li", home=NEXT_VILLAGE)])
    assert check(asked, [Assignment("li", "gate", 0, "m")]).cost.distance == 0


def test_the_parts_of_a_cost_add_up() -> None:
    assert Cost(nights=1, weekends=2, shifts=4, distance=8, teams=16, wishes=32).total == 63


def test_time_that_does_not_meet_shares_nothing() -> None:
    assert [Span(0, 2).shared(Span(*other)) for other in ((3, 5), (2, 4), (1, 4), (0, 2))] == [0, 0, 1, 2]


def test_a_shift_that_is_said_to_need_nobody_needs_nobody() -> None:
    asked = problem([post(staff=1)], [person("li")])
    only_mornings = replace(asked.posts[0], staff={"m": 1})
    found = check(replace(asked, posts=(only_mornings,)), [])
    assert [(lack.shift, lack.missing) for lack in found.unfilled] == [("m", 1)]
