"""How many uploads a process takes at once, so that two hundred phones at one moment leave the console its threads.

Refuses with busy what would wait too long; the phone keeps its records and comes again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lianfang.foundation.actions.running import BUSY

# of the 32 threads a process serves with (config/serving.py)
AT_ONCE, INSIDE = 2, 16


class Gate:
    """A few uploads are carried out, some more wait for them, and the rest are told at once to come again."""

    def __init__(self, at_once: int = AT_ONCE, inside: int = INSIDE) -> None:
        self._inside = threading.BoundedSemaphore(inside)
        self._working = threading.BoundedSemaphore(at_once)

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Hold a place while an upload is carried out. Raises `action.busy` when all are taken."""
        if not self._inside.acquire(blocking=False):
            raise BUSY()
        try:
            with self._working:
                yield
        finally:
            self._inside.release()


gate = Gate()
