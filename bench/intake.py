"""A messy workbook of 100,000 rows on its whole way in, beside django-import-export; a million on both databases."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench.county import Made
from bench.figures import tell
from bench.serving import SQLITE_PEOPLE, database_cpu_seconds, demo, on_sqlite
from bench.workbook import HEADERS, Line, lines, messy

ROWS = 100_000
MILLION = 1_000_000
OTHERS_ROWS, TURNS = 5_000, 3
KNOWN = 40_000


def run(made: Made) -> None:
    """Measure reading, judging, resolving, matching, writing, sending out and marking, from file to commit.

    In turns with the other program and with a million, because the same work takes a tenth more or less from one minute
    to the next: each million is compared with the shorter lists before and after it.
    """
    known = _known()
    people = list(islice(lines(ROWS, known), TURNS * OTHERS_ROWS))
    others, turns, longs = [], [], []
    for turn in range(TURNS):
        if turn:
            longs.append(_take_in(MILLION, known))
        others.append(_others(people[turn * OTHERS_ROWS : (turn + 1) * OTHERS_ROWS]))
        turns.append(_take_in(ROWS, known))
    mine = sorted(turns, key=itemgetter("seconds"))[TURNS // 2]
    rate, cpu = mine["rows"] / mine["seconds"], mine["all_cpu_seconds"] / mine["rows"]
    tell("intake", "seconds_for_100000_rows", mine["seconds"], "s", at_most=15, columns=len(HEADERS),
         people=made.people, rows_per_second=rate, turns=[one["seconds"] for one in turns], **mine)  # fmt: skip
    tell("intake", "peak_memory", max(map(_memory, turns)), "MB", at_most=1024)
    for place, figure, goal in ((0, "ratio_to_import_export", 20.0), (1, "ratio_to_import_export_in_bulk", None)):
        theirs = statistics.median(one[place][0] for one in others)
        their_cpu = statistics.median(one[place][1] for one in others)
        tell("intake", figure, rate / theirs, "times", at_least=goal, rows_per_second=rate, theirs=theirs,
             ratio_of_cpu_per_row=their_cpu / cpu, their_rows=TURNS * OTHERS_ROWS,
             given="a tidy workbook; no places, matching, sending out or marking")  # fmt: skip
    _tell_millions(longs, turns)
    _take_in_on_sqlite(min(made.people, SQLITE_PEOPLE), known)


def _tell_millions(longs: list[dict[str, Any]], turns: list[dict[str, Any]]) -> None:
    """Tell how the lists of a million rows, of which each came between two shorter ones, did beside them."""
    rates, ratios, cpu_ratios = [], [], []
    for long, *beside in zip(longs, turns, turns[1:], strict=False):
        rates.append(long["rows"] / long["seconds"])
        ratios.append(rates[-1] / (ROWS / statistics.mean(one["seconds"] for one in beside)))
        spent = statistics.mean(one["all_cpu_seconds"] for one in beside)
        cpu_ratios.append(long["all_cpu_seconds"] / MILLION / (spent / ROWS))
    slowest = max(longs, key=itemgetter("seconds"))
    tell("intake", "million_rows_per_second", statistics.mean(rates), "rows/s", rates=rates, **slowest)
    tell("intake", "million_rate_to_that_of_100000", statistics.mean(ratios), "times", at_least=0.9, each=ratios,
         cpu_per_row=statistics.mean(cpu_ratios))  # fmt: skip
    memory = max(map(_memory, longs))
    tell("intake", "million_peak_memory", memory, "MB", at_most=1024)
    tell("intake", "million_memory_to_that_of_100000", memory / max(map(_memory, turns)), "times", at_most=1.5)


def _memory(found: dict[str, Any]) -> float:
    """Return the most memory in MB that a list took, in both processes."""
    return float(found["peak_mb"] + found["helper_peak_mb"])


def _others(people: list[Line]) -> list[tuple[float, float]]:
    """Return rows a second and processor seconds a row of django-import-export, row by row and in bulk."""
    from bench import importing

    found = []
    for in_bulk in (False, True):
        before = time.process_time() + database_cpu_seconds()
        rate = importing.rows_per_second(people, in_bulk=in_bulk)
        found.append((rate, (time.process_time() + database_cpu_seconds() - before) / len(people)))
    return found


def _known() -> list[tuple[str, str, str]]:
    """Return name, identity number and phone of people in the register."""
    from lianfang.domain.people.models import Person

    rows = Person.objects.exclude(identity_index="").exclude(phone_index="").order_by("pk")
    return [(one.name, one.identity_number, one.phone) for one in rows[:KNOWN]]


def _take_in(rows: int, known: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Return what a list of that many rows took on the database of the environment, and take it back."""
    from django.db import connection

    from lianfang.domain.screening.models.leads import Lead
    from lianfang.foundation.access.actor import SYSTEM
    from lianfang.foundation.actions.running import run as run_action
    from lianfang.foundation.intake.models import IntakeBatch

    before = database_cpu_seconds()
    found = _taken(rows, known, dict(os.environ))
    spent = found["cpu_seconds"] + found["helpers_cpu_seconds"]
    found["all_cpu_seconds"] = spent + database_cpu_seconds() - before
    newest = IntakeBatch.objects.order_by("-pk").first()
    assert newest is not None
    # because a second run would meet the leads of the first, and pass over what is left of them
    run_action(SYSTEM, "intake.undo_batch", {"batch_id": str(newest.pk)})
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {Lead._meta.db_table}")
    return found


def _taken(rows: int, known: list[tuple[str, str, str]], surroundings: dict[str, str]) -> dict[str, Any]:
    """Return what a list of that many rows took, in a process of its own so that its memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "返乡名单.xlsx"
        with path.open("wb") as file:
            messy(lines(rows, known), file)
        command = [sys.executable, "-m", "bench.taking", str(path)]
        told = subprocess.run(command, check=True, capture_output=True, env=surroundings)
        found: dict[str, Any] = json.loads(told.stdout)
    return found


def _take_in_on_sqlite(people: int, known: list[tuple[str, str, str]]) -> None:
    """Measure the million in a county of fewer people that keeps everything in one file."""
    with tempfile.TemporaryDirectory(prefix="lianfang-intake-") as folder:
        with demo(folder, people):  # made with the first start
            pass
        found = _taken(MILLION, known, on_sqlite(folder))
    tell("intake", "sqlite_million_rows_per_second", found["rows"] / found["seconds"], "rows/s", people=people, **found)
    tell("intake", "sqlite_million_peak_memory", _memory(found), "MB", at_most=1024)
