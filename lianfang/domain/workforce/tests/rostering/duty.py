"""A small cast of posts and people for the tests of rosters, on the product's own numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from lianfang.domain.workforce.rules.rostering import (
    DUTY_KEYS,
    Limits,
    Pattern,
    Person,
    Post,
    Problem,
    Weights,
    limits_from,
    patterns_from,
    weights_from,
)
from lianfang.kernel.rulebook import shipped

VILLAGE, NEXT_VILLAGE, NEXT_TOWN = "140826100201", "140826100202", "140826101201"
MONDAY = date(2020, 2, 3)
HOUR, DAY = 60, 24 * 60


@cache
def _values() -> dict[str, Any]:
    book = shipped()
    return {key: book.editions("product", key)[-1].value for key in DUTY_KEYS}


def limits(**changed: Any) -> Limits:
    return replace(limits_from(_values()), **changed)


def weights() -> Weights:
    return weights_from(_values())


def pattern(key: str) -> Pattern:
    return patterns_from(_values()["duty.patterns"])[key]


def post(key: str = "gate", pattern_key: str = "4x6", staff: int = 1, **more: Any) -> Post:
    shifts = pattern(pattern_key)
    fields = {"area_path": VILLAGE, "staff": {kind.key: staff for kind in shifts.shifts}, "experienced": 0} | more
    return Post(key, key, pattern=shifts, **fields)


def person(key: str, **more: Any) -> Person:
    return Person(key, key, **({"home": VILLAGE} | more))


def problem(posts: list[Post], people: list[Person], days: int = 1, **more: Any) -> Problem:
    return Problem(**({"starts_on": MONDAY, "days": days, "posts": tuple(posts), "people": tuple(people),
                       "limits": limits(), "weights": weights()} | more))  # fmt: skip
