"""A roster in the making: who is on which shift, who could take which, and what one more shift would cost.

People and shifts are numbered here, because a county's roster asks these questions millions of times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lianfang.domain.workforce.rules.rostering.problem import (
    DAY,
    EXPERIENCED,
    STAFF,
    Assignment,
    Person,
    Problem,
    Slot,
    SlotKey,
    Span,
    bars_of,
    fair_of,
    night_of,
    slots_of,
    steps_from_home,
    traits_of,
)

# because a place left empty must outweigh every wish together
EMPTY_PLACE = 100_000


@dataclass(frozen=True, slots=True)
class Duty:
    """Time on duty as the planner sees it; `slot` is its number, -1 for what is fixed elsewhere."""

    starts: int
    ends: int
    rest_until: int
    allowed: int
    night: int | None
    slot: int


class Draft:
    """The roster in the making. It keeps every rule about a single person; what a shift lacks it only counts."""

    def __init__(self, problem: Problem, assignments: Iterable[Assignment] = ()) -> None:
        self.problem, self.limits, self.weights = problem, problem.limits, problem.weights
        self.fair = fair_of(problem)
        self.slots: Sequence[Slot] = slots_of(problem)
        self.people: Sequence[Person] = problem.people
        self.slot_number = {slot.key: number for number, slot in enumerate(self.slots)}
        self.person_number = {person.key: number for number, person in enumerate(self.people)}
        self.asks = [slot.asks() for slot in self.slots]
        self.duty = [self._duty(number, slot) for number, slot in enumerate(self.slots)]
        self._is_night = [slot.night is not None for slot in self.slots]
        self._starts = [slot.starts for slot in self.slots]
        self._longest = max((slot.kind.minutes for slot in self.slots), default=0)
        self.able = self._masks()
        self._may_exceed_hours = self._hours_can_bind()
        self.counting = [(STAFF, *((EXPERIENCED,) if one.experienced else ()), *one.skills) for one in self.people]
        self._measure()
        # what begins before this minute is not changed any more
        self.kept_until = -(10**9)
        self._start_empty()
        for one in assignments:
            self.put(self.person_number[one.person], self.slot_number[SlotKey(*one[1:])])

    def _start_empty(self) -> None:
        """Lay everything for a roster with nobody on it; from here `put` and `take_off` keep the figures."""
        people, slots = range(len(self.people)), range(len(self.slots))
        self.on: list[list[int]] = [[] for _ in slots]
        # what somebody holds, by the shift's number; what is fixed elsewhere has numbers below 0
        self.held: list[dict[int, Duty]] = [self._fixed(person) for person in self.people]
        self.nights, self.weekends, self.shifts = [0] * len(people), [0] * len(people), [0] * len(people)
        self.wish_counts = [[0] * len(person.wishes) for person in self.people]
        self.pain = [self.weights.wishes * sum(not wish.wants_off for wish in person.wishes) for person in self.people]
        self.missing = [dict(asked) for asked in self.asks]
        self.ache = [EMPTY_PLACE * sum(asked.values()) for asked in self.asks]
        self.teams: list[dict[str, int]] = [{} for _ in slots]

    def _meeting(self, span: Span) -> Iterator[int]:
        first, last = bisect_left(self._starts, span.starts - self._longest), bisect_left(self._starts, span.ends)
        return (slot for slot in range(first, last) if self.slots[slot].ends > span.starts)

    def _duty(self, number: int, slot: Slot) -> Duty:
        pattern = slot.post.pattern
        return Duty(slot.starts, slot.ends, slot.ends + max(self.limits.least_rest_minutes, pattern.rest_minutes),
                    max(self.limits.most_minutes_in_24h, pattern.most_minutes_in_24h), slot.night, number)  # fmt: skip

    def _fixed(self, person: Person) -> dict[int, Duty]:
        limits = self.limits
        return {
            -number: Duty(span.starts, span.ends, span.ends + limits.least_rest_minutes, limits.most_minutes_in_24h,
                          night_of(limits, span), -number)
            for number, span in enumerate(person.busy, start=1)
        }  # fmt: skip

    def _masks(self) -> list[int]:
        """Return for each person the shifts they could take by themselves, as bits: away, limits and age, posts."""
        traits = [traits_of(self.limits, slot) for slot in self.slots]
        of_post: dict[str, int] = {}
        for number, slot in enumerate(self.slots):
            of_post[slot.post.key] = of_post.get(slot.post.key, 0) | 1 << number
        by_bars: dict[frozenset[str], int] = {}
        by_span: dict[Span, int] = {}
        masks = []
        for person in self.people:
            bars = bars_of(self.limits, person)
            if bars not in by_bars:
                by_bars[bars] = sum(1 << number for number, trait in enumerate(traits) if not trait & bars)
            mask = by_bars[bars]
            if person.only_posts:
                mask &= sum(of_post.get(post, 0) for post in person.only_posts)
            for span in person.away:
                if span not in by_span:
                    by_span[span] = sum(1 << slot for slot in self._meeting(span))
                mask &= ~by_span[span]
            masks.append(mask)
        return masks

    def _hours_can_bind(self) -> bool:
        """Say whether anybody could exceed the hours of a day at all: with many patterns the rest rules it out."""
        shapes = list({(duty.starts, duty.rest_until): duty for duty in self.duty}.values())
        least = self.limits.most_minutes_in_24h
        for start in {duty.starts for duty in shapes} | {duty.ends - DAY for duty in shapes}:
            within = [duty for duty in shapes if duty.starts < start + DAY and start < duty.ends]
            if most_minutes(within, start) > least:
                return True
        return False

    def is_able(self, person: int, slot: int) -> bool:
        """Say whether somebody could take a shift if they had no other."""
        return bool(self.able[person] >> slot & 1)

    def clashes(self, person: int, slot: int) -> list[int] | None:
        """Return the shifts that would have to be given up for this one; None when giving up shifts is no way.

        Empty means that nothing stands against it; a duty fixed elsewhere that stands against it gives None.
        """
        mine = self.duty[slot]
        against = [
            number for number, one in self.held[person].items()
            if one.starts < mine.rest_until and mine.starts < one.rest_until
        ]  # fmt: skip
        if against:
            return None if min(against) < 0 else against
        return [] if self.is_free(person, slot) else None

    def is_free(self, person: int, slot: int, without: int | None = None) -> bool:
        """Say whether nothing a person has stands against a shift, `without` one they would give up for it."""
        mine, held = self.duty[slot], self.held[person]
        starts, until = mine.starts, mine.rest_until
        for number, one in held.items():
            if one.starts < until and starts < one.rest_until and number != without:
                return False
        if without is not None:
            held = {number: one for number, one in held.items() if number != without}
        may_be_too_many = mine.night is not None and len(held) >= self.limits.most_nights_in_row
        if may_be_too_many and self._is_too_many_nights(held.values(), mine):
            return False
        if self._may_exceed_hours or self.people[person].busy:
            return not self._is_too_long(held.values(), mine)
        return True

    def _is_too_long(self, held: Iterable[Duty], mine: Duty) -> bool:
        near = [one for one in held if one.starts < mine.ends + DAY and mine.starts - DAY < one.ends]
        if not near:
            return min(mine.ends - mine.starts, DAY) > mine.allowed
        near.append(mine)
        for start in {one.starts for one in near} | {one.ends - DAY for one in near}:
            within = [one for one in near if one.starts < start + DAY and start < one.ends]
            spent = sum(min(one.ends, start + DAY) - max(one.starts, start) for one in within)
            if spent > max((one.allowed for one in within), default=spent):
                return True
        return False

    def _is_too_many_nights(self, held: Iterable[Duty], mine: Duty) -> bool:
        assert mine.night is not None
        nights = {one.night for one in held}
        first = last = mine.night
        while first - 1 in nights:
            first -= 1
        while last + 1 in nights:
            last += 1
        return last - first + 1 > self.limits.most_nights_in_row

    def may_take(self, person: int, slot: int) -> bool:
        """Say whether somebody can take a shift as the roster stands, no hard rule broken."""
        return self.is_able(person, slot) and person not in self.on[slot] and self.is_free(person, slot)

    def put(self, person: int, slot: int) -> None:
        """Put somebody on a shift; whether they may is for the caller to ask."""
        self.on[slot].append(person)
        self.held[person][slot] = self.duty[slot]
        self._count(person, slot, 1)

    def take_off(self, person: int, slot: int) -> None:
        """Take somebody off a shift."""
        self.on[slot].remove(person)
        del self.held[person][slot]
        self._count(person, slot, -1)

    def _count(self, person: int, slot: int, step: int) -> None:
        """Keep what somebody has of each kind, what it costs, and what the shift lacks."""
        weights, fair, there = self.weights, self.fair, self.slots[slot]
        pain = weights.distance * self.steps(person, slot)
        pain += weights.shifts * _next(self.shifts, person, step, fair.shifts)
        if self._is_night[slot]:
            pain += weights.nights * _next(self.nights, person, step, fair.nights)
        if there.weekend:
            pain += weights.weekends * _next(self.weekends, person, step, fair.weekends)
        self.pain[person] += step * pain
        if self.people[person].wishes:
            self._count_wishes(person, slot, step)
        self._count_slot(person, slot, step)

    def _count_wishes(self, person: int, slot: int, step: int) -> None:
        counts = self.wish_counts[person]
        for number in self.wishes_met(person, slot):
            counts[number] += step
            if counts[number] == (step > 0):
                is_broken = self.people[person].wishes[number].wants_off == (step > 0)
                self.pain[person] += self.weights.wishes * (1 if is_broken else -1)

    def wishes_met(self, person: int, slot: int) -> list[int]:
        """Return which of somebody's wishes, by their place, a shift falls into."""
        mine = self.duty[slot]
        return [number for number, wish in enumerate(self.people[person].wishes)
                if wish.starts < mine.ends and mine.starts < wish.ends]  # fmt: skip

    def _count_slot(self, person: int, slot: int, step: int) -> None:
        missing, teams = self.missing[slot], self.teams[slot]
        for what in self.counting[person]:
            if what in missing:
                missing[what] -= step
        team = self.people[person].team
        if team:
            teams[team] = teams.get(team, 0) + step
            if not teams[team]:
                del teams[team]
        empty = 0
        for count in missing.values():
            if count > 0:
                empty += count
        self.ache[slot] = EMPTY_PLACE * empty
        if len(teams) > 1:
            self.ache[slot] += self.weights.teams * (len(teams) - 1)

    def counts_for(self, person: int, what: str) -> bool:
        """Say whether somebody counts for a need."""
        whoever = self.people[person]
        return what == STAFF or (whoever.experienced if what == EXPERIENCED else what in whoever.skills)

    def lacks(self, slot: int) -> dict[str, int]:
        """Return what a shift lacks, and how many; empty when it has all it needs."""
        return {what: count for what, count in self.missing[slot].items() if count > 0}

    def cost(self) -> int:
        """Return the soft cost and, above it, the price of every place left empty."""
        return sum(self.pain) + sum(self.ache)

    def lacking(self) -> Iterator[int]:
        """Yield the shifts that lack something."""
        return (slot for slot in range(len(self.slots)) if self.lacks(slot))

    def steps(self, person: int, slot: int) -> int:
        """Return how far from home a shift is."""
        return self._steps[self._home[person]][self._area[slot]]

    def _measure(self) -> None:
        """Measure every home against every post's area once."""
        homes = {person.home: None for person in self.people}
        areas = {slot.post.area_path: None for slot in self.slots}
        self._steps = [[steps_from_home(home, area) for area in areas] for home in homes]
        home_number = {home: number for number, home in enumerate(homes)}
        area_number = {area: number for number, area in enumerate(areas)}
        self._home = [home_number[person.home] for person in self.people]
        self._area = [area_number[slot.post.area_path] for slot in self.slots]

    def price(self, person: int, slot: int) -> int:
        """Return what putting somebody on a shift would add to the soft cost as the roster stands."""
        weights, fair = self.weights, self.fair
        price = weights.distance * self.steps(person, slot)
        price += weights.shifts * max(0, self.shifts[person] + 1 - fair.shifts)
        if self._is_night[slot]:
            price += weights.nights * max(0, self.nights[person] + 1 - fair.nights)
        if self.slots[slot].weekend:
            price += weights.weekends * max(0, self.weekends[person] + 1 - fair.weekends)
        team, teams = self.people[person].team, self.teams[slot]
        if team and teams and team not in teams:
            price += weights.teams
        for number in self.wishes_met(person, slot):
            if not self.wish_counts[person][number]:
                price += weights.wishes if self.people[person].wishes[number].wants_off else -weights.wishes
        return price

    def assignments(self) -> tuple[Assignment, ...]:
        """Return who is on which shift, by time."""
        return tuple(
            Assignment(self.people[person].key, *self.slots[slot].key)
            for slot, serving in enumerate(self.on)
            for person in sorted(serving)
        )


def _next(counts: list[int], person: int, step: int, fair: int) -> int:
    """Count one more or less, and return how far the one counted is beyond the fair share."""
    counts[person] += step
    return max(0, (counts[person] if step > 0 else counts[person] + 1) - fair)


def shared(duty: Duty, start: int) -> int:
    """Return the minutes of a duty within the 24 hours from `start`, which it meets."""
    return min(duty.ends, start + DAY) - max(duty.starts, start)


def most_minutes(duties: list[Duty], start: int) -> int:
    """Return the most minutes of the 24 hours from `start` that can be worked at all with the rest between shifts."""
    best: list[tuple[int, int]] = [(duties[0].starts - DAY, 0)] if duties else [(0, 0)]
    for duty in sorted(duties, key=lambda one: one.rest_until):
        before = max((minutes for until, minutes in best if until <= duty.starts), default=0)
        best.append((duty.rest_until, max(best[-1][1], before + shared(duty, start))))
    return best[-1][1]
