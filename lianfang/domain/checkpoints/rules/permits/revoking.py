"""The list of revoked permits as a phone keeps it: rising serials, each as the step from the one before.

A step takes one byte below 128, two below 16,384, so that a county's list stays in kilobytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.kernel import base64url


def pack(serials: Iterable[int]) -> str:
    """Return the serials as text: steps between them in LEB128, base64url without padding."""
    raw, last = bytearray(), 0
    for serial in sorted(set(serials)):
        raw += _step(serial - last)
        last = serial
    return base64url.encode(bytes(raw))


def _step(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number % 128 + 128)
        number //= 128
    return bytes([*out, number])


def unpack(text: str) -> list[int]:
    """Return the serials of a text that `pack` wrote, rising."""
    serials, last, number, place = [], 0, 0, 0
    for byte in base64url.decode(text):
        number += (byte % 128) << place
        place += 7
        if byte < 128:
            last += number
            serials.append(last)
            number = place = 0
    return serials
