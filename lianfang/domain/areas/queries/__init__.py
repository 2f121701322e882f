"""Reads of areas for other code: the tree as it stands, and what a newer register would change in it."""

from lianfang.domain.areas.queries.moved import present_code
from lianfang.domain.areas.queries.registers import (
    AREA_FIELDS,
    Judged,
    built_in,
    judge,
    latest_migration,
    open_decisions,
    register_of,
    tiles_from,
    tiles_of,
)
from lianfang.domain.areas.queries.tree import (
    ancestors_of,
    area_card,
    area_exists,
    areas_in_force,
    areas_of_level,
    child_path_length,
    children,
    find_area,
    full_name,
    grids_of,
    level_of,
    names,
    path_length,
)
from lianfang.domain.areas.rules.comparing import BECAUSE, Register

__all__ = [
    "AREA_FIELDS",
    "BECAUSE",
    "Judged",
    "Register",
    "ancestors_of",
    "area_card",
    "area_exists",
    "areas_in_force",
    "areas_of_level",
    "built_in",
    "child_path_length",
    "children",
    "find_area",
    "full_name",
    "grids_of",
    "judge",
    "latest_migration",
    "level_of",
    "names",
    "open_decisions",
    "path_length",
    "present_code",
    "register_of",
    "tiles_from",
    "tiles_of",
]
