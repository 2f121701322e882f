"""What one gate remembers for the next: keyed fingerprints of a plate, a phone and the end of an identity number. Pure.

The key is of one county and one day, so that what a lost phone can work out ends with the memory itself.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

REMEMBERED = frozenset({"turn_back", "refer_health"})
PLATE, PHONE, TAIL = "plate", "phone", "tail"
MARK_LENGTH = 16
_BETWEEN = re.compile(r"[\s·.\-—－]+")
_NOT_A_DIGIT = re.compile(r"\D")


def plain_plate(plate: str) -> str:
    """Return a plate as it is compared: 晋 m·12345 is 晋M12345."""
    return _BETWEEN.sub("", plate).upper()


def plain_phone(phone: str) -> str:
    """Return a phone number as it is compared: its last eleven digits."""
    return _NOT_A_DIGIT.sub("", phone)[-11:]


def mark(key: bytes, kind: str, text: str) -> str:
    """Return the fingerprint of a compared text; 16 hex digits."""
    return hmac.digest(key, f"{kind}\0{text}".encode(), "sha256").hex()[:MARK_LENGTH]


def marks_of(key: bytes, plate: str, people: Iterator[tuple[str, str]]) -> list[str]:
    """Return the fingerprints of a vehicle and of (phone, end of identity number) of those in it, each once."""
    found = [mark(key, PLATE, plain_plate(plate))] if plain_plate(plate) else []
    for phone, tail in people:
        if plain_phone(phone):
            found.append(mark(key, PHONE, plain_phone(phone)))
        if tail:
            found.append(mark(key, TAIL, tail.upper()))
    return list(dict.fromkeys(found))
