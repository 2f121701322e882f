"""Slots as kept, as rules read them, and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from lianfang.domain.observation import rules
from lianfang.domain.observation.models import OPEN_SLOTS, Slot
from lianfang.foundation.privacy.fields import within


def as_rule(slot: Slot) -> rules.Slot:
    """Return the kept slot as rules read it."""
    return rules.Slot(
        day_on=slot.day_on, day_number=slot.day_number, name=slot.name, opens_at=slot.opens_at,
        closes_at=slot.closes_at, late_until=slot.late_until, catches_from=slot.catches_from,
        catches_until=slot.catches_until,
    )  # fmt: skip


def as_readings(slots: Iterable[Slot]) -> list[rules.Reading]:
    """Return a stand-in for each recorded slot's reading: what counts for a timetable is that it is there."""
    return [rules.Reading(str(slot.reading_id), slot.catches_from) for slot in slots if slot.reading_id]


def slots_by_person(person_ids: Iterable[UUID], since: date | None = None) -> dict[UUID, list[Slot]]:
    """Return the slots of each person in order of time."""
    found: dict[UUID, list[Slot]] = defaultdict(list)
    rows = Slot.objects.filter(person_id__in=list(person_ids))
    if since is not None:
        rows = rows.filter(day_on__gte=since)
    for slot in rows.order_by("person_id", "opens_at"):
        found[slot.person_id].append(slot)
    return found


def slots_of(person_id: UUID, since: date | None = None) -> list[Slot]:
    """Return one person's slots in order of time."""
    return slots_by_person([person_id], since).get(person_id, [])


def is_due(now: datetime) -> Q:
    """Return the condition for slots waiting for a reading at the moment, whatever the clock's job has done so far."""
    return Q(state__in=OPEN_SLOTS, opens_at__lte=now, late_until__gte=now)


def is_over(now: datetime) -> Q:
    """Return the condition for slots that ended without a reading."""
    return Q(state="missed") | Q(state__in=OPEN_SLOTS, late_until__lt=now)


def slot_counts(path: str, day_on: date, name: str, now: datetime) -> dict[str, int]:
    """Return how many slots of a day and period are there, recorded, due and missed below an area."""
    mine = Slot.objects.filter(within(path), day_on=day_on, name=name)
    return mine.aggregate(
        total=Count("pk"),
        recorded=Count("pk", filter=Q(state="recorded")),
        due=Count("pk", filter=is_due(now)),
        missed=Count("pk", filter=is_over(now)),
    )
