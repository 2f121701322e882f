"""Improves a roster part by part: some people's shifts are freed and laid anew by CP-SAT, until time is up.

Parts that share nobody and no shift are solved beside one another. Every answer is taken only when it is no worse.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lianfang.domain.workforce.rules.rostering.beside import search
from lianfang.domain.workforce.rules.rostering.drafting import EMPTY_PLACE, Draft
from lianfang.domain.workforce.rules.rostering.greedy import Stop, never
from lianfang.domain.workforce.rules.rostering.modelling import Part
from lianfang.kernel.areas import TOWN_DIGITS

# measured choices: how many people a part frees for the whole roster or for a few days, how often the one or the other,
# and how long the solver may think about a part in its own time
_PEOPLE_IN_PART = 8
_PEOPLE_IN_WINDOW = 22
_WINDOW_DAYS = 3
_WINDOW_SHARE = 0.8
_EFFORT = 0.4
_EXCHANGE_SHARE = 0.8
# a roster with no more choices than this is laid as a whole, after a short while of exchanges
_SMALL = 3000
_EXCHANGE_SHARE_OF_SMALL = 0.1
_NO_BOUND = 1e9


@dataclass(frozen=True, slots=True)
class Progress:
    """How far planning has come: the share of its time, and the roster as it stands."""

    share: float
    unfilled: int
    cost: int


Tell = Callable[[Progress], None]


class Improvement:
    """One run of improvement of a draft, which it changes in place."""

    def __init__(self, draft: Draft, seconds: float, tell: Tell | None, stop: Stop, seed: int) -> None:
        self.draft, self.seconds, self.tell, self.stop = draft, seconds, tell, stop
        self.started = time.monotonic()
        self.random = random.Random(seed)  # noqa: S311  because the same seed must lay the same roster
        self.lock = threading.Lock()
        self.taken_people: set[int] = set()
        self.taken_slots: set[int] = set()
        self.is_over = False
        self.neighbours = _neighbours(draft)

    def run(self, threads: int) -> None:
        """Work until the time is up, somebody stops it, or nothing can be better."""
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(self._work) for _ in range(threads)]:
                done.result()

    def whole(self) -> None:
        """Lay the whole roster at once: for a small one that proves that there is none better."""
        people, slots = range(len(self.draft.people)), set(range(len(self.draft.slots)))
        answer = Part(self.draft, people, slots).solve(self.seconds, _NO_BOUND, 1)
        if answer is not None:
            self._take(answer, slots)

    def _left(self) -> float:
        return self.seconds - (time.monotonic() - self.started)

    def _work(self) -> None:
        while self._left() > 0 and not self.is_over and not self.stop():
            with self.lock:
                chosen = self._choose()
            if chosen is None:
                time.sleep(0.02)
                continue
            people, slots, seed = chosen
            answer = Part(self.draft, people, slots).solve(self._left(), _EFFORT, seed)
            with self.lock:
                if answer is not None:
                    self._take(answer, slots)
                self.taken_people -= people
                self.taken_slots -= slots
                self._say()

    def _choose(self) -> tuple[set[int], set[int], int] | None:
        """Return people and shifts to free, none of them in another part just now; None when there is nothing to do."""
        draft, draw = self.draft, self.random
        painful = [person for person, pain in enumerate(draft.pain) if pain and person not in self.taken_people]
        aching = [slot for slot, ache in enumerate(draft.ache) if ache and slot not in self.taken_slots]
        if not painful and not aching:
            self.is_over = not self.taken_people
            return None
        slot = self._centre(painful, aching)
        if slot is None:
            return None
        is_window = draw.random() < _WINDOW_SHARE
        people = self._people_near(slot, _PEOPLE_IN_WINDOW if is_window else _PEOPLE_IN_PART) - self.taken_people
        slots = {number for person in people for number in draft.held[person] if number >= 0}
        slots |= {one for one in aching if draft.lacks(one) and any(draft.is_able(who, one) for who in people)}
        if is_window:
            first = draft.slots[slot].day - draw.randrange(_WINDOW_DAYS)
            slots = {one for one in slots if first <= draft.slots[one].day < first + _WINDOW_DAYS}
        slots -= self.taken_slots
        self.taken_people |= people
        self.taken_slots |= slots
        return people, slots, draw.randrange(1 << 30)

    def _centre(self, painful: list[int], aching: list[int]) -> int | None:
        """Return the shift a part is laid around: one that aches, or one that somebody in pain has or could have."""
        draw, draft = self.random, self.draft
        if aching and draw.random() * (len(aching) + len(painful)) < len(aching):
            return draw.choices(aching, [draft.ache[one] for one in aching])[0]
        if not painful:
            return None
        person = draw.choices(painful, [draft.pain[one] for one in painful])[0]
        served = [number for number in draft.held[person] if number >= 0]
        return draw.choice(served) if served else draw.randrange(len(draft.slots))

    def _people_near(self, slot: int, most: int) -> set[int]:
        """Return a part's people: those on the shift, who serves at the post, who lives there, the town's."""
        post = self.draft.slots[slot].post.key
        serving = {person for one in self.neighbours.slots_of_post[post] for person in self.draft.on[one]}
        chosen = set(self.draft.on[slot])
        for circle, share in ((serving, 0.5), (self.neighbours.at_home[post], 0.8), (self.neighbours.in_town[post], 1)):
            others = sorted(set(circle) - chosen)
            self.random.shuffle(others)
            others.sort(key=lambda one: self.draft.pain[one] * self.random.random(), reverse=True)
            chosen.update(others[: max(0, int(most * share) - len(chosen))])
        return chosen

    def _take(self, answer: dict[int, set[int]], slots: set[int]) -> None:
        """Lay the answer, and take it back when the true cost is higher than before."""
        before = {person: self.draft.held[person].keys() & slots for person in answer}
        cost = self._cost(answer.keys(), slots)
        self._lay(before, answer)
        if self._cost(answer.keys(), slots) > cost:
            self._lay(answer, before)

    def _lay(self, old: dict[int, set[int]], new: dict[int, set[int]]) -> None:
        for person, slots in old.items():
            for slot in slots - new[person]:
                self.draft.take_off(person, slot)
        for person, slots in new.items():
            for slot in slots - old[person]:
                self.draft.put(person, slot)

    def _cost(self, people: Iterable[int], slots: Iterable[int]) -> int:
        return sum(self.draft.pain[one] for one in people) + sum(self.draft.ache[one] for one in slots)

    def _say(self) -> None:
        if self.tell:
            spent = 1 - max(0.0, self._left()) / self.seconds
            empty = sum(sum(self.draft.lacks(slot).values()) for slot, ache in enumerate(self.draft.ache) if ache)
            self.tell(Progress(spent, empty, self.draft.cost() - empty * EMPTY_PLACE))


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Who and what is near what: it does not change while a roster is laid."""

    slots_of_post: dict[str, list[int]]
    at_home: dict[str, list[int]]
    in_town: dict[str, list[int]]


