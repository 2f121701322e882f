"""Which gates a phone is taken along for: those of its holder's village, and those set up for just the area they hold.

As with grids, a wide grant packs nothing: who answers for a town or a county works at a console.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from lianfang.domain.checkpoints.queries.bundle import gates_bundle
from lianfang.domain.workforce.queries.posts import posts_within
from lianfang.doors.sync.areas import small_areas
from lianfang.foundation.access.actor import Actor, any_within
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import now

RECORDING = "checkpoints.record_passage"
MOST_GATES = 40


def gate_paths(actor: Actor) -> tuple[str, ...]:
    """Return the villages and grids at whose gates this person records passages."""
    return small_areas(actor, RECORDING)


def gates_of(actor: Actor) -> dict[str, Any]:
    """Return the part of the bundle for gates; nothing for who stands at none."""
    if actor.account_id is None or not actor.may(RECORDING):
        return {}
    here = any_within(gate_paths(actor)) | Q(area_path__in=_stands_at(actor))
    packed = gates_bundle(posts_within().filter(here)[:MOST_GATES], now())
    return {"gates": packed} if packed else {}


def _stands_at(actor: Actor) -> tuple[str, ...]:
    """Return the areas above the villages that somebody is granted to record at, whose own gates are theirs too."""
    return tuple(path for path in actor.prefixes(RECORDING) if 0 < len(path) < VILLAGE_DIGITS)
