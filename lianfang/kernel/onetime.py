"""One-time codes by RFC 6238 (TOTP, SHA-1, 30 seconds, six digits), as every authenticator app makes them. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from urllib.parse import quote

PERIOD_SECONDS = 30
DIGITS = 6
# a phone's clock may be one step early or late
TOLERANCE = 1
SECRET_BYTES = 20


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one step (RFC 4226, 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    place = mac[-1] & 15
    number = struct.unpack(">I", mac[place : place + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(seconds: float) -> int:
    """Return the step of a moment, in seconds since 1970."""
    return int(seconds // PERIOD_SECONDS)


def matching_step(secret: bytes, code: str, seconds: float) -> int | None:
    """Return the step that a typed code belongs to, near the moment; None for a wrong one.

    The caller keeps the step and takes none that is not later: a code works once (RFC 6238, 5.2).
    """
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    now, found = step_at(seconds), None
    for step in range(max(0, now - TOLERANCE), now + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step), typed):
            found = step
    return found


def written(secret: bytes) -> str:
    """Return a secret as authenticator apps take it: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def read(text: str) -> bytes:
    """Return the secret of its written form; b"" for what is none."""
    plain = "".join(text.split()).upper()
    try:
        return base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        return b""


def address(secret: bytes, issuer: str, account: str) -> str:
    """Return the otpauth address that an authenticator app reads from a QR code."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?secret={written(secret)}&issuer={quote(issuer)}&period={PERIOD_SECONDS}&digits={DIGITS}"
