"""Group commit: facts that wait at the same moment share one transaction, and each is answered after it committed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lianfang.foundation.actions.running import BUSY, Outcome, Request, run_many

MOST = 64

CarryOut = Callable[[Sequence[Request]], list[Outcome]]


@dataclass
class _Waiting:
    """A command and the one who waits for it: woken with its outcome, or to lead the next group."""

    request: Request
    woken: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None
    answered: bool = False


class Gatherer:
    """One leader at a time carries out everything that waits; the others wait for its answer, not for the database.

    A leader leads one group and then wakes the first of those who came meanwhile to lead the next: nobody asks twice.
    """

    def __init__(self, carry_out: CarryOut = run_many) -> None:
        self._carry_out = carry_out
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._led = False

    def carry_out(self, request: Request) -> Outcome:
        """Return the outcome of the command once it is committed or refused."""
        mine = _Waiting(request)
        if not self._joins(mine):
            mine.woken.wait()
        if not mine.answered:
            self._lead()
        return mine.outcome or Outcome(request.id, "refused", refusal=BUSY())

    def _joins(self, mine: _Waiting) -> bool:
        """Put the command into the queue and say whether it leads, because nobody else does."""
        with self._lock:
            self._queue.append(mine)
            leads, self._led = not self._led, True
            return leads

    def _lead(self) -> None:
        with self._lock:
            group, self._queue = self._queue[:MOST], self._queue[MOST:]
        try:
            self._answer(group)
        finally:
            self._pass_on()

    def _answer(self, group: Sequence[_Waiting]) -> None:
        """Carry out a group in the order of its actions; whatever happens, everybody gets an answer."""
        ordered = sorted(group, key=lambda one: one.request.action)
        try:
            for one, outcome in zip(ordered, self._carry_out([one.request for one in ordered]), strict=True):
                one.outcome = outcome
        finally:
            for one in group:
                one.answered = True
                one.woken.set()

    def _pass_on(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].woken.set()
            else:
                self._led = False


_gatherer = Gatherer()


def gather(request: Request) -> Outcome:
    """Carry out a fact together with the others that wait in this process."""
    return _gatherer.carry_out(request)
