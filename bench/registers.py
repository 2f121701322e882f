"""A newer division register against the whole county: looked at, taken over, given back."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from bench.county import COUNTY, Made
from bench.figures import tell

ON = date(2020, 3, 1)
RENAMED, MERGED, SPLIT, DROPPED = 20, 10, 5, 3


def run(made: Made) -> None:
    """Print the seconds of each, by the clock and by this process's processor; the database's own are not in them."""
    from lianfang.doors.files.register_commands import Asked, judge_register, take_over, undo_latest
    from lianfang.doors.files.registers import Sent
    from lianfang.foundation.access.actor import SYSTEM

    asked = Asked([Sent("新登记册.csv", _register())], COUNTY, ON)
    judged = _timed("look", made, lambda: judge_register(asked, SYSTEM))
    _timed("take_over", made, lambda: take_over(asked, SYSTEM, lambda column, rows: None), **judged.counts())
    _timed("undo", made, lambda: undo_latest(COUNTY, SYSTEM, "bench"))


def _timed(what: str, made: Made, work: Callable[[], Any], **detail: int) -> Any:
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    found = work()
    spent, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tell("registers", what, spent, "s", processor_seconds=processor, people=made.people, **detail)
    return found


def _register() -> bytes:
    """Return the county's register with a town under another code and villages renamed, merged, split and dropped."""
    from lianfang.domain.areas.queries import register_of, tiles_of

    now = register_of(tiles_of(COUNTY))
    villages, towns = sorted(now.villages), dict(now.towns)
    moved, fresh = sorted(towns)[-1], f"{COUNTY}990"
    towns[fresh] = towns.pop(moved)
    rows = [(code, name, "") for code, name in towns.items()]
    for place, old in enumerate(villages):
        code, name = fresh + old[9:] if old.startswith(moved) else old, now.villages[old]
        if place < RENAMED:
            rows.append((code, f"新{name}", ""))
        elif place < RENAMED + MERGED:
            rows += [(code, name, f"{old}、{villages[place + 1]}")] if place % 2 == 0 else []
        elif place < RENAMED + MERGED + SPLIT:
            rows += [(code, f"东{name}", old), (f"{code[:9]}{900 + place}", f"西{name}", old)]
        elif place >= RENAMED + MERGED + SPLIT + DROPPED:
            rows.append((code, name, ""))
    return "\n".join(["代码,名称,原代码", *map(",".join, rows)]).encode()
