"""A server killed again and again in the middle of its work: what it acknowledged is there once, nothing half done."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.kernel.ids import uuid7
from tests.sync.conftest import ROOT, Server
from tests.sync.phones import Session

ROUNDS, BETWEEN_KILLS, SENDERS = 4, 60, 6


@dataclass
class Work:
    """Commands of every kind that wait, and what became of each that was answered."""

    doors: list[str]
    sweep: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    surprises: list[Any] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    def take(self, most: int) -> list[dict[str, Any]]:
        """Return what failed before, under its old ids, and new commands."""
        with self.lock:
            taken, self.waiting = self.waiting[:most], self.waiting[most:]
            return taken + [self._new() for _ in range(most - len(taken))]

    def _new(self) -> dict[str, Any]:
        self.made += 1
        kind = self.made % 5
        if kind == 0:
            return _command("areas.create_grid", village=VILLAGE, name=f"格{self.made}")
        if kind == 1:
            return _command("people.add_household", area_path=GRID, number=f"F{self.made}")
        return _command("screening.record_visit", household_id=random.choice(self.doors), campaign_id=self.sweep,
                        outcome="absent")  # fmt: skip

    def settle(self, sent: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
        with self.lock:
            for command, result in zip(sent, results, strict=True):
                code = result.get("refusal", {}).get("code", "")
                if code in ("action.busy", "action.conflict"):
                    self.waiting.append(command)
                elif code:
                    self.surprises.append(result)
                else:
                    self.answered[command["id"]] = command["action"]

    def put_back(self, sent: list[dict[str, Any]]) -> None:
        with self.lock:
            self.waiting += sent


def _command(action: str, **given: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "action": action, "input": given}


def _send(session: Session, work: Work, most: int) -> None:
    """Send once: a batch, or for one command alone the door for single ones."""
    sent = work.take(most)
    try:
        if most == 1:
            body = {"id": sent[0]["id"], "input": sent[0]["input"]}
            status, answer = session.ask("POST", f"/api/actions/{sent[0]['action']}", body)
            results = [answer if status == 200 else {"refusal": answer}]
        else:
            status, answer = session.ask("POST", "/api/batch", {"commands": sent})
            results = answer["results"] if status == 200 else [{"refusal": answer}] * len(sent)
    except (OSError, HTTPException, ValueError):
        work.put_back(sent)
    else:
        work.settle(sent, results)


def _keep_sending(session: Session, work: Work, most: int, stop: threading.Event) -> None:
    while not stop.is_set():
        _send(session, work, most)


@pytest.fixture
def work(server: Server) -> Work:
    return Work(server.county["own"], server.county["sweep"])  # type: ignore[attr-defined]


def _go_through_kills(server: Server, work: Work) -> None:
    stop = threading.Event()
    sessions = [server.session("secretary") for _ in range(SENDERS)]
    senders = [
        threading.Thread(target=_keep_sending, args=(session, work, 1 if number % 3 == 0 else 20, stop))
        for number, session in enumerate(sessions)
    ]
    for sender in senders:
        sender.start()
    try:
        for _ in range(ROUNDS):
            enough = len(work.answered) + BETWEEN_KILLS
            while len(work.answered) < enough and not work.surprises:
                stop.wait(0.01)
            server.kill()
            server.start()
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    while work.waiting:
        _send(sessions[0], work, len(work.waiting[:50]) or 1)


def test_whatever_was_acknowledged_is_there_once_and_nothing_is_doubled(
    server: Server, work: Work, ask_database: Callable[..., list[Any]]
) -> None:
    _go_through_kills(server, work)

    assert work.surprises == []
    kept = Counter(str(UUID(str(row[0]))) for row in ask_database("SELECT id FROM actions_command"))
    visits = Counter(str(UUID(str(row[0]))) for row in ask_database("SELECT id FROM screening_visit"))
    for command, action in work.answered.items():
        assert (visits if action == "screening.record_visit" else kept)[command] == 1, action
    assert ask_database("SELECT name FROM areas_area WHERE name LIKE '格%' GROUP BY name HAVING COUNT(*) > 1") == []
    assert ask_database("SELECT number FROM people_household GROUP BY area_path, number HAVING COUNT(*) > 1") == []
    written = Counter(_named_in_audit(ask_database))
    assert {command: written[command] for command in work.answered} == dict.fromkeys(work.answered, 1)
    assert {command for command in visits if visits[command]} <= set(written), "no fact without its audit line"
    _audit_is_whole(server)


def _named_in_audit(ask_database: Callable[..., list[Any]]) -> list[str]:
    """Return the id of every command that an audit line names."""
    found = []
    for command_id, details in ask_database(
        "SELECT command_id, details FROM audit_auditline WHERE command_id IS NOT NULL"
    ):
        body = json.loads(details) if isinstance(details, str) else details
        found += body.get("commands") or [str(UUID(str(command_id)))]
    return found


def _audit_is_whole(server: Server) -> None:
    command = [
        sys.executable,
        "-c",
        "from lianfang.config.cli import main; raise SystemExit(main())",
        "audit",
        "verify",
    ]
    verified = subprocess.run(command, cwd=ROOT, env=server.surroundings, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout[-1000:]
