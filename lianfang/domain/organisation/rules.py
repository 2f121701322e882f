"""Sharing households out in walking order, and who of several answers first. Pure; nothing here is left to chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Home = TypeVar("Home")
Worker = TypeVar("Worker")

# of several who answer for one area, the first of these; the nearest area wins over the kind
AREA_ORDER: dict[str, tuple[str, ...]] = {
    "grid": ("grid_lead", "grid_worker", "contract", "liaison"),
    "village": ("village_lead", "contract", "leader", "liaison"),
    "town": ("leader", "contract", "liaison"),
    "county": ("leader", "contract", "liaison"),
}
TARGET_ORDER = ("primary_contact", "contract", "leader", "sector_owner", "liaison", "relative", "doctor", "police")


def share_out(homes: Sequence[Home], held: Mapping[Worker, int]) -> dict[Worker, list[Home]]:
    """Share homes in walking order among workers so that loads, with what each holds already, end up as even as can be.

    Each worker gets one unbroken stretch of the walk, in the order the workers are given.
    """
    room = fair_rooms(len(homes), list(held.values()))
    shares: dict[Worker, list[Home]] = {}
    start = 0
    for worker, count in zip(held, room, strict=True):
        shares[worker] = list(homes[start : start + count])
        start += count
    return shares


def fair_rooms(homes: int, held: Sequence[int]) -> list[int]:
    """Return how many homes each worker takes: whoever holds least is filled up first, ties in the order given."""
    if not held:
        return []
    level = _water_level(homes, held)
    room = [max(0, level - one) for one in held]
    spare = homes - sum(room)
    for position, one in enumerate(held):
        if spare and one <= level:
            room[position] += 1
            spare -= 1
    return room


def _water_level(homes: int, held: Sequence[int]) -> int:
    """Return the highest load to which everybody below it can be filled with these homes."""
    low, high = min(held), min(held) + homes
    while low < high:
        middle = (low + high + 1) // 2
        if sum(max(0, middle - one) for one in held) <= homes:
            low = middle
        else:
            high = middle - 1
    return low


def rank(kind: str, level: str) -> int:
    """Return where a kind stands among those who answer for an area of this level, or ("") for a household or place."""
    order = AREA_ORDER.get(level, TARGET_ORDER)
    return order.index(kind) if kind in order else len(order)
