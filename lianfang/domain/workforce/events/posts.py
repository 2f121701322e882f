"""Facts about posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PostSetUp(Fact):
    """A post stands from now on, for the first time or again."""

    name: ClassVar[str] = "workforce.post_set_up"
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostChanged(Fact):
    name: ClassVar[str] = "workforce.post_changed"
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostMoved(Fact):
    """A post stands elsewhere; `area_path` is where it stands now."""

    name: ClassVar[str] = "workforce.post_moved"
    post_id: UUID
    from_path: str


@dataclass(frozen=True, kw_only=True)
class PostWithdrawn(Fact):
    name: ClassVar[str] = "workforce.post_withdrawn"
    post_id: UUID
