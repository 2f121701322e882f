"""What people and the clock do in observation; every write of the app is in here."""

from lianfang.domain.observation.actions import (
    awaiting,
    changes,
    endings,
    escalations,
    links,
    merging,
    moving,
    orders,
    readings,
    referrals,
    referring,
    ticking,
)

__all__ = [
    "awaiting",
    "changes",
    "endings",
    "escalations",
    "links",
    "merging",
    "moving",
    "orders",
    "readings",
    "referrals",
    "referring",
    "ticking",
]
