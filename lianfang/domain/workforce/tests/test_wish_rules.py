"""Wishes in minutes of a roster, and what duty makes of them. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest

from lianfang.domain.workforce.rules.rostering import Assignment, Span, Wish, plan, substitutes
from lianfang.domain.workforce.rules.rostering.problem import SlotKey
from lianfang.domain.workforce.rules.wishes import days_of, outcomes_of, share_time, wishes_within
from lianfang.domain.workforce.tests.rostering.duty import DAY, HOUR, MONDAY, limits, person, post, problem

TUESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY - timedelta(days=1)


class Asked(NamedTuple):
    from_on: date
    until_on: date
    wants: str = "off"
    part: str = "any"


def test_a_wish_for_some_days_is_one_wish_a_day() -> None:
    asked = Asked(MONDAY, TUESDAY)
    assert days_of(asked) == 2
    assert wishes_within([asked], MONDAY, 7, limits()) == (Wish(0, DAY), Wish(DAY, 2 * DAY))


def test_what_lies_outside_the_roster_is_not_weighed() -> None:
    assert wishes_within([Asked(SUNDAY, SUNDAY)], MONDAY, 7, limits()) == ()
    assert wishes_within([Asked(TUESDAY, TUESDAY)], MONDAY, 1, limits()) == ()
    assert wishes_within([Asked(SUNDAY, TUESDAY)], MONDAY, 1, limits()) == (Wish(0, DAY),)


def test_a_night_off_the_evening_before_reaches_into_the_first_day() -> None:
    night = Asked(SUNDAY, SUNDAY, part="night")
    assert wishes_within([night], MONDAY, 1, limits()) == (Wish(-2 * HOUR, 6 * HOUR),)
    assert wishes_within([night._replace(wants="serve")], MONDAY, 1, limits()) == ()


def test_parts_of_a_day_follow_the_hours_of_the_night() -> None:
    asked = [Asked(MONDAY, MONDAY, "serve", part) for part in ("day", "night")]
    assert wishes_within(asked, MONDAY, 1, limits()) == (
        Wish(6 * HOUR, 22 * HOUR, wants_off=False), Wish(22 * HOUR, 30 * HOUR, wants_off=False),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Asked(MONDAY, TUESDAY), Asked(TUESDAY, TUESDAY, "serve"), True),
        (Asked(MONDAY, MONDAY), Asked(TUESDAY, TUESDAY), False),
        (Asked(TUESDAY, TUESDAY), Asked(MONDAY, MONDAY), False),
        (Asked(MONDAY, MONDAY, part="day"), Asked(MONDAY, MONDAY, part="night"), False),
        (Asked(MONDAY, MONDAY, part="night"), Asked(MONDAY, MONDAY, part="night"), True),
        (Asked(MONDAY, MONDAY, part="night"), Asked(MONDAY, MONDAY), True),
    ],
)
def test_two_wishes_for_the_same_time_are_seen(one: Asked, other: Asked, same: bool) -> None:
    assert share_time(one, other) is same


def test_each_day_of_a_wish_is_kept_or_not_by_the_duty_that_stands() -> None:
    served = (Span(8 * HOUR, 14 * HOUR), Span(DAY + 20 * HOUR, 2 * DAY + 6 * HOUR))

    def kept(asked: Asked) -> list[bool]:
        return [told for _, told in outcomes_of(asked, served, MONDAY, 4, limits())]

    assert kept(Asked(SUNDAY, MONDAY + timedelta(days=9))) == [False, False, False, True]
    assert kept(Asked(MONDAY, TUESDAY, part="night")) == [True, False]
    assert kept(Asked(MONDAY, TUESDAY, "serve", "night")) == [False, True]
    assert kept(Asked(MONDAY, MONDAY, "serve", "day")) == [True]
    told = outcomes_of(Asked(SUNDAY, TUESDAY), served, MONDAY, 4, limits())
    assert [on for on, _ in told] == [MONDAY, TUESDAY]


def test_a_roster_keeps_a_wish_where_somebody_else_can_serve() -> None:
    """The whole way: of two people one wishes the day off, and the other stands there."""
    off = wishes_within([Asked(MONDAY, MONDAY)], MONDAY, 1, limits())
    gate = post("gate", "24/48")
    made = plan(problem([gate], [person("li", wishes=off), person("wu")]), 0)
    assert [one.person for one in made.assignments] == ["wu"]
    assert made.cost.wishes == 0


def test_a_post_comes_before_a_wish() -> None:
    off = wishes_within([Asked(MONDAY, MONDAY)], MONDAY, 1, limits())
    made = plan(problem([post("gate", "24/48")], [person("li", wishes=off)]), 0)
    assert made.assignments == (Assignment("li", "gate", 0, "w"),)
    assert made.cost.wishes == 3


def test_who_wishes_the_day_off_is_the_last_to_be_suggested() -> None:
    off = wishes_within([Asked(MONDAY, MONDAY)], MONDAY, 1, limits())
    asked = problem([post("gate", "24/48")], [person("li", wishes=off), person("wu")])
    told = substitutes(asked, (), SlotKey("gate", 0, "w"))
    assert [one.person for one in told] == ["wu", "li"]
    assert any(words.zh == "但希望这段时间休息" for words in told[1].reasons)
