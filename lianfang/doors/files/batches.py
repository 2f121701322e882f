"""A list's way through: read, judged, matched with what is known, taken in whole or not at all, marked for its sender.

`examine` changes nothing. `check` judges into sealed portions that nobody sees; a crash goes on at the next portion.
`take_in` writes them in one transaction, so that a cancel or a killed server leaves no half batch, and a repeat of the
work finds it done.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from lianfang.doors.files.doubles import Doubles, marks_of
from lianfang.doors.files.headers import NO_HEADER, Layout, best_sheet, find_layout, for_target, with_mapping
from lianfang.doors.files.judging import Problem
from lianfang.doors.files.reading import Book, Sheet, open_book
from lianfang.doors.files.staging import (
    LEVELS,
    Figures,
    Ruler,
    clear,
    portions,
    stage,
    staged_numbers,
    staged_rows,
    start,
)
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import read_file
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.intake.actions import ended, sender_of
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow, StagedPortion
from lianfang.foundation.intake.remembering import remembered
from lianfang.foundation.intake.targets import Delivery, Incoming, Ready, find_target
from lianfang.foundation.jobs.helping import ALONE, Helpers, helpers
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import CancelledJob, report_aside
from lianfang.foundation.jobs.stopping import forget_aside, is_asked_aside
from lianfang.kernel.clock import local
from lianfang.kernel.text import Bilingual, both

Report = Callable[[int, int, Bilingual], None]

# bytes; some 15,000 rows of a workbook
LONG = 800_000

READING = both("正在核对每一行", "Judging each row")
WRITING = both("正在写入", "Writing")


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
    figures: Figures = field(default_factory=Figures)
    refused: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        told = self.figures.as_dict()
        return {
            "rows": told["rows"],
            "accepted": told["accepted"],
            "rejected": [one.as_dict() for one in self.refused],
            "mapping": self.layout.mapping,
            "matched": told["matched"],
            "places": told["places"],
        }


def examine(
    book: Book, *, target: str, within: str, on: date, sheet: str = "", mapping: dict[str, str] | None = None,
    report: Report = silent, helping: Helpers = ALONE,
) -> Examined:  # fmt: skip
    """Read, judge and match a list; changes nothing. Raises `intake.*` for a list that cannot be read at all."""
    examined = _laid_out(book, sheet, mapping, target)
    ruler = Ruler(examined.layout, examined.sheet.formulas, within, on, target)
    with seldom_collecting():
        for portion in portions(examined.sheet, ruler, Doubles(), helping):
            examined.refused += portion.refused
            examined.figures.add(portion.figures)
            report(examined.figures.rows, examined.sheet.height, READING)
    return examined


def _laid_out(book: Book, sheet: str, mapping: dict[str, str] | None, target: str) -> Examined:
    """Return the chosen sheet with what its columns mean. Raises `intake.no_sheet`, `intake.no_header`."""
    chosen, layout = choose(book, sheet)
    if mapping:
        layout = with_mapping(layout, mapping)
    layout = for_target(layout, find_target(target))
    if not layout.says_who:
        raise NO_HEADER(field="mapping")
    return Examined(chosen, layout)


def choose(book: Book, sheet: str = "") -> tuple[Sheet, Layout]:
    """Return the named sheet, or the one that most looks like a list of people.

    Raises `intake.no_sheet`, `intake.no_header`.
    """
    if sheet:
        found = book.sheet(sheet)
        return found, find_layout(found)
    return best_sheet(book)


# --- batches -----------------------------------------------------------------------------------------------------


def suggest(batch: IntakeBatch, layout: Layout) -> Layout:
    """Return the layout with what the sender's earlier lists taught."""
    mapping = remembered(sender_of(batch), layout.fingerprint, batch.area_path)
    return with_mapping(layout, mapping, remembered=True) if mapping else layout


def open_file(batch: IntakeBatch) -> Book:
    """Open the batch's own file. Raises `file.gone` and the refusals of a file that cannot be read."""
    return open_book(read_file(batch.file_id))


