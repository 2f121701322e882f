"""What people do with areas: load a register, take over a newer one, decide what it left open, tend grids."""

from lianfang.domain.areas.actions import deciding, migrating
from lianfang.domain.areas.actions.grids import (
    STALE,
    STANDING_GRID,
    AreaName,
    close_grid,
    make_area,
    make_grid,
    note_split,
)

__all__ = ["STALE", "STANDING_GRID", "AreaName", "close_grid", "deciding", "make_area", "make_grid", "migrating",
           "note_split"]  # fmt: skip
