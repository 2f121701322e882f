"""Facts about places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PlaceAdded(Fact):
    name: ClassVar[str] = "places.place_added"
    place_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlaceClosed(Fact):
    name: ClassVar[str] = "places.place_closed"
    place_id: UUID
