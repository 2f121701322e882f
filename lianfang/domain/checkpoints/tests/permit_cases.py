"""Writes contracts/cases/permits.json: `python -m lianfang.domain.checkpoints.tests.permit_cases`.

The keys are for tests only and made of counted bytes; nothing real is ever signed with them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lianfang.domain.checkpoints.rules.permits.checking import ANSWERS, WARNINGS, Gate, Key, Use, check
from lianfang.domain.checkpoints.rules.permits.codes import PREFIX, Terms, write
from lianfang.domain.checkpoints.rules.permits.kinds import span
from lianfang.domain.checkpoints.rules.permits.revoking import pack
from lianfang.kernel import base45, sign1
from lianfang.kernel.clock import CHINA

FILE = Path(__file__).parents[4] / "contracts" / "cases" / "permits.json"
COUNTY, VILLAGE, NEIGHBOUR = "140826", "140826100201", "140826100202"
NOW = datetime(2020, 2, 5, 9, 30, tzinfo=CHINA)
OURS, OLD, FOREIGN, NEW, GONE = (
    Ed25519PrivateKey.from_private_bytes(bytes(range(n, n + 32))) for n in (1, 40, 80, 120, 160)
)
REVOKED = (3, 4, 300, 70_000)
FIRST, LAST = span(NOW.date() - timedelta(days=2), NOW.date() + timedelta(days=4))
HOUSE = Terms("household", 12, VILLAGE, FIRST, LAST, "3排012", 1, 2, 180)
CAR = Terms("vehicle", 5, COUNTY, FIRST, LAST, "晋M12345")
WORKER = Terms("worker", 6, COUNTY[:6] + "100", FIRST, LAST, "0070")


def public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def _key(private: Ed25519PrivateKey, until: datetime | None = None, since: datetime | None = None) -> Key:
    return Key(sign1.key_id_of(public(private)), public(private), COUNTY, since or NOW - timedelta(days=30), until)


KEYS = (_key(OURS), _key(OLD, NOW + timedelta(days=1)), _key(NEW, since=NOW), _key(GONE, NOW))


def gate(area: str = VILLAGE + "001", heard_hours_ago: float | None = 1) -> Gate:
    heard = None if heard_hours_ago is None else NOW - timedelta(hours=heard_hours_ago)
    return Gate(area, {one.key_id: one for one in KEYS}, frozenset(REVOKED), heard, timedelta(hours=24))


def altered(text: str, at: int, bit: int) -> str:
    """Return the code with one bit of its bytes turned over."""
    raw = bytearray(base45.decode(text[len(PREFIX) :]))
    raw[at] ^= 1 << bit
    return PREFIX + base45.encode(bytes(raw))


def forged(terms: Terms) -> str:
    """Return a code by another key that calls itself ours."""
    raw = base45.decode(write(terms, FOREIGN)[len(PREFIX) :])
    names = [sign1.key_id_of(public(one)) for one in (FOREIGN, OURS)]
    return PREFIX + base45.encode(raw.replace(*names))


def _ago(hours: float, back_after: float | None = None) -> Use:
    out = NOW - timedelta(hours=hours)
    return Use(out, None if back_after is None else out + timedelta(hours=back_after))


def _cases() -> list[dict[str, Any]]:
    house = write(HOUSE, OURS)
    raw = base45.decode(house[len(PREFIX) :])
    yesterday = HOUSE.begins_at - timedelta(days=9)
    made: list[tuple[str, str, Gate, tuple[Use, ...], bool]] = [
        ("a household's permit at its village's gate", house, gate(), (), False),
        ("a vehicle at any gate of the county", write(CAR, OURS), gate("140826103"), (), False),
        ("a worker in the township", write(WORKER, OURS), gate(), (), False),
        ("signed with the key before this one", write(HOUSE, OLD), gate(), (), False),
        ("a text that is no permit", "https://example.invalid/", gate(), (), False),
        ("nothing at all", "", gate(), (), False),
        ("a code of which the end was not scanned", house[:-30], gate(), (), False),
        ("letters that base45 does not have", house[:-1] + "a", gate(), (), False),
        ("altered: one bit of what it says", altered(house, raw.index(b"012"), 0), gate(), (), False),
        ("altered: one bit of the signature", altered(house, len(raw) - 1, 3), gate(), (), False),
        ("altered: another's signature under our key's name", forged(HOUSE), gate(), (), False),
        ("forged: signed by a key that nobody here knows", write(HOUSE, FOREIGN), gate(), (), False),
        ("forged: our key for another county", write(replace(HOUSE, area="371521100"), OURS), gate(), (), False),
        ("not valid before its first day", write(replace(HOUSE, begins_at=NOW + timedelta(seconds=1)), OURS), gate(),
         (), False),
        ("valid from its first moment", write(replace(HOUSE, begins_at=NOW), OURS), gate(), (), False),
        ("signed with a key of which the first moment is now", write(HOUSE, NEW), gate(), (), False),
        ("forged: signed with a key that is trusted no more from now on", write(HOUSE, GONE), gate(), (), False),
        ("expired at the first moment after its last day",
         write(replace(HOUSE, begins_at=yesterday, ends_at=NOW), OURS), gate(), (), False),
        ("valid in the last second", write(replace(HOUSE, ends_at=NOW + timedelta(seconds=1)), OURS), gate(), (),
         False),
        *((f"revoked: {serial}", write(replace(HOUSE, serial=serial), OURS), gate(), (), False) for serial in REVOKED),
        ("beside one that was revoked", write(replace(HOUSE, serial=301), OURS), gate(), (), False),
        ("at the next village's gate", house, gate(NEIGHBOUR), (), False),
        ("at a gate of the township", house, gate("140826100"), (), False),
        ("somebody of the house was out yesterday", house, gate(), (_ago(20, 1),), False),
        ("somebody was out the day before yesterday", house, gate(), (_ago(44, 1),), False),
        ("out once today already, and back: in again", house, gate(), (_ago(2),), True),
        ("back after more than three hours", house, gate(), (_ago(3.5),), True),
        ("back after exactly three hours", house, gate(), (_ago(3),), True),
        ("back long ago: in again", house, gate(), (_ago(5, 1),), True),
        ("a car that was out for long comes back", write(CAR, OURS), gate(), (_ago(9),), True),
        ("two may go out and one has", write(replace(HOUSE, persons=2), OURS), gate(), (_ago(2, 1),), False),
        ("two may go out and two have", write(replace(HOUSE, persons=2), OURS), gate(), (_ago(2, 1), _ago(4, 1)),
         False),
        ("any number of people in two days", write(replace(HOUSE, persons=0), OURS), gate(), (), False),
        ("a car as often as needed", write(CAR, OURS), gate(), (_ago(1, 0.5), _ago(2, 0.5)), False),
        ("valid, by a list that is a day and an hour old", house, gate(heard_hours_ago=25), (), False),
        ("valid, by a list of exactly the oldest age", house, gate(heard_hours_ago=24), (), False),
        ("valid, but no list was ever fetched", house, gate(heard_hours_ago=None), (), False),
        ("revoked by an old list is revoked", write(replace(HOUSE, serial=3), OURS), gate(heard_hours_ago=48), (),
         False),
    ]  # fmt: skip
    return [_told(*one) for one in made]


def _told(name: str, text: str, at: Gate, uses: tuple[Use, ...], returning: bool) -> dict[str, Any]:
    found = check(text, at, NOW, uses, returning=returning)
    seen = [{"out_at": one.out_at.isoformat(), "in_at": one.in_at and one.in_at.isoformat()} for one in uses]
    return {
        "name": name, "text": text, "gate": at.area, "list_at": at.list_at and at.list_at.isoformat(), "uses": seen,
        "returning": returning,
        "expected": {"reason": found.reason, "warnings": list(found.warnings), "permit": _terms(found.terms)},
    }  # fmt: skip


def _terms(terms: Terms | None) -> dict[str, Any] | None:
    if terms is None:
        return None
    names = ("kind", "serial", "area", "mark", "persons", "days", "minutes")
    moments = {"begins_at": terms.begins_at.isoformat(), "ends_at": terms.ends_at.isoformat()}
    return {name: getattr(terms, name) for name in names} | moments


def made() -> dict[str, Any]:
    """Return the whole file."""
    return {
        "about": "Permits at a gate. Read by pytest and by vitest; written by checkpoints/tests/permit_cases.py with "
        "keys that are for tests only.",
        "now": NOW.isoformat(),
        "keys": [
            {"id": one.key_id.hex(), "key": base64.urlsafe_b64encode(one.public).rstrip(b"=").decode(),
             "area": one.area, "from": one.from_at.isoformat(), "until": one.until_at and one.until_at.isoformat()}
            for one in KEYS
        ],
        "revoked": pack(REVOKED), "serials": list(REVOKED), "list_old_after_hours": 24,
        "answers": {code: said.as_dict() for code, said in ANSWERS.items()},
        "warnings": {code: said.as_dict() for code, said in WARNINGS.items()},
        "cases": _cases(),
    }  # fmt: skip


def text() -> str:
    """Return the file as it stands in the contracts."""
    return json.dumps(made(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
