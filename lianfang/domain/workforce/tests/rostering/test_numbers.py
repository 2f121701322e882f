"""The rulebook's numbers and what people say of when they can become the numbers of a roster."""

from __future__ import annotations

import pytest

from lianfang.domain.workforce.rules.rostering import Span, away_from, limits_from, slots_of
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
