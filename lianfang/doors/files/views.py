"""The files door: files up and down, and the intake of lists step by step.

Reads no personal value into an answer, except the few cells that show a person which column is which.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from lianfang.doors.api.answers import BAD_VALUE, answer, door, json_body, secret
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.batches import choose, open_file, problems_of, suggest
from lianfang.doors.files.fields import FIELDS
from lianfang.doors.files.guarding import EMPTY, check_size
from lianfang.doors.files.headers import Layout, for_target, taken_by, with_mapping
from lianfang.doors.files.marking import marked
from lianfang.doors.files.reading import Sheet, open_book
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import find_file, read_file, store
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.exports.freezing import password_of, refuse_if_frozen
from lianfang.foundation.intake.actions import NO_BATCH
from lianfang.foundation.intake.models import IntakeBatch
from lianfang.foundation.intake.targets import Target, find_target, targets_for
from lianfang.foundation.jobs.progress import job_card
from lianfang.kernel.masks import mask_digits

_SHOWN = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@door("POST")
def upload(request: HttpRequest) -> HttpResponse:
    """Store one file, encrypted; its name is made harmless."""
    actor = actor_of(request)
    kept = _store(actor, request, "upload")
    return answer({"id": str(kept.pk), "name": kept.name, "size": kept.size, "sha256": kept.sha256}, 201)


@door("GET")
def fetch(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Return a file to whoever stored it, always as a download. Raises `privacy.exports_frozen`."""
    actor = actor_of(request)
    found = find_file(actor, file_id)
    refuse_if_frozen(found.area_path)
    append([Entry("file.fetch", actor.account_id, actor.door, subject=f"files/{found.pk}", area_path=found.area_path,
                  details={"kind": found.kind})])  # fmt: skip
    response = HttpResponse(read_file(found.pk), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    return response


@door("GET")
def password(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Return the password on a file with names to whoever made it. Raises `file.gone`, `privacy.exports_frozen`."""
    return secret({"password": password_of(actor_of(request), file_id)})


def _store(actor: Actor, request: HttpRequest, kind: str) -> StoredFile:
    name, body = _sent(request)
    return store(actor, name, [body], kind)


def _sent(request: HttpRequest) -> tuple[str, bytes]:
    """Return name and bytes of the file sent. Raises `intake.empty`, `intake.too_large`."""
    file = request.FILES.get("file")
    if file is None:
        raise EMPTY(field="file")
    check_size(file.size or 0)
    return file.name or "file", b"".join(file.chunks())


# --- intake ------------------------------------------------------------------------------------------------------


@door("GET", "POST")
def lists(request: HttpRequest) -> HttpResponse:
    """Say what lists can be of; or open one, from a file or pasted cells, and suggest what its columns mean."""
    actor = actor_of(request)
    actor.require("intake.open_batch", actor.home_area)
    if request.method == "GET":
        return answer({"targets": [_target(one) for one in targets_for(actor)]})
    return _open(actor, request)


def _target(one: Target) -> dict[str, Any]:
    return {"name": one.name, "title": one.title.as_dict(), "table": one.table}


def _open(actor: Actor, request: HttpRequest) -> HttpResponse:
    name, body, given = _received(request)
    target = find_target(_word(given, "target") or "screening.leads")
    book = open_book(body)
    sheet, layout = choose(book, _word(given, "sheet"))
    kept = store(actor, name, [body], "intake")  # only now: a file that cannot be read leaves nothing behind
    opened = run(actor, "intake.open_batch", {
        "file_id": str(kept.pk), "target": target.name,
        "sender": _word(given, "sender"), "within": _word(given, "within") or actor.home_area,
        "sheet": sheet.name, **_headers(layout),
    })  # fmt: skip
    batch = IntakeBatch.objects.get(pk=opened["batch_id"])
    layout = for_target(suggest(batch, layout), target)
    return answer(_opened(batch, [one.name for one in book.sheets if one.visible], sheet, layout), 201)


def _received(request: HttpRequest) -> tuple[str, bytes, Any]:
    """Return name and bytes of the list, and what was said beside it. Pasted cells are kept as a text file."""
    if request.content_type != "application/json":
        return *_sent(request), request.POST
    body = json_body(request)
    text = body.get("text")
    if not isinstance(text, str):
        raise BAD_VALUE(field="text")
    return "粘贴.txt", text.encode("utf-8", "replace"), body


def _word(given: Any, name: str) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str) or len(value) > 80:
        raise BAD_VALUE(field=name)
    return value


def _headers(layout: Layout) -> dict[str, Any]:
    headers = {str(column.index): column.header[:200] for column in layout.columns}
    return {"headers": headers, "fingerprint": layout.fingerprint}


def _opened(batch: IntakeBatch, sheets: list[str], sheet: Sheet, layout: Layout) -> dict[str, Any]:
    first, target = layout.first_row, find_target(batch.target)
    return {
        "batch_id": str(batch.pk),
        "sheets": [sheet.name, *(name for name in sheets if name != sheet.name)],
        "header_rows": [number + 1 for number in range(first, first + layout.depth)],
        "columns": [
            {"index": one.index, "header": one.header, "sample": [mask_digits(text) for text in one.sample],
             "field": one.field or None, "confidence": one.confidence, "remembered": one.remembered}
            for one in layout.columns
        ],
        "fields": [
            {"name": spec.name, "label": spec.label.as_dict(), "required": False, "several": spec.several}
            for spec in (FIELDS[name] for name in dict.fromkeys(taken_by(target).values()))
        ],
        "target": _target(target),
    }  # fmt: skip


def _batch(actor: Actor, batch_id: UUID, permission: str = "intake.batches") -> IntakeBatch:
    """Return a batch of the asker's area. Raises `intake.unknown`, `access.not_yours`."""
    batch = IntakeBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NO_BATCH(field="batch_id")
    actor.require(permission, batch.area_path)
    return batch


@door("POST")
def check_intake(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Queue the check of a list under a mapping by column number or header; returns the job."""
    actor, body = actor_of(request), json_body(request)
    batch = _batch(actor, batch_id, "intake.check_batch")
    given = {name: body[name] for name in ("mapping", "within", "sender", "source", "sheet") if body.get(name)}
    if "mapping" in given and not isinstance(given["mapping"], dict):
        raise BAD_VALUE(field="mapping")
    if given.get("sheet") and given["sheet"] != batch.sheet:
        given |= _headers(choose(open_file(batch), _word(body, "sheet"))[1])
    done = run(actor, "intake.check_batch", {"batch_id": str(batch_id), **given})
    return answer(job_card(actor, UUID(done["job_id"])))


@door("POST")
def run_intake(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Queue taking the good rows in; returns the job."""
    actor, body = actor_of(request), json_body(request)
    given = {"due_at": body["due_at"]} if body.get("due_at") else {}
    done = run(actor, "intake.run_batch", {"batch_id": str(batch_id), **given})
    return answer(job_card(actor, UUID(done["job_id"])))


@door("POST")
def undo_intake(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch back as long as nobody has worked on it."""
    return answer(run(actor_of(request), "intake.undo_batch", {"batch_id": str(batch_id)}))


@door("POST")
def cancel_intake(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Give a batch up that is not in yet."""
    return answer(run(actor_of(request), "intake.cancel_batch", {"batch_id": str(batch_id)}))


@door("GET")
def intake(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Return where a batch stands and what was found, with the first 200 refused cells."""
    actor = actor_of(request)
    batch = _batch(actor, batch_id)
    summary = None
    if batch.summary:
        shown = {"rejected": list(problems_of(batch, _SHOWN)), "rejected_count": batch.refused}
        summary = {**batch.summary, **shown, "mapping": batch.mapping}
    return answer({
        "id": str(batch.pk), "batch_id": str(batch.pk), "status": batch.state, "file": batch.file_name,
        "sender": batch.sender, "within": batch.area_path, "sheet": batch.sheet, "due_at": batch.due_at,
        "job_id": str(batch.job_id) if batch.job_id else None, "summary": summary,
        "target": _target(find_target(batch.target)),
    })  # fmt: skip


@door("GET")
def marked_workbook(request: HttpRequest, batch_id: UUID) -> HttpResponse | FileResponse:
    """Return the sender's workbook with the refused cells marked; the download stands in the audit trail.

    Raises `privacy.exports_frozen`.
    """
    actor = actor_of(request)
    batch = _batch(actor, batch_id, "intake.check_batch")
    refuse_if_frozen(batch.area_path)
    body = read_file(batch.file_id)
    book = open_book(body)
    sheet, layout = choose(book, batch.sheet)
    layout = with_mapping(layout, batch.mapping)
    file = marked(body, book, sheet, layout, problems_of(batch), batch.rows)
    append([Entry("intake.marked", actor.account_id, actor.door, subject=f"intake.batches/{batch.pk}",
                  area_path=batch.area_path, details={"recipient": batch.sender, "rows": batch.rows})])  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{_stem(batch)}.退回.xlsx", content_type=_XLSX)


def _stem(batch: IntakeBatch) -> str:
    return batch.file_name.rsplit(".", 1)[0] or "名单"
