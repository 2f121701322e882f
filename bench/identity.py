"""The check of identity numbers, half of them wrong."""

from __future__ import annotations

import time

from bench.county import Made
from bench.figures import tell

NUMBERS = 50_000


def run(made: Made) -> None:
    """Measure numbers a second on one core."""
    from lianfang.kernel.clock import today
    from lianfang.kernel.identity import compose, identity_lines

    numbers = [compose(f"140826{1950 + n % 60}{n % 12 + 1:02d}{n % 28 + 1:02d}{n % 1000:03d}") for n in range(NUMBERS)]
    mixed = [number if n % 2 else number[:10] + number[12:] + "00" for n, number in enumerate(numbers)]
    started = time.perf_counter()
    valid = sum(bool(one["valid"]) for one in identity_lines(mixed, today()))
    spent = time.perf_counter() - started
    tell("identity", "numbers_checked", NUMBERS / spent, "numbers/s", valid=valid, numbers=NUMBERS)
