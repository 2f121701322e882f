"""Which passages stand: all that no correction has taken the place of."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from lianfang.domain.checkpoints.models.passages import Passage


def is_corrected(passage: str) -> Exists:
    """Return the condition that another passage has taken the place of the one whose key stands in a field."""
    return Exists(Passage.objects.filter(corrects=OuterRef(passage)))


CORRECTED = is_corrected("pk")


def standing_passages() -> QuerySet[Passage]:
    """Return the passages as they stand, corrections in place of what they correct."""
    return Passage.objects.filter(~CORRECTED)


def corrected_passages() -> QuerySet[Passage]:
    """Return what passages were before they were corrected."""
    return Passage.objects.filter(CORRECTED)


def corrected_by(row: Passage) -> Iterator[Passage]:
    """Yield what a passage corrects, then what that one corrects, and so on to the first entry."""
    while row.corrects_id is not None:
        row = Passage.objects.get(pk=row.corrects_id)
        yield row
