"""What a phone keeps and signs for a hand-over: its key, its card, and its word. As the field app does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lianfang.foundation.devices.cards import CURVE, sign
from lianfang.kernel import base64url
from lianfang.kernel.ids import uuid7


class Signer:
    """The key of one phone."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(CURVE)
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64url.encode(point)

    def hand_over(
        self, card: str, to: UUID, path: str, *, at: datetime | None = None, hours: float = 12, **other: Any
    ) -> str:
        """Return this phone's word that the work of an area goes to somebody for so many hours."""
        begins = at or datetime.now(UTC)
        body = {
            "v": 1, "i": str(uuid7()), "c": card, "t": str(to), "d": "phone-b", "p": path, "n": 3,
            "at": begins.isoformat(), "u": (begins + timedelta(hours=hours)).isoformat(),
        }  # fmt: skip
        return sign(self.private, body | other)
