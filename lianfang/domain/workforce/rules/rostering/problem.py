"""What a roster is asked for: posts with their shifts, people with what they can and may do, and every number.

Time is counted in whole minutes from 00:00 of the roster's first day; what happened before it is negative. Numbers come
from the rulebook and are filled in by the caller; nothing here knows one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from lianfang.kernel.text import Bilingual

HOUR = 60
DAY = 24 * HOUR

STAFF = "staff"
EXPERIENCED = "experienced"

# what a limit, or age, may keep somebody from; which limit bars which stands in the rulebook, `duty.barred_by_limit`
NIGHT, EXPOSURE, STANDING, LONG = "night", "exposure", "standing", "long"
AGE = "age"


class Span(NamedTuple):
    """A stretch of time, from its first minute to the one after its last."""

    starts: int
    ends: int

    def meets(self, other: Span) -> bool:
        """Say whether the two share a minute."""
        return self.starts < other.ends and other.starts < self.ends

    def shared(self, other: Span) -> int:
        """Return the minutes that both cover."""
        return max(0, min(self.ends, other.ends) - max(self.starts, other.starts))


@dataclass(frozen=True, slots=True)
class ShiftKind:
    """One shift of a pattern: begins at a minute of the day and lasts so many minutes, over midnight too."""

    key: str
    label: Bilingual
    starts: int
    minutes: int

    def span(self, day: int = 0) -> Span:
        """Return when it is on a day, in minutes from the first day's beginning."""
        return Span(day * DAY + self.starts, day * DAY + self.starts + self.minutes)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The shifts of every day at a post.

    `rest_minutes` is the rest this pattern gives after a shift, where that is more than the general rule's;
    `most_minutes_in_24h` is what it allows where its shifts are longer than the general rule (24/48). 0 means the
    general number.
    """

    key: str
    label: Bilingual
    shifts: tuple[ShiftKind, ...]
    rest_minutes: int = 0
    most_minutes_in_24h: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """A post to be staffed on the days first_day to last_day of the roster; `last_day` None means to its end.

    `staff` is the least number of people by shift, `skills` how many of them must have a skill, on every shift that has
    staff; `experienced` likewise. `exposure` marks a high-exposure post, `standing` one where nobody can sit.
    """

    key: str
    name: str
    area_path: str
    pattern: Pattern
    staff: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    experienced: int = 1
    exposure: bool = False
    standing: bool = False
    first_day: int = 0
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Time somebody would like to have off, or to serve in."""

    starts: int
    ends: int
    wants_off: bool = True

    @property
    def span(self) -> Span:
        return Span(self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who serves.

    `limits` are keys of LIMITS, used for posting alone (P22). `busy` is duty already served or fixed elsewhere: it
    counts for rest, hours and nights. `only_posts` names the posts somebody was sent to; empty means any.
    """

    key: str
    name: str
    home: str
    skills: frozenset[str] = frozenset()
    experienced: bool = False
    limits: frozenset[str] = frozenset()
    age: int | None = None
    team: str = ""
    away: tuple[Span, ...] = ()
    busy: tuple[Span, ...] = ()
    wishes: tuple[Wish, ...] = ()
    only_posts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the hard rules. Source: rulebook `duty.*`; the county sets them.

    `night_from` and `night_to` are minutes of the day; a shift with at least `night_minutes` between them is a night
    shift. `barred` says for each key of LIMITS, and for age, what it keeps somebody from.
    """

    most_minutes_in_24h: int
    least_rest_minutes: int
    most_nights_in_row: int
    age: int
    night_from: int
    night_to: int
    night_minutes: int
    short_shift_minutes: int
    weekend_days: frozenset[int]
    barred: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each wish of the roster weighs: more weighs more. Source: rulebook `duty.weights`; the county sets them."""

    nights: int
    weekends: int
    shifts: int
    distance: int
    teams: int
    wishes: int


@dataclass(frozen=True, slots=True)
class Fair:
    """The share of nights, weekend shifts and shifts that nobody should exceed."""

    nights: int
    weekends: int
    shifts: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a roster is made from. `fair` is the whole county's where a part of it is planned; else worked out."""

    starts_on: date
    days: int
    posts: tuple[Post, ...]
    people: tuple[Person, ...]
    limits: Limits
    weights: Weights
    fair: Fair | None = None


class Assignment(NamedTuple):
    """One person on one shift of one post."""

    person: str
    post: str
    day: int
    shift: str


class SlotKey(NamedTuple):
    """Which shift of which post."""

    post: str
    day: int
    shift: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of one post on one day, with what it needs."""

    post: Post
    day: int
    kind: ShiftKind
    need: int
    night: int | None
    weekend: bool

    @property
    def key(self) -> SlotKey:
        return SlotKey(self.post.key, self.day, self.kind.key)

    @property
    def starts(self) -> int:
        return self.day * DAY + self.kind.starts

    @property
    def ends(self) -> int:
        return self.starts + self.kind.minutes

    @property
    def span(self) -> Span:
        return Span(self.starts, self.ends)

    def asks(self) -> dict[str, int]:
        """Return how many of each are needed: `staff`, `experienced`, and every skill."""
        return {STAFF: self.need, EXPERIENCED: min(self.post.experienced, self.need), **self.post.skills}


@dataclass(frozen=True, slots=True)
class Unfilled:
    """What a shift still lacks: `staff`, `experienced` or a skill."""

    post: str
    day: int
    shift: str
    what: str
    missing: int


@dataclass(frozen=True, slots=True)
class Cost:
    """The soft cost in its parts; 0 is perfect."""

    nights: int = 0
    weekends: int = 0
    shifts: int = 0
    distance: int = 0
    teams: int = 0
    wishes: int = 0

    @property
    def total(self) -> int:
        return self.nights + self.weekends + self.shifts + self.distance + self.teams + self.wishes


def slots_of(problem: Problem) -> tuple[Slot, ...]:
    """Return every shift of every post that needs somebody, by time and then post."""
    found = [
        Slot(
            post,
            day,
            kind,
            post.staff.get(kind.key, 0),
            night_of(problem.limits, kind.span(day)),
            _is_weekend(problem, day),
        )
        for post in problem.posts
        for day in range(post.first_day, _last_day(problem, post) + 1)
        for kind in post.pattern.shifts
        if post.staff.get(kind.key, 0) > 0
    ]
    return tuple(sorted(found, key=lambda slot: (slot.starts, slot.post.key, slot.kind.key)))


def night_of(limits: Limits, span: Span) -> int | None:
    """Return the number of the night a stretch of duty belongs to, by the day it begins on; None for no night duty."""
    for night in range((span.starts - DAY) // DAY, span.ends // DAY + 1):
        if span.shared(_night(limits, night)) >= limits.night_minutes:
            return night
    return None


@cache
def _night_hours(night_from: int, night_to: int) -> tuple[int, int]:
    return night_from, night_to if night_to > night_from else night_to + DAY


def _night(limits: Limits, night: int) -> Span:
    first, last = _night_hours(limits.night_from, limits.night_to)
    return Span(night * DAY + first, night * DAY + last)


def _is_weekend(problem: Problem, day: int) -> bool:
    return (problem.starts_on + timedelta(days=day)).weekday() in problem.limits.weekend_days


def _last_day(problem: Problem, post: Post) -> int:
    return problem.days - 1 if post.last_day is None else min(post.last_day, problem.days - 1)


def bars_of(limits: Limits, person: Person) -> frozenset[str]:
    """Return what health, age or other limits keep somebody from: night, exposure, standing, long."""
    held = set(person.limits) | ({AGE} if person.age is not None and person.age >= limits.age else set())
    return frozenset(bar for limit in held for bar in limits.barred.get(limit, ()))


def traits_of(limits: Limits, slot: Slot) -> frozenset[str]:
    """Return what a shift is of the things somebody can be kept from."""
    traits = {
        NIGHT: slot.night is not None,
        EXPOSURE: slot.post.exposure,
        STANDING: slot.post.standing,
        LONG: slot.kind.minutes > limits.short_shift_minutes,
    }
    return frozenset(trait for trait, holds in traits.items() if holds)


def steps_from_home(home: str, area_path: str) -> int:
    """Return how far a post is from home: 0 in the same village, 1 same town, 2 same county, 3 beyond.

    A post of a town, or of the county, is no further than its own area: for everyone of that town it is at home.
    """
    if area_path and home.startswith(area_path):
        return 0
    for steps, digits in enumerate((12, 9, 6)):
        if len(home) >= digits and home[:digits] == area_path[:digits]:
            return steps
    return 3


def fair_of(problem: Problem) -> Fair:
    """Return the shares nobody should exceed: what is needed, spread over those who can, rounded up."""
    if problem.fair is not None:
        return problem.fair
    slots = slots_of(problem)
    able = sum(1 for person in problem.people if NIGHT not in bars_of(problem.limits, person))
    everyone = len(problem.people)
    return Fair(
        nights=_share(sum(slot.need for slot in slots if slot.night is not None), able),
        weekends=_share(sum(slot.need for slot in slots if slot.weekend), everyone),
        shifts=_share(sum(slot.need for slot in slots), everyone),
    )


def _share(needed: int, people: int) -> int:
    return -(-needed // people) if people else needed
