"""Reads of places for other code."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.places.models import Place
from lianfang.foundation.privacy.fields import within


def find_place(place_id: UUID) -> Place | None:
    """Return the place, closed ones too."""
    return Place.objects.filter(pk=place_id).first()


def find_places(place_ids: Iterable[UUID]) -> dict[UUID, Place]:
    """Return the places that exist, by id."""
    return Place.objects.in_bulk(list(place_ids))


def places_within(path: str = "", kind: str = "") -> QuerySet[Place]:
    """Return the open places at or below an area, of one kind or of all."""
    rows = Place.objects.filter(within(path), status=Place.Status.OPEN)
    return rows.filter(kind=kind) if kind else rows
