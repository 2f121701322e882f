"""Turns of uploads: few work at once and few wait, so that a village coming home leaves threads for the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lianfang.foundation.actions.running import BUSY

# because an upload keeps its thread for seconds, and a process has 32: what stands in line must not fill them
WORKING, WAITING = 2, 4
PATIENCE = 5.0  # seconds in line; then the phone is asked to come again


class Turns:
    """At most `working` at once in this process, and `waiting` more behind them."""

    def __init__(self, working: int = WORKING, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._places = threading.BoundedSemaphore(working + waiting)
        self._desks = threading.BoundedSemaphore(working)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a turn while the block runs. Raises `action.busy`, before anything was read or written."""
        if not self._places.acquire(blocking=False):
            raise BUSY()
        try:
            if not self._desks.acquire(timeout=self._patience):
                raise BUSY()
            try:
                yield
            finally:
                self._desks.release()
        finally:
            self._places.release()


UPLOADS = Turns()
