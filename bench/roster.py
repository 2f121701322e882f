"""A county's roster in a minute, a large county's in five, beside perfect ones that are known, and nurses' rosters.

The goals are for two cores that do nothing else; the processor time of this process and its children stands beside.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from bench import nursing
from bench.county import Made
from bench.figures import tell
from bench.made_roster import Numbers, make

NURSES = Path(__file__).resolve().parents[2] / "shared" / "data" / "nurse_rostering"
DAYS = 14
LEAST_GAIN = 1 / 3


def run(made: Made) -> None:
    """Print what each roster leaves unfilled, breaks and costs, and the costs of three known instances."""
    _county("county", posts=60, people=900, seconds=57, goal=60)
    _county("large", posts=200, people=2_400, seconds=285, goal=300)
    for name, best in json.loads((NURSES / "best_known.json").read_text()).items():
        _nurses(name, best)


def numbers() -> Numbers:
    """Return the numbers of the product's rulebook."""
    from lianfang.domain.workforce.rules.rostering import DUTY_KEYS, limits_from, patterns_from, weights_from
    from lianfang.kernel.rulebook import shipped

    book = shipped()
    values = {key: book.editions("product", key)[-1].value for key in DUTY_KEYS}
    return Numbers(limits_from(values), weights_from(values), patterns_from(values["duty.patterns"])["4x6"])


def _county(name: str, *, posts: int, people: int, seconds: float, goal: float) -> None:
    from lianfang.domain.workforce.rules.rostering import check, plan

    county = make(numbers(), posts, people, DAYS)
    perfect = check(county.problem, county.perfect)
    assert perfect.is_good, perfect
    assert perfect.cost.total == 0, perfect
    before = _processor()
    found = plan(county.problem, seconds)
    judged = check(county.problem, found.assignments)
    missing = sum(lack.missing for lack in judged.unfilled)
    tell("roster", f"{name}_places_unfilled", missing, "places", at_most=0, posts=posts, people=people, days=DAYS)
    tell("roster", f"{name}_rules_broken", len(judged.violations), "rules", at_most=0)
    tell("roster", f"{name}_cost_to_greedy", judged.cost.total / max(1, found.start.cost), "share", at_most=LEAST_GAIN,
         cost=judged.cost.total, greedy=found.start.cost, greedy_unfilled=found.start.unfilled,
         greedy_seconds=found.start.seconds)  # fmt: skip
    tell("roster", f"{name}_seconds", found.seconds, "s", at_most=goal, processor_seconds=_processor() - before)


def _nurses(name: str, best: int) -> None:
    answer = nursing.solve(nursing.read(NURSES / "nrp" / f"{name}.txt"), 120)
    tell("roster", f"{name}_cost", answer.cost, "cost", at_most=best, **answer.as_dict())


def _processor() -> float:
    return sum(os.times()[:4])
