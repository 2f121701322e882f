"""Facts about leads and visits. They hold ids, codes and sealed words, never names or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact

# --- campaigns and visits ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CampaignStarted(Fact):
    name: ClassVar[str] = "screening.campaign_started"
    campaign_id: UUID
    households: int


@dataclass(frozen=True, kw_only=True)
class CampaignClosed(Fact):
    name: ClassVar[str] = "screening.campaign_closed"
    campaign_id: UUID


@dataclass(frozen=True, kw_only=True)
class VisitRecorded(Fact):
    """A visit became known, or one was corrected (`corrects_id`). What was learnt there is told by the facts below."""

    name: ClassVar[str] = "screening.visit_recorded"
    visit_id: UUID
    household_id: UUID
    campaign_id: UUID | None
    outcome: str
    corrects_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReturneesMet(Fact):
    """People who came back were met or told of at the door; who they are stands in the visit."""

    name: ClassVar[str] = "screening.returnees_met"
    visit_id: UUID
    household_id: UUID
    campaign_id: UUID | None
    count: int
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class IllnessMet(Fact):
    """Somebody was unwell at the door. `person_ids` are registered people of the household; others only count."""

    name: ClassVar[str] = "screening.illness_met"
    visit_id: UUID
    household_id: UUID
    person_ids: tuple[UUID, ...]
    others: int
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class NeedsMet(Fact):
    """Help was asked for at the door: each need is {kind, person_id, what_sealed}.

    `what_sealed` is encrypted for the context "visit.need": whoever raises the request opens it there.
    """

    name: ClassVar[str] = "screening.needs_met"
    visit_id: UUID
    household_id: UUID
    needs: tuple[dict[str, Any], ...]
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class RosterChangesMet(Fact):
    """People of the household are others than the register says; who they are stands in the visit."""

    name: ClassVar[str] = "screening.roster_changes_met"
    visit_id: UUID
    household_id: UUID
    happened_at: datetime


# --- leads -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LeadsReceived(Fact):
    """Leads came in, from a list (`batch_id`) or from one person's report."""

    name: ClassVar[str] = "screening.leads_received"
    batch_id: UUID | None
    source: str
    count: int


@dataclass(frozen=True, kw_only=True)
class LeadsDispatched(Fact):
    name: ClassVar[str] = "screening.leads_dispatched"
    batch_id: UUID | None
    count: int


@dataclass(frozen=True, kw_only=True)
class LeadAnswered(Fact):
    """Somebody went and found out; `outcome` is a code of the reply to push lists."""

    name: ClassVar[str] = "screening.lead_answered"
    lead_id: UUID
    batch_id: UUID | None
    outcome: str


@dataclass(frozen=True, kw_only=True)
class LeadConfirmed(Fact):
    """The person is here and needs care or observation; whoever orders it decides by rule from `last_there_on`."""

    name: ClassVar[str] = "screening.lead_confirmed"
    lead_id: UUID
    person_id: UUID
    incident_id: UUID | None
    outcome: str
    last_there_on: date | None
    returned_on: date | None


@dataclass(frozen=True, kw_only=True)
class BatchReplied(Fact):
    name: ClassVar[str] = "screening.batch_replied"
    batch_id: UUID
    count: int
