"""A real server for each fault test, on SQLite or on the PostgreSQL that is given, with a village to work in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sync.conftest import Server, _free_port, _own_database

LOCK_SECONDS = "1.5"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server that does not wait long for a lock; `server.county` names what is there."""
    made = Server(tmp_path, _own_database(os.environ.get("LIANFANG_DATABASE_URL", ""), f"faults_{_free_port()}"))
    made.surroundings["LIANFANG_LOCK_SECONDS"] = LOCK_SECONDS
    made.county = made.prepare()  # type: ignore[attr-defined]
    made.start()
    yield made
    made.kill()


@pytest.fixture
def ask_database(server: Server) -> Callable[..., list[Any]]:
    """Return the rows of a question put to the database itself, past every layer of the server."""
    return lambda question, *values: query(server, question, values)


def query(server: Server, question: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Ask SQLite's file or PostgreSQL; placeholders are question marks."""
    url = server.surroundings["LIANFANG_DATABASE_URL"]
    if not url:
        import sqlite3

        with sqlite3.connect(server.var / "lianfang.sqlite3") as connection:
            return connection.execute(question, values).fetchall()
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.replace("%", "%%").replace("?", "%s"), values).fetchall()
