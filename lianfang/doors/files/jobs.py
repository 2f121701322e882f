"""The long work of the files door: checking a list and taking it in, with progress, stopped on request."""

from __future__ import annotations

from typing import Any

from lianfang.doors.files.batches import Report, check, helping_with, take_in
from lianfang.foundation.intake.models import IntakeBatch
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import now
from lianfang.kernel.text import Bilingual, both


def _reporter(progress: Progress) -> Report:
    def report(done: int, total: int, note: Bilingual) -> None:
        progress.report(done, max(done, total), note)

    return report


def _batch(body: dict[str, Any]) -> IntakeBatch | None:
    return IntakeBatch.objects.filter(pk=body["batch_id"]).first()


@job("intake.check", both("核对名单", "Check a list"), attempts=3)
def check_list(body: dict[str, Any], progress: Progress) -> dict[str, Any] | None:
    """Judge and match every row of a batch; after a lost worker it goes on at the next portion."""
    batch = _batch(body)
    if batch is None or batch.state != IntakeBatch.State.MAPPED:
        return None
    with helping_with(batch) as helping:
        check(batch, now(), _reporter(progress), helping)
    return batch.summary


@job("intake.run", both("导入名单", "Take a list in"), attempts=3)
def run_list(body: dict[str, Any], progress: Progress) -> dict[str, Any] | None:
    """Take a batch in; after a lost worker its judged rows are written again; one that is in stays."""
    batch = _batch(body)
    if batch is None or batch.state != IntakeBatch.State.RUNNING:
        return batch.summary if batch else None
    with helping_with(batch) as helping:
        return take_in(batch, now(), _reporter(progress), helping)
