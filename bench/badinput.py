"""How long a bad file is looked at before the answer, and in how much memory: each kind in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.county import COUNTY, Made
from bench.figures import tell
from bench.taking import peak_mb

MOST_SECONDS = 5.0
MOST_MB = 1024


def run(made: Made) -> None:
    """Measure the answer to every kind of bad file, from its bytes to the refusal or to the last row judged."""
    from bench.badfiles import kinds

    slowest = largest = 0.0
    wrong = []
    for kind, name, make, answer in kinds():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(make())
            told = subprocess.run([sys.executable, "-m", "bench.badinput", str(path)], check=True, capture_output=True)
        found: dict[str, Any] = json.loads(told.stdout)
        tell("badinput", kind, found["seconds"], "s", at_most=MOST_SECONDS, **found)
        slowest, largest = max(slowest, found["seconds"]), max(largest, found["peak_mb"])
        wrong += [kind] if found["answer"] != answer else []
    tell("badinput", "slowest_answer", slowest, "s", at_most=MOST_SECONDS)
    tell("badinput", "peak_memory", largest, "MB", at_most=MOST_MB)
    tell("badinput", "answers_other_than_meant", len(wrong), "kinds", at_most=0, kinds=wrong)


def main(file: str) -> dict[str, Any]:
    """Look at a file as a check does; tells the refusal, or how many rows would be taken in."""
    import django

    django.setup()
    from lianfang.doors.files.commands import intake_check
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.kernel.clock import today
    from lianfang.kernel.errors import Refusal

    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="command")
    before = peak_mb()
    started, cpu = time.perf_counter(), time.process_time()
    try:
        answer: str | int = intake_check(Path(file), COUNTY, duty)["accepted"]
    except Refusal as no:
        answer = no.code
    return {
        "answer": answer,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": peak_mb(),
        "mb_before": before,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
