"""What a phone keeps of observation for its own grids: people in observation, and the slots that are work now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lianfang.domain.incidents.queries import incident_of
from lianfang.domain.observation.models import Slot, Timetable
from lianfang.domain.observation.queries.orders import thresholds
from lianfang.foundation.access.actor import any_within
from lianfang.kernel.clock import local
from lianfang.kernel.rulebook import PRODUCT


def bundle_of(paths: Iterable[str], now: datetime) -> dict[str, Any]:
    """Return observations, today's and yesterday's slots and the thresholds below the areas, as the phone reads them.

    The caller has asked whether the viewer may read `observation.slots` there.
    """
    mine = list(paths)
    today = local(now).date()
    boards = Timetable.objects.filter(any_within(mine), state="live")
    orders = {board.person_id: board for board in boards}
    slots = Slot.objects.filter(
        any_within(mine), day_on__gte=today - timedelta(days=1), day_on__lte=today + timedelta(days=1)
    )
    return {
        "observations": [_observation(board) for board in orders.values()],
        "slots": [_slot(one, orders[one.person_id]) for one in slots.order_by("opens_at") if one.person_id in orders],
        "rules": _rules(mine, now),
    }


def _observation(board: Timetable) -> dict[str, Any]:
    return {
        "id": str(board.order_id), "person_id": str(board.person_id), "state": board.state,
        "household_id": str(board.household_id) if board.household_id else None,
        "starts_on": board.starts_on.isoformat(), "ends_on": board.ends_on.isoformat(),
    }  # fmt: skip


def _slot(one: Slot, board: Timetable) -> dict[str, Any]:
    return {
        "id": str(one.pk), "observation_id": str(board.order_id), "person_id": str(one.person_id),
        "day_on": one.day_on.isoformat(), "slot": one.name, "opens_at": one.opens_at.isoformat(),
        "closes_at": one.closes_at.isoformat(), "late_until": one.late_until.isoformat(), "state": one.state,
    }  # fmt: skip


def _rules(paths: list[str], now: datetime) -> dict[str, Any]:
    path = min(paths, default="")
    incident = incident_of(path)
    judged = thresholds(incident.disease if incident else PRODUCT, path, local(now).date())
    return {
        "fever_threshold_c": judged.fever_c, "symptoms_to_refer": sorted(judged.symptoms),
        "refer_within_hours": judged.refer_hours,
    }  # fmt: skip
