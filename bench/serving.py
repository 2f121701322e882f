"""Servers under measurement, started as a county starts them, and sessions that sign in as a person does."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 600
# a county on SQLite is a smaller one
SQLITE_PEOPLE = 20_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: its port, and its process with those it started."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time its processes have used so far."""
        return sum(_cpu(pid) for pid in _family(self.pid))


@contextmanager
def lianfang() -> Iterator[Server]:
    """Run `lianfang serve` with its own choice of processes, on the database of the environment."""
    port = _free_port()
    with _running([sys.executable, "-m", "lianfang.config.cli", "serve", "--port", str(port)], port) as server:
        yield server


def on_sqlite(folder: str) -> dict[str, str]:
    """Return the environment of a process that keeps everything in a folder."""
    settings = {key: value for key, value in os.environ.items() if key != "LIANFANG_DATABASE_URL"}
    return settings | {"LIANFANG_VAR": folder}


@contextmanager
def demo(folder: str, people: int) -> Iterator[Server]:
    """Run `lianfang demo` as `make run` does: SQLite, in a folder of its own."""
    port = _free_port()
    command = [sys.executable, "-m", "lianfang.config.cli", "demo", "--people", str(people), "--port", str(port)]
    with _running(command, port, on_sqlite(folder)) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """Run the bare view under the same server with the same numbers of processes and threads."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "32", "--backpressure", "256", "--log-level", "warning",
        "bench.bare:application",
    ]  # fmt: skip
    with _running(command, port) as server:
        yield server


@contextmanager
def _running(command: Sequence[str], port: int, settings: dict[str, str] | None = None) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=sys.stderr, start_new_session=True, env=settings)
    try:
        _await(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            wire.request("GET", "/")
            wire.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Session:
    """A person signed in over one kept connection."""

    def __init__(self, server: Server, username: str, password: str) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.headers = {"Content-Type": "application/json"}
        answer = self.ask("POST", "/api/session", {"username": username, "password": password})
        self.headers["X-CSRFToken"] = answer["csrf"]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON answer. Raises RuntimeError for any status but success."""
        self.wire.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.wire.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value.partition(";")[0])
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {raw[:300].decode(errors='replace')}")
        return json.loads(raw) if raw else None

    def timed(self, path: str) -> float:
        """Return how many milliseconds a page took, to its last byte."""
        started = time.perf_counter()
        self.wire.request("GET", path, None, self.headers)
        answer = self.wire.getresponse()
        raw = answer.read()
        spent = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {raw[:300].decode(errors='replace')}")
        return spent

    def head(self) -> str:
        """Return the headers that identify this session, for a client that writes its requests itself."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())

    def _keep(self, pair: str) -> None:
        name, _, value = pair.partition("=")
        jar = dict(one.split("=", 1) for one in self.headers.get("Cookie", "").split("; ") if one)
        self.headers["Cookie"] = "; ".join(f"{key}={kept}" for key, kept in {**jar, name: value}.items())


def database_cpu_seconds() -> float:
    """Return the processor time of the database's processes, where they run on this machine; else 0."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = cursor.fetchone()[0]
    parent = _stat(mine)
    return sum(_cpu(pid) for pid in _family(int(parent[1]))) if parent and _comm(mine) == "postgres" else 0.0


def _family(pid: int) -> list[int]:
    """Return the process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(entry.name))
        if stat:
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _cpu(pid: int) -> float:
    """Return user and system time, of the process itself and of its children that have ended."""
    stat = _stat(pid)
    return sum(int(one) for one in stat[11:15]) / TICKS if stat else 0.0


def _stat(pid: int) -> list[str]:
    """Return the fields behind the process's name: state, parent, …; none for a process that is gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _comm(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""
