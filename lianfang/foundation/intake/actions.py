"""What people do with a list: open it, have it checked, have it taken in, stop it, take it back.

Reading and judging are the work of the files door, queued here under the names `intake.check` and `intake.run`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import AwareDatetime, Field

from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import Path, labelled
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import GONE
from lianfang.foundation.intake.models import IntakeBatch, StagedPortion
from lianfang.foundation.intake.remembering import remember
from lianfang.foundation.intake.targets import find_target, work_started
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import enqueue
from lianfang.foundation.jobs.stopping import ask_aside, forget_aside
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

State = IntakeBatch.State

NO_BATCH = refusal("intake.unknown", "没有这个导入批次。", "There is no such batch.", status=404)
NOT_NOW = refusal(
    "intake.not_now",
    "批次当前状态为“{state}”，不能这样操作。",
    "The batch is {state_en}, so this cannot be done now.",
    status=409,
)
STATES = {
    State.UPLOADED: both("已上传", "uploaded"),
    State.MAPPED: both("正在核对", "being checked"),
    State.CHECKED: both("已核对", "checked"),
    State.RUNNING: both("正在导入", "being taken in"),
    State.DONE: both("已导入", "done"),
    State.CANCELLED: both("已取消", "cancelled"),
    State.UNDONE: both("已撤销", "undone"),
}

Sender = Annotated[str, Field(max_length=80, **labelled("报送单位", "Sender"))]
Mapping = Annotated[
    dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=60)]],
    Field(max_length=256, **labelled("列的含义", "Meaning of the columns", "hidden")),
]


class OpenBatch(Input):
    file_id: UUID
    target: str = Field("screening.leads", max_length=60)
    sender: Sender = ""
    within: Path
    sheet: str = Field("", max_length=60, **labelled("工作表", "Sheet"))
    headers: Mapping = Field(default_factory=dict)
    fingerprint: str = Field("", max_length=32)


@action("intake.open_batch", both("上传名单", "Open a list"), OpenBatch)
def open_batch(call: Call, given: OpenBatch) -> Result:
    """Open a batch for a stored file of one's own. Nothing is read yet."""
    _permit(call, given.target, given.within)
    stored = StoredFile.objects.filter(pk=given.file_id, erased_at__isnull=True).first()
    if stored is None:
        raise GONE(field="file_id")
    if stored.account_id != call.actor.account_id and not call.actor.system:
        raise NOT_YOURS(field="file_id")
    batch = IntakeBatch.objects.create(
        target=given.target, file_id=stored.pk, file_name=stored.name, sha256=stored.sha256, sender=given.sender,
        area_path=given.within, sheet=given.sheet, account_id=call.actor.account_id, created_at=call.received_at,
        options={"headers": given.headers}, fingerprint=given.fingerprint,
    )  # fmt: skip
    call.about("intake.batches", batch.pk)
    return {"batch_id": str(batch.pk)}


def _permit(call: Call, target: str, within: str) -> None:
    """Ask for the right to take lists in there, and for what lists of this kind need besides."""
    call.permit(within)
    if not find_target(target).is_open_to(call.actor, within):
        raise NOT_YOURS(field="target")


def _stood_at(state: str, work_is_over: bool) -> State:
    """Return where a batch stands: one whose work was stopped or failed, where it stood before that work."""
    before = {State.MAPPED: State.UPLOADED, State.RUNNING: State.CHECKED} if work_is_over else {}
    return before.get(State(state), State(state))


_OVER = Exists(Job.objects.filter(pk=OuterRef("job_id"), state__in=(Job.State.CANCELLED, Job.State.FAILED)))


def _stands_at(*states: State) -> When:
    return when(lambda state, over: _stood_at(state, over) in states, "state", _OVER)


CHECKABLE = _stands_at(State.UPLOADED, State.MAPPED, State.CHECKED)
RUNNABLE = _stands_at(State.CHECKED)
CANCELLABLE = _stands_at(State.UPLOADED, State.MAPPED, State.CHECKED, State.RUNNING)
DONE = _stands_at(State.DONE)
UNDOABLE = when(
    lambda state, started: state == State.DONE and not started, "state", lambda: work_started(OuterRef("pk"))
)


def _batch(call: Call, batch_id: UUID, allowed: When) -> IntakeBatch:
    """Return the batch, asked for and locked. Raises `intake.unknown`, `access.not_yours`, `intake.not_now`."""
    batch = IntakeBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NO_BATCH(field="batch_id")
    _permit(call, batch.target, batch.area_path)
    call.about("intake.batches", batch.pk)
    if not call.allows(allowed, batch):
        label = STATES[_stood_at(batch.state, _work_is_over(batch))]
        raise NOT_NOW(field="batch_id", state=label.zh, state_en=label.en)
    return batch


def _work_is_over(batch: IntakeBatch) -> bool:
    return _jobs_of(batch).filter(state__in=(Job.State.CANCELLED, Job.State.FAILED)).exists()


def _jobs_of(batch: IntakeBatch) -> QuerySet[Job]:
    return Job.objects.filter(pk=batch.job_id) if batch.job_id else Job.objects.none()


