"""What follows when a village has taken on somebody whom a gate handed over: a lead, with what the gate wrote."""

from __future__ import annotations

from typing import Any

import orjson
from django.utils.dateparse import parse_datetime

from lianfang.foundation.actions.running import follow
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel.clock import local

TOLD = "slip.told"
VILLAGE = "village"


def slip_accepted(fact: dict[str, Any]) -> None:
    """Report a lead for who was handed over, so that nobody types them a second time."""
    if fact["kind"] != VILLAGE:
        return
    told = orjson.loads(ring().decrypt(fact["told_sealed"], TOLD))
    came_on = parse_datetime(fact["handed_at"])
    lead = {
        "source": "gate", "area_path": fact["area_path"], "name": told["name"], "phone": told["phone"],
        "address": told["address"], "returned_on": local(came_on).date().isoformat() if came_on else None,
        "reason": "，".join(filter(None, ("卡点移交", told["came_from"]))),
    }  # fmt: skip
    follow("screening.report_lead", lead, because=fact["event_id"])
