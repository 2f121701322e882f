"""Sums of secondments, added up from their rows."""

from __future__ import annotations

from uuid import UUID

from lianfang.domain.workforce.models.offers import Secondment
from lianfang.domain.workforce.rules.offers import sums_by_rank


def sums_of(from_unit: UUID | None = None, area_path: str = "") -> tuple[dict[str, int], int]:
    """Return how many people of each rank are seconded now, and their total; from one unit or to one area if asked."""
    rows = Secondment.objects.exclude(state="ended").filter(area_path__startswith=area_path)
    if from_unit:
        rows = rows.filter(from_unit_id=from_unit)
    return sums_by_rank(rows.values_list("rank", flat=True))
