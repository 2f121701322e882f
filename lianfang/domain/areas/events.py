"""Facts about areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class GridCreated(Fact):
    name: ClassVar[str] = "areas.grid_created"


@dataclass(frozen=True, kw_only=True)
class GridClosed(Fact):
    """A grid ended; its households went to `successors`."""

    name: ClassVar[str] = "areas.grid_closed"
    successors: tuple[str, ...] = ()
