"""What gates remember for one another: the keys of their fingerprints, and what is remembered in a county now."""

from __future__ import annotations

import hmac
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from lianfang.domain.checkpoints.models.passages import GateMemory
from lianfang.domain.checkpoints.queries.standing import is_corrected
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel import base64url
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local

MOST_REMEMBERED = 5000


def memory_key(area_path: str, on: date) -> bytes:
    """Return the key of the county's fingerprints on a day; nobody can go back from it to the ring's own."""
    told = f"gate memory\0{area_path[:COUNTY_DIGITS]}\0{on.isoformat()}"
    return hmac.digest(ring().blind, told.encode(), "sha256")


def memory_keys(area_path: str, at: datetime, hours: float) -> list[dict[str, str]]:
    """Return the keys of the days that memory reaches back to, newest first, as a phone keeps them."""
    newest, oldest = local(at).date(), local(at - timedelta(hours=hours)).date()
    days = [newest - timedelta(days=back) for back in range((newest - oldest).days + 1)]
    return [{"day": day.isoformat(), "key": base64url.encode(memory_key(area_path, day))} for day in days]


def standing_memory() -> QuerySet[GateMemory]:
    """Return what gates remember, without what was remembered of passages that were corrected since."""
    return GateMemory.objects.filter(~is_corrected("passage_id"))


def remembered(area_path: str, at: datetime, hours: float) -> list[dict[str, Any]]:
    """Return what gates of the county remember at the moment, newest first, as a phone keeps it."""
    rows = (
        standing_memory()
        .filter(
            within(area_path[:COUNTY_DIGITS]),
            happened_at__gt=at - timedelta(hours=hours),
            happened_at__lte=at,
        )
        .order_by("-happened_at", "-pk")
    )
    return [
        {"mark": mark, "decision": decision, "at": moment.isoformat(), "gate": gate}
        for mark, decision, moment, gate in rows.values_list("mark", "decision", "happened_at", "post_name")[
            :MOST_REMEMBERED
        ]
    ]
