"""Two hundred phones come back at the same moment, each with a day's work, while the duty officer works on."""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.county import Made
from bench.figures import percentile, tell
from bench.looking import looking
from bench.serving import SQLITE_PEOPLE, Server, Session, demo, lianfang, on_sqlite

PHONES = 200
CHUNK = 100
CONSOLE_MS = 200.0
COMES_AGAIN = (2.0, 8.0)  # seconds after a busy answer, as the field app waits


@dataclass
class Phone:
    """A signed-in phone with its queue."""

    session: Session
    device: str
    waiting: list[dict[str, Any]]
    sent: list[str] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)
    busy: int = 0
    seconds: float = 0.0

    def upload_all(self, ready: threading.Barrier) -> None:
        """Upload as the app does until nothing waits; a busy server is asked again after a while."""
        ready.wait()
        started = time.perf_counter()
        while self.waiting:
            some = self.waiting[:CHUNK]
            try:
                body = {"commands": some, "device_id": self.device, "app_version": "0.1.0"}
                self._settle(some, self.session.ask("POST", "/api/sync/upload", body)["results"])
            except (OSError, http.client.HTTPException, RuntimeError) as trouble:
                if isinstance(trouble, RuntimeError) and ": 503 " not in str(trouble):
                    self.shown.append(str(trouble))
                    return
                self.session.wire.close()
                self._wait()
        self.seconds = time.perf_counter() - started

    def _settle(self, some: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
        outcomes = {one["id"]: one for one in results}
        self.waiting = [one for one in self.waiting if one["id"] not in outcomes]
        self.sent += [id for id, one in outcomes.items() if one["status"] != "refused"]
        self.shown += [one for one in results if one["status"] == "refused"]
        if len(outcomes) < len(some):
            self._wait()

    def _wait(self) -> None:
        self.busy += 1
        time.sleep(random.uniform(*COMES_AGAIN))


def run(made: Made) -> None:
    """Measure on the PostgreSQL that is given and on a SQLite of its own."""
    with lianfang() as server:
        _measure("postgresql", server, dict(os.environ), made.people)
    with tempfile.TemporaryDirectory(prefix="lianfang-phones-") as folder:
        people = min(made.people, SQLITE_PEOPLE)
        with demo(folder, people) as server:
            _measure("sqlite", server, on_sqlite(folder), people)


def _measure(database: str, server: Server, surroundings: dict[str, str], people: int) -> None:
    from lianfang.config.demo.cast import PASSWORD

    planned = _ask_day(surroundings, "plan", str(PHONES))
    if len(planned) < PHONES:
        raise RuntimeError(f"only {len(planned)} grid workers have a grid with households")
    with ThreadPoolExecutor(4) as pool:
        phones = list(pool.map(lambda one: _phone(server, one, PASSWORD), planned))
    made = sum(len(phone.waiting) for phone in phones)
    ready = threading.Barrier(PHONES + 1)
    threads = [threading.Thread(target=phone.upload_all, args=(ready,)) for phone in phones]
    for thread in threads:
        thread.start()
    with looking(server) as looked:
        ready.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - started
    sent = [id for phone in phones for id in phone.sent]
    found = _ask_day(surroundings, "check", given=sent)
    shown = [one for phone in phones for one in phone.shown]
    tell("phones", f"{database}_all_uploaded_after", elapsed, "s", phones=PHONES, facts=made, people=people,
         facts_per_second=made / elapsed, phone_p50=percentile([one.seconds for one in phones], 0.5),
         busy_answers=sum(one.busy for one in phones))  # fmt: skip
    tell("phones", f"{database}_lost", made - len(sent) + found["missing"] + found["without_audit_line"], "facts",
         at_most=0)  # fmt: skip
    tell("phones", f"{database}_doubled", found["doubled"] + len(sent) - len(set(sent)), "facts", at_most=0)
    tell("phones", f"{database}_errors_shown", len(shown), "errors", at_most=0, first=str(shown[:1])[:300])
    spent, (page, at, most) = looked.spent(), looked.slowest()
    pages = {_name(page): percentile([ms for _, ms in some], 0.95) for page, some in looked.pages.items()}
    tell("phones", f"{database}_console_p95", percentile(spent, 0.95), "ms", at_most=CONSOLE_MS,
         p50=percentile(spent, 0.5), requests=len(spent), **pages)  # fmt: skip
    tell("phones", f"{database}_console_slowest", most, "ms", at_most=CONSOLE_MS, page=_name(page), at=at)


def _name(page: str) -> str:
    return page.partition("?")[0].rpartition("/")[2]


def _phone(server: Server, one: dict[str, Any], password: str) -> Phone:
    return Phone(Session(server, one["username"], password), one["device"], one["commands"])


def _ask_day(surroundings: dict[str, str], *command: str, given: Any = None) -> Any:
    answer = subprocess.run(
        [sys.executable, "-m", "bench.day", *command], env=surroundings, input=json.dumps(given).encode(), check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(answer.stdout)
