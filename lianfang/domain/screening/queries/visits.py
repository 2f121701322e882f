"""Reads of sweeps and visits for other code: coverage from kept counts, open doors for a phone, what a visit learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from lianfang.domain.areas.queries import child_path_length, level_of
from lianfang.domain.screening.models.visits import Campaign, SweepCount, SweepHousehold, Visit
from lianfang.domain.screening.rules import VISIT_OUTCOMES
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import now


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a sweep has come in one area. Ratios are None while there is nothing to reach (K17)."""

    area_path: str
    households: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def occupied(self) -> int:
        """Households to be reached: listed ones without those found vacant, moved away or wrongly listed."""
        return self.households - sum(self.outcomes.get(name, 0) for name in ("vacant", "moved", "wrong_address"))

    @property
    def reached(self) -> int:
        return self.outcomes.get("done", 0)

    @property
    def without_outcome(self) -> int:
        return self.households - sum(self.outcomes.values())

    @property
    def reached_share(self) -> float | None:
        return self.reached / self.occupied if self.occupied else None

    @property
    def without_outcome_share(self) -> float | None:
        return self.without_outcome / self.households if self.households else None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "area_path": self.area_path, "households": self.households, "occupied": self.occupied,
            "reached": self.reached, "without_outcome": self.without_outcome, "outcomes": dict(self.outcomes),
            "reached_share": self.reached_share, "without_outcome_share": self.without_outcome_share,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of an area and of each area one level below that has households in the sweep."""

    as_of: datetime
    whole: Covered
    children: tuple[Covered, ...]


def coverage(campaign_id: UUID, path: str) -> Coverage:
    """Return how far a sweep has come at an area and one level below, from kept counts. Numbers only, nobody named."""
    rows = SweepCount.objects.filter(campaign_id=campaign_id)
    level = level_of("0" * child_path_length(path))
    below = rows.filter(within(path), level=level).exclude(area_path=path).order_by("area_path")
    whole = rows.filter(area_path=path).first()
    return Coverage(now(), _covered(whole) if whole else Covered(path), tuple(_covered(row) for row in below))


def _covered(row: SweepCount) -> Covered:
    outcomes = {name: getattr(row, name) for name in VISIT_OUTCOMES}
    return Covered(row.area_path, row.households, outcomes)


def find_campaign(campaign_id: UUID) -> Campaign | None:
    """Return a campaign in whatever state."""
    return Campaign.objects.filter(pk=campaign_id).first()


def running_campaigns(path: str = "") -> list[Campaign]:
    """Return the running campaigns that touch an area: those above it, at it and below it."""
    running = Campaign.objects.filter(state="running").order_by("started_at")
    return [one for one in running if one.area_path.startswith(path) or path.startswith(one.area_path)]


def asked_in_running(path: str) -> dict[str, str]:
    """Return the question codes that running campaigns over the area ask already, with the campaign's name."""
    return {question["code"]: one.name for one in running_campaigns(path) for question in one.questions}


def open_doors(path: str) -> list[dict[str, Any]]:
    """Return the doors of running campaigns below an area that still need a visit, for a phone to take along."""
    still_open = ("visit", "revisit", "secretary")
    rows = SweepHousehold.objects.filter(within(path), campaign_state="running", follow_up__in=still_open)
    columns = ("id", "campaign_id", "campaign__name", "household_id", "due_at", "outcome", "follow_up", "area_path")
    return list(rows.order_by("area_path", "id").values(*columns))


def find_visit(visit_id: UUID | str) -> Visit | None:
    """Return a visit."""
    return Visit.objects.filter(pk=visit_id).first()


def learnt_at(visit: Visit) -> dict[str, Any]:
    """Return everything learnt at the door, in clear: for reactions, never for a screen."""
    return dict(orjson.loads(visit.learnt)) if visit.learnt else {}


def visits_of_households(household_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Return when each household was last visited: “already asked by …” before anybody asks again."""
    rows = Visit.objects.filter(household_id__in=list(household_ids)).order_by("happened_at")
    return dict(rows.values_list("household_id", "happened_at"))
