"""The daily erasure, and the hourly look at what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.foundation.retention.erasing import erase_due, note
from lianfang.foundation.retention.models import ErasureCertificate, RetentionState
from lianfang.kernel.clock import CHINA, local, now
from lianfang.kernel.text import both

# at hours when few people wait for the database
NIGHT = range(1, 5)


@job("retention.tick", both("查看到期信息", "Look for what is due"))
def tick(_: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Look at what is due; erase it once a day, at night, or in the day after a night without power."""
    moment = now()
    note(moment)
    if not _waits(moment):
        return _erased(moment, "", progress)
    return {}


def _waits(moment: datetime) -> bool:
    """Say whether erasing can wait: nothing is due, or it is day and last night's erasure was done."""
    states = RetentionState.objects.filter(due__gt=0)
    if not states.exists():
        return True
    if local(moment).hour in NIGHT:
        return False
    tonight = datetime.combine(local(moment).date(), time(), CHINA)
    return not states.filter(overdue__gt=0).exists() or states.filter(erased_at__gte=tonight).exists()


@job("retention.run", both("清除到期信息", "Erase what is due"))
def run(body: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Erase what is due below an area, and say how much of each kind it was."""
    return _erased(now(), body.get("within", ""), progress)


def _erased(moment: datetime, path: str, progress: Progress) -> dict[str, Any]:
    actor = replace(SYSTEM, account_id=progress.job.account_id)
    made = erase_due(moment, path, job_id=progress.job.pk, actor=actor)
    note(moment)
    return {"erased": _by_kind(made)}


def _by_kind(made: list[ErasureCertificate]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in made:
        counts[one.kind] = counts.get(one.kind, 0) + one.count
    return counts
