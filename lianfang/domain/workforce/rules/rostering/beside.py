"""Searches several groups of towns at once, each in a process of its own, because Python's threads share one core.

`serve` is such a process: it reads its part from standard input, says its cost now and then, and answers on standard
output. It ends when its input is closed, so that none outlives the one who started it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO

from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.exchanging import Exchange
from lianfang.domain.workforce.rules.rostering.greedy import Stop
from lianfang.domain.workforce.rules.rostering.problem import Assignment, Problem, Span
from lianfang.kernel.areas import TOWN_DIGITS

_BETWEEN_LOOKS = 0.2
# because a process of its own takes about a second to begin
_LEAST_SLOTS = 400
_LEAST_SECONDS = 4.0
_GRACE = 10.0

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some towns of a roster, with who may not be moved there because they serve in other towns too."""

    problem: Problem
    assignments: tuple[Assignment, ...]
    pinned: frozenset[str]
    seconds: float
    seed: int


def search(draft: Draft, seconds: float, *, tell: Tell, stop: Stop, seed: int, processes: int) -> Draft:
    """Return the draft improved by exchanges for so many seconds; large ones town by town in several processes."""
    is_large = processes > 1 and seconds >= _LEAST_SECONDS and len(draft.slots) >= _LEAST_SLOTS
    parts = _parts(draft, processes, seconds, seed) if is_large else []
    if len(parts) < 2:
        Exchange(draft, seed).run(seconds, stop)
        return draft
    started = time.monotonic()
    running = [_Running(part) for part in parts]
    while not stop() and not all(one.is_done() for one in running) and time.monotonic() - started < seconds + _GRACE:
        time.sleep(_BETWEEN_LOOKS)
        tell(sum(one.cost for one in running))
    found = [one.answer() for one in running]
    joined = Draft(draft.problem, [one for answer in found for one in answer])
    return joined if joined.cost() <= draft.cost() else draft


def _parts(draft: Draft, processes: int, seconds: float, seed: int) -> list[Part]:
    """Return the towns in groups of like size; whoever serves in two groups is in both, and stays as they are."""
    sizes = Counter(_town(slot.post.area_path) for slot in draft.slots)
    groups: list[set[str]] = [set() for _ in range(min(processes, len(sizes)))]
    for town, _ in sizes.most_common():
        min(groups, key=lambda group: sum(sizes[one] for one in group)).add(town)
    group_of = {town: number for number, group in enumerate(groups) for town in group}
    at: list[set[int]] = []
    for number, person in enumerate(draft.people):
        serving = {group_of[_town(draft.slots[slot].post.area_path)] for slot in draft.held[number] if slot >= 0}
        at.append(serving or {group_of.get(_town(person.home), number % len(groups))})
    return [_part(draft, number, group_of, at, seconds, seed) for number in range(len(groups))]


def _part(draft: Draft, group: int, group_of: dict[str, int], at: list[set[int]], seconds: float, seed: int) -> Part:
    there = [number for number, groups in enumerate(at) if group in groups]
    problem, is_here = draft.problem, [group_of[_town(slot.post.area_path)] == group for slot in draft.slots]
    people = tuple(replace(draft.people[one], busy=(*draft.people[one].busy, *_elsewhere(draft, one, is_here)))
                   for one in there)  # fmt: skip
    posts = tuple(post for post in problem.posts if group_of.get(_town(post.area_path)) == group)
    kept = tuple(
        Assignment(draft.people[one].key, *draft.slots[slot].key)
        for one in there for slot in draft.held[one] if slot >= 0 and is_here[slot]
    )  # fmt: skip
    pinned = frozenset(draft.people[one].key for one in there if len(at[one]) > 1)
    return Part(replace(problem, posts=posts, people=people, fair=draft.fair), kept, pinned, seconds, seed + group)


def _elsewhere(draft: Draft, person: int, is_here: list[bool]) -> list[Span]:
    return [Span(one.starts, one.ends) for slot, one in draft.held[person].items() if slot >= 0 and not is_here[slot]]


def _town(area_path: str) -> str:
    return area_path[:TOWN_DIGITS]


class _Running:
    """A process that searches one part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.cost = 0
        self.found: tuple[Assignment, ...] = part.assignments
        command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
        # because the process is this very module, and nothing from outside stands on its command line
        self.process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()
        pickle.dump(part, _stream(self.process.stdin))
        _stream(self.process.stdin).flush()

    def _listen(self) -> None:
        try:
            while True:
                heard = pickle.load(_stream(self.process.stdout))  # noqa: S301  our own process said it
                if isinstance(heard, int):
                    self.cost = heard
                else:
                    self.found = heard
        except EOFError:
            return

    def is_done(self) -> bool:
        return not self.listening.is_alive()

    def answer(self) -> tuple[Assignment, ...]:
        """Let the process end, and return what it found; what it was given when it said nothing."""
        _stream(self.process.stdin).close()
        self.listening.join(_GRACE)
        self.process.kill()
        self.process.wait()
        self.listening.join()
        _stream(self.process.stdout).close()
        return self.found


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def serve() -> None:
    """Search the part on standard input, until its time is up or the input is closed."""
    given, said = sys.stdin.buffer, sys.stdout.buffer
    part: Part = pickle.load(given)  # noqa: S301  because only our own process writes here
    is_over = threading.Event()

    def wait() -> None:
        # because a reader that waits in the buffer's own lock could not be left behind at the end
        os.read(given.fileno(), 1)
        is_over.set()

    threading.Thread(target=wait, daemon=True).start()
    draft = Draft(part.problem, part.assignments)
    search = Exchange(draft, part.seed, part.pinned)
    told_at = time.monotonic()

    def stop() -> bool:
        nonlocal told_at
        if time.monotonic() - told_at > 1:
            told_at = time.monotonic()
            pickle.dump(search.cost, said)
            said.flush()
        return is_over.is_set()

    search.run(part.seconds, stop)
    pickle.dump(draft.assignments(), said)
    said.flush()
