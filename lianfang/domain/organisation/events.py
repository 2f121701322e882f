"""Facts about responsibility: who answers from now on, who no longer does, who left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ResponsibilityAssigned(Fact):
    name: ClassVar[str] = "organisation.responsibility_assigned"
    responsibility_id: UUID
    account_id: UUID
    kind: str
    target_kind: str
    target_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class HouseholdsAssigned(Fact):
    """Many households got their primary contact at once."""

    name: ClassVar[str] = "organisation.households_assigned"
    account_ids: tuple[UUID, ...]
    households: int


@dataclass(frozen=True, kw_only=True)
class ResponsibilityEnded(Fact):
    name: ClassVar[str] = "organisation.responsibility_ended"
    responsibility_id: UUID
    account_id: UUID
    kind: str
    target_kind: str
    target_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ResponsibilitiesHandedOver(Fact):
    """Everything one worker held, or a part of it, is with others now."""

    name: ClassVar[str] = "organisation.responsibilities_handed_over"
    from_id: UUID
    to_ids: tuple[UUID, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class ResponsibilitiesTurned(Fact):
    """A day came on which responsibilities of a village began or ran out by their own dates."""

    name: ClassVar[str] = "organisation.responsibilities_turned"
    began: int
    expired: int


@dataclass(frozen=True, kw_only=True)
class WorkerDeactivated(Fact):
    name: ClassVar[str] = "organisation.worker_deactivated"
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkerReactivated(Fact):
    name: ClassVar[str] = "organisation.worker_reactivated"
    account_id: UUID
