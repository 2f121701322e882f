"""Makes duty to be rostered so that a perfect roster is known: it is laid first, everybody's wishes from it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from lianfang.domain.workforce.rules.rostering import (
    Assignment,
    Limits,
    Pattern,
    Person,
    Post,
    Problem,
    Slot,
    Span,
    Weights,
    Wish,
    slots_of,
)
from lianfang.domain.workforce.rules.rostering.problem import DAY

STARTS_ON = date(2020, 2, 3)
REST = 12 * 60
OF_TOWN_EVERY = 3
STATION_EVERY = 5


@dataclass(frozen=True)
class Numbers:
    """The rulebook's numbers that a roster is made by."""

    limits: Limits
    weights: Weights
    pattern: Pattern


@dataclass(frozen=True)
class Made:
    """A problem and its perfect roster."""

    problem: Problem
    perfect: tuple[Assignment, ...]


def make(numbers: Numbers, posts: int, people: int, days: int, per_town: int = 10, seed: int = 7) -> Made:
    """Return so many posts with two people a shift, and so many people.

    Every third post is the town's and staffed from all its villages, the others from their own village; every fifth is
    a station with high exposure that needs a medic on every shift. Each post is carried by as many
    pairs as there are people for; whoever is over serves wherever somebody is missing, and half of them have a limit.
    """
    draw = random.Random(seed)
    places = [_post(numbers, number, per_town) for number in range(posts)]
    laid: list[Assignment] = []
    crew: list[Person] = []
    bare = Problem(STARTS_ON, days, tuple(places), (), numbers.limits, numbers.weights)
    slots = slots_of(bare)
    for post in places:
        own = [slot for slot in slots if slot.post.key == post.key]
        members, served = _crew(draw, post, own, people // posts // 2, days, per_town)
        crew += members
        laid += served
    spares = [_spare(draw, number, places) for number in range(people - len(crew))]
    everybody = [*crew, *spares]
    draw.shuffle(everybody)
    return Made(replace(bare, people=tuple(everybody)), tuple(laid))


def _town(number: int, per_town: int) -> str:
    return f"140826{number // per_town + 100:03d}"


def _post(numbers: Numbers, number: int, per_town: int) -> Post:
    town, is_station = _town(number, per_town), number % STATION_EVERY == 0
    area = town if number % OF_TOWN_EVERY == 0 else f"{town}{number % per_town + 201:03d}"
    staff = {shift.key: 2 for shift in numbers.pattern.shifts}
    return Post(f"post-{number:03d}", f"{number + 1} 号点", area, numbers.pattern, staff,
                skills={"medic": 1} if is_station else {}, exposure=is_station)  # fmt: skip


def _lay(draw: random.Random, slots: list[Slot], pairs: int) -> list[list[Slot]] | None:
    """Return the shifts of the pairs, each within its share of shifts, nights and weekends; None at a dead end."""
    served: list[list[Slot]] = [[] for _ in range(pairs)]
    kinds: list[Callable[[Slot], bool]] = [
        lambda slot: slot.night is not None,
        lambda slot: slot.weekend,
        lambda _: True,
    ]
    most = [-(-sum(map(kind, slots)) // pairs) for kind in kinds]

    def fits(own: list[Slot], slot: Slot) -> bool:
        is_rested = not own or own[-1].ends + REST <= slot.starts
        return is_rested and all(
            sum(map(kind, own)) < share for kind, share in zip(kinds, most, strict=True) if kind(slot)
        )

    for slot in slots:
        free = [own for own in served if fits(own, slot)]
        if not free:
            return None
        min(free, key=lambda own: (len(own), draw.random())).append(slot)
    return served


def _crew(
    draw: random.Random, post: Post, slots: list[Slot], pairs: int, days: int, per_town: int
) -> tuple[list[Person], list[Assignment]]:
    """Return the people of a post and its perfect roster."""
    served = next(laid for _ in count() if (laid := _lay(draw, slots, pairs)))
    people: list[Person] = []
    duties: list[Assignment] = []
    for pair, own in enumerate(served):
        for second in range(2):
            home = (
                post.area_path if len(post.area_path) == 12 else f"{post.area_path}{draw.randrange(per_town) + 201:03d}"
            )
            key = f"{post.key}-{pair}-{second}"
            people.append(
                _member(draw, key, home, f"{post.key}-{pair // 2}", second == 0, bool(post.skills), own, days)
            )
            duties += [Assignment(key, *slot.key) for slot in own]
    return people, duties


def _member(
    draw: random.Random, key: str, home: str, team: str, leads: bool, medic: bool, own: list[Slot], days: int
) -> Person:
    free = [day for day in range(days) if not any(slot.span.meets(Span(day * DAY, (day + 1) * DAY)) for slot in own)]
    draw.shuffle(free)
    spans = [Span(day * DAY, (day + 1) * DAY) for day in free]
    return Person(
        key, key, home,
        skills=frozenset({"medic"} if medic and leads else draw.sample(["driving", "broadcasting"], draw.randrange(2))),
        experienced=leads or draw.random() < 0.2,
        team=team,
        away=tuple(spans[:1]),
        wishes=(*(Wish(*span) for span in spans[1:3]), Wish(*draw.choice(own).span, wants_off=False)),
    )  # fmt: skip


def _spare(draw: random.Random, number: int, posts: list[Post]) -> Person:
    town = draw.choice(posts).area_path[:9]
    limits = frozenset(draw.choice([[], ["no_nights"], [], ["no_exposure"]]))
    return Person(f"spare-{number:03d}", f"spare-{number:03d}", f"{town}{draw.randrange(10) + 201:03d}", limits=limits)
