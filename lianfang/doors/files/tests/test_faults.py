"""The server killed while it takes a list in, and started again: nothing half, nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lianfang.doors.files.tests.sheets import HEADERS, person, xlsx_text

ROWS = 3000
# Stops for good after a third of the rows are written and before the transaction ends.
STUCK = """
import django, sys, time
django.setup()
import lianfang.domain.screening.intake as intake
first = intake.insert_new
def stuck(rows):
    first(rows[: len(rows) // 3])
    print("writing", flush=True)
    time.sleep(600)
intake.insert_new = stuck
from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM
intake_run(sys.argv[1], "140826", SYSTEM)
"""
WHOLE = """
import django, json, sys
django.setup()
from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM
print(json.dumps(intake_run(sys.argv[1], "140826", SYSTEM)["accepted"]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "list.xlsx").write_bytes(xlsx_text([HEADERS, *(person(number) for number in range(1, ROWS + 1))]))
    python(tmp_path, "-m", "django", "migrate", "--verbosity", "0").wait()
    return tmp_path


def python(folder: Path, *words: str) -> subprocess.Popen[str]:
    surroundings = {**os.environ, "LIANFANG_VAR": str(folder / "var")}
    surroundings.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    surroundings.pop("LIANFANG_DATABASE_URL", None)
    return subprocess.Popen([sys.executable, *words], env=surroundings, text=True, stdout=subprocess.PIPE)


def counted(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "var" / "lianfang.sqlite3", timeout=20) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_killed_intake_leaves_nothing_half_and_is_finished_afterwards(folder: Path) -> None:
    file = str(folder / "list.xlsx")
    victim = python(folder, "-c", STUCK, file)
    assert victim.stdout is not None
    assert victim.stdout.readline().strip() == "writing"
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    time.sleep(0.1)
    assert counted(folder, "screening_lead") == 0
    assert counted(folder, "intake_intakebatch") == 1
    for _ in range(2):
        finished = python(folder, "-c", WHOLE, file)
        out, _ = finished.communicate(timeout=120)
        assert json.loads(out) == ROWS
        assert counted(folder, "screening_lead") == ROWS
        assert counted(folder, "intake_intakebatch") == 1
