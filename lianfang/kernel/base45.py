"""Base45 (RFC 9285): bytes in the letters a QR code packs tightest. Refuses every text that no encoder writes."""

from __future__ import annotations

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}


def encode(raw: bytes) -> str:
    """Return the bytes as text: three letters for two bytes, two for a last single one."""
    return "".join(_letters(raw[at : at + 2]) for at in range(0, len(raw), 2))


def _letters(part: bytes) -> str:
    number, letters = int.from_bytes(part, "big"), ""
    for _ in range(len(part) + 1):
        number, value = divmod(number, 45)
        letters += LETTERS[value]
    return letters


def decode(text: str) -> bytes:
    """Return the bytes of a text. Raises ValueError for foreign letters, a wrong length or a number too large."""
    return b"".join(_bytes(text[at : at + 3]) for at in range(0, len(text), 3))


def _bytes(part: str) -> bytes:
    if len(part) < 2 or any(letter not in _VALUES for letter in part):
        raise ValueError("not base45")
    number = sum(_VALUES[letter] * 45**place for place, letter in enumerate(part))
    if number >= 256 ** (len(part) - 1):
        raise ValueError("not base45")
    return number.to_bytes(len(part) - 1, "big")
