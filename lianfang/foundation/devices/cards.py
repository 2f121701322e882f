"""Cards of phones: who works on a phone, and where, signed here, so that two phones can trust each other far from any
network; and the handing over of a day's work that one phone signs for another. Knows no epidemic and keeps nothing.

A text is base64url(JSON) "." base64url(signature), ECDSA on P-256 with SHA-256, r and s in 32 bytes each: what every
browser verifies without a library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lianfang.foundation.privacy.keys import ring
from lianfang.kernel import base64url

VERSION = 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE, SIGNS = ec.SECP256R1(), ec.ECDSA(hashes.SHA256())


class Unreadable(ValueError):
    """A text that is no card or handing, or was changed since it was signed."""


@dataclass(frozen=True)
class Card:
    """Who works on a phone, in which areas, under which key, and until which day the card may be believed."""

    account_id: UUID
    name: str
    device_id: str
    paths: tuple[str, ...]
    key: str
    until: date


@dataclass(frozen=True)
class Handing:
    """One phone's word that the work of an area goes to another person until a moment."""

    id: UUID
    giver: Card
    taker_id: UUID
    taker_device: str
    path: str
    households: int
    at: datetime
    until: datetime


@lru_cache(maxsize=4)
def _signer(secret: bytes) -> ec.EllipticCurvePrivateKey:
    stretched = HKDF(hashes.SHA256(), 48, None, b"lianfang phone cards").derive(secret)
    return ec.derive_private_key(int.from_bytes(stretched, "big") % (ORDER - 1) + 1, CURVE)


def public_key() -> str:
    """Return the key by which phones verify cards: the uncompressed point, base64url."""
    point = _signer(ring().audit).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64url.encode(point)


def is_key(text: str) -> bool:
    """Say whether a phone's text is a public key that can be put on a card."""
    try:
        _key_of(text)
    except Unreadable:
        return False
    return True


def issue_card(account_id: UUID, name: str, device_id: str, paths: Sequence[str], key: str, until: date) -> str:
    """Return the signed card of a phone. `key` is the phone's own public key (see `is_key`)."""
    body = {"v": VERSION, "a": str(account_id), "n": name, "d": device_id, "p": list(paths), "k": key,
            "u": until.isoformat()}  # fmt: skip
    return sign(_signer(ring().audit), body)


def sign(private: ec.EllipticCurvePrivateKey, body: dict[str, Any]) -> str:
    """Return a body as signed text."""
    text = orjson.dumps(body)
    r, s = decode_dss_signature(private.sign(text, SIGNS))
    return f"{base64url.encode(text)}.{base64url.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def read_card(text: str) -> Card:
    """Return a card that was signed here. Raises Unreadable."""
    body = _opened(text, _signer(ring().audit).public_key())
    try:
        return Card(
            UUID(body["a"]), str(body["n"]), str(body["d"]), tuple(str(one) for one in body["p"]), str(body["k"]),
            date.fromisoformat(body["u"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as trouble:
        raise Unreadable("not a card") from trouble


def issue_sign(kind: str, key: str, name: str) -> str:
    """Return the signed text for a code that hangs somewhere: what kind of thing it names, its key and its name."""
    return sign(_signer(ring().audit), {"v": VERSION, "k": kind, "i": key, "n": name})


def read_sign(kind: str, text: str) -> tuple[str, str]:
    """Return key and name of the thing a code names that was signed here. Raises Unreadable."""
    body = _opened(text, _signer(ring().audit).public_key())
    if body.get("k") != kind or not isinstance(body.get("i"), str):
        raise Unreadable("names something else")
    return body["i"], str(body.get("n", ""))


def read_handing(text: str) -> Handing:
    """Return what one phone hands to another, signed by the phone whose card it carries. Raises Unreadable."""
    giver = read_card(str(_body(text.partition(".")[0]).get("c", "")))
    body = _opened(text, _key_of(giver.key))
    try:
        at, until = datetime.fromisoformat(body["at"]), datetime.fromisoformat(body["u"])
        if at.tzinfo is None or until.tzinfo is None or not at < until:
            raise Unreadable("no span of time")
        return Handing(
            UUID(body["i"]), giver, UUID(body["t"]), str(body["d"]), str(body["p"]), int(body["n"]), at, until
        )
    except (KeyError, TypeError, ValueError) as trouble:
        raise Unreadable("not a handing") from trouble


def _opened(text: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """Return the body of a text that this key signed."""
    head, _, tail = text.partition(".")
    raw = _narrow(tail)
    if len(raw) != 64:
        raise Unreadable("no signature")
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(signature, _narrow(head), SIGNS)
    except InvalidSignature as trouble:
        raise Unreadable("changed since it was signed") from trouble
    return _body(head)


def _body(head: str) -> dict[str, Any]:
    try:
        body = orjson.loads(_narrow(head))
    except ValueError as trouble:
        raise Unreadable("not JSON") from trouble
    if not isinstance(body, dict) or body.get("v") != VERSION:
        raise Unreadable("of no known version")
    return body


def _key_of(text: str) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _narrow(text))
    except ValueError as trouble:
        raise Unreadable("not a key") from trouble


def _narrow(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as trouble:
        raise Unreadable("not base64url") from trouble