def helping_with(batch: IntakeBatch) -> Helpers:
    """Return helpers for the batch's file: none for a short list, which is done before one would have begun."""
    size = StoredFile.objects.filter(pk=batch.file_id).values_list("size", flat=True).first()
    return helpers(wanted=is_long(size or 0))


def is_long(size: int) -> bool:
    """Say whether a file of so many bytes may hold so many rows that more than one process is worth it."""
    return size >= LONG


def check(batch: IntakeBatch, at: datetime, report: Report, helping: Helpers = ALONE) -> Examined:
    """Examine a batch and keep what was found, unseen; nothing of the list itself is taken in."""
    examined = stage_whole(batch, at, report, matching=True, helping=helping)
    batch.state = IntakeBatch.State.CHECKED
    # A batch cancelled meanwhile stays cancelled.
    if not IntakeBatch.objects.filter(pk=batch.pk, state=IntakeBatch.State.MAPPED).update(**_changed(batch)):
        clear(batch)
    return examined


def stage_whole(
    batch: IntakeBatch, at: datetime, report: Report = silent, *, matching: bool = False, book: Book | None = None,
    helping: Helpers = ALONE,
) -> Examined:  # fmt: skip
    """Judge a batch's rows into sealed portions; what the same work did before a crash is not done again.

    The figures go on the batch, unsaved. Raises as `examine`, and CancelledJob through the report.
    """
    on = local(at).date()
    examined = _laid_out(book or open_file(batch), batch.sheet, batch.mapping, batch.target)
    ruler = Ruler(examined.layout, examined.sheet.formulas, batch.area_path, on, batch.target if matching else "")
    key = f"{batch.job_id or batch.pk}:{on}"
    before, last = start(batch, key)
    for one in before:
        examined.figures.add(Figures.of(one.figures))
    try:
        with seldom_collecting():
            doubles = _known(batch)
            found = portions(examined.sheet, ruler, doubles, helping, last)
            for number, portion in enumerate(found, start=len(before)):
                stage(batch, key, number, portion, examined.figures.warnings)
                examined.figures.add(portion.figures)
                report(examined.figures.rows, examined.sheet.height, READING)
    except CancelledJob:
        clear(batch)
        raise
    _tell(batch, examined)
    return examined


def _known(batch: IntakeBatch) -> Doubles:
    """Return who the rows staged before are about."""
    doubles = Doubles()
    for number in staged_numbers(batch):
        doubles.remember([(row.number, marks_of(row.values)) for row in staged_rows(batch, number)])
    return doubles


