"""How long somebody served, from every kind of record that holds time. The one place where a new kind is added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from django.db.models import Expression, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from lianfang.domain.workforce.models.care import ServiceHours
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.foundation.lookups import MinutesBetween

# shifts that somebody stood to their end
WORKED = ("signed_out", "verified")
# each gives rows with `responder_id` and `minutes` between two days, both included; None is without an end
Source = Callable[[date | None, date | None], QuerySet[Any]]


def _from_lists(from_on: date | None, until_on: date | None) -> QuerySet[ServiceHours]:
    rows = ServiceHours.objects.all()
    rows = rows.filter(on__gte=from_on) if from_on else rows
    return rows.filter(on__lte=until_on) if until_on else rows


def _from_shifts(from_on: date | None, until_on: date | None) -> QuerySet[Shift]:
    """Return shifts somebody left, with the minutes between their sign-in and sign-out."""
    rows = Shift.objects.filter(state__in=WORKED, signed_out_at__isnull=False)
    rows = rows.filter(on__gte=from_on) if from_on else rows
    rows = rows.filter(on__lte=until_on) if until_on else rows
    return rows.annotate(minutes=MinutesBetween(F("signed_in_at"), F("signed_out_at")))


SOURCES: list[Source] = [_from_lists, _from_shifts]


def minutes_of(
    responder_ids: Iterable[UUID], from_on: date | None = None, until_on: date | None = None
) -> dict[UUID, int]:
    """Return the minutes each served between two days, both included; who never served is left out."""
    ids, found = list(responder_ids), dict[UUID, int]()
    for source in SOURCES:
        rows = source(from_on, until_on).filter(responder_id__in=ids).order_by()
        for responder, minutes in rows.values_list("responder_id").annotate(all=Sum("minutes")):
            found[responder] = found.get(responder, 0) + minutes
    return found


def minutes_served(outer: str = "pk") -> Expression:
    """Return the minutes served as something a list can select."""
    return reduce(add, (_summed(source(None, None), outer) for source in SOURCES))


def _summed(rows: QuerySet[Any], outer: str) -> Coalesce:
    mine = rows.filter(responder_id=OuterRef(outer)).order_by().values("responder_id")
    return Coalesce(Subquery(mine.annotate(all=Sum("minutes")).values("all"), output_field=IntegerField()), 0)
