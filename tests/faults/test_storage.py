"""A database that is locked, full or gone for a moment: a clear answer, nothing half done, and then on as before."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.kernel.ids import uuid7
from tests.faults.killing import audit_status
from tests.sync.conftest import Server
from tests.sync.phones import Session

Ask = Callable[..., list[Any]]
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def _grid(name: str) -> dict[str, Any]:
    return {"id": str(uuid7()), "input": {"village": VILLAGE, "name": name}}


def _create(session: Session, body: dict[str, Any]) -> tuple[int, str]:
    status, answer = session.ask("POST", "/api/actions/areas.create_grid", body)
    return status, answer.get("code") or answer["status"]


def _visit(server: Server) -> dict[str, Any]:
    county = server.county  # type: ignore[attr-defined]
    return {"id": str(uuid7()), "input": {"household_id": county["own"][0], "campaign_id": county["sweep"],
                                          "outcome": "absent"}}  # fmt: skip


def _is_sqlite(server: Server) -> bool:
    return not server.surroundings["LIANFANG_DATABASE_URL"]


@contextmanager
def _locked(server: Server) -> Iterator[None]:
    """Hold what every act needs to write, as a backup or a long report would."""
    if _is_sqlite(server):
        holder = sqlite3.connect(server.var / "lianfang.sqlite3", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
    else:
        import psycopg

        holder = psycopg.connect(server.surroundings["LIANFANG_DATABASE_URL"])  # type: ignore[assignment]
        holder.execute("LOCK TABLE areas_area, screening_visit IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def test_a_locked_database_is_said_to_be_busy_and_then_goes_on(server: Server, ask_database: Ask) -> None:
    session, grid, visit = server.session("secretary"), _grid("锁"), _visit(server)
    with _locked(server):
        assert _create(session, grid) == (503, "action.busy")
        status, answer = session.ask("POST", "/api/actions/screening.record_visit", visit)
        assert (status, answer["code"]) == (503, "action.busy")
        assert answer["message"]["zh"]
    assert ask_database("SELECT COUNT(*) FROM areas_area WHERE name = '锁'") == [(0,)]
    assert _create(session, grid) == (200, "done")
    assert _create(session, grid) == (200, "repeated")
    assert session.ask("POST", "/api/actions/screening.record_visit", visit)[0] == 200
    assert audit_status(server) == 0


def _processes(server: Server) -> list[int]:
    """Return every process of the server's group."""
    assert server.process is not None
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                group = int((folder / "stat").read_text().rpartition(")")[2].split()[2])
            except OSError:
                continue
            if group == server.process.pid:
                found.append(int(folder.name))
    return found


def test_a_full_disk_is_said_and_corrupts_nothing(server: Server, ask_database: Ask) -> None:
    if not _is_sqlite(server):
        pytest.skip("test_full_postgresql fills a disk of PostgreSQL's own")
    session = server.session("secretary")
    for process in _processes(server):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    bodies = [_grid(f"满{number}") for number in range(40)]
    told = [_create(session, body) for body in bodies]
    assert told[-1] == (503, "action.busy")
    assert set(told) <= {(503, "action.busy"), (200, "done")}
    for process in _processes(server):
        resource.prlimit(process, resource.RLIMIT_FSIZE, UNLIMITED)
    again = [_create(session, body) for body in bodies]
    assert [one for one in again if one[0] != 200] == []
    done = sum(one == (200, "done") for one in told)
    assert sum(one == (200, "repeated") for one in again) == done, "what was acknowledged on a full disk was kept"
    assert ask_database("SELECT COUNT(*) FROM areas_area WHERE name LIKE '满%'") == [(40,)]
    assert ask_database("PRAGMA integrity_check") == [("ok",)]
    assert audit_status(server) == 0


def test_a_database_that_drops_every_connection_is_met_again(server: Server, ask_database: Ask) -> None:
    if _is_sqlite(server):
        pytest.skip("a file drops no connections")
    session = server.session("secretary")
    told: list[tuple[int, str]] = []
    bodies = [_grid(f"断{number}") for number in range(60)]

    def send(mine: list[dict[str, Any]]) -> None:
        for body in mine:
            told.append(_create(session, body))

    senders = [threading.Thread(target=send, args=(bodies[number::4],)) for number in range(4)]
    for sender in senders:
        sender.start()
    for _ in range(5):
        ask_database(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for sender in senders:
        sender.join()
    assert set(told) <= {(200, "done"), (503, "action.busy"), (409, "action.conflict")}
    again = [_create(session, body) for body in bodies] + [_create(session, body) for body in bodies]
    assert {status for status, _ in again[60:]} == {200}
    assert ask_database("SELECT COUNT(*) FROM areas_area WHERE name LIKE '断%'") == [(60,)]
    assert audit_status(server) == 0
