"""The server killed while it takes a list in, and started again: nothing half, nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from lianfang.doors.files.tests.sheets import HEADERS, person, xlsx_text

ROWS = 3000
# Stops for good after rows are written and before the transaction ends.
STUCK = """
import django, sys, time
django.setup()
import lianfang.domain.screening.actions.receiving as intake
first = intake.insert_packed
def stuck(packed):
    first(packed)
    print("writing", flush=True)
    time.sleep(600)
intake.insert_packed = stuck
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


URL = os.environ.get("LIANFANG_DATABASE_URL", "")
POSTGRES = URL.startswith("postgres")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database of the kind the tests run on."""
    if not POSTGRES:
        yield f"sqlite:///{tmp_path}/killed.sqlite3"
        return
    name = f"lianfang_killed_{os.getpid()}"
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield urlsplit(URL)._replace(path=f"/{name}").geturl()
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    (tmp_path / "list.xlsx").write_bytes(xlsx_text([HEADERS, *(person(number) for number in range(1, ROWS + 1))]))
    python(tmp_path, database, "-m", "django", "migrate", "--verbosity", "0").wait()
    return tmp_path


def python(folder: Path, database: str, *words: str) -> subprocess.Popen[str]:
    surroundings = {**os.environ, "LIANFANG_VAR": str(folder / "var"), "LIANFANG_DATABASE_URL": database}
    surroundings.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    return subprocess.Popen([sys.executable, *words], env=surroundings, text=True, stdout=subprocess.PIPE)


def counted(database: str, table: str) -> int:
    ask = f"SELECT count(*) FROM {table}"
    if POSTGRES:
        with psycopg.connect(database) as server:
            return int(server.execute(ask).fetchone()[0])  # type: ignore[index]
    with sqlite3.connect(database.removeprefix("sqlite:///"), timeout=20) as file:
        return int(file.execute(ask).fetchone()[0])


def test_a_killed_intake_leaves_nothing_half_and_is_finished_afterwards(folder: Path, database: str) -> None:
    file = str(folder / "list.xlsx")
    victim = python(folder, database, "-c", STUCK, file)
    assert victim.stdout is not None
    assert victim.stdout.readline().strip() == "writing"
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    time.sleep(0.1)
    assert counted(database, "screening_lead") == 0
    assert counted(database, "intake_intakebatch") == 1
    for _ in range(2):
        finished = python(folder, database, "-c", WHOLE, file)
        out, _ = finished.communicate(timeout=120)
        assert json.loads(out) == ROWS
        assert counted(database, "screening_lead") == ROWS
        assert counted(database, "intake_intakebatch") == 1
