"""The text in a permit's QR code: what it says, signed. Carries no name and no identity number; see decision 0014.

Reads nothing but what this module writes, letter for letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lianfang.domain.checkpoints.rules.permits.kinds import MARK_BYTES, NUMBERS
from lianfang.kernel import base45, sign1
from lianfang.kernel.areas import AREA_DIGITS
from lianfang.kernel.sign1 import Signed, Unreadable

PREFIX = "LFP1:"
MOST_LETTERS = 300
# the end and the beginning have the numbers of a CWT (RFC 8392), the others are private and one byte each
ENDS, BEGINS, KIND, SERIAL, AREA, MARK, ALLOWS = 4, 5, -1, -2, -3, -4, -5
_FIELDS = {ENDS, BEGINS, KIND, SERIAL, AREA, MARK, ALLOWS}
_KINDS = {number: kind for kind, number in NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a permit says. `mark` is what a gate compares: door number, plate, or the last digits of a phone.

    `persons` may go out in `days` days of the calendar, each for `minutes`; 0 means no limit.
    """

    kind: str
    serial: int
    area: str
    begins_at: datetime
    ends_at: datetime
    mark: str
    persons: int = 0
    days: int = 0
    minutes: int = 0


def write(terms: Terms, private: Ed25519PrivateKey) -> str:
    """Return the text for the QR code; at most 220 letters, which fits version 8 with a quarter of it lost."""
    content = {
        ENDS: int(terms.ends_at.timestamp()), BEGINS: int(terms.begins_at.timestamp()), KIND: NUMBERS[terms.kind],
        SERIAL: terms.serial, AREA: int(terms.area), MARK: terms.mark,
        ALLOWS: [terms.persons, terms.days, terms.minutes],
    }  # fmt: skip
    return PREFIX + base45.encode(sign1.sign(sign1.plain(content), private))


def read(text: str) -> Signed:
    """Return the signed bytes of a text, unverified. Raises Unreadable."""
    if not text.startswith(PREFIX) or len(text) > MOST_LETTERS:
        raise Unreadable("no permit")
    try:
        raw = base45.decode(text[len(PREFIX) :])
    except ValueError as trouble:
        raise Unreadable("no permit") from trouble
    return sign1.read(raw)


def terms_of(payload: bytes) -> Terms:
    """Return what a payload says. Raises Unreadable for any other content than `write` signs."""
    found = sign1.plainly_read(payload)
    if not isinstance(found, dict) or set(found) != _FIELDS or not isinstance(found[MARK], str):
        raise Unreadable("not a permit")
    allows = found[ALLOWS]
    numbers = [found[one] for one in (ENDS, BEGINS, KIND, SERIAL, AREA)]
    if not isinstance(allows, list) or len(allows) != 3 or not all(_is_count(one) for one in [*numbers, *allows]):
        raise Unreadable("not a permit")
    area = str(found[AREA])
    if found[KIND] not in _KINDS or len(area) not in AREA_DIGITS or len(found[MARK].encode()) > MARK_BYTES:
        raise Unreadable("not a permit")
    return Terms(
        _KINDS[found[KIND]], found[SERIAL], area, _moment(found[BEGINS]), _moment(found[ENDS]), found[MARK], *allows
    )


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**40


def _moment(seconds: int) -> datetime:
    if seconds >= 2**32:
        raise Unreadable("no moment")
    return datetime.fromtimestamp(seconds, UTC)
