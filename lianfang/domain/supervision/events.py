"""Facts of supervision. They hold ids; what somebody said stays in the case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AppealRaised(Fact):
    name: ClassVar[str] = "supervision.appeal_raised"
    appeal_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class AppealTaken(Fact):
    name: ClassVar[str] = "supervision.appeal_taken"
    appeal_id: UUID


@dataclass(frozen=True, kw_only=True)
class AppealAnswered(Fact):
    name: ClassVar[str] = "supervision.appeal_answered"
    appeal_id: UUID
    decision: str


@dataclass(frozen=True, kw_only=True)
class BreachOpened(Fact):
    name: ClassVar[str] = "supervision.breach_opened"
    breach_id: UUID


@dataclass(frozen=True, kw_only=True)
class AffectedTold(Fact):
    name: ClassVar[str] = "supervision.affected_told"
    breach_id: UUID


@dataclass(frozen=True, kw_only=True)
class AnomalySettled(Fact):
    name: ClassVar[str] = "supervision.anomaly_settled"
    anomaly_id: UUID
