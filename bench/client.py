"""Many clients in one cheap process: each holds one connection, sends a command, waits for its answer, sends the next.

Closed loop: the next at once. Paced: when its time has come, however slow the answers; an answer is timed from then.
Reads a plan as JSON from standard input and writes what came of it to standard output.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from lianfang.kernel.ids import uuid7

ANSWER_SECONDS = 30


@dataclass
class Wire:
    """One client: its connection, who it is signed in as, and whose readings it takes."""

    connection: socket.socket
    head: bytes
    persons: list[str]
    device: str
    ids: list[str] = field(default_factory=list)
    sent_at: float = 0.0
    answer: bytearray = field(default_factory=bytearray)


@dataclass
class Tally:
    """What came back."""

    latencies_ms: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    sent: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def reading(wire: Wire, id: UUID) -> dict[str, Any]:
    """Return the command of one reading, as the field app sends it."""
    return {
        "id": str(id), "action": "observation.record_reading", "happened_at": datetime.now(UTC).isoformat(),
        "device_id": wire.device,
        "input": {"person_id": random.choice(wire.persons), "temperature_c": round(random.gauss(36.5, 0.2), 1),
                  "symptoms": [], "how": "visit"},
    }  # fmt: skip


def send(wire: Wire, path: str, rows: int) -> None:
    """Send one command, or a batch of them."""
    ids = [uuid7() for _ in range(rows)]
    commands = [reading(wire, one) for one in ids]
    body = orjson.dumps(commands[0] if rows == 1 else {"commands": commands})
    wire.ids = [str(one) for one in ids]
    wire.answer.clear()
    wire.sent_at = time.perf_counter()
    wire.connection.sendall(
        b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Length: %d\r\n\r\n%s"
        % (path.encode(), wire.head, len(body), body)
    )


def received(wire: Wire) -> tuple[int, bytes] | None:
    """Return status and body once the whole answer is there. Raises OSError when the server hung up."""
    piece = wire.connection.recv(262144)
    if not piece:
        raise OSError("the server closed the connection")
    wire.answer += piece
    head, found, body = bytes(wire.answer).partition(b"\r\n\r\n")
    if not found:
        return None
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if not lengths:
        return (int(head[9:12]), _joined(body)) if body.endswith(b"0\r\n\r\n") else None
    return (int(head[9:12]), body) if len(body) >= int(lengths[0].partition(b":")[2]) else None


def _joined(chunked: bytes) -> bytes:
    """Return the body of an answer sent in chunks."""
    body, rest = b"", chunked
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return body
        body, rest = body + rest[:length], rest[length + 2 :]


def note(tally: Tally, wire: Wire, status: int, body: bytes) -> None:
    """Count what was acknowledged and what was refused, by code."""
    tally.latencies_ms.append((time.perf_counter() - wire.sent_at) * 1000)
    found = orjson.loads(body)
    outcomes = found.get("results", [found])
    for one in outcomes:
        if status == 200 and one.get("status") == "done":
            tally.acknowledged.append(one["id"])
        else:
            code = one.get("code") or (one.get("refusal") or {}).get("code") or str(one.get("status", status))
            tally.refused[code] = tally.refused.get(code, 0) + 1


def drive(wires: list[Wire], path: str, rows: int, seconds: float) -> tuple[Tally, float]:
    """Keep every wire busy for the time; returns the tally and the seconds until the last answer."""
    tally, waiting = Tally(), selectors.DefaultSelector()
    started = time.perf_counter()
    for wire in wires:
        waiting.register(wire.connection, selectors.EVENT_READ, wire)
        send(wire, path, rows)
        tally.sent += rows
    while waiting.get_map():
        ready = waiting.select(ANSWER_SECONDS)
        if not ready:
            raise TimeoutError(f"no answer for {ANSWER_SECONDS} seconds")
        for key, _ in ready:
            answer = received(key.data)
            if answer is None:
                continue
            note(tally, key.data, *answer)
            if time.perf_counter() - started < seconds:
                send(key.data, path, rows)
                tally.sent += rows
            else:
                waiting.unregister(key.data.connection)
    return tally, time.perf_counter() - started


def drive_paced(wires: list[Wire], path: str, rows: int, seconds: float, per_second: float) -> tuple[Tally, float]:
    """Send so many requests a second over whichever wire is free; returns the tally and the seconds until the last."""
    tally, waiting, idle = Tally(), selectors.DefaultSelector(), list(wires)
    for wire in wires:
        waiting.register(wire.connection, selectors.EVENT_READ, wire)
    total, sent, started = int(seconds * per_second), 0, time.perf_counter()
    while sent < total or len(idle) < len(wires):
        due_at = started + sent / per_second
        if sent < total and idle and time.perf_counter() >= due_at:
            wire = idle.pop(0)
            send(wire, path, rows)
            wire.sent_at = due_at
            tally.sent += rows
            sent += 1
            continue
        waits_for_time = sent < total and idle
        ready = waiting.select(max(0.0, due_at - time.perf_counter()) if waits_for_time else ANSWER_SECONDS)
        if not ready and not waits_for_time:
            raise TimeoutError(f"no answer for {ANSWER_SECONDS} seconds")
        for key, _ in ready:
            answer = received(key.data)
            if answer is not None:
                note(tally, key.data, *answer)
                idle.append(key.data)
    return tally, time.perf_counter() - started


def connect(port: int, one: dict[str, Any]) -> Wire:
    """Return a connected client."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Wire(connection, one["head"].encode(), one["persons"], one["device"])


def main() -> None:
    """Carry out the plan."""
    plan = json.load(sys.stdin)
    random.seed(plan.get("seed", 1))
    wires = [connect(plan["port"], one) for one in plan["wires"]]
    how = plan["path"], plan["rows"], plan["seconds"]
    pace = plan.get("per_second")
    tally, elapsed = drive_paced(wires, *how, pace) if pace else drive(wires, *how)
    cpu = time.process_time()
    sys.stdout.buffer.write(orjson.dumps({**tally.__dict__, "elapsed": elapsed, "client_cpu": cpu}))


if __name__ == "__main__":
    main()
