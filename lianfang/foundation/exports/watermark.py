"""Two marks in every named export: one that everybody reads, one that stays in a copied cell without being seen."""

from __future__ import annotations

import hashlib
import hmac
import re

from lianfang.foundation.privacy.keys import ring

# because these four show nothing in any spreadsheet and survive copying a cell into a chat
_LETTERS = "\u200b\u200c\u200d\u2060"
_START = "\u2063"
_DIGITS = 16  # two bits each: the 32 bits of a mark
_HIDDEN = re.compile(f"{_START}([{_LETTERS}]{{{_DIGITS}}})")


def hide(mark: str) -> str:
    """Return an export's mark (8 hex digits) as text that nobody sees."""
    number = int(mark, 16)
    return _START + "".join(_LETTERS[number >> 2 * place & 3] for place in range(_DIGITS))


def find_marks(text: str) -> set[str]:
    """Return the marks of the exports that parts of a text were copied from."""
    return {_read(found) for found in _HIDDEN.findall(text)}


def _read(letters: str) -> str:
    return f"{sum(_LETTERS.index(letter) << 2 * place for place, letter in enumerate(letters)):08x}"


def seal(*parts: str) -> str:
    """Return a keyed seal over what the mark says, so that nobody can put another's name into a leaked workbook."""
    return hmac.new(ring().audit, "\0".join(("export", *parts)).encode(), hashlib.sha256).hexdigest()[:32]
