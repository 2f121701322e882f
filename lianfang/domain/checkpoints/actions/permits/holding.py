"""Holding permits back from households that a returnee came to, until somebody decides about each by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lianfang.domain.checkpoints.models.permits import PermitHold
from lianfang.domain.people.queries import find_households


def hold_back(households: Collection[UUID], at: datetime) -> None:
    """Hold permits back from households, whether they have had one or not."""
    known = find_households(households)
    PermitHold.objects.bulk_create(
        [PermitHold(household_id=home, area_path=row.area_path, since=at) for home, row in known.items()],
        ignore_conflicts=True,
    )


def let_go(household: UUID) -> None:
    """End the holding back: somebody has decided that the household gets a permit."""
    PermitHold.objects.filter(household_id=household).delete()


def held_back(households: Collection[UUID]) -> set[UUID]:
    """Return those of the households that are held back."""
    return set(PermitHold.objects.filter(household_id__in=households).values_list("household_id", flat=True))


def holds_follow(homes: Mapping[UUID, Any]) -> None:
    """Bring what is held back to where its households live now."""
    for hold in PermitHold.objects.filter(household_id__in=homes):
        hold.area_path = homes[hold.household_id].area_path
        hold.save(update_fields=["area_path"])