def take_in(
    batch: IntakeBatch, at: datetime, report: Report = silent, helping: Helpers = ALONE,
    meanwhile: Iterator[None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Take a batch in: all good rows in one transaction. A batch that is in already is left as it is.

    Rows that the check has judged are not judged again. `meanwhile` is done beside it, step by step.
    Raises CancelledJob when the batch was given up.
    """
    if not _is_still_running(batch):
        return batch.summary
    if not _is_staged(batch):
        stage_whole(batch, at, report, helping=helping)
    report(0, batch.accepted, WRITING)
    try:
        with seldom_collecting(), writing(), transaction.atomic():
            return _write(batch, at, helping, meanwhile)
    except StagedPortion.DoesNotExist:  # because whoever gives a batch up takes its rows away at once
        raise CancelledJob from None


def _write(
    batch: IntakeBatch, at: datetime, helping: Helpers, meanwhile: Iterator[None] | None
) -> dict[str, Any]:  # fmt: skip
    matched: Counter[str] = Counter()
    writing = uuid4()
    tasks = ((batch.pk, number, local(at).date(), writing) for number in staged_numbers(batch))
    incoming = Incoming(batch.accepted, _ready(helping.in_order(make_ready, tasks, meanwhile), matched))
    figures = find_target(batch.target).receive(_delivery(batch), incoming, lambda: _go_on(batch, matched.total()))
    # asked only now, because a batch held from the start could not be given up while it is written
    if not _is_still_running(batch, hold=True):
        raise CancelledJob
    batch.summary |= figures | {"matched": {level: matched[level] for level in LEVELS}}
    StagedPortion.objects.filter(batch=batch).delete()
    ended(batch, at)
    append([_line(batch)])
    _go_on(batch, matched.total())
    return batch.summary


def _delivery(batch: IntakeBatch, writing: UUID | None = None) -> Delivery:
    return Delivery(
        batch.pk, batch.area_path, batch.sender, batch.account_id, batch.created_at, batch.due_at, batch.options,
        writing,
    )  # fmt: skip


def _ready(made: Iterable[tuple[Ready, Counter[str]]], matched: Counter[str]) -> Iterator[Ready]:
    """Yield the judged rows ready to be written, and count how they stand to what is known now."""
    for ready, levels in made:
        yield ready
        matched.update(levels)


def make_ready(batch_id: UUID, number: int, on: date, writing: UUID) -> tuple[Ready, Counter[str]]:
    """Return a portion matched and ready to be written, and how it is matched: here or in another process."""
    batch = IntakeBatch.objects.get(pk=batch_id)
    target = find_target(batch.target)
    rows = staged_rows(batch, number)
    matches = target.match(rows, batch.area_path, on)
    return target.prepare(_delivery(batch, writing), rows, matches), Counter(one.level for one in matches)


def _is_staged(batch: IntakeBatch) -> bool:
    """Say whether every row of a batch lies judged: a check was here, and nothing of it has been erased."""
    told = StagedPortion.objects.filter(batch=batch).values_list("figures__rows", flat=True)
    return bool(batch.summary) and sum(told) == batch.rows > 0


def _line(batch: IntakeBatch) -> Entry:
    figures = {"accepted": batch.accepted, "refused": batch.refused}
    return Entry(
        "intake.take_in", batch.account_id, "job", subject=f"intake.batches/{batch.pk}", area_path=batch.area_path,
        details=figures,
    )  # fmt: skip


def _is_still_running(batch: IntakeBatch, *, hold: bool = False) -> bool:
    """Say whether a batch's rows are still to be taken in. Raises CancelledJob when it was cancelled."""
    found = IntakeBatch.objects.filter(pk=batch.pk)
    now = (found.select_for_update() if hold else found).get()
    if now.state == IntakeBatch.State.CANCELLED:
        raise CancelledJob
    if now.state != IntakeBatch.State.RUNNING:
        batch.state, batch.summary = now.state, now.summary
    return now.state == IntakeBatch.State.RUNNING


def _go_on(batch: IntakeBatch, done: int) -> None:
    """Say how far the writing is. Raises CancelledJob when somebody asked to stop; all of it is then rolled back."""
    asked = batch.job_id and Job.objects.filter(pk=batch.job_id, cancel_asked=True).exists()
    if batch.job_id and (asked or is_asked_aside(batch.job_id)):
        forget_aside(batch.job_id)
        raise CancelledJob
    if batch.job_id:
        report_aside(batch.job_id, done, batch.accepted)


def _tell(batch: IntakeBatch, examined: Examined) -> None:
    """Put the figures on the batch; a cell's content is never copied."""
    figures = examined.figures
    batch.rows, batch.accepted, batch.refused = figures.rows, figures.accepted, figures.refused_rows
    batch.sheet, batch.mapping = examined.sheet.name, examined.layout.mapping
    batch.fingerprint, batch.summary = examined.layout.fingerprint, figures.as_dict()


def _changed(batch: IntakeBatch) -> dict[str, Any]:
    names = ("rows", "accepted", "refused", "sheet", "mapping", "fingerprint", "summary", "state")
    return {name: getattr(batch, name) for name in names}


def problems_of(batch: IntakeBatch, limit: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the refused cells of a batch in the order of its rows."""
    rows = RefusedRow.objects.filter(batch=batch, is_warning=False).order_by("row", "pk")
    for one in rows[:limit] if limit else rows.iterator(chunk_size=2000):
        yield {
            "row": one.row,
            "column": one.column,
            "code": one.code,
            "message": {"zh": one.message_zh, "en": one.message_en},
        }