def _neighbours(draft: Draft) -> _Neighbours:
    slots_of_post: dict[str, list[int]] = defaultdict(list)
    for number, slot in enumerate(draft.slots):
        slots_of_post[slot.post.key].append(number)
    posts = {slot.post.key: slot.post.area_path for slot in draft.slots}
    near: dict[tuple[str, int], list[int]] = defaultdict(list)
    for person, whoever in enumerate(draft.people):
        for digits in {len(path) for path in posts.values()} | {TOWN_DIGITS}:
            near[whoever.home[:digits], digits].append(person)
    at_home = {post: near[path, len(path)] for post, path in posts.items()}
    in_town = {post: near[path[:TOWN_DIGITS], min(len(path), TOWN_DIGITS)] for post, path in posts.items()}
    return _Neighbours(slots_of_post, at_home, in_town)


def improve(
    draft: Draft, seconds: float, *, tell: Tell | None = None, stop: Stop = never, seed: int = 1, threads: int = 2
) -> Draft:
    """Return the draft improved within so many seconds on so many cores: first by exchanges, then part by part.

    Stops sooner when nothing is left to improve, or when `stop` says so; what was found until then is kept.
    """
    if not draft.slots:
        return draft
    started = time.monotonic()
    is_small = len(draft.people) * len(draft.slots) <= _SMALL
    first = seconds * (_EXCHANGE_SHARE_OF_SMALL if is_small else _EXCHANGE_SHARE)

    def say(cost: int) -> None:
        if tell:
            spent = (time.monotonic() - started) / seconds
            tell(Progress(min(1.0, spent), cost // EMPTY_PLACE, cost % EMPTY_PLACE))

    draft = search(draft, first, tell=say, stop=stop, seed=seed, processes=threads)
    left = seconds - (time.monotonic() - started)
    if left > 0 and draft.cost() and not stop():
        improvement = Improvement(draft, left, tell, stop, seed)
        if is_small:
            improvement.whole()
        else:
            improvement.run(threads)
    return draft
