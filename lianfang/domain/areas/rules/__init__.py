"""What decides about areas: what paths say by themselves, and what became of villages between two registers."""

from lianfang.domain.areas.rules.paths import (
    GRID_DIGITS,
    LENGTHS,
    LEVELS,
    ancestors_of,
    child_length,
    level_of,
    next_grid_path,
    parent_of,
)

__all__ = [
    "GRID_DIGITS",
    "LENGTHS",
    "LEVELS",
    "ancestors_of",
    "child_length",
    "level_of",
    "next_grid_path",
    "parent_of",
]
