"""Wishes as rosters weigh them, and whether duty as it stands keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.wishes import Wish
from lianfang.domain.workforce.rules import rostering as engine
from lianfang.domain.workforce.rules.wishes import Wishes, wishes_within
from lianfang.foundation.access.actor import Actor

WISHES_KEYS = ("duty.wish_ahead_days", "duty.most_wished_days")


def wish_numbers(path: str, on: date) -> Wishes:
    """Return how far ahead, and how many days, people of an area may wish for."""
    return Wishes(*(int(rule(key, path, on).value) for key in WISHES_KEYS))


def wishes_of(viewer: Actor) -> QuerySet[Wish]:
    """Return the wishes of whoever asks."""
    return Wish.objects.filter(responder__account_id=viewer.account_id or UUID(int=0))


def wishes_on(people: Iterable[UUID], starts_on: date, days: int) -> QuerySet[Wish]:
    """Return the wishes of people that are about some days, or about the evening before them."""
    first, last = starts_on - timedelta(days=1), starts_on + timedelta(days=days - 1)
    return Wish.objects.filter(responder_id__in=list(people), from_on__lte=last, until_on__gte=first).order_by("pk")


def wishes_for(
    people: Iterable[UUID], starts_on: date, days: int, limits: engine.Limits
) -> dict[UUID, tuple[engine.Wish, ...]]:
    """Return what the engine weighs of each person's wishes; nobody who wishes nothing."""
    by_person: dict[UUID, list[Wish]] = defaultdict(list)
    for one in wishes_on(people, starts_on, days):
        by_person[one.responder_id].append(one)
    return {person: wishes_within(rows, starts_on, days, limits) for person, rows in by_person.items()}
