"""Replying to whoever pushed a list: its rows go back with what was found, as a named export (P06)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from pydantic import Field

from lianfang.domain.screening.actions.leads import batch_of
from lianfang.domain.screening.events import BatchReplied
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, LeadBatch
from lianfang.domain.screening.queries.replies import COLUMNS, reply_of, short
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.exports.actions import TOO_MANY
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.exports.keeping import Leaving, check_expiry, keep_export, new_mark, row_limit
from lianfang.foundation.exports.locking import lock
from lianfang.foundation.exports.watermark import hide
from lianfang.foundation.printing.frame import Frame
from lianfang.foundation.printing.workbook import workbook
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

UNANSWERED = refusal(
    "screening.batch_unanswered",
    "还有 {count} 条没有核查结果，不能整批反馈。",
    "{count} leads have no outcome yet, so the batch cannot be replied to whole.",
    status=409,
)
LEADS = "screening.leads"


class ReplyBatch(Input):
    batch_id: UUID = Field(**labelled("批次", "Batch", "hidden"))
    partial: bool = Field(False, **labelled("先反馈已核查的", "Reply with those answered so far", "bool"))
    purpose: str = Field(
        "", max_length=200, **labelled("用途（默认反馈该名单）", "Purpose (by default to reply to the list)")
    )
    recipient: str = Field("", max_length=80, **labelled("接收方（默认推送单位）", "Recipient (the sender by default)"))
    expires_on: date | None = Field(
        None, **labelled("销毁日期（默认最长期限）", "To be destroyed by (the last day allowed by default)", "date")
    )


@action("screening.reply_batch", both("反馈核查结果", "Reply to the sender"), ReplyBatch,
        subject=Subject("screening.batches", "batch_id"), danger=True)  # fmt: skip
def reply_batch(call: Call, given: ReplyBatch) -> Result:
    """Close a batch with its reply workbook (F15), a named export; it is whole, or partial where that is asked for.

    A reply may be made again, each with its own mark. To the sender go as many rows as it sent, to anybody else as many
    as any named export may hold. A list that names no sender is from now on of whoever its first reply goes to.

    Raises `screening.unknown_batch`, `screening.batch_unanswered`, `privacy.exports_frozen`, `privacy.too_many_rows`.
    """
    batch = batch_of(call, given.batch_id)
    refuse_if_frozen(batch.area_path)
    unanswered = Lead.objects.filter(batch=batch, state__in=OPEN_STATES).count()
    if unanswered and not given.partial:
        raise UNANSWERED(field="batch_id", count=unanswered)
    batch.sender = batch.sender or given.recipient
    leaving = _leaving(call, given, batch)
    grid, leads = reply_of(batch)
    limit = _limit(batch, leaving.recipient)
    if len(leads) > limit:
        raise TOO_MANY(limit=limit, field="recipient")
    replied = Lead.objects.filter(batch=batch, state="verified").update(state="replied")
    batch.state = "partial" if unanswered else "replied"
    batch.replied_at, batch.replied_by = call.received_at, call.actor.account_id
    batch.save(update_fields=["sender", "state", "replied_at", "replied_by"])
    export = keep_export(
        leaving, call.id, lock(f"{grid.title}-{leaving.mark}.xlsx", workbook(_frame(batch, leaving), [grid])), LEADS,
        ["batch"], [field for field, _, _ in COLUMNS], leads,
    )  # fmt: skip
    call.about("screening.batches", batch.pk, exported=LEADS, rows=len(leads), limit=limit, mark=leaving.mark)
    call.announce(BatchReplied(area_path=batch.area_path, batch_id=batch.pk, count=replied))
    call.once = {"password": export.password}
    return {"id": str(batch.pk), "replied": replied, "open": unanswered, "rows": len(leads), "mark": leaving.mark,
            "file_id": str(export.file_id)}  # fmt: skip


def _limit(batch: LeadBatch, recipient: str) -> int:
    """Return how many rows a reply may hold: to the sender of the list all that it sent.

    Because the sender named each of them itself, and a list of 3,000 is to be answered by eight in the morning; to
    anybody else the rows are as new as in any other export.
    """
    return max(row_limit(), batch.rows) if recipient == batch.sender else row_limit()


def _leaving(call: Call, given: ReplyBatch, batch: LeadBatch) -> Leaving:
    """Return what the export says of itself. Raises `input.missing`, `input.out_of_range`."""
    recipient = given.recipient or batch.sender
    if not recipient:
        raise MISSING(field="recipient")
    today = local(call.received_at).date()
    expires_on = given.expires_on or today + timedelta(days=settings.LIANFANG_NAMED_EXPORT_DAYS)
    check_expiry(expires_on, today)
    purpose = given.purpose or f"反馈{batch.sender}推送名单（{short(batch)}）的核查结果"
    return Leaving(call.actor, call.received_at, batch.area_path, purpose, recipient, expires_on, new_mark())


def _frame(batch: LeadBatch, leaving: Leaving) -> Frame:
    """Return what stands around the reply: for whom, of which list, the marks of its export."""
    return Frame(
        title="大数据核查反馈表",
        facts=(("致", leaving.recipient), ("推送单位", batch.sender), ("批次", short(batch)),
               ("填报人", leaving.actor.name)),
        serial=f"F15-{leaving.mark}", as_of=leaving.at, mark=leaving.said, language="zh-hans", landscape=True,
        hidden=hide(leaving.mark), kept=leaving.facts,
    )  # fmt: skip
