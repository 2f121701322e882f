"""How far a job is, for the person who started it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import KINDS
from lianfang.foundation.jobs.stopping import ask_aside
from lianfang.kernel.clock import now
from lianfang.kernel.errors import refusal

NO_JOB = refusal("job.unknown", "没有这个任务。", "There is no such job.", status=404)


def _mine(actor: Actor, job_id: UUID) -> Job:
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        raise NO_JOB()
    if found.account_id != actor.account_id:
        raise NOT_YOURS()
    return found


def job_card(actor: Actor, job_id: UUID) -> dict[str, Any]:
    """Return state and progress. Raises `job.unknown`, `access.not_yours`."""
    found = _mine(actor, job_id)
    result = found.result or {}
    kind = KINDS.get(found.name)
    return {
        "id": str(found.pk),
        "name": found.name,
        "title": kind.title.as_dict() if kind else None,
        "state": found.state,
        "done": found.done,
        "total": found.total,
        "note": found.note,
        "result": None if "refusal" in result else found.result,
        "refusal": result.get("refusal"),
    }


def ask_to_cancel(actor: Actor, job_id: UUID) -> None:
    """Ask a waiting or running job to stop."""
    found = _mine(actor, job_id)
    if found.state == Job.State.RUNNING:
        ask_aside(job_id)
    stop(found)


def stop(found: Job) -> None:
    """Cancel a waiting job, ask a running one to stop."""
    waiting = Job.objects.filter(pk=found.pk, state=Job.State.WAITING)
    waiting.update(state=Job.State.CANCELLED, ended_at=now())
    Job.objects.filter(pk=found.pk, state=Job.State.RUNNING).update(cancel_asked=True)
