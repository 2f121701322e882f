"""Facts about the checklists of posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PointsAnswered(Fact):
    """Points of a checklist were answered at a post, or a "no" was settled."""

    name: ClassVar[str] = "workforce.points_answered"
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChecklistChanged(Fact):
    """A checklist was entered, changed or ended: what is asked at posts differs from now on."""

    name: ClassVar[str] = "workforce.checklist_changed"
    checklist_id: UUID
