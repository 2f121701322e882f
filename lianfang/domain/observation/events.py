"""Facts about observation. They hold ids, codes and dates, never names or temperatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AboutOrder:
    """What facts about one order have in common."""

    order_id: UUID
    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class ObservationOrdered(AboutOrder, Fact):
    name: ClassVar[str] = "observation.ordered"
    category: str


@dataclass(frozen=True, kw_only=True)
class PersonNotified(AboutOrder, Fact):
    name: ClassVar[str] = "observation.person_notified"


@dataclass(frozen=True, kw_only=True)
class ObservationBegan(AboutOrder, Fact):
    name: ClassVar[str] = "observation.began"


@dataclass(frozen=True, kw_only=True)
class OrderExtended(AboutOrder, Fact):
    name: ClassVar[str] = "observation.order_extended"
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class OrderShortened(AboutOrder, Fact):
    name: ClassVar[str] = "observation.order_shortened"
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class ReleaseProposed(AboutOrder, Fact):
    name: ClassVar[str] = "observation.release_proposed"
    missed: int


@dataclass(frozen=True, kw_only=True)
class PersonReleased(AboutOrder, Fact):
    name: ClassVar[str] = "observation.person_released"


@dataclass(frozen=True, kw_only=True)
class ChangeProposed(AboutOrder, Fact):
    name: ClassVar[str] = "observation.change_proposed"
    then: str


@dataclass(frozen=True, kw_only=True)
class OrderChanged(AboutOrder, Fact):
    """An order changed its state by a decision: cancelled, transferred, lost, found again."""

    name: ClassVar[str] = "observation.order_changed"
    then: str


@dataclass(frozen=True, kw_only=True)
class NeedRaised(Fact):
    """Somebody depends on the person to be observed, or they on somebody: it must have an owner before it begins."""

    name: ClassVar[str] = "observation.need_raised"
    need_id: UUID
    order_id: UUID
    person_id: UUID
    household_id: UUID | None
    code: str
    request_class: str
    question: str
    owner_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class NeedOwned(Fact):
    name: ClassVar[str] = "observation.need_owned"
    need_id: UUID
    owner_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReferralOpened(Fact):
    name: ClassVar[str] = "observation.referral_opened"
    referral_id: UUID
    person_id: UUID
    refer_by: str


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(Fact):
    name: ClassVar[str] = "observation.referral_accepted"
    referral_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReferralClosed(Fact):
    name: ClassVar[str] = "observation.referral_closed"
    referral_id: UUID
    outcome: str


@dataclass(frozen=True, kw_only=True)
class SlotsMissed(Fact):
    """Slots missed in a row reached the point where somebody above the worker must hear of it."""

    name: ClassVar[str] = "observation.slots_missed"
    escalation_id: UUID
    person_id: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class EscalationAnswered(Fact):
    name: ClassVar[str] = "observation.escalation_answered"
    escalation_id: UUID


@dataclass(frozen=True, kw_only=True)
class IllnessNotObserved(Fact):
    """Somebody unwell at a door is under no observation: no referral follows, and help is asked for instead."""

    name: ClassVar[str] = "observation.illness_not_observed"
    visit_id: UUID
    household_id: UUID
    person_ids: tuple[UUID, ...]
    others: int


@dataclass(frozen=True, kw_only=True)
class PersonAwaited(Fact):
    """A confirmed person waits for a decision on observation."""

    name: ClassVar[str] = "observation.person_awaited"
    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonDecided(Fact):
    """The decision was taken: ordered or waived."""

    name: ClassVar[str] = "observation.person_decided"
    person_id: UUID
    how: str
