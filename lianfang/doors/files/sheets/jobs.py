"""The long work of sheets: gathering what they ask and filling them, with progress, stopped on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from lianfang.domain.areas.queries import names
from lianfang.domain.reports.actions.sheets import filled, keep_copies, named_tables
from lianfang.domain.reports.queries.gathering import MOST_ROWS, TOO_LONG, Unit, Wanted, gather, units_below
from lianfang.domain.reports.queries.meanings import OWN_SERIAL
from lianfang.domain.reports.queries.sheets import edition, find_fill, mapping_of
from lianfang.domain.reports.rules.sheets import Copied, SheetMapping
from lianfang.doors.files.sheets.filling import fill, is_letter, spared, typed
from lianfang.doors.files.sheets.kinds import Form, open_form
from lianfang.doors.files.sheets.parts import Mark
from lianfang.doors.files.sheets.writing import zipped
from lianfang.foundation.access.actor import Actor, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.attachments.storing import harmless_name, read_file, store
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.exports.actions import NOTHING, TOO_MANY
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.exports.keeping import Leaving, keep_export, new_mark, row_limit
from lianfang.foundation.exports.locking import LockedFile, locked, new_password
from lianfang.foundation.exports.watermark import hide
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.foundation.printing.frame import MASKED
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import both

FILLED = "filled_sheet"
GATHERING = both("正在汇集数据", "Gathering")
WRITING = both("正在填表", "Filling")
_STEP = 20
MOST_LETTERS = 1_000


@job("sheets.fill", both("填表", "Fill a sheet"), attempts=3)
def fill_sheet(body: dict[str, Any], progress: Progress) -> dict[str, Any] | None:
    """Fill a sheet as the person who asked may see it; a filling that is done already is left as it is."""
    asked = find_fill(UUID(body["fill_id"]))
    if asked is None or asked.ended_at is not None:
        return None
    refuse_if_frozen(asked.area_path)
    actor = _actor(asked.account_id)
    version = edition(asked.template, asked.version)
    assert version is not None
    mapping = mapping_of(version)
    form = open_form(read_file(version.file_id))
    units = units_below(asked.area_path, asked.each)
    progress.report(0, len(units), GATHERING)
    limit = row_limit() if asked.named else MOST_ROWS
    at = now()
    wanted = Wanted(actor, asked.area_path, asked.on, at, asked.named, limit)
    found = gather(wanted, mapping, units)
    rows = [row for unit in found.values() for row in unit.row_ids]
    if asked.named:
        _check_rows(rows, limit)
    _check_letters(mapping, found.values())
    leaving = _leaving(actor, asked) if asked.named else None
    password = new_password() if leaving else ""
    made = _books(asked, form, mapping, [found[path] for path in units], leaving or actor, at, progress)
    books = [(name, locked(name, body, password) if password else body) for name, body in made]
    if not books:
        raise NOTHING()
    name, content = _packed(asked, books)
    with writing(), transaction.atomic():
        if leaving:
            file_id = _keep(asked, leaving, LockedFile(name, content, password), mapping, rows)
        else:
            file_id = store(actor, name, [content], FILLED, asked.area_path).pk
        copies = [_copied(mapping, unit) for unit in found.values()]
        listed, done = sum(one.rows for one in copies), sum(one.spared for one in copies)
        left = wanted.left.sentences()
        filled(asked, file_id, name, sheets=len(books), rows=listed, spared=done, left=left, at=now())
        keep_copies(asked, mapping, copies)
        append([Entry("reports.sheet_filled", actor.account_id, "job", subject=f"reports.sheet_fills/{asked.pk}",
                      area_path=asked.area_path, details={"rows": listed, "named": asked.named,
                                                       "serial": asked.pk.hex[-8:].upper()})])  # fmt: skip
    return {"fill_id": str(asked.pk), "file": name, "sheets": len(books), "rows": listed, "named": asked.named,
            "left": [one.as_dict() for one in left]}  # fmt: skip


def _actor(account_id: UUID | None) -> Actor:
    """Return whoever asked, with the grants in force now: one who lost them since gets nothing more."""
    return actor_for(Account.objects.get(pk=str(account_id)), on=local(now()).date(), door="job")


def _copied(mapping: Sequence[SheetMapping], unit: Unit) -> Copied:
    listed = sum(unit.listed(sheet) for sheet in unit.lists)
    return Copied(unit.path, listed, spared(mapping, unit), typed(mapping, unit))


def _check_rows(rows: Sequence[str], limit: int) -> None:
    if not rows:
        raise NOTHING()
    if len(rows) > limit:
        raise TOO_MANY(limit=limit)


def _check_letters(mapping: Sequence[SheetMapping], units: Iterable[Unit]) -> None:
    """Raise `reports.sheet_too_long` where more letters would be written than one archive should hold."""
    letters = [one.name for one in mapping if one.list and is_letter(one.list)]
    if sum(len(unit.lists.get(name, ())) for unit in units for name in letters) > MOST_LETTERS:
        raise TOO_LONG(limit=MOST_LETTERS)


def _books(
    asked: Any, form: Form, mapping: Sequence[SheetMapping], units: Sequence[Unit], by: Leaving | Actor,
    at: datetime, progress: Progress,
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    called, title = names(unit.path for unit in units), asked.template.name
    letters = any(one.list and is_letter(one.list) for one in mapping)
    for number, unit in enumerate(units, start=1):
        if number % _STEP == 0:
            progress.report(number, len(units), WRITING)
        unit.values[OWN_SERIAL] = _serial(asked, unit.path)
        mark = _mark(asked, unit, by, at)
        for letter, body in enumerate(fill(form, mapping, unit, mark), start=1):
            one = f"-{letter:04d}" if letters else ""
            yield harmless_name(f"{unit.path[-6:]}{called.get(unit.path, '')}-{title}{one}.{form.ending}"), body


def _packed(asked: Any, books: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    title = f"{asked.template.name}{asked.on:%Y%m%d}"
    if not asked.each and len(books) == 1:
        return harmless_name(f"{title}.{books[0][0].rpartition('.')[2]}"), books[0][1]
    return harmless_name(f"{title}.zip"), zipped(iter(books))


def _leaving(actor: Actor, asked: Any) -> Leaving:
    return Leaving(actor, asked.asked_at, asked.area_path, asked.purpose, asked.recipient, asked.expires_on, new_mark())


def _serial(asked: Any, path: str) -> str:
    """Return the number by which a printed sheet leads back to its filling: day, unit, the end of the filling's id."""
    return f"{asked.on:%Y%m%d}-{path}-{asked.pk.hex[-8:].upper()}"


def _mark(asked: Any, unit: Unit, by: Leaving | Actor, at: datetime) -> Mark:
    """Return what stands around the pages of one unit's copy."""
    serial = _serial(asked, unit.path)
    if isinstance(by, Leaving):
        return Mark(by.said, serial, at, hide(by.mark), by.facts)
    said = MASKED.zh.format(name=by.name, at=f"{local(at):%Y-%m-%d %H:%M}", serial=serial)
    return Mark(said, serial, at)


def _keep(asked: Any, leaving: Leaving, file: LockedFile, mapping: Sequence[SheetMapping], rows: Sequence[str]) -> UUID:
    columns = [one.meaning for sheet in mapping if sheet.list for one in sheet.list.columns if one.meaning]
    table = named_tables(mapping)[0]
    return keep_export(leaving, asked.pk, file, table, [], columns, rows).file_id
