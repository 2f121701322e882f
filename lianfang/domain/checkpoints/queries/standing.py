"""Which passages stand: all that no correction has taken the place of."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from lianfang.domain.checkpoints.models.passages import Passage

CORRECTED = Exists(Passage.objects.filter(corrects=OuterRef("pk")))


def standing_passages() -> QuerySet[Passage]:
    """Return the passages as they stand, corrections in place of what they correct."""
    return Passage.objects.filter(~CORRECTED)


def corrected_passages() -> QuerySet[Passage]:
    """Return what passages were before they were corrected."""
    return Passage.objects.filter(CORRECTED)
