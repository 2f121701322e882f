"""A messy workbook of 20,000 rows on its whole way in, beside django-import-export on the same people."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from bench.county import COUNTY, Made
from bench.figures import tell
from bench.workbook import lines, messy

ROWS = 20_000
OTHERS_ROWS = 4_000
KNOWN = 8_000


def run(made: Made) -> None:
    """Measure reading, judging, resolving, matching, writing, sending out and marking, from file to commit."""
    from bench import importing

    people = lines(ROWS, _known())
    answer, spent, checked = _take_in(messy(people))
    mine = answer["rows"] / spent
    slow = importing.rows_per_second(people[:OTHERS_ROWS], in_bulk=False)
    bulk = importing.rows_per_second(people[:OTHERS_ROWS], in_bulk=True)
    tell("intake", "rows_per_second", mine, "rows/s", seconds=spent, rows=answer["rows"], accepted=answer["accepted"],
         refused=len(answer["rejected"]), matched=answer["matched"], places=answer["places"], people=made.people,
         check_alone_seconds=checked)  # fmt: skip
    for figure, theirs, goal in (
        ("ratio_to_import_export", slow, 10.0),
        ("ratio_to_import_export_in_bulk", bulk, None),
    ):
        tell("intake", figure, mine / theirs, "times", at_least=goal, rows_per_second=mine, theirs=theirs,
             their_rows=OTHERS_ROWS, given="a tidy workbook; no places, matching, sending out or marking")  # fmt: skip


def _known() -> list[tuple[str, str, str]]:
    """Return name, identity number and phone of people in the register."""
    from lianfang.domain.people.models import Person

    rows = Person.objects.exclude(identity_index="").exclude(phone_index="").order_by("pk")
    return [(one.name, one.identity_number, one.phone) for one in rows[:KNOWN]]


def _take_in(body: bytes) -> tuple[dict[str, Any], float, float]:
    """Return the answer, the seconds it took, and those of a check that changes nothing."""
    from lianfang.doors.files.commands import intake_check, intake_run
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.kernel.clock import today

    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="command")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "返乡名单.xlsx"
        path.write_bytes(body)
        started = time.perf_counter()
        intake_check(path, COUNTY, duty)
        checked = time.perf_counter() - started
        started = time.perf_counter()
        answer = intake_run(path, COUNTY, duty)
        return answer, time.perf_counter() - started, checked
