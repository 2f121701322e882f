"""What changed in observation that a worker of the area must hear of: escalations, referrals, orders. No values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lianfang.domain.observation.models import Escalation, Extension, OrderStep, Proposal, Referral
from lianfang.foundation.access.actor import any_within

# steps that change what a worker does at the door; the others are the worker's own
TOLD_STEPS = ("ordered", "under_observation", "lost", "cancelled", "transferred_central", "ended", "released")


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be told: `what` is a state of an order, or extended, shortened, escalation, referral."""

    id: UUID
    what: str
    person_id: UUID
    household_id: UUID | None
    at: datetime
    ends_on: date | None = None
    missed: int = 0


def orders_changed(paths: Iterable[str], since: datetime, reader: UUID | None) -> list[News]:
    """Return what others than the reader changed about orders below the areas since a moment."""
    mine = any_within(list(paths))
    steps = OrderStep.objects.filter(mine, at__gte=since, after__in=TOLD_STEPS).select_related("order")
    later = Extension.objects.filter(mine, extended_at__gte=since).select_related("order")
    sooner = Proposal.objects.filter(mine, kind="edition", decision="accepted", decided_at__gte=since)
    told = [
        *((one.account_id, News(one.pk, one.after, one.order.person_id, one.order.household_id, one.at))
          for one in steps),
        *((one.account_id, News(one.pk, "extended", one.order.person_id, one.order.household_id, one.extended_at,
                                one.ends_on)) for one in later),
        *((one.decided_by, News(one.pk, "shortened", one.person_id, one.order.household_id, one.decided_at or since,
                                one.ends_on)) for one in sooner.select_related("order")),
    ]  # fmt: skip
    return [news for by, news in told if by is None or by != reader]


def escalations_open(paths: Iterable[str]) -> list[News]:
    """Return slots missed in a row that nobody has answered yet."""
    rows = Escalation.objects.filter(any_within(list(paths)), resolved_at__isnull=True, acted_at__isnull=True)
    return [
        News(one.pk, "escalation", one.person_id, one.household_id, one.since, missed=len(one.missed)) for one in rows
    ]


def referrals_open(paths: Iterable[str]) -> list[News]:
    """Return referrals that nobody has accepted yet."""
    rows = Referral.objects.filter(any_within(list(paths)), state="open")
    return [News(one.pk, "referral", one.person_id, one.household_id, one.opened_at) for one in rows]
