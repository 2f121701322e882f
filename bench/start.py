"""What `make run` takes: the first start, which draws the demo county, and every start after it."""

from __future__ import annotations

import tempfile
import time

from bench.county import Made
from bench.figures import median, tell
from bench.serving import demo

PEOPLE = 20_000
STARTS = 3


def run(made: Made) -> None:
    """Measure from the command to the first answer, in seconds, on SQLite whatever the other benches use."""
    with tempfile.TemporaryDirectory(prefix="lianfang-start-") as folder:
        tell("start", "first_start", _seconds(folder), "s", people=PEOPLE)
        later = [_seconds(folder) for _ in range(STARTS)]
        tell("start", "second_start", median(later), "s", at_most=5, slowest=max(later))


def _seconds(folder: str) -> float:
    started = time.perf_counter()
    with demo(folder, PEOPLE):
        return time.perf_counter() - started
