"""SIGKILL in the middle of uploads, again and again, on both databases: what the server acknowledged is there once.

Fails when anything acknowledged is missing, doubled, half done or unnamed in the audit.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.county import Made
from bench.figures import tell

ROUNDS = 100
LOCK_SECONDS = "1.5"


def run(made: Made) -> None:
    """Kill the server a hundred times on PostgreSQL and a hundred times on SQLite."""
    for database, url in (("postgresql", os.environ["LIANFANG_DATABASE_URL"]), ("sqlite", "")):
        with tempfile.TemporaryDirectory(prefix="lianfang-kills-") as folder:
            _measure(database, url, Path(folder))


def _measure(database: str, url: str, var: Path) -> None:
    from tests.faults.conftest import query
    from tests.faults.killing import Work, faults, go_through_kills
    from tests.sync.conftest import Server, _own_database

    server = Server(var, _own_database(url, f"kills_{os.getpid()}"))
    server.surroundings["LIANFANG_LOCK_SECONDS"] = LOCK_SECONDS
    county = server.prepare()
    server.start()
    started = time.perf_counter()
    work = Work(county["own"], county["sweep"])
    try:
        go_through_kills(server, work, ROUNDS, lambda number: print(f"  {number} kills", file=sys.stderr, flush=True))
        found = faults(server, work, lambda question, *values: query(server, question, values))
    finally:
        server.kill()
    tell("kills", f"{database}_rounds", ROUNDS, "kills", at_least=ROUNDS, seconds=time.perf_counter() - started,
         acknowledged=len(work.answered), made=work.made)  # fmt: skip
    if work.surprises:
        _tell_troubles(var / "log")
    refused = Counter(str(one["refusal"]["code"]) for one in work.surprises)
    for name, number in found.items():
        tell("kills", f"{database}_{name}", number, "faults", at_most=0, **(refused if name == "surprises" else {}))


def _tell_troubles(log: Path) -> None:
    """Print each kind of trouble the server wrote down, because its folder goes with the bench."""
    lines = [line.split(" ", 2)[-1] for line in log.read_text().splitlines() if "trouble" in line]
    for line, number in Counter(lines).most_common(20):
        print(f"  {number} x {line}", file=sys.stderr, flush=True)
