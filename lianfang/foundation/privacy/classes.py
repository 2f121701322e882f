"""How private a value is. Every model field and table column names its class; a test refuses silence."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class PrivacyClass(StrEnum):
    """The classes of requirement P02, names apart; WORK is what colleagues need to know of each other's work.

    FITNESS is what limits or troubles somebody on duty: for who posts people and cares for them, and nobody else (P22).
    """

    NAME = "name"
    IDENTITY = "identity"
    CONTACT = "contact"
    ADDRESS = "address"
    HEALTH = "health"
    MOVEMENT = "movement"
    VULNERABILITY = "vulnerability"
    MINOR = "minor"
    FITNESS = "fitness"
    WORK = "work"
    PUBLIC = "public"


class Level(StrEnum):
    """What a role sees of a class. Ordered: hidden, masked (revealed one by one with a reason), clear."""

    HIDDEN = "hidden"
    MASKED = "masked"
    CLEAR = "clear"


ORDER = {Level.HIDDEN: 0, Level.MASKED: 1, Level.CLEAR: 2}

Mask = Callable[[str], str]


def hide_all(_: str) -> str:
    """Return the mask for a value of which nothing may show."""
    return "***"
