"""A messy workbook of 20,000 rows on its whole way in, beside django-import-export on the same people."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from bench.county import COUNTY, Made
from bench.figures import tell
from bench.serving import database_cpu_seconds
from bench.workbook import Line, lines, messy

ROWS = 20_000
OTHERS_ROWS = 2_000
KNOWN = 8_000


def run(made: Made) -> None:
    """Measure reading, judging, resolving, matching, writing, sending out and marking, from file to commit."""
    people = lines(ROWS, _known())
    others = [_others(people[:OTHERS_ROWS])]
    body = messy(people)
    answer, spent, cpu, checked = _take_in(body)
    others.append(_others(people[OTHERS_ROWS : 2 * OTHERS_ROWS]))
    mine = answer["rows"] / spent
    tell("intake", "rows_per_second", mine, "rows/s", seconds=spent, cpu_seconds=cpu, rows=answer["rows"],
         accepted=answer["accepted"], refused=len(answer["rejected"]), matched=answer["matched"],
         places=answer["places"], people=made.people, check_alone_seconds=checked)  # fmt: skip
    for place, figure, goal in ((0, "ratio_to_import_export", 10.0), (1, "ratio_to_import_export_in_bulk", None)):
        rate = sum(one[place][0] for one in others) / len(others)
        their_cpu = sum(one[place][1] for one in others) / len(others)
        tell("intake", figure, mine / rate, "times", at_least=goal, rows_per_second=mine, theirs=rate,
             ratio_of_cpu_per_row=their_cpu / (cpu / answer["rows"]), their_rows=2 * OTHERS_ROWS,
             given="a tidy workbook; no places, matching, sending out or marking")  # fmt: skip


def _others(people: list[Line]) -> list[tuple[float, float]]:
    """Return rows a second and processor seconds a row of django-import-export, row by row and in bulk."""
    from bench import importing

    found = []
    for in_bulk in (False, True):
        before = _cpu()
        rate = importing.rows_per_second(people, in_bulk=in_bulk)
        found.append((rate, (_cpu() - before) / len(people)))
    return found


def _cpu() -> float:
    """Return the processor time of this process and the database's so far."""
    return time.process_time() + database_cpu_seconds()


def _known() -> list[tuple[str, str, str]]:
    """Return name, identity number and phone of people in the register."""
    from lianfang.domain.people.models import Person

    rows = Person.objects.exclude(identity_index="").exclude(phone_index="").order_by("pk")
    return [(one.name, one.identity_number, one.phone) for one in rows[:KNOWN]]


def _take_in(body: bytes) -> tuple[dict[str, Any], float, float, float]:
    """Return the answer, its seconds by the clock and of processors, and those of a check that changes nothing."""
    from lianfang.doors.files.commands import intake_check, intake_run
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.foundation.actions.running import run as run_action
    from lianfang.foundation.intake.models import IntakeBatch
    from lianfang.kernel.clock import today

    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="command")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "返乡名单.xlsx"
        path.write_bytes(body)
        started = time.perf_counter()
        intake_check(path, COUNTY, duty)
        checked = time.perf_counter() - started
        started, before = time.perf_counter(), _cpu()
        answer = intake_run(path, COUNTY, duty)
        spent, used = time.perf_counter() - started, _cpu() - before
    newest = IntakeBatch.objects.order_by("-pk").first()
    assert newest is not None
    # because a second run would meet the leads of the first
    run_action(duty, "intake.undo_batch", {"batch_id": str(newest.pk)})
    return answer, spent, used, checked
