"""Facts about permits. They hold ids and codes, never names or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PermitsIssued(Fact):
    name: ClassVar[str] = "checkpoints.permits_issued"
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PermitRevoked(Fact):
    name: ClassVar[str] = "checkpoints.permit_revoked"
    permit_id: UUID
    because: str
