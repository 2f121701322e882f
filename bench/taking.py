"""Takes one workbook in, in a process of its own, and tells what it needed: `python -m bench.taking FILE`."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def peak_mb(pid: str = "self") -> float:
    """Return the most memory a process has held so far; the system's own count includes who started it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main(file: str) -> dict[str, Any]:
    """Take a file in on its whole way: from opening it to the workbook of refused rows beside it."""
    import django

    django.setup()
    from bench.county import COUNTY
    from lianfang.config.settling import settle
    from lianfang.doors.files.commands import intake_run
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.kernel.clock import today

    settle()
    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="command")
    started, before = time.perf_counter(), time.process_time()
    answer = intake_run(Path(file), COUNTY, duty)
    seconds = time.perf_counter() - started
    helped = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "cpu_seconds": time.process_time() - before,
        "peak_mb": peak_mb(),
        "helpers_cpu_seconds": helped.ru_utime + helped.ru_stime,
        "helper_peak_mb": helped.ru_maxrss / 1024,
        "rows": answer["rows"],
        "accepted": answer["accepted"],
        "refused": len({one["row"] for one in answer["rejected"]}),
        "matched": answer["matched"],
        "places": answer["places"],
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
