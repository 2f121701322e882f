"""A list's way through: read, judged, matched with what is known, taken in whole or not at all, marked for its sender.

`examine` changes nothing. `take_in` writes everything in one transaction, so that a cancel or a killed server leaves
no half batch, and a repeat of the work finds it done.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from lianfang.doors.files.headers import NO_HEADER, Layout, best_sheet, find_layout, with_mapping
from lianfang.doors.files.judging import Judge, Problem
from lianfang.doors.files.reading import Book, Sheet, open_book
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.attachments.storing import read_file
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.intake.actions import ended, sender_of
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow
from lianfang.foundation.intake.remembering import remembered
from lianfang.foundation.intake.targets import Delivery, Row, RowMatch, find_target
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import CancelledJob
from lianfang.kernel.clock import local
from lianfang.kernel.places import Register
from lianfang.kernel.text import Bilingual, both

Report = Callable[[int, int, Bilingual], None]

READING = both("正在核对每一行", "Judging each row")
MATCHING = both("正在与登记比对", "Matching with the register")
WRITING = both("正在写入", "Writing")
_STEP = 5000
_MOST_KEPT = 20_000


def silent(done: int, total: int, note: Bilingual) -> None:
    """Report to nobody."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the garbage collector look less often here: a list makes a million objects, and all of them stay."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass
class Examined:
    """What became of every row, before anything is written."""

    sheet: Sheet
    layout: Layout
    total: int = 0
    rows: list[Row] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    warned: list[Problem] = field(default_factory=list)
    refused_rows: int = 0
    matches: list[RowMatch] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        matched = Counter(one.level for one in self.matches)
        places = Counter(row.place for row in self.rows)
        return {
            "rows": self.total,
            "accepted": len(self.rows),
            "rejected": [one.as_dict() for one in self.refused],
            "mapping": self.layout.mapping,
            "matched": {level: matched[level] for level in ("exact", "probable", "new")},
            "places": {state: places[state] for state in ("resolved", "ambiguous", "unresolved")},
        }


def examine(
    book: Book, *, target: str, within: str, on: date, sheet: str = "", mapping: dict[str, str] | None = None,
    report: Report = silent,
) -> Examined:  # fmt: skip
    """Read, judge and match a list; changes nothing. Raises `intake.*` for a list that cannot be read at all."""
    chosen, layout = choose(book, sheet)
    if mapping:
        layout = with_mapping(layout, mapping)
    if not layout.says_who:
        raise NO_HEADER(field="mapping")
    examined = Examined(chosen, layout)
    with seldom_collecting():
        _judge(examined, within, on, report)
        report(examined.total, examined.total, MATCHING)
        examined.matches = find_target(target).match(examined.rows, within, on)
    return examined


def choose(book: Book, sheet: str = "") -> tuple[Sheet, Layout]:
    """Return the named sheet, or the one that most looks like a list of people.

    Raises `intake.no_sheet`, `intake.no_header`.
    """
    if sheet:
        found = book.sheet(sheet)
        return found, find_layout(found)
    return best_sheet(book)


def _judge(examined: Examined, within: str, on: date, report: Report) -> None:
    judge = Judge(examined.sheet, examined.layout, register=_register(within), on=on)
    for judged in judge.rows():
        examined.total += 1
        examined.warned += judged.warned
        if judged.refused:
            examined.refused_rows += 1
            examined.refused += judged.refused
        else:
            examined.rows.append(judged.row)
        if examined.total % _STEP == 0:
            report(examined.total, 0, READING)


def _register(within: str) -> Register | None:
    """Return the register of the area, or of the village that holds a grid."""
    return Register.open(within[:12]) if within else None


# --- batches -----------------------------------------------------------------------------------------------------


def suggest(batch: IntakeBatch, layout: Layout) -> Layout:
    """Return the layout with what the sender's earlier lists taught."""
    mapping = remembered(sender_of(batch), layout.fingerprint, batch.area_path)
    return with_mapping(layout, mapping, remembered=True) if mapping else layout


def open_file(batch: IntakeBatch) -> Book:
    """Open the batch's own file. Raises `file.gone` and the refusals of a file that cannot be read."""
    return open_book(read_file(batch.file_id))


def check(batch: IntakeBatch, at: datetime, report: Report) -> Examined:
    """Examine a batch and keep what was found wrong; nothing of the list itself is taken in."""
    examined = _examine(batch, at, report)
    with transaction.atomic():
        keep(batch, examined)
        batch.state = IntakeBatch.State.CHECKED
        # A batch cancelled meanwhile stays cancelled.
        IntakeBatch.objects.filter(pk=batch.pk, state=IntakeBatch.State.MAPPED).update(**_changed(batch))
    return examined


