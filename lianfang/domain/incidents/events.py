"""Facts about incidents, measures and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(Fact):
    name: ClassVar[str] = "incidents.incident_opened"
    incident_id: str
    disease: str


@dataclass(frozen=True, kw_only=True)
class IncidentReviewed(Fact):
    name: ClassVar[str] = "incidents.incident_reviewed"
    incident_id: str
    next_review_on: str


@dataclass(frozen=True, kw_only=True)
class IncidentClosed(Fact):
    name: ClassVar[str] = "incidents.incident_closed"
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class MeasureIssued(Fact):
    name: ClassVar[str] = "incidents.measure_issued"
    measure_id: str
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class MeasureLifted(Fact):
    name: ClassVar[str] = "incidents.measure_lifted"
    measure_id: str


@dataclass(frozen=True, kw_only=True)
class LocalRuleSet(Fact):
    name: ClassVar[str] = "incidents.local_rule_set"
    rule_id: str
    profile: str
    key: str


@dataclass(frozen=True, kw_only=True)
class LocalRuleEnded(Fact):
    name: ClassVar[str] = "incidents.local_rule_ended"
    rule_id: str


@dataclass(frozen=True, kw_only=True)
class EditionAdopted(Fact):
    """An edition holds for an incident; whoever keeps orders may propose to end them earlier, never later."""

    name: ClassVar[str] = "incidents.edition_adopted"
    incident_id: str
    profile: str
    edition: str
    from_on: str
