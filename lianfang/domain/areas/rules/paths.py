"""What an area's path says by itself: its level, its parent, the name of a new grid."""

from __future__ import annotations

LEVELS = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village", 15: "grid", 18: "micro_grid"}
LENGTHS = {level: length for length, level in LEVELS.items()}
GRID_DIGITS = 3


def level_of(path: str) -> str:
    """Return the level of a path by its length; "" for a length no level has."""
    return LEVELS.get(len(path), "")


def parent_of(path: str) -> str:
    """Return the path one level up; "" above a province."""
    shorter = [length for length in LEVELS if length < len(path)]
    return path[: shorter[-1]] if shorter else ""


def ancestors_of(path: str) -> list[str]:
    """Return the paths above, widest first, the area itself last."""
    return [path[:length] for length in LEVELS if length <= len(path)]


def child_length(path: str) -> int:
    """Return how long the paths of the next level down are."""
    return next((length for length in LEVELS if length > len(path)), len(path))


def next_grid_path(village: str, taken: list[str]) -> str:
    """Return the lowest free grid path of a village, "" when every number is taken.

    Paths of closed grids stay taken: their history keeps its name.
    """
    numbers = {int(path[len(village) :][:GRID_DIGITS]) for path in taken}
    free = next((number for number in range(1, 10**GRID_DIGITS) if number not in numbers), 0)
    return f"{village}{free:0{GRID_DIGITS}d}" if free else ""
