"""The rulebook's numbers and what people say of when they can become the numbers of a roster."""

from __future__ import annotations

import pytest

from lianfang.domain.workforce.rules.rostering import Span, away_from, limits_from, patterns_from, slots_of
from lianfang.domain.workforce.rules.rostering.numbers import minute_of, span_of_part
from lianfang.domain.workforce.tests.rostering.duty import DAY, HOUR, MONDAY, limits, pattern, person, post, problem


def test_a_missing_number_is_never_made_up() -> None:
    with pytest.raises(KeyError):
        limits_from({"duty.most_hours_in_24": 12})


@pytest.mark.parametrize(("key", "nights"), [("4x6", {"n"}), ("3x8", {"n"}), ("12/24", {"n"}), ("24/48", {"w"})])
def test_each_pattern_covers_day_and_night_and_has_its_night_shifts(key: str, nights: set[str]) -> None:
    assert sum(kind.minutes for kind in pattern(key).shifts) == DAY
    slots = slots_of(problem([post(pattern_key=key)], [person("li")], 7))
    assert {slot.kind.key for slot in slots if slot.night is not None} == nights
    assert len({slot.night for slot in slots if slot.night is not None}) == 7
    assert {slot.day for slot in slots if slot.weekend} == {5, 6}


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    slots = slots_of(problem([post(pattern_key="12/24"), post("road")], [person("li")], 2))
    assert {(slot.post.key, slot.day): slot.night for slot in slots if slot.night is not None} == {
        ("gate", 0): 0, ("gate", 1): 1, ("road", 0): -1, ("road", 1): 0
    }  # fmt: skip


def test_a_post_withdrawn_in_the_middle_needs_nobody_afterwards() -> None:
    slots = slots_of(problem([post(first_day=1, last_day=2)], [person("li")], 5))
    assert {slot.day for slot in slots} == {1, 2}


def test_who_stated_nothing_is_never_away() -> None:
    assert away_from([], MONDAY, 14, limits()) == ()


def test_who_can_only_at_night_is_away_by_day() -> None:
    away = away_from([{"from": "2020-01-01", "to": "", "parts": ["night"]}], MONDAY, 2, limits())
    assert Span(6 * HOUR, 22 * HOUR) in away
    assert not any(span.meets(Span(22 * HOUR, DAY + 6 * HOUR)) for span in away)


def test_who_can_on_two_days_is_away_on_the_others() -> None:
    away = away_from([{"from": "2020-02-04", "to": "2020-02-05", "weekdays": [1], "parts": []}], MONDAY, 4, limits())
    free = Span(DAY + 6 * HOUR, 2 * DAY + 6 * HOUR)
    assert not any(span.meets(free) for span in away)
    assert any(span.meets(Span(3 * DAY, 4 * DAY)) for span in away)
    assert any(span.meets(Span(0, DAY)) for span in away)


@pytest.mark.parametrize(
    ("stated", "away"),
    [
        # the evening before the roster counts, what comes before that morning is nobody's
        ({"from": "2020-01-01"}, [(-DAY, 6 * HOUR - DAY)]),
        ({"from": "2020-02-03"}, [(-DAY, 6 * HOUR)]),
        ({"from": "2020-02-04", "to": "2020-02-04"}, [(-DAY, DAY + 6 * HOUR), (2 * DAY + 6 * HOUR, 5 * DAY)]),
        (
            {"to": "2020-02-03", "parts": ["day"]},
            [(-DAY, 6 * HOUR - DAY), (22 * HOUR - DAY, 6 * HOUR), (22 * HOUR, 5 * DAY)],
        ),
        ({"from": "2020-02-04", "weekdays": [2]}, [(-DAY, 2 * DAY + 6 * HOUR), (3 * DAY + 6 * HOUR, 5 * DAY)]),
        ({"from": "2020-02-05", "weekdays": [1]}, [(-DAY, 5 * DAY)]),
    ],
)
def test_who_states_some_time_is_away_in_all_other(stated: dict[str, object], away: list[tuple[int, int]]) -> None:
    assert away_from([stated], MONDAY, 4, limits()) == tuple(Span(*one) for one in away)


def test_times_have_minutes() -> None:
    assert (minute_of("06:30"), minute_of("24:00")) == (6 * HOUR + 30, DAY)


def test_a_night_that_begins_at_midnight_ends_the_same_day() -> None:
    late = limits(night_from=0, night_to=6 * HOUR)
    assert span_of_part("night", 1, late) == Span(DAY, DAY + 6 * HOUR)
    assert span_of_part("day", 1, late) == Span(DAY + 6 * HOUR, 2 * DAY)


def test_a_pattern_that_says_nothing_of_rest_and_hours_leaves_them_to_the_county() -> None:
    bare = {"key": "own", "zh": "自定", "en": "Own",
            "shifts": [{"key": "d", "zh": "白班", "en": "Day", "from": "08:30", "hours": 7.5}]}  # fmt: skip
    made = patterns_from([bare])["own"]
    assert (made.rest_minutes, made.most_minutes_in_24h) == (0, 0)
    assert (made.shifts[0].starts, made.shifts[0].minutes) == (8 * HOUR + 30, 7 * HOUR + 30)