class CheckBatch(Input):
    batch_id: UUID
    mapping: Mapping | None = None
    headers: Mapping | None = None
    sheet: str = Field("", max_length=60)
    within: Path | None = None
    sender: Sender = ""
    fingerprint: str = Field("", max_length=32)
    source: str = Field("data_push", max_length=20)


@action("intake.check_batch", both("核对名单", "Check a list"), CheckBatch)
def check_batch(call: Call, given: CheckBatch) -> Result:
    """Judge and match every row under this mapping and change nothing; the mapping is remembered for the sender."""
    batch = _batch(call, given.batch_id, CHECKABLE)
    if given.within:
        _permit(call, batch.target, given.within)
        batch.area_path = given.within
    batch.sheet, batch.sender, batch.state = given.sheet or batch.sheet, given.sender or batch.sender, State.MAPPED
    headers = batch.options.get("headers", {}) if given.headers is None else given.headers
    batch.fingerprint = given.fingerprint or batch.fingerprint
    batch.options = {**batch.options, "source": given.source, "headers": headers}
    if given.mapping is not None:
        batch.mapping = by_header(given.mapping, headers)
        remember(sender_of(batch), batch.fingerprint, batch.mapping, area_path=batch.area_path,
                 account_id=call.actor.account_id, at=call.received_at)  # fmt: skip
    return _queue(call, batch, "intake.check")


def by_header(mapping: dict[str, str], headers: dict[str, str]) -> dict[str, str]:
    """Return header → field. A mapping by column number speaks of every column: one it leaves out means nothing."""
    if not mapping or not all(key.isdecimal() for key in mapping):
        return mapping
    return {header: mapping.get(index, "") for index, header in headers.items()}


def sender_of(batch: IntakeBatch) -> str:
    """Return under whose name the mapping is remembered: the sender, else whoever uploads."""
    return batch.sender or f"account:{batch.account_id}"


class RunBatch(Input):
    batch_id: UUID
    due_at: AwareDatetime | None = Field(None, **labelled("核查截止时间", "Deadline", "datetime"))


@action("intake.run_batch", both("导入名单", "Take a list in"), RunBatch,
        subject=Subject("intake.batches", "batch_id", RUNNABLE))  # fmt: skip
def run_batch(call: Call, given: RunBatch) -> Result:
    """Take the good rows in, all or none; refused rows go back to the sender in a marked workbook."""
    batch = _batch(call, given.batch_id, RUNNABLE)
    batch.due_at, batch.state = given.due_at, State.RUNNING
    return _queue(call, batch, "intake.run")


def _queue(call: Call, batch: IntakeBatch, work: str) -> Result:
    job = enqueue(work, {"batch_id": str(batch.pk)}, account_id=call.actor.account_id, area_path=batch.area_path)
    batch.job_id = job.pk
    batch.save()
    return {"batch_id": str(batch.pk), "job_id": str(job.pk)}


class NameBatch(Input):
    batch_id: UUID


def _stop_writing(call: Call, given: NameBatch) -> None:
    """Let the work that writes this batch stop, so that the database has room for its cancelling."""
    batch = IntakeBatch.objects.filter(pk=given.batch_id, state=State.RUNNING).first()
    if batch and batch.job_id and call.actor.may("intake.cancel_batch", batch.area_path):
        ask_aside(batch.job_id)


@action("intake.cancel_batch", both("取消导入", "Cancel a list"), NameBatch, ahead=_stop_writing,
        subject=Subject("intake.batches", "batch_id", CANCELLABLE), danger=True)  # fmt: skip
def cancel_batch(call: Call, given: NameBatch) -> Result:
    """Stop a list that is not in yet. What is being written is rolled back whole; nothing of it stays."""
    batch = _batch(call, given.batch_id, CANCELLABLE)
    _jobs_of(batch).filter(state=Job.State.WAITING).update(state=Job.State.CANCELLED)
    _jobs_of(batch).filter(state=Job.State.RUNNING).update(cancel_asked=True)
    IntakeBatch.objects.filter(pk=batch.pk).update(state=State.CANCELLED, ended_at=call.received_at)
    StagedPortion.objects.filter(batch=batch).delete()
    if batch.job_id:
        forget_aside(batch.job_id)
    return {"batch_id": str(batch.pk)}


@action("intake.undo_batch", both("撤销导入", "Take a list back"), NameBatch,
        subject=Subject("intake.batches", "batch_id", UNDOABLE), danger=True)  # fmt: skip
def undo_batch(call: Call, given: NameBatch) -> Result:
    """Take back everything the batch brought, as long as nobody has worked on it."""
    batch = _batch(call, given.batch_id, DONE)
    taken_back = find_target(batch.target).undo(batch.pk)
    batch.state, batch.undone_at = State.UNDONE, call.received_at
    batch.save(update_fields=["state", "undone_at"])
    return {"batch_id": str(batch.pk), "taken_back": taken_back}


def ended(batch: IntakeBatch, at: datetime) -> None:
    """Note that the rows are in; called in the transaction that brought them."""
    batch.state, batch.ended_at = State.DONE, at
    batch.save()
