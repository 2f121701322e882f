"""Wishes for a roster: days somebody would like to have off, or to serve on, and whether they were kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from lianfang.domain.workforce.rules.rostering import Limits, Span, Wish, span_of_part
from lianfang.kernel.text import Bilingual, both

OFF, SERVE = "off", "serve"
WANTS: dict[str, Bilingual] = {OFF: both("想休息", "Would like off"), SERVE: both("想值守", "Would like to serve")}
ANY = "any"
PARTS: dict[str, Bilingual] = {
    ANY: both("全天", "The whole day"),
    "day": both("白天", "By day"),
    "night": both("夜里（当晚到次日早晨）", "The night that begins then"),
}


class Wished(Protocol):
    """What a wish says, however it is kept: days from and until, both counted; keys of WANTS and PARTS."""

    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date: ...
    @property
    def wants(self) -> str: ...
    @property
    def part(self) -> str: ...


class Wishes(NamedTuple):
    """The numbers of wishes. Source: rulebook `duty.wish_ahead_days`, `duty.most_wished_days`; the county sets them."""

    ahead_days: int
    most_days: int


def days_of(wish: Wished) -> int:
    """Return how many days a wish is for."""
    return (wish.until_on - wish.from_on).days + 1


def share_time(wish: Wished, other: Wished) -> bool:
    """Say whether two wishes are about the same time, so that they repeat or contradict each other."""
    parted = {wish.part, other.part} == {"day", "night"}
    return wish.from_on <= other.until_on and other.from_on <= wish.until_on and not parted


def wishes_within(wishes: Sequence[Wished], starts_on: date, days: int, limits: Limits) -> tuple[Wish, ...]:
    """Return what a roster of some days has to weigh, one wish a day, in minutes from its first.

    A night off that begins the evening before reaches into the first day and counts; a night to serve does not, because
    nothing on this roster could fill it.
    """
    found = []
    for wish in wishes:
        first = -1 if wish.wants == OFF else 0
        for number in _numbers(wish, starts_on, first, days):
            span = span_of_part(wish.part, number, limits)
            if span.ends > 0:
                found.append(Wish(span.starts, span.ends, wish.wants == OFF))
    return tuple(found)


def _numbers(wish: Wished, starts_on: date, first: int, days: int) -> range:
    return range(max(first, (wish.from_on - starts_on).days), min(days - 1, (wish.until_on - starts_on).days) + 1)


def outcomes_of(
    wish: Wished, served: Sequence[Span], starts_on: date, days: int, limits: Limits
) -> Iterator[tuple[date, bool]]:
    """Yield each day of a wish within some days, and whether duty as it stands keeps it; `served` is in minutes."""
    for number in _numbers(wish, starts_on, 0, days):
        span = span_of_part(wish.part, number, limits)
        serves = any(one.meets(span) for one in served)
        yield starts_on + timedelta(days=number), serves == (wish.wants == SERVE)
