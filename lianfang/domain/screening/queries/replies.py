"""The reply to a push list (form F15): the sender's rows in their order, each with what was found."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lianfang.domain.screening.models.leads import Lead, LeadBatch
from lianfang.domain.screening.queries.leads import answers_of, names_of_workers, reply_rows, told_address
from lianfang.domain.screening.rules import LEAD_STATES, OUTCOMES
from lianfang.foundation.printing.frame import Grid
from lianfang.kernel.clock import local

# each column: its field, what stands over it, how wide it is
COLUMNS = (
    ("batch", "批次", 12), ("serial", "序号", 8), ("name", "姓名", 12), ("phone", "电话", 16),
    ("identity_number", "证件", 22), ("reason", "推送原因", 16), ("pushed_on", "推送时间", 12),
    ("outcome", "核查结果代码", 20), ("outcome_in_words", "核查结果", 16), ("verified_address", "核实地址", 30),
    ("measure", "管控措施", 20), ("answered_by", "核查人", 12), ("answered_at", "时间", 18),
)  # fmt: skip
# because the sender's machine finds its rows again by these, and would not with letters after them that nobody sees
_LOOKED_UP = ("batch", "serial", "phone", "identity_number", "pushed_on", "outcome", "answered_at")


def reply_of(batch: LeadBatch) -> tuple[Grid, list[str]]:
    """Return the reply as a table, and the ids of the leads in its rows."""
    answers = answers_of(batch.pk)
    workers = names_of_workers(batch.pk)
    rows, leads = [], []
    for lead in reply_rows(batch.pk):
        rows.append(_cells(batch, lead, answers.get(lead.same_as_id, lead) if lead.same_as_id else lead, workers))
        leads.append(str(lead.pk))
    fields, heads, widths = zip(*COLUMNS, strict=True)
    exact = frozenset(map(fields.index, _LOOKED_UP))
    return Grid("核查反馈表", heads, rows, room=widths, exact=exact), leads


def _cells(batch: LeadBatch, lead: Lead, told: Lead, workers: dict[UUID | None, str]) -> tuple[str, ...]:
    """Return one line: who was asked about, and what the lead that did the work found."""
    outcome = OUTCOMES.get(lead.outcome or told.outcome)
    answered_at = lead.answered_at or told.answered_at
    return (
        short(batch), lead.serial or str(lead.row), lead.name, lead.phone, lead.identity_number, lead.reason,
        lead.pushed_on.isoformat() if lead.pushed_on else "", outcome.code if outcome else "",
        outcome.label.zh if outcome else LEAD_STATES[lead.state].zh, told_address(lead) or told_address(told),
        lead.measure or told.measure, workers.get(lead.answered_by or told.answered_by, ""),
        _time(answered_at) if answered_at else "",
    )  # fmt: skip


def short(batch: LeadBatch) -> str:
    """Return the number by which people speak of a batch."""
    return str(batch.pk)[:8]


def _time(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%d %H:%M")
