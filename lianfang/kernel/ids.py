"""Ids made where the record is made: UUID version 7 (RFC 9562), ordered by time."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last = 0
# odd, so that numbers near one another are far apart when multiplied
_SPREAD = 0x9E37_79B9_7F4A_7C15


def uuid7(at: datetime | None = None) -> UUID:
    """Return a new UUIDv7; ids of one process made without `at` strictly increase."""
    if at is not None:
        return _build(int(at.timestamp() * 1000) << 12)
    global _last
    with _lock:
        stamp = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        _last = stamp
    return _build(stamp)


def _build(stamp: int) -> UUID:
    """Place 48 bits of milliseconds and 12 bits of sequence around the version and variant bits."""
    milliseconds, sequence = stamp >> 12, stamp & 0xFFF
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | sequence << 64 | 0b10 << 62 | random)


def uuid7_of(base: UUID, number: int) -> UUID:
    """Return the id of one of the numbered parts of what a UUIDv7 names: equal for equals, in the order of numbers.

    For what is made in several processes, or anew after a crash, and is named before it is there.
    """
    # what is random in the base tells apart the parts of two that were made in one millisecond
    tail = (number & 0xFFFFFFFF) << 42 | (base.int ^ number * _SPREAD) & ((1 << 42) - 1)
    middle, rest = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=(base.int >> 80) << 80 | 0x7 << 76 | middle << 64 | 0b10 << 62 | rest)


def made_at(value: UUID) -> datetime:
    """Return the moment a UUIDv7 was made, by the clock of the device that made it."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, tz=UTC)
