"""COSE_Sign1 (RFC 9052) with Ed25519, in the one form this product writes.

Refuses every other spelling of the same content, because a text that differs by a bit must not pass as the same one:
the key id stands in the protected header, the other header is empty, lengths are the shortest there are.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGN1, ALGORITHM, KEY_ID, EDDSA = 18, 1, 4, -8
KEY_ID_BYTES = 4
MOST_BYTES = 512


class Unreadable(ValueError):
    """Bytes that are no COSE_Sign1 of this form."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was read, before anybody has asked whether the signature fits."""

    key_id: bytes
    payload: bytes
    signature: bytes
    protected: bytes

    def fits(self, public: bytes) -> bool:
        """Say whether the owner of this public key (32 bytes) signed exactly this."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, _to_sign(self.protected, self.payload))
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id_of(public: bytes) -> bytes:
    """Return the short name of a public key: the first bytes of its SHA-256."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def sign(payload: bytes, private: Ed25519PrivateKey) -> bytes:
    """Return the payload signed. Equal input gives equal bytes, because Ed25519 draws no random numbers."""
    protected = plain({ALGORITHM: EDDSA, KEY_ID: key_id_of(private.public_key().public_bytes_raw())})
    signature = private.sign(_to_sign(protected, payload))
    return plain(cbor2.CBORTag(SIGN1, [protected, {}, payload, signature]))


def read(raw: bytes) -> Signed:
    """Return what the bytes hold, unverified. Raises Unreadable."""
    if len(raw) > MOST_BYTES:
        raise Unreadable("too long")
    match plainly_read(raw):
        case cbor2.CBORTag(tag=18, value=[bytes(protected), {**none}, bytes(payload), bytes(signature)]) if not none:
            return Signed(_key_id(protected), payload, signature, protected)
    raise Unreadable("no COSE_Sign1")


def _key_id(protected: bytes) -> bytes:
    match plainly_read(protected):
        case {1: -8, 4: bytes(key_id), **rest} if len(key_id) == KEY_ID_BYTES and not rest:
            return key_id
    raise Unreadable("another algorithm or no key id")


def plain(value: Any) -> bytes:
    """Return the value in deterministic CBOR (RFC 8949, 4.2)."""
    return cbor2.dumps(value, canonical=True)


def plainly_read(raw: bytes) -> Any:
    """Return the value of deterministic CBOR and nothing after it. Raises Unreadable."""
    try:
        found = cbor2.CBORDecoder(io.BytesIO(raw)).decode()
        same = plain(found) == raw
    except Exception as trouble:  # because foreign bytes may break a decoder in ways it does not name
        raise Unreadable("no CBOR") from trouble
    if not same:
        raise Unreadable("not in its plain form")
    return found


def _to_sign(protected: bytes, payload: bytes) -> bytes:
    return plain(["Signature1", protected, b"", payload])
