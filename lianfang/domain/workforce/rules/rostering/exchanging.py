"""Improves a roster by many small exchanges: people change places, take a shift for somebody, whole crews change over.

A change that costs a little is sometimes taken too, ever less as time goes on, so that the search leaves dead ends.
"""

from __future__ import annotations

import math
import random
import time
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence

from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.greedy import Stop, never
from lianfang.domain.workforce.rules.rostering.problem import STAFF
from lianfang.kernel.areas import TOWN_DIGITS

# measured choices: how much a change may cost at first and at last, how often the clock is looked at
_WARMEST = 0.5
_COLDEST = 0.08
_BETWEEN_LOOKS = 256
# how often a change is tried where nothing hurts, because others may gain by it
_IDLE_SHARE = 0.5

Place = tuple[int, int]


class Exchange:
    """A search by exchanges on a draft, which it changes in place."""

    def __init__(self, draft: Draft, seed: int, pinned: Container[str] = ()) -> None:
        self.draft = draft
        self.random = random.Random(seed)  # noqa: S311  because the same seed must lay the same roster
        self.heat = _WARMEST
        self.cost = draft.cost()
        self.pinned = {number for number, person in enumerate(draft.people) if person.key in pinned}
        self.team: dict[str, list[int]] = defaultdict(list)
        for person, whoever in enumerate(draft.people):
            self.team[whoever.team].append(person)
        self._map()

    def _map(self) -> None:
        """Note for every shift who is near, who lives there, and which shifts and teams are of the same town."""
        draft = self.draft
        towns: dict[str, set[int]] = defaultdict(set)
        slots: dict[str, list[int]] = defaultdict(list)
        for person, whoever in enumerate(draft.people):
            towns[whoever.home[:TOWN_DIGITS]].add(person)
        for number, slot in enumerate(draft.slots):
            towns[slot.post.area_path[:TOWN_DIGITS]].update(draft.on[number])
            slots[slot.post.area_path[:TOWN_DIGITS]].append(number)
        for area in [area for area in slots if len(area) < TOWN_DIGITS]:
            towns[area].update(one for one, whoever in enumerate(draft.people) if whoever.home.startswith(area))
        people = {town: sorted(some) for town, some in towns.items()}
        teams = {town: sorted({draft.people[one].team for one in some} - {""}) for town, some in people.items()}
        at_home = {
            area: [one for one in people[area[:TOWN_DIGITS]] if draft.people[one].home.startswith(area)]
            for area in {slot.post.area_path for slot in draft.slots}
        }
        areas = [slot.post.area_path for slot in draft.slots]
        self.near = [people[area[:TOWN_DIGITS]] for area in areas]
        self.at_home = [at_home[area] for area in areas]
        self.slots_near = [slots[area[:TOWN_DIGITS]] for area in areas]
        self.teams_near = [teams[area[:TOWN_DIGITS]] for area in areas]

    def run(self, seconds: float, stop: Stop = never) -> None:
        """Exchange until the time is up, somebody stops it or the roster is perfect."""
        started = time.monotonic()
        while self.cost:
            spent = (time.monotonic() - started) / seconds
            if spent >= 1 or stop():
                return
            self.heat = _WARMEST * (_COLDEST / _WARMEST) ** spent
            for _ in range(_BETWEEN_LOOKS):
                self.step()

    def step(self) -> None:
        """Try one exchange at a shift taken by chance."""
        draft, slot = self.draft, self.random.randrange(len(self.draft.slots))
        serving = draft.on[slot]
        if draft.missing[slot][STAFF] > 0 and self.near[slot]:
            self._fill(slot, self.random.choice(self.near[slot]))
        elif serving and (
            draft.ache[slot] or any(draft.pain[one] for one in serving) or self.random.random() < _IDLE_SHARE
        ):
            self._improve(slot)

    def _fill(self, slot: int, person: int) -> None:
        if self.draft.may_take(person, slot):
            self._attempt((), ((person, slot),))

    def _improve(self, slot: int) -> None:
        kind = self.random.random()
        if kind < 0.1:
            self._change_crews(slot, self.random.choice(self.slots_near[slot]))
        elif kind < 0.25 and self.teams_near[slot]:
            self._send_team(slot, self.random.choice(self.teams_near[slot]))
        else:
            person = self.random.choice(self.draft.on[slot])
            self._replace(person, slot, self._somebody_for(person, slot))

    def _somebody_for(self, person: int, slot: int) -> int:
        """Return somebody who might do better: of the team that stays, from the post's own area, or from the town."""
        draft, kind = self.draft, self.random.random()
        if kind < 0.4:
            teams = [team for one in draft.on[slot] if one != person and (team := draft.people[one].team)]
            if teams:
                return self.random.choice(self.team[self.random.choice(teams)])
        if kind < 0.7 and self.at_home[slot]:
            return self.random.choice(self.at_home[slot])
        return self.random.choice(self.near[slot])

    def _replace(self, person: int, slot: int, other: int) -> None:
        """Let somebody else take a shift: free for it, or giving up what stands against it."""
        draft = self.draft
        if other in draft.on[slot] or not draft.able[other] >> slot & 1:
            return
        against = draft.clashes(other, slot)
        if against is None or len(against) > 1:
            return
        if against:
            second = against[0]
        elif self.random.random() < 0.5:
            self._attempt(((person, slot),), ((other, slot),))
            return
        else:
            held = [number for number in draft.held[other] if number >= 0]
            if not held:
                self._attempt(((person, slot),), ((other, slot),))
                return
            second = self.random.choice(held)
        if person not in draft.on[second]:
            self._attempt(((person, slot), (other, second)), ((other, slot), (person, second)))

    def _change_crews(self, slot: int, second: int) -> None:
        one, two = self.draft.on[slot], self.draft.on[second]
        if set(one) & set(two) or len(one) != len(two):
            return
        self._attempt([(who, slot) for who in one] + [(who, second) for who in two],
                      [(who, slot) for who in two] + [(who, second) for who in one])  # fmt: skip

    def _send_team(self, slot: int, team: str) -> None:
        draft, serving = self.draft, self.draft.on[slot]
        coming = [
            one
            for one in self.team[team]
            if one not in serving and draft.is_able(one, slot) and draft.is_free(one, slot)
        ]
        if len(coming) >= len(serving):
            chosen = self.random.sample(coming, len(serving))
            self._attempt([(one, slot) for one in serving], [(one, slot) for one in chosen])

    def _attempt(self, leaving: Sequence[Place], coming: Sequence[Place]) -> None:
        """Make a change, and take it back when somebody may not or when it costs too much by now."""
        draft = self.draft
        given_up = dict(leaving)
        for person, slot in coming:
            if not draft.able[person] >> slot & 1 or not draft.is_free(person, slot, given_up.get(person)):
                return
        people, slots = {place[0] for place in (*leaving, *coming)}, {place[1] for place in (*leaving, *coming)}
        if self.pinned and not self.pinned.isdisjoint(people):
            return
        before = self._price(people, slots)
        self._move(leaving, coming)
        dearer = self._price(people, slots) - before
        if dearer <= 0 or self.random.random() < math.exp(-dearer / self.heat):
            self.cost += dearer
        else:
            self._move(coming, leaving)

    def _move(self, leaving: Sequence[Place], coming: Sequence[Place]) -> None:
        for person, slot in leaving:
            self.draft.take_off(person, slot)
        for person, slot in coming:
            self.draft.put(person, slot)

    def _price(self, people: Iterable[int], slots: Iterable[int]) -> int:
        pain, ache = self.draft.pain, self.draft.ache
        return sum([pain[one] for one in people]) + sum([ache[one] for one in slots])
