"""Facts about areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class GridCreated(Fact):
    name: ClassVar[str] = "areas.grid_created"


@dataclass(frozen=True, kw_only=True)
class GridClosed(Fact):
    """A grid ended; its households went to `successors`."""

    name: ClassVar[str] = "areas.grid_closed"
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AreasMoved(Fact):
    """Areas of a county came under other codes, and every row with them: a register was taken over, or that undone."""

    name: ClassVar[str] = "areas.areas_moved"
    migration_id: UUID
    moves: int


@dataclass(frozen=True, kw_only=True)
class AreaKept(Fact):
    """An area that the register dropped stays in use, because somebody decided so, or is open again."""

    name: ClassVar[str] = "areas.area_kept"
    decision_id: UUID
