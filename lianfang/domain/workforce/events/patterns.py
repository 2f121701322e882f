"""Facts about the patterns of shifts a county makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PatternChanged(Fact):
    """A county's own pattern of shifts was entered or ended."""

    name: ClassVar[str] = "workforce.pattern_changed"
    pattern_id: UUID
