"""The line between a phone and the server, which can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

PART = 65536


class Line:
    """An address of its own that leads to the server for as long as the line holds."""

    def __init__(self, server: str) -> None:
        target = urlsplit(server)
        self._target = target.hostname or "", target.port or 80
        self._holds = True
        self._live: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def cut(self) -> None:
        """Break off whatever is under way and take nothing more."""
        with self._guard:
            self._holds = False
            for one in self._live:
                _end(one)

    def mend(self) -> None:
        with self._guard:
            self._holds = True

    def close(self) -> None:
        self.cut()
        _end(self._door)
        self._door.close()

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._target) as far:
            with self._guard:
                if not self._holds:
                    return
                self._live |= {near, far}
            back = threading.Thread(target=_carry, args=(far, near), daemon=True)
            back.start()
            _carry(near, far)
            back.join()
            with self._guard:
                self._live -= {near, far}


def _carry(source: socket.socket, sink: socket.socket) -> None:
    """Hand on what one side says until it has said all."""
    with suppress(OSError):
        while part := source.recv(PART):
            sink.sendall(part)
    for one in (source, sink):
        _end(one)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
