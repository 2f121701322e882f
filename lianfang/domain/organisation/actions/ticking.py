"""What the passing of days does to responsibility: what was accepted begins, what has run out is over. Repeatable."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Q

from lianfang.domain.organisation.actions.fields import RAN_OUT, day_of
from lianfang.domain.organisation.events import ResponsibilitiesTurned
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import today
from lianfang.kernel.text import both


def _due(on: date) -> tuple[Q, Q]:
    """Return the conditions for what begins and for what has run out on a day."""
    over = Q(state__in=LIVE, ends_on__lt=on)
    return Q(state="accepted", starts_on__lte=on) & ~over, over


@job("organisation.tick", both("责任到期处理", "Responsibility clock"))
def tick_job(body: dict[str, Any], progress: Progress) -> dict[str, int]:
    """Turn responsibilities by their dates when a day has made something due; safe to repeat and to miss."""
    begins, over = _due(today())
    if not Responsibility.objects.filter(begins | over).exists():
        return {"began": 0, "expired": 0}
    turned = run(SYSTEM, "organisation.turn_by_date", {})
    return {"began": turned["began"], "expired": turned["expired"]}


class TurnByDate(Input):
    pass


@action("organisation.turn_by_date", both("责任按日期生效和到期", "Turn by date"), TurnByDate, offered=False)
def turn_by_date(call: Call, given: TurnByDate) -> Result:
    """Let accepted responsibilities begin on their first day and expire after their last; nothing is renewed."""
    call.permit(call.actor.home_area)
    began, expired = (_villages(due) for due in _due(day_of(call)))
    begins, over = _due(day_of(call))
    Responsibility.objects.filter(begins).update(state="active")
    Responsibility.objects.filter(over).update(state="expired", ended_at=call.received_at, ended_reason=RAN_OUT)
    for path in sorted({*began, *expired}):
        call.announce(ResponsibilitiesTurned(area_path=path, began=began[path], expired=expired[path]))
    call.about("areas.areas", call.actor.home_area, began=began.total(), expired=expired.total())
    return {"began": began.total(), "expired": expired.total()}


def _villages(due: Q) -> Counter[str]:
    """Return how many rows of each village meet a condition, locked until the action ends."""
    rows = Responsibility.objects.select_for_update().filter(due)
    return Counter(path[:VILLAGE_DIGITS] for path in rows.values_list("area_path", flat=True))
