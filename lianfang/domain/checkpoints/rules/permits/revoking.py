"""The list of revoked permits as a phone keeps it: rising serials, each as the step from the one before.

A step takes one byte below 128, two below 16,384, so that a county's list stays in kilobytes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable


def pack(serials: Iterable[int]) -> str:
    """Return the serials as text: steps between them in LEB128, base64url without padding."""
    raw, last = bytearray(), 0
    for serial in sorted(set(serials)):
        raw += _step(serial - last)
        last = serial
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


def _step(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number % 128 + 128)
        number //= 128
    return bytes([*out, number])


def unpack(text: str) -> list[int]:
    """Return the serials of a text that `pack` wrote, rising."""
    serials, last, number, place = [], 0, 0, 0
    for byte in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)):
        number += (byte % 128) << place
        place += 7
        if byte < 128:
            last += number
            serials.append(last)
            number = place = 0
    return serials
