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
# As a long list is done: six portions, shared with a process beside.
SHARED = """
import lianfang.foundation.jobs.helping as helping
from lianfang.doors.files import batches, staging
batches.LONG, staging.PORTION = 0, 500
helping.os.cpu_count = lambda: 2
helpers, begin = [], helping._Helper.__init__
def noted(self):
    begin(self)
    helpers.append(self.process)
helping._Helper.__init__ = noted
"""
# As it is done by a process of several threads, which starts another one anew.
ANEW = SHARED + "helping.threading.active_count = lambda: 2\n"
ALONE = "helpers = []"
# Kills the helper once it has answered for the first time.
KILLED = (
    SHARED
    + """
keep = batches.stage
def stage(*given):
    keep(*given)
    helpers[0].kill()
batches.stage = stage
"""
)
# Stops for good after rows are written and before the transaction ends.
STUCK = """
import sys, time
import lianfang.foundation.intake.targets as intake
first = intake.insert_packed
def stuck(packed):
    first(packed)
    print("writing", *(one.pid for one in helpers), flush=True)
    time.sleep(600)
intake.insert_packed = stuck
from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM
intake_run(sys.argv[1], "140826", SYSTEM)
"""
WHOLE = """
import json, sys
from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM
print(json.dumps(intake_run(sys.argv[1], "140826", SYSTEM)["accepted"]))
assert all(one.poll() is not None for one in helpers)
"""
# Takes a list in as a job does, and waits in the middle of its writing until it is told to go on.
HALF_WAY = """
import sys
import lianfang.foundation.intake.targets as intake
from lianfang.doors.files import staging
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_one, run_waiting
staging.PORTION = 500
kept = store(SYSTEM, "list.xlsx", [open(sys.argv[1], "rb").read()], "intake", "140826")
batch = run(SYSTEM, "intake.open_batch", {"file_id": str(kept.pk), "within": "140826"})["batch_id"]
run(SYSTEM, "intake.check_batch", {"batch_id": batch})
run_waiting()
job = run(SYSTEM, "intake.run_batch", {"batch_id": batch})["job_id"]
write, told = intake.insert_packed, []
def insert(packed):
    write(packed)
    if not told:
        told.append(print(batch, job, flush=True))
        sys.stdin.readline()
intake.insert_packed = insert
run_one()
print(Job.objects.get(pk=job).state)
"""
CANCEL = """
import sys
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
run(SYSTEM, "intake.cancel_batch", {"batch_id": sys.argv[1]})
"""
# Takes the list in, and tells what became of each row.
TOLD = """
import json, sys
from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.intake.models import RefusedRow
from lianfang.domain.screening.models.leads import Lead
answer = intake_run(sys.argv[1], "140826", SYSTEM)
kept = ("row", "name", "keys", "identity_index", "phone_index", "area_path", "state", "place", "same_as__row")
print(json.dumps([
    answer["accepted"], answer["rejected"], answer["matched"], answer["places"], len(helpers),
    list(RefusedRow.objects.order_by("row", "code").values_list("row", "column", "code", "is_warning")),
    [[str(one) for one in row] for row in Lead.objects.order_by("id").values_list(*kept)],
    [(one.identity_number, one.phone, one.address) for one in Lead.objects.order_by("row")],
]))
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
    return subprocess.Popen(
        [sys.executable, *words], env=surroundings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def script(*parts: str) -> str:
    return "\n".join(("import django", "django.setup()", *parts))


def counted(database: str, table: str) -> int:
    ask = f"SELECT count(*) FROM {table}"
    if POSTGRES:
        with psycopg.connect(database) as server:
            return int(server.execute(ask).fetchone()[0])  # type: ignore[index]
    with sqlite3.connect(database.removeprefix("sqlite:///"), timeout=20) as file:
        return int(file.execute(ask).fetchone()[0])


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("way", [ALONE, SHARED, ANEW])
def test_a_killed_intake_leaves_nothing_half_and_is_finished_afterwards(folder: Path, database: str, way: str) -> None:
    file = str(folder / "list.xlsx")
    victim = python(folder, database, "-c", script(way, STUCK), file)
    assert victim.stdout is not None
    said, *helpers = victim.stdout.readline().split()
    assert said == "writing"
    assert len(helpers) == (way != ALONE)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    while any(is_running(int(one)) for one in helpers):  # because a helper sees by itself that nobody is there
        time.sleep(0.05)
    time.sleep(0.1)
    assert counted(database, "screening_lead") == 0
    assert counted(database, "intake_intakebatch") == 1
    for _ in range(2):
        finished = python(folder, database, "-c", script(way, WHOLE), file)
        out, _ = finished.communicate(timeout=120)
        assert json.loads(out) == ROWS
        assert counted(database, "screening_lead") == ROWS
        assert counted(database, "intake_intakebatch") == 1


@pytest.mark.parametrize("way", [SHARED, ANEW, KILLED])
def test_a_list_shared_with_a_helper_comes_in_as_one_done_alone(folder: Path, database: str, way: str) -> None:
    rows = [HEADERS, *(person(number) for number in range(1, 1500))]
    rows[700] = person(700, 手机号码="1")
    rows[1400] = person(3)
    rows[1402] = person(5, 身份证号码="", 目的地详细地址="不知道")
    file = folder / "list.xlsx"
    file.write_bytes(xlsx_text(rows))
    told = []
    for one in (way, "from lianfang.doors.files import staging\nhelpers = []"):
        alone, _ = python(folder, database, "-c", script(one, TOLD), str(file)).communicate(timeout=120)
        told.append(json.loads(alone))
        python(folder, database, "-m", "django", "flush", "--no-input", "--verbosity", "0").wait()
    assert [one.pop(4) for one in told] == [1, 0]
    assert told[0] == told[1]
    assert told[0][0] == 1498
    assert ["1401", "4"] in [[row[0], row[8]] for row in told[0][5]]


def test_a_list_is_given_up_while_another_process_writes_it(folder: Path, database: str) -> None:
    writer = python(folder, database, "-c", script(HALF_WAY), str(folder / "list.xlsx"))
    assert writer.stdout is not None
    batch, job = writer.stdout.readline().split()
    cancelling = python(folder, database, "-c", script(CANCEL), batch)
    mark = folder / "var" / "files" / "stop" / job
    while not mark.exists() and cancelling.poll() is None:
        time.sleep(0.05)
    out, _ = writer.communicate("go on\n", timeout=120)
    assert out.strip() == "cancelled"
    cancelling.communicate(timeout=120)
    assert cancelling.returncode == 0
    assert counted(database, "screening_lead") == counted(database, "intake_stagedportion") == 0
    assert counted(database, "intake_intakebatch WHERE state = 'cancelled'") == 1
    assert not mark.exists()
