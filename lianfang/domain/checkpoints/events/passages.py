"""What follows from passages: people handed over, people sent to a health worker, slips accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class HandedOver(Fact):
    """People were given slips; `area_path` is where they go to."""

    name: ClassVar[str] = "checkpoints.handed_over"
    passage_id: UUID
    slips: int


@dataclass(frozen=True, kw_only=True)
class SentToHealth(Fact):
    """People were sent to a health worker; `person_ids` are those of them whom the register knows."""

    name: ClassVar[str] = "checkpoints.sent_to_health"
    passage_id: UUID
    person_ids: tuple[UUID, ...]
    slips: int
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class SentByMistake(Fact):
    """A passage was corrected: these people need no health worker after all, and none has taken them on. `passage_ids`
    are the passage and whatever it corrects, by which they were sent."""

    name: ClassVar[str] = "checkpoints.sent_by_mistake"
    passage_ids: tuple[UUID, ...]
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class SlipsChanged(Fact):
    """A passage was corrected, and slips in this area are void now, or lead there or elsewhere."""

    name: ClassVar[str] = "checkpoints.slips_changed"
    passage_id: UUID


@dataclass(frozen=True, kw_only=True)
class SlipSettled(Fact):
    """Somebody handed over did not arrive, and it is known what became of them."""

    name: ClassVar[str] = "checkpoints.slip_settled"
    slip_id: UUID


@dataclass(frozen=True, kw_only=True)
class SlipAccepted(Fact):
    """The village has taken on somebody. `told_sealed` is JSON of name, phone, came_from, address, encrypted for the
    context "slip.told": whoever reports the lead opens it there."""

    name: ClassVar[str] = "checkpoints.slip_accepted"
    slip_id: UUID
    kind: str
    handed_at: datetime
    told_sealed: str = ""
