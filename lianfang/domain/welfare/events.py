"""Facts about help. They hold ids and codes; what was asked for stays in the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RequestRaised(Fact):
    name: ClassVar[str] = "welfare.request_raised"
    request_id: UUID
    request_class: str
    source: str
    source_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestAccepted(Fact):
    """Somebody took the request on; whoever raised it from elsewhere may note who."""

    name: ClassVar[str] = "welfare.request_accepted"
    request_id: UUID
    source: str
    source_id: UUID | None
    accepted_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestDelivered(Fact):
    name: ClassVar[str] = "welfare.request_delivered"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestConfirmed(Fact):
    name: ClassVar[str] = "welfare.request_confirmed"
    request_id: UUID
    source: str
    source_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestReopened(Fact):
    """The one who asked says that nothing came, or whoever took it on gave it back."""

    name: ClassVar[str] = "welfare.request_reopened"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(Fact):
    name: ClassVar[str] = "welfare.request_withdrawn"
    request_id: UUID
