"""Makes a roster: at once by the quick way, then better within the time given, with plain words for what cannot be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from lianfang.domain.workforce.rules.rostering.checking import check
from lianfang.domain.workforce.rules.rostering.explaining import conflicts_of
from lianfang.domain.workforce.rules.rostering.greedy import never, quick
from lianfang.domain.workforce.rules.rostering.improving import Progress, improve
from lianfang.domain.workforce.rules.rostering.problem import Assignment, Cost, Problem, Unfilled, fair_of
from lianfang.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class Start:
    """What the quick way alone gave: places left empty, soft cost, seconds."""

    unfilled: int
    cost: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A roster with what it leaves unfilled, what it costs, and why what is missing cannot be had."""

    assignments: tuple[Assignment, ...]
    unfilled: tuple[Unfilled, ...]
    cost: Cost
    conflicts: tuple[Bilingual, ...]
    seconds: float
    start: Start


def plan(
    problem: Problem,
    seconds: float = 30.0,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = never,
    seed: int = 1,
    threads: int = 2,
) -> Plan:
    """Return the best roster found within so many seconds; with 0 the quick way's own, which needs no OR-tools.

    `progress` is told now and then how far it is; `stop` is asked often, and on True the best roster so far comes back.
    The quick way alone ignores the limit: it takes about a second for a county.
    """
    started = time.monotonic()
    problem = replace(problem, fair=fair_of(problem))
    draft = quick(problem, stop)
    first = check(problem, draft.assignments())
    start = Start(sum(lack.missing for lack in first.unfilled), first.cost.total, time.monotonic() - started)
    left = seconds - start.seconds
    if left > 0 and (first.unfilled or first.cost.total):
        draft = improve(draft, left, tell=progress, stop=stop, seed=seed, threads=threads)
    best = check(problem, draft.assignments())
    assert not best.violations, best.violations[:3]
    return Plan(draft.assignments(), best.unfilled, best.cost, conflicts_of(draft), time.monotonic() - started, start)
