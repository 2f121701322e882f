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

from lianfang.domain.workforce.rules.rostering.drafting import EMPTY_PLACE, Draft
from lianfang.domain.workforce.rules.rostering.greedy import Stop, never
from lianfang.domain.workforce.rules.rostering.modelling import Part

_TOWN = 9
# how many people one part frees, and how long the solver may think about it in its own time: measured choices
_PEOPLE_IN_PART = 26
_EFFORT = 0.6
_ROOM_FOR_OTHERS = 6
_HOME_SHARE = 0.5


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
        painful = [person for person, pain in enumerate(self.draft.pain) if pain and person not in self.taken_people]
        aching = [slot for slot, ache in enumerate(self.draft.ache) if ache and slot not in self.taken_slots]
        if not painful and not aching:
            self.is_over = not self.taken_people
            return None
        core = self._around_slot(aching) if aching and self.random.random() < _share(aching, painful) else (
            self._around_person(painful)
        )  # fmt: skip
        people = {person for person in core if person not in self.taken_people}
        slots = {number for person in people for number in self.draft.held[person] if number >= 0}
        slots |= {
            slot for slot in aching if self.draft.lacks(slot) and any(self.draft.is_able(one, slot) for one in people)
        }
        slots -= self.taken_slots
        self.taken_people |= people
        self.taken_slots |= slots
        return people, slots, self.random.randrange(1 << 30)

    def _around_slot(self, aching: list[int]) -> set[int]:
        slot = self.random.choices(aching, [self.draft.ache[one] for one in aching])[0]
        post = self.draft.slots[slot].post.key
        return self._people_near(post, set(self.draft.on[slot]))

    def _around_person(self, painful: list[int]) -> set[int]:
        person = self.random.choices(painful, [self.draft.pain[one] for one in painful])[0]
        served = [self.draft.slots[number].post.key for number in self.draft.held[person] if number >= 0]
        near = self.neighbours.posts_at_home[person]
        post = self.random.choice(near if near and (not served or self.random.random() < _HOME_SHARE) else served)
        return self._people_near(post, {person})

    def _people_near(self, post: str, core: set[int]) -> set[int]:
        """Return a part's people: who serves at the post, then who lives at it, then others of its town."""
        serving = {person for slot in self.neighbours.slots_of_post[post] for person in self.draft.on[slot]}
        circles = [serving, self.neighbours.at_home[post], self.neighbours.in_town[post]]
        chosen = set(core)
        for place, circle in enumerate(circles):
            room = _PEOPLE_IN_PART - len(chosen) - (_ROOM_FOR_OTHERS if place < len(circles) - 1 else 0)
            others = sorted(set(circle) - chosen)
            self.random.shuffle(others)
            others.sort(key=lambda one: self.draft.pain[one] * self.random.random(), reverse=True)
            chosen.update(others[: max(0, room)])
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
    posts_at_home: list[list[str]]


def _neighbours(draft: Draft) -> _Neighbours:
    slots_of_post: dict[str, list[int]] = defaultdict(list)
    for number, slot in enumerate(draft.slots):
        slots_of_post[slot.post.key].append(number)
    posts = {slot.post.key: slot.post.area_path for slot in draft.slots}
    near: dict[tuple[str, int], list[int]] = defaultdict(list)
    for person, whoever in enumerate(draft.people):
        for digits in {len(path) for path in posts.values()} | {_TOWN}:
            near[whoever.home[:digits], digits].append(person)
    at_home = {post: near[path, len(path)] for post, path in posts.items()}
    in_town = {post: near[path[:_TOWN], _TOWN] for post, path in posts.items()}
    posts_at_home: list[list[str]] = [[] for _ in draft.people]
    for post, people in at_home.items():
        for person in people:
            posts_at_home[person].append(post)
    return _Neighbours(slots_of_post, at_home, in_town, posts_at_home)


def _share(aching: list[int], painful: list[int]) -> float:
    return len(aching) / (len(aching) + len(painful))


def improve(
    draft: Draft, seconds: float, *, tell: Tell | None = None, stop: Stop = never, seed: int = 1, threads: int = 2
) -> None:
    """Improve a draft in place for so many seconds on so many threads; stops sooner when nothing is left to improve."""
    Improvement(draft, seconds, tell, stop, seed).run(threads)
