"""Remembering how a sender's columns were read, so that nobody says it twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F

from lianfang.foundation.intake.models import RememberedMapping

_NEWEST = 20


def remember(
    sender: str, fingerprint: str, mapping: Mapping[str, str], *, area_path: str, account_id: UUID | None, at: datetime
) -> None:
    """Keep a confirmed mapping for a sender's headers; the newest word counts."""
    known = RememberedMapping.objects.filter(sender=sender, fingerprint=fingerprint, area_path=area_path)
    if not known.update(mapping=dict(mapping), account_id=account_id, at=at, uses=F("uses") + 1):
        RememberedMapping.objects.create(
            sender=sender, fingerprint=fingerprint, area_path=area_path, mapping=dict(mapping), account_id=account_id,
            at=at,
        )  # fmt: skip


def remembered(sender: str, fingerprint: str, area_path: str) -> dict[str, str]:
    """Return the mapping of equal headers, else what the sender's other lists in this area said of each header."""
    if not sender:
        return {}
    mine = RememberedMapping.objects.filter(sender=sender, area_path=area_path)
    exact = mine.filter(fingerprint=fingerprint).first()
    if exact is not None:
        return dict(exact.mapping)
    together: dict[str, str] = {}
    for mapping in mine.order_by("-at").values_list("mapping", flat=True)[:_NEWEST]:
        together = {**mapping, **together}
    return together
