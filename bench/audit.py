"""Verifying every audit chain from its first line to its last."""

from __future__ import annotations

import time

from bench.county import Made
from bench.figures import tell


def run(made: Made) -> None:
    """Measure lines a second; a fault misses the goal."""
    from lianfang.foundation.audit.chain import verify
    from lianfang.foundation.audit.models import AuditLine

    lines = AuditLine.objects.count()
    started = time.perf_counter()
    faults = sum(1 for _ in verify())
    spent = time.perf_counter() - started
    tell("audit", "lines_verified", lines / spent, "lines/s", lines=lines, seconds=spent)
    tell("audit", "faults", faults, "faults", at_most=0)
