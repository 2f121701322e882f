"""The reply to a push list (form F15): the sender's rows in their order, each with what was found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import xlsxwriter

from lianfang.domain.screening.queries.leads import answers_of, find_batch, names_of_workers, reply_rows, told_address
from lianfang.domain.screening.rules import LEAD_STATES, OUTCOMES
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.intake.actions import NO_BATCH
from lianfang.kernel.clock import local, now

if TYPE_CHECKING:
    from lianfang.domain.screening.models.leads import Lead, LeadBatch

HEADERS = (
    "批次", "序号", "姓名", "电话", "证件", "推送原因", "推送时间",
    "核查结果代码", "核查结果", "核实地址", "管控措施", "核查人", "时间",
)  # fmt: skip
_WIDTHS = (12, 8, 12, 16, 22, 16, 12, 20, 16, 30, 20, 12, 18)


def reply_workbook(actor: Actor, batch_id: UUID) -> IO[bytes]:
    """Return the reply as .xlsx: as-of time, who made it and for whom, on A4 with repeated headers."""
    batch = find_batch(batch_id)
    if batch is None:
        raise NO_BATCH(field="batch_id")
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("核查反馈表")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    sheet.write_string(0, 0, _title(actor, batch), book.add_format({"bold": True}))
    for place, (title, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, title, head)
    for number, cells in enumerate(_rows(batch), start=2):
        for place, cell in enumerate(cells):
            sheet.write_string(number, place, cell)
    _print_well(sheet, actor)
    book.close()
    out.seek(0)
    return out


def _title(actor: Actor, batch: LeadBatch) -> str:
    return f"大数据核查反馈表　致：{batch.sender or '推送单位'}　截至 {_time(now())}　{actor.name} 制"


def _print_well(sheet: Any, actor: Actor) -> None:
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    # Chinese names hold no & that a footer would take as a command; a name that does is doubled.
    sheet.set_footer(f"&L{actor.name.replace('&', '&&')} {_time(now())} 仅供核查反馈&R&P / &N")


def _rows(batch: LeadBatch) -> Iterator[list[str]]:
    answers = answers_of(batch.pk)
    workers = names_of_workers(batch.pk)
    for lead in reply_rows(batch.pk):
        yield _cells(batch, lead, answers.get(lead.same_as_id, lead) if lead.same_as_id else lead, workers)


def _cells(batch: LeadBatch, lead: Lead, told: Lead, workers: dict[UUID | None, str]) -> list[str]:
    """Return one line: who was asked about, and what the lead that did the work found."""
    outcome = OUTCOMES.get(lead.outcome or told.outcome)
    answered_at = lead.answered_at or told.answered_at
    return [
        str(batch.pk)[:8], lead.serial or str(lead.row), lead.name, lead.phone, lead.identity_number, lead.reason,
        lead.pushed_on.isoformat() if lead.pushed_on else "", outcome.code if outcome else "",
        outcome.label.zh if outcome else LEAD_STATES[lead.state].zh, told_address(lead) or told_address(told),
        lead.measure or told.measure, workers.get(lead.answered_by or told.answered_by, ""),
        _time(answered_at) if answered_at else "",
    ]  # fmt: skip


def _time(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%d %H:%M")
