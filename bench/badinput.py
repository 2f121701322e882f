"""How long a bad file is looked at before the answer, and in how much memory: each kind in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import Any

from bench.county import COUNTY, Made
from bench.figures import tell
from bench.taking import peak_mb

MOST_SECONDS = 5.0
MOST_MB = 1024
GIVEN_UP_AFTER = 120.0


def run(made: Made) -> None:
    """Measure the answer to every kind of bad file, from its bytes to the refusal or to the last row judged.

    A form's answer is there when it is kept, blank, and what each of its cells seems to ask is known.
    """
    from bench.badfiles import forms, kinds

    slowest = dearest = largest = 0.0
    wrong = []
    for kind, name, make, answer in chain(kinds(), forms()):
        with tempfile.TemporaryDirectory() as folder:
            path, started = Path(folder) / name, time.perf_counter()
            path.write_bytes(make())
            made_in = time.perf_counter() - started
            found = _look_at(path)
        tell("badinput", kind, found["seconds"], "s", at_most=MOST_SECONDS, made_in=made_in, **found)
        slowest, dearest = max(slowest, found["seconds"]), max(dearest, found["cpu_seconds"])
        largest = max(largest, found["peak_mb"])
        wrong += [kind] if found["answer"] != answer else []
    tell("badinput", "slowest_answer", slowest, "s", at_most=MOST_SECONDS)
    tell("badinput", "dearest_answer", dearest, "processor s", at_most=MOST_SECONDS)
    tell("badinput", "peak_memory", largest, "MB", at_most=MOST_MB)
    tell("badinput", "answers_other_than_meant", len(wrong), "kinds", at_most=0, kinds=wrong)


def _look_at(path: Path) -> dict[str, Any]:
    """Return what a process of its own told of a file; one that is not done in time has given no answer."""
    command = [sys.executable, "-m", "bench.badinput", str(path)]
    try:
        told = subprocess.run(command, check=True, capture_output=True, timeout=GIVEN_UP_AFTER)
    except subprocess.TimeoutExpired:
        return {"answer": "none", "seconds": GIVEN_UP_AFTER, "cpu_seconds": 0.0, "peak_mb": 0.0}
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def main(file: str) -> dict[str, Any]:
    """Look at a file as a check or the door of forms does; tells the refusal, or how many rows or pages were read."""
    import django

    django.setup()
    from bench.badfiles import FORM
    from lianfang.doors.files.commands import intake_check
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.kernel.clock import today
    from lianfang.kernel.errors import Refusal

    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="command")
    before = peak_mb()
    started, cpu = time.perf_counter(), _cpu_seconds()
    try:
        is_form = Path(file).stem == FORM
        answer: str | int = _read_form(file) if is_form else intake_check(Path(file), COUNTY, duty)["accepted"]
    except Refusal as no:
        answer = no.code
    return {
        "answer": answer,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": _cpu_seconds() - cpu,
        "peak_mb": peak_mb(),
        "mb_before": before,
    }


def _read_form(file: str) -> int:
    """Read a form as its door does, up to what is kept of it; returns how many pages it has."""
    from lianfang.doors.files.sheets.filling import blank_form
    from lianfang.doors.files.sheets.kinds import open_form
    from lianfang.doors.files.sheets.suggesting import suggest

    form = open_form(Path(file).read_bytes())
    blank_form(form, suggest(form, COUNTY, {}))
    return len(form.pages)


def _cpu_seconds() -> float:
    """Return the processor's time of this process and of the helpers that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