def take_in(batch: IntakeBatch, at: datetime, report: Report, examined: Examined | None = None) -> dict[str, Any]:
    """Take a batch in: all good rows in one transaction. A batch that is in already is left as it is."""
    examined = examined or _examine(batch, at, report)
    delivery = Delivery(
        batch.pk, batch.area_path, batch.sender, batch.account_id, batch.created_at, batch.due_at, batch.options
    )
    report(examined.total, examined.total, WRITING)
    with seldom_collecting(), writing(), transaction.atomic():
        if not _still_running(batch):
            return batch.summary
        figures = find_target(batch.target).receive(delivery, examined.rows, examined.matches, lambda: _go_on(batch))
        keep(batch, examined)
        batch.summary |= figures
        ended(batch, at)
        append([_line(batch)])
        _go_on(batch)
    return batch.summary


def _line(batch: IntakeBatch) -> Entry:
    figures = {"accepted": batch.accepted, "refused": batch.refused}
    return Entry(
        "intake.take_in", batch.account_id, "job", subject=f"intake.batches/{batch.pk}", area_path=batch.area_path,
        details=figures,
    )  # fmt: skip


def _examine(batch: IntakeBatch, at: datetime, report: Report) -> Examined:
    return examine(
        open_file(batch), target=batch.target, within=batch.area_path, on=local(at).date(), sheet=batch.sheet,
        mapping=batch.mapping, report=report,
    )  # fmt: skip


def _still_running(batch: IntakeBatch) -> bool:
    """Lock the batch and say whether its rows are still to be taken in. Raises CancelledJob when it was cancelled."""
    now = IntakeBatch.objects.select_for_update().get(pk=batch.pk)
    if now.state == IntakeBatch.State.CANCELLED:
        raise CancelledJob
    batch.state, batch.summary = now.state, now.summary
    return now.state == IntakeBatch.State.RUNNING


def _go_on(batch: IntakeBatch) -> None:
    """Raise CancelledJob when somebody asked the batch's job to stop; the open transaction is then rolled back."""
    if batch.job_id and Job.objects.filter(pk=batch.job_id, cancel_asked=True).exists():
        raise CancelledJob


def keep(batch: IntakeBatch, examined: Examined) -> None:
    """Put the figures on the batch and the refused cells beside it; a cell's content is never copied."""
    answer = examined.as_dict()
    batch.rows, batch.accepted, batch.refused = examined.total, len(examined.rows), examined.refused_rows
    batch.sheet, batch.mapping = examined.sheet.name, examined.layout.mapping
    batch.fingerprint = examined.layout.fingerprint
    batch.summary = {name: answer[name] for name in ("rows", "accepted", "matched", "places")} | {
        "refused_rows": examined.refused_rows,
        "warnings": len(examined.warned),
        "codes": dict(Counter(one.code for one in examined.refused)),
    }
    RefusedRow.objects.filter(batch=batch).delete()
    RefusedRow.objects.bulk_create(_refused(batch, examined.refused), batch_size=2000)
    RefusedRow.objects.bulk_create(_refused(batch, examined.warned[:_MOST_KEPT], is_warning=True), batch_size=2000)


def _refused(batch: IntakeBatch, problems: Sequence[Problem], *, is_warning: bool = False) -> list[RefusedRow]:
    return [
        RefusedRow(batch=batch, area_path=batch.area_path, row=one.row, column=one.column[:200], code=one.code,
                   message_zh=one.message.zh[:200], message_en=one.message.en[:200], is_warning=is_warning)
        for one in problems
    ]  # fmt: skip


def _changed(batch: IntakeBatch) -> dict[str, Any]:
    names = ("rows", "accepted", "refused", "sheet", "mapping", "fingerprint", "summary", "state")
    return {name: getattr(batch, name) for name in names}


def problems_of(batch: IntakeBatch, limit: int = 0) -> list[dict[str, Any]]:
    """Return the refused cells of a batch in the order of its rows."""
    rows = RefusedRow.objects.filter(batch=batch, is_warning=False).order_by("row", "pk")
    return [
        {
            "row": one.row,
            "column": one.column,
            "code": one.code,
            "message": {"zh": one.message_zh, "en": one.message_en},
        }
        for one in (rows[:limit] if limit else rows)
    ]
