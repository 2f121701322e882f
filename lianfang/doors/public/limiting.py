"""How often somebody without login may ask. Counted per process and forgotten at restart: a brake, not a lock.

Secrets and serials are too long to guess; the brake keeps a guesser from costing the server its time.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

MOST_KNOWN = 10_000


class TooOften(Exception):
    """Somebody asked more often than the brake allows."""


class Brake:
    """Allows `most` tries per key within `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count one try. Raises TooOften beyond the limit."""
        moment = time.monotonic()
        with self._lock:
            since, tries = self._tries.pop(key, (moment, 0))
            if moment - since > self.seconds:
                since, tries = moment, 0
            self._tries[key] = (since, tries + 1)
            while len(self._tries) > MOST_KNOWN:
                self._tries.popitem(last=False)
        if tries >= self.most:
            raise TooOften

    def forget(self) -> None:
        """Forget every try, for tests."""
        self._tries.clear()
