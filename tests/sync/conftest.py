"""A real server of its own for the phones, on SQLite or on the PostgreSQL that is given."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.sync.durable import DurablePhone
from tests.sync.phones import Session, new_device

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """The server as it is installed, in a process group of its own, so that it can be killed whole."""

    def __init__(self, var: Path, database: str) -> None:
        self.var, self.port = var, _free_port()
        self.surroundings = {
            **os.environ, "LIANFANG_VAR": str(var), "LIANFANG_DATABASE_URL": database,
            "LIANFANG_FILES": str(var / "files"), "LIANFANG_KEYS_FILE": str(var / "keys.json"),
            "DJANGO_SETTINGS_MODULE": "lianfang.config.settings",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> dict[str, Any]:
        """Make the database and return the ids of what is in it."""
        made = subprocess.run(
            [sys.executable, "-m", "tests.sync.county"],
            cwd=ROOT,
            env=self.surroundings,
            check=True,
            stdout=subprocess.PIPE,
        )
        return dict(json.loads(made.stdout))

    def start(self) -> None:
        """Serve, and return once an answer comes."""
        command = [sys.executable, "-c", "from lianfang.config.cli import main; raise SystemExit(main())"]
        with (self.var / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "serve", "--port", str(self.port)], cwd=ROOT, env=self.surroundings, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        for _ in range(600):
            assert self.process.poll() is None, (self.var / "log").read_text()[-2000:]
            try:
                Session("127.0.0.1", self.port, "").ask("GET", "/healthz")
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def session(self, username: str, device: str = "") -> Session:
        return Session("127.0.0.1", self.port, username, device).sign_in()

    def phone(self, username: str) -> DurablePhone:
        session = self.session(username, new_device())
        _, me = session.ask("GET", "/api/session")
        disk = self.var / f"phone-{session.device}"
        return DurablePhone(session, me["account"]["id"], disk=disk)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_database(url: str, name: str) -> str:
    """Return the address of a fresh database beside the given one; SQLite needs none."""
    if not url:
        return ""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with the county of the phones; `server.county` names what is there."""
    var = tmp_path_factory.mktemp("phones")
    made = Server(var, _own_database(os.environ.get("LIANFANG_DATABASE_URL", ""), f"phones_{_free_port()}"))
    made.county = made.prepare()  # type: ignore[attr-defined]
    made.start()
    yield made
    made.kill()
