"""Group commit: facts that wait at the same moment share one transaction, and each is answered after it committed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from lianfang.foundation.actions.running import BUSY, Outcome, Request, run_many

MOST = 64


@dataclass
class _Waiting:
    request: Request
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


class Gatherer:
    """One leader at a time carries out everything that waits; the others wait for its answer, not for the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leader = threading.Lock()
        self._queue: list[_Waiting] = []

    def carry_out(self, request: Request) -> Outcome:
        """Return the outcome of the command once it is committed or refused."""
        mine = _Waiting(request)
        with self._lock:
            self._queue.append(mine)
        while not mine.done.is_set():
            if self._leader.acquire(timeout=0.002):
                try:
                    self._lead(mine)
                finally:
                    self._leader.release()
            else:
                mine.done.wait(0.02)
        return mine.outcome or Outcome(request.id, "refused", refusal=BUSY())

    def _lead(self, mine: _Waiting) -> None:
        while not mine.done.is_set():
            with self._lock:
                group, self._queue = self._queue[:MOST], self._queue[MOST:]
            _answer(group)


def _answer(group: Sequence[_Waiting]) -> None:
    """Carry out a group in the order of its actions; whatever happens, everybody gets an answer."""
    ordered = sorted(group, key=lambda one: one.request.action)
    try:
        for one, outcome in zip(ordered, run_many([one.request for one in ordered]), strict=True):
            one.outcome = outcome
    finally:
        for one in group:
            one.done.set()


_gatherer = Gatherer()


def gather(request: Request) -> Outcome:
    """Carry out a fact together with the others that wait in this process."""
    return _gatherer.carry_out(request)
