"""Intake at the command line: check a file and change nothing, or take it in and write the marked workbook."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from lianfang.doors.files import batches
from lianfang.doors.files.batches import Examined, examine, is_long
from lianfang.doors.files.guarding import EMPTY, check_size
from lianfang.doors.files.marking import MOST_MARKED_IN_PLACE, marked_in_steps
from lianfang.doors.files.reading import Book, open_book
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.intake.models import IntakeBatch
from lianfang.foundation.intake.targets import find_target
from lianfang.foundation.jobs.helping import helpers
from lianfang.kernel.clock import now, today
from lianfang.kernel.errors import refusal
from lianfang.kernel.places import canonical

NO_FILE = refusal("intake.no_file", "没有这个文件：{name}。", "There is no file {name}.", status=404)

LEADS = "screening.leads"


def intake_check(path: str | Path, within: str, actor: Actor, target: str = LEADS) -> dict[str, Any]:
    """Return what would become of each row of a list for this target; changes nothing.

    Raises `intake.*`, `area.unknown_code`, `access.not_yours`.
    """
    area = canonical(within)
    _require(actor, "intake.check_batch", target, area)
    with helpers(wanted=is_long(_size(path))) as helping:
        return examine(open_book(_body(path)), target=target, within=area, on=today(), helping=helping).as_dict()


def intake_run(path: str | Path, within: str, actor: Actor, target: str = LEADS) -> dict[str, Any]:
    """Take a file in and write the marked workbook beside it; the same file taken in before changes nothing.

    Returns what `intake_check` returns. Raises as it does.
    """
    area = canonical(within)
    _require(actor, "intake.run_batch", target, area)
    with helpers(wanted=is_long(_size(path))) as helping:
        # read only now, because a helper goes on with all that is in memory here
        book = open_book(body := _body(path))
        batch = _batch(Path(path), body, area, actor, target)
        moment, is_new = now(), batch.state == IntakeBatch.State.RUNNING
        if is_new:
            examined = batches.stage_whole(batch, moment, book=book, helping=helping)
        else:
            examined = examine(book, target=target, within=area, on=today(), helping=helping)
        back = _SentBack(body, book, examined, batch)
        if is_new:
            # because a stranger's workbook that cannot be marked in place must not keep its rows out
            beside = helping.all and batch.rows > MOST_MARKED_IN_PLACE
            batches.take_in(batch, moment, helping=helping, meanwhile=back.mark() if beside else None)
    back.write(marked_path(Path(path)))
    return examined.as_dict() | {
        "rejected": [one | {"message": one["message"]["zh"]} for one in back.rejected],
        "matched": batch.summary["matched"], "places": batch.summary["places"],
    }  # fmt: skip


class _SentBack:
    """What goes back of a file: the refused cells, of one that was in before as they were then, and the workbook."""

    def __init__(self, body: bytes, book: Book, examined: Examined, batch: IntakeBatch) -> None:
        self.body, self.book, self.examined, self.batch = body, book, examined, batch
        self.file: IO[bytes] | None = None

    @cached_property
    def rejected(self) -> list[dict[str, Any]]:
        return list(batches.problems_of(self.batch))

    def mark(self) -> Iterator[None]:
        """Make the workbook step by step; nobody sees it before the rest is taken in."""
        if self.rejected:
            one, rows = self.examined, self.batch.rows
            for made in marked_in_steps(self.body, self.book, one.sheet, one.layout, self.rejected, rows):
                self.file = made
                yield

    def write(self, path: Path) -> None:
        """Put the workbook where it belongs, made now if it is not there yet."""
        if self.file is None:
            deque(self.mark(), maxlen=0)
        if self.file is not None:
            with self.file, path.open("wb") as out:
                shutil.copyfileobj(self.file, out)


def marked_path(path: Path) -> Path:
    """Return where the marked workbook of a file goes: 名单.xlsx → 名单.退回.xlsx."""
    return path.with_name(f"{path.stem}.退回.xlsx")


def _require(actor: Actor, permission: str, target: str, area: str) -> None:
    for needed in filter(None, (permission, find_target(target).needs)):
        actor.require(needed, area)


def _size(path: str | Path) -> int:
    """Return how many bytes a file has. Raises `intake.no_file`, `intake.too_large`."""
    file = Path(path)
    if not file.is_file():
        raise NO_FILE(field="file", name=file.name[:80])
    size = file.stat().st_size
    check_size(size)
    return size


def _body(path: str | Path) -> bytes:
    """Return what is in a file. Raises `intake.empty`."""
    body = Path(path).read_bytes()
    if not body:
        raise EMPTY(field="file")
    return body


def _batch(path: Path, body: bytes, area: str, actor: Actor, target: str) -> IntakeBatch:
    """Return the batch of this very file: the one that is in or was broken off, else a new one ready to run."""
    kept = store(actor, path.name, _pieces(body), "intake", area)
    known = IntakeBatch.objects.filter(
        sha256=kept.sha256, area_path=area, target=target, state__in=(IntakeBatch.State.RUNNING, IntakeBatch.State.DONE)
    ).first()
    if known is not None:
        kept.delete()
        return known
    opened = run(actor, "intake.open_batch", {"file_id": str(kept.pk), "target": target, "within": area})
    IntakeBatch.objects.filter(pk=opened["batch_id"]).update(state=IntakeBatch.State.RUNNING)
    return IntakeBatch.objects.get(pk=opened["batch_id"])


def _pieces(body: bytes) -> Iterator[bytes]:
    yield body
