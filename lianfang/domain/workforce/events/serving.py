"""Facts about who serves, their teams, calls to come back, secondments and care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ResponderChanged(Fact):
    """Somebody who serves was registered, got further on the way, or ended."""

    name: ClassVar[str] = "workforce.responder_changed"
    responder_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class TeamChanged(Fact):
    """A team was set up, changed its lead or members, or was dissolved."""

    name: ClassVar[str] = "workforce.team_changed"
    team_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class OfferReceived(Fact):
    name: ClassVar[str] = "workforce.offer_received"
    offer_id: UUID
    people: int


@dataclass(frozen=True, kw_only=True)
class SecondmentChanged(Fact):
    name: ClassVar[str] = "workforce.secondment_changed"
    state: str
    people: int


@dataclass(frozen=True, kw_only=True)
class RecallChanged(Fact):
    name: ClassVar[str] = "workforce.recall_changed"
    recall_id: UUID


@dataclass(frozen=True, kw_only=True)
class CareChanged(Fact):
    name: ClassVar[str] = "workforce.care_changed"
    request_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class CheckInChanged(Fact):
    """Somebody sent a check-in by a community's page, or it was accepted or refused."""

    name: ClassVar[str] = "workforce.check_in_changed"
    request_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class RespondersListed(Fact):
    """A list of people on duty was taken in: so many are new, so many lines wait to be decided."""

    name: ClassVar[str] = "workforce.responders_listed"
    batch_id: UUID
    people: int
    to_decide: int
