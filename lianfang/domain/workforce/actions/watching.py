"""What time does to shifts: who did not come is a no-show, access ends after the shift. Safe to repeat and to miss."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lianfang.domain.workforce.actions.duty import close_gate
from lianfang.domain.workforce.events.shifts import ShiftMissed
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.queries.duty import clock_at
from lianfang.domain.workforce.rules.shifts import AWAITED
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import both

BEHIND = timedelta(days=2)


@job("workforce.tick", both("值守到点处理", "Duty clock"))
def tick_job(body: dict[str, Any], progress: Progress) -> dict[str, int]:
    """Do what time has made due at the posts."""
    at = now()
    if not (_missing(at) or _left_open(at)):
        return {"missed": 0, "closed": 0}
    done = run(SYSTEM, "workforce.turn_shifts", {})
    return {"missed": done["missed"], "closed": done["closed"]}


def _missing(at: datetime) -> list[Shift]:
    """Return the shifts whose people have not come within the rulebook's minutes."""
    rows = Shift.objects.filter(state__in=AWAITED[1:], starts_at__lt=at, starts_at__gte=at - BEHIND)
    return [one for one in rows if at >= one.starts_at + _minutes(one, at, "no_show")]


def _left_open(at: datetime) -> list[Shift]:
    """Return the shifts that are over, whose people never signed out and may still work at the gate."""
    rows = Shift.objects.filter(state="signed_in", ends_at__lt=at, grant__isnull=False, grant__ended_at__isnull=True)
    return [one for one in rows if at >= one.ends_at + _minutes(one, at, "access")]


def _minutes(shift: Shift, at: datetime, name: str) -> timedelta:
    return timedelta(minutes=getattr(clock_at(shift.area_path, local(at).date()), name))


class TurnShifts(Input):
    pass


@action("workforce.turn_shifts", both("班次到点处理", "Turn shifts by the clock"), TurnShifts, offered=False)
def turn_shifts(call: Call, given: TurnShifts) -> Result:
    """Count who did not come as no-shows, and end the access of who did not sign out."""
    call.permit(call.actor.home_area)
    missing, left = _missing(call.received_at), _left_open(call.received_at)
    Shift.objects.filter(pk__in=[one.pk for one in missing], state__in=AWAITED).update(state="no_show")
    for one in missing:
        call.announce(ShiftMissed(area_path=one.area_path, shift_id=one.pk, post_id=one.post_id))
    for one in left:
        close_gate(one, call.received_at)
    call.about("areas.areas", call.actor.home_area, missed=len(missing), closed=len(left))
    return {"missed": len(missing), "closed": len(left)}
