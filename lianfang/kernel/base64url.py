"""Base64url without padding (RFC 4648 §5): bytes in texts that codes, addresses and phones carry."""

from __future__ import annotations

import base64


def encode(raw: bytes) -> str:
    """Return the bytes as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of a text. Raises ValueError for letters that base64 does not know and for half a byte."""
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
