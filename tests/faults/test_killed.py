"""A server killed again and again in the middle of its work: what it acknowledged is there once, nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.killing import Work, faults, go_through_kills
from tests.sync.conftest import Server

ROUNDS = 4


def test_whatever_was_acknowledged_is_there_once_and_nothing_is_doubled(
    server: Server, ask_database: Callable[..., list[Any]]
) -> None:
    work = Work(server.county["own"], server.county["sweep"])  # type: ignore[attr-defined]
    go_through_kills(server, work, ROUNDS)
    assert work.surprises == []
    assert faults(server, work, ask_database) == dict.fromkeys(
        ("missing", "doubled", "half_done", "surprises", "audit"), 0
    )
