"""A phone as the server meets it: a queue that forgets nothing, a clock of its own, a network that breaks anywhere.

Speaks HTTP over bare sockets, so that the line can be cut at any byte.
"""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from lianfang.config.demo.cast import PASSWORD
from lianfang.kernel.ids import uuid7

Entry = dict[str, Any]


@dataclass
class Session:
    """Somebody signed in, with cookies and token as a browser keeps them."""

    host: str
    port: int
    username: str
    device: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> Session:
        """Sign in and keep the cookies."""
        status, _ = self.ask(
            "POST", "/api/session", {"username": self.username, "password": PASSWORD, "device_id": self.device}
        )
        assert status == 200, status
        return self

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON of one request."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, self._payload(body), self._headers(body))
            response = connection.getresponse()
            text = response.read()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def ask_and_cut(self, path: str, body: Any, after: float) -> None:
        """Send a share of the request and hang up; with 1.0 all of it is sent and only the answer is lost."""
        raw = self._raw(path, body)
        with socket.create_connection((self.host, self.port), timeout=60) as line:
            line.sendall(raw[: max(1, int(len(raw) * after))])

    def ask_and_hang_up(self, path: str, body: Any, after: float) -> None:
        """Send the whole request and hang up after a share of the answer: the phone never learns what was done."""
        with socket.create_connection((self.host, self.port), timeout=60) as line:
            line.sendall(self._raw(path, body))
            line.recv(max(1, int(4096 * after)))

    def _raw(self, path: str, body: Any) -> bytes:
        payload = self._payload(body) or b""
        headers = {"Host": f"{self.host}:{self.port}", "Content-Length": str(len(payload)), **self._headers(body)}
        head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return head.encode() + b"\r\n" + payload

    def _payload(self, body: Any) -> bytes | None:
        return None if body is None else json.dumps(body).encode()

    def _headers(self, body: Any) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": self.cookies.get("csrftoken", ""), "Connection": "close"}
        return headers | ({"Content-Type": "application/json"} if body is not None else {})


@dataclass
class Phone:
    """One phone: what waits, what the server has acknowledged, what it has refused. Nothing ever leaves all three."""

    session: Session
    account: str = ""
    clock: timedelta = timedelta()
    version: str = "0.1.0"
    waiting: list[Entry] = field(default_factory=list)
    known: dict[str, Entry] = field(default_factory=dict)
    refused: dict[str, Entry] = field(default_factory=dict)

    @property
    def device(self) -> str:
        return self.session.device

    def record(self, action: str, given: dict[str, Any], ago: timedelta = timedelta()) -> Entry:
        """Write something down in the queue, at the time this phone believes it is."""
        happened_at = datetime.now(UTC) + self.clock - ago
        entry = {"id": str(uuid7()), "action": action, "input": given, "happened_at": happened_at.isoformat(),
                 "app_version": self.version}  # fmt: skip
        self.take_in(entry)
        return entry

    def take_in(self, entry: Entry) -> None:
        """Put an entry in the queue."""
        self.waiting.append(entry)

    def body(self, entries: list[Entry]) -> dict[str, Any]:
        return {"commands": entries, "device_id": self.device, "app_version": self.version}

    def upload(self, entries: list[Entry] | None = None) -> list[str]:
        """Upload what waits, or these; return the statuses. An answer moves entries on; nothing else does."""
        sent = self.waiting[:] if entries is None else entries
        status, answer = self.session.ask("POST", "/api/sync/upload", self.body(sent))
        assert status == 200, (status, answer)
        statuses = self.settle(sent, answer["results"])
        if answer.get("wipe"):
            self.wipe()
        return statuses

    def wipe(self) -> None:
        """Forget what was downloaded, as a phone reported lost is told to. What was refused is on the server."""

    def settle(self, sent: list[Entry], results: list[dict[str, Any]]) -> list[str]:
        """Move each entry to where its outcome puts it; one the answer does not name met a busy server and waits."""
        entries = {one["id"]: one for one in sent}
        assert {one["id"] for one in results} <= set(entries)
        for result in results:
            entry = entries[result["id"]]
            self.note(entry, "refused" if result["status"] == "refused" else "known")
        return [one["status"] for one in results]

    def note(self, entry: Entry, outcome: str) -> None:
        """Move an entry to where its outcome puts it."""
        self.waiting = [one for one in self.waiting if one["id"] != entry["id"]]
        (self.refused if outcome == "refused" else self.known)[entry["id"]] = entry

    def lose_the_network(self, after: float) -> None:
        """Upload what waits on a line that breaks: the phone learns nothing and keeps everything."""
        self.session.ask_and_cut("/api/sync/upload", self.body(self.waiting), after)

    def export(self) -> dict[str, Any]:
        """Return the file a worker carries to the office."""
        entries = [*self.waiting, *self.refused.values()]
        return {"format": "lianfang.outbox", "version": 1, "device_id": self.device, "account": self.account,
                "exported_at": datetime.now(UTC).isoformat(), "commands": entries}  # fmt: skip


def new_device() -> str:
    """Return a device id as a phone makes one for itself."""
    return uuid4().hex
