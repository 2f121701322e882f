"""A server killed again and again during uploads, and the count of what it acknowledged afterwards.

The tests and the bench `kills` drive it: what is acknowledged is there once, and nothing is half done.
"""

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

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.kernel.ids import uuid7
from tests.sync.conftest import ROOT, Server
from tests.sync.phones import Session

BETWEEN_KILLS, SENDERS = 60, 6
UPLOADED, BATCHED = 30, 20  # commands at once
UPLOADED_FACTS = {"screening.record_visit"}

Ask = Callable[..., list[Any]]


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
        if self.made % 50 == 0:  # because a village has 999 numbers for grids
            return _command("areas.create_grid", village=VILLAGE, name=f"格{self.made}")
        if self.made % 5 == 1:
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
    """Send once: an upload or a batch, or for one command alone the door for single ones."""
    sent = work.take(most)
    try:
        if most == 1:
            body = {"id": sent[0]["id"], "input": sent[0]["input"]}
            status, answer = session.ask("POST", f"/api/actions/{sent[0]['action']}", body)
            results = [answer if status == 200 else {"refusal": answer}]
        elif most == UPLOADED:
            status, answer = session.ask("POST", "/api/sync/upload", {"commands": sent, "app_version": "0.1.0"})
            told = {one["id"]: one for one in answer["results"]} if status == 200 else {}
            results = [told.get(one["id"], {"refusal": {"code": "action.busy"}}) for one in sent]
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


def go_through_kills(server: Server, work: Work, rounds: int, say: Callable[[int], None] = lambda _: None) -> None:
    """Kill the server so many times while senders work, then send what still waits."""
    stop = threading.Event()
    sessions = [server.session("secretary") for _ in range(SENDERS)]
    senders = [
        threading.Thread(target=_keep_sending, args=(session, work, (1, UPLOADED, BATCHED)[number % 3], stop))
        for number, session in enumerate(sessions)
    ]
    for sender in senders:
        sender.start()
    try:
        for number in range(rounds):
            enough = len(work.answered) + BETWEEN_KILLS
            while len(work.answered) < enough and not work.surprises:
                stop.wait(0.01)
            server.kill()
            server.start()
            say(number + 1)
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    while work.waiting:
        _send(sessions[0], work, len(work.waiting[:50]) or 1)


def faults(server: Server, work: Work, ask: Ask) -> dict[str, int]:
    """Return how many acknowledged commands are missing, doubled, half done or unnamed, and whether the audit fails."""
    commands = Counter(str(UUID(str(row[0]))) for row in ask("SELECT id FROM actions_command"))
    visits = Counter(str(UUID(str(row[0]))) for row in ask("SELECT id FROM screening_visit"))
    written = Counter(_named_in_audit(ask))
    kept = {id: (visits if action in UPLOADED_FACTS else commands)[id] for id, action in work.answered.items()}
    grids = ask("SELECT name FROM areas_area WHERE name LIKE '格%' GROUP BY name HAVING COUNT(*) > 1")
    homes = ask("SELECT number FROM people_household GROUP BY area_path, number HAVING COUNT(*) > 1")
    return {
        "missing": sum(number == 0 for number in kept.values()),
        "doubled": sum(number > 1 for number in kept.values()) + len(grids) + len(homes),
        "half_done": len(set(visits) - set(written)) + sum(written[id] != 1 for id in work.answered),
        "surprises": len(work.surprises),
        "audit": audit_status(server),
    }


def _named_in_audit(ask: Ask) -> list[str]:
    """Return the id of every command that an audit line names."""
    found: list[str] = []
    for command_id, details in ask("SELECT command_id, details FROM audit_auditline WHERE command_id IS NOT NULL"):
        body = json.loads(details) if isinstance(details, str) else details
        found += body.get("commands") or [str(UUID(str(command_id)))]
    return found


def audit_status(server: Server) -> int:
    """Return the status of verifying the audit chains: 0 when they are whole."""
    command = [
        sys.executable,
        "-c",
        "from lianfang.config.cli import main; raise SystemExit(main())",
        "audit",
        "verify",
    ]
    return subprocess.run(command, cwd=ROOT, env=server.surroundings, stdout=sys.stderr).returncode
