"""The database job queue: enqueue inside a transaction, claim, run, retry with a growing pause, give up visibly.

A job is run at least once; what it does must be safe to repeat. A job whose worker died is taken up again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from django.db.models import QuerySet

from lianfang.foundation.jobs.models import Job
from lianfang.foundation.privacy.troubles import describe
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import Bilingual

log = logging.getLogger(__name__)

ATTEMPTS = 6
LOST_AFTER = timedelta(minutes=2)
BEAT_SECONDS = 20.0
SERVER_SIDE = 500


class CancelledJob(Exception):
    """Raised inside a job when somebody asked to cancel it; whatever is uncommitted is rolled back."""


@dataclass
class Progress:
    """The job's own view of itself: says how far it is and learns whether it should stop."""

    job: Job

    def report(self, done: int, total: int, note: Bilingual | None = None) -> None:
        """Record progress, outside the work's own transaction where it can. Raises CancelledJob when asked to stop."""
        stopped = Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists()
        if stopped:
            raise CancelledJob
        changes: dict[str, Any] = {"done": done, "total": total, "beat_at": now()}
        if note:
            changes["note"] = note.as_dict()
        Job.objects.filter(pk=self.job.pk).update(**changes)


def report_aside(job_id: UUID, done: int, total: int) -> None:
    """Record progress from within the work's own open transaction, on a connection beside it.

    Says nothing on SQLite, which has one writer: the open transaction is it.
    """
    if connection.vendor == "postgresql":
        teller = threading.Thread(target=_tell_aside, args=(job_id, done, total), name="progress", daemon=True)
        teller.start()
        teller.join()


def _tell_aside(job_id: UUID, done: int, total: int) -> None:
    try:
        Job.objects.filter(pk=job_id).update(done=done, total=total, beat_at=now())
    finally:
        connection.close()


Work = Callable[[dict[str, Any], Progress], Any]


@dataclass(frozen=True)
class JobKind:
    """A registered kind of work."""

    name: str
    title: Bilingual
    work: Work
    attempts: int = ATTEMPTS


KINDS: dict[str, JobKind] = {}


def job(name: str, title: Bilingual, *, attempts: int = ATTEMPTS) -> Callable[[Work], Work]:
    """Register a kind of work under its dotted name."""

    def register(work: Work) -> Work:
        KINDS[name] = JobKind(name, title, work, attempts)
        return work

    return register


def enqueue(
    name: str,
    body: dict[str, Any],
    *,
    account_id: UUID | None = None,
    area_path: str = "",
    delay: timedelta = timedelta(),
) -> Job:
    """Put work in the queue, in the caller's transaction: no commit, no work."""
    moment = now()
    return Job.objects.create(
        name=name, body=body, account_id=account_id, area_path=area_path, created_at=moment, run_after=moment + delay
    )


def _claim(worker: str) -> Job | None:
    """Take the oldest job that may run now; exactly one worker gets it."""
    moment = now()
    taken = {"state": Job.State.RUNNING, "started_at": moment, "beat_at": moment, "worker": worker}
    with transaction.atomic():
        ready = Job.objects.filter(state=Job.State.WAITING, run_after__lte=moment).order_by("run_after", "id")
        if connection.features.has_select_for_update_skip_locked:
            ready = ready.select_for_update(skip_locked=True)
        found = ready.first()
        if found is None:
            return None
        taken["attempts"] = found.attempts + 1
        if not Job.objects.filter(pk=found.pk, state=Job.State.WAITING).update(**taken):
            return None
    for name, value in taken.items():
        setattr(found, name, value)
    return found


def take_up_lost() -> int:
    """Return jobs of dead workers to the queue and say how many; one that was lost too often is given up."""
    lost = list(Job.objects.filter(state=Job.State.RUNNING, beat_at__lt=now() - LOST_AFTER))
    for one in lost:
        kind = KINDS.get(one.name)
        given_up = one.attempts >= (kind.attempts if kind else ATTEMPTS)
        changes: dict[str, Any] = (
            {"state": Job.State.FAILED, "ended_at": now(), "error": "worker lost"}
            if given_up else {"state": Job.State.WAITING, "worker": ""}
        )  # fmt: skip
        Job.objects.filter(pk=one.pk, state=Job.State.RUNNING, beat_at=one.beat_at).update(**changes)
    return len(lost)


def beat(worker: str) -> None:
    """Say that the worker lives, for jobs that take longer than the pause after which a worker counts as lost."""
    Job.objects.filter(worker=worker, state=Job.State.RUNNING).update(beat_at=now())


def run_one(worker: str = "inline") -> bool:
    """Run the next job, if any; say whether there was one."""
    current = _claim(worker)
    if current is None:
        return False
    kind = KINDS.get(current.name)
    try:
        if kind is None:
            raise LookupError(f"no work is registered under {current.name}")
        result = kind.work(current.body, Progress(current))
    except CancelledJob:
        _end(current, Job.State.CANCELLED)
    except Refusal as no:
        if no.status >= SERVER_SIDE:  # because a busy database is no answer to whoever waits for the work
            _retry_or_give_up(current, kind, no.code)
        else:
            _end(current, Job.State.FAILED, error=no.code, result={"refusal": no.as_dict()})
    except Exception as trouble:
        log.error("job %s %s failed: %s", current.name, current.pk, describe(trouble))
        _retry_or_give_up(current, kind, describe(trouble)[:300])
    else:
        _end(current, Job.State.DONE, result=result)
    return True


def _end(current: Job, state: Job.State, *, error: str = "", result: Any = None) -> None:
    _mine(current).update(state=state, ended_at=now(), error=error, result=result)


def _mine(current: Job) -> QuerySet[Job]:
    """Return the job as long as it is this worker's: one taken up by another is no longer ours to end."""
    return Job.objects.filter(pk=current.pk, state=Job.State.RUNNING, attempts=current.attempts)


def _retry_or_give_up(current: Job, kind: JobKind | None, error: str) -> None:
    """Wait 2, 4, 8 … seconds between attempts; after the last the failure stays on the list of failures."""
    if kind is None or current.attempts >= kind.attempts:
        _end(current, Job.State.FAILED, error=error)
        return
    pause = timedelta(seconds=2**current.attempts)
    _mine(current).update(state=Job.State.WAITING, run_after=now() + pause, error=error)


def run_waiting(limit: int = 10_000) -> int:
    """Run everything that may run now; return how many jobs were run."""
    count = 0
    while count < limit and run_one():
        count += 1
    return count


def work_forever(stop: threading.Event, pause: float = 0.5) -> None:
    """Run jobs until told to stop; survives database restarts."""
    # because after a restart in a container host and process number are the same as before
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid7().hex[:12]}"
    threading.Thread(target=_beat_until, args=(worker, stop), name="beat", daemon=True).start()
    looked_for_lost = 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() - looked_for_lost > 30:
                take_up_lost()
                looked_for_lost = time.monotonic()
            busy = run_one(worker)
        except Exception as trouble:
            log.error("the job worker met trouble and goes on: %s", describe(trouble))
            busy = False
        if not busy:
            stop.wait(pause)
    connection.close()


def _beat_until(worker: str, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        try:
            close_old_connections()
            beat(worker)
        except Exception as trouble:
            log.error("the beat met trouble and goes on: %s", describe(trouble))
    connection.close()
