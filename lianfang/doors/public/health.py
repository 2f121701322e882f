"""Whether the server is well: database, backlog of jobs, age of the gap board. Counts only; nothing about anybody."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse

from lianfang import __version__
from lianfang.doors.api.answers import answer, door
from lianfang.foundation.gaps.models import GapSweep
from lianfang.foundation.jobs.models import Job
from lianfang.kernel.clock import now

log = logging.getLogger(__name__)

# because a minute's sweep that did not happen for so long means nobody runs the clock
STALE_AFTER = timedelta(minutes=15)


@door("GET", "HEAD")
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 when work is being done, 503 when the database does not answer or the jobs stand still."""
    try:
        found = _state()
    except DatabaseError:
        log.exception("the database does not answer")
        found = {"ok": False, "database": False}
    response = answer({"version": __version__, **found}, 200 if found["ok"] else 503)
    response["Cache-Control"], response["X-Robots-Tag"] = "no-store", "noindex"
    return response


def _state() -> dict[str, Any]:
    moment = now()
    waiting = Q(state=Job.State.WAITING, run_after__lte=moment)
    jobs = Job.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("run_after", filter=waiting),
        failed=Count("pk", filter=Q(state=Job.State.FAILED)),
    )
    swept = GapSweep.objects.aggregate(at=Min("swept_at"))["at"]
    standing_still = jobs["oldest"] is not None and moment - jobs["oldest"] > STALE_AFTER
    return {
        "ok": not standing_still, "database": True,
        "jobs": {"waiting": jobs["waiting"], "failed": jobs["failed"],
                 "oldest_waits_seconds": int((moment - jobs["oldest"]).total_seconds()) if jobs["oldest"] else 0},
        "last_sweep_at": swept,
    }  # fmt: skip
