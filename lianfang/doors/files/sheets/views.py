"""The door of sheets: a form up, its grid with what each cell seems to ask, the filled copy down, the burden meter."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.reports.queries.burden import burden
from lianfang.domain.reports.queries.meanings import label_of, offered_columns, offered_figures
from lianfang.domain.reports.queries.sheets import (
    NO_SHEET,
    confirmed_mapping,
    find_fill,
    find_sheet,
    is_shared_with,
    newest,
    own_part,
    remembered_meanings,
    sheet_card,
)
from lianfang.doors.api.answers import BAD_VALUE, answer, door, secret
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.guarding import EMPTY, check_size
from lianfang.doors.files.sheets.filling import blank_form
from lianfang.doors.files.sheets.kinds import TYPES, Form, open_form
from lianfang.doors.files.sheets.meanings import answers
from lianfang.doors.files.sheets.suggesting import Choice, SheetChoice, suggest
from lianfang.doors.files.sheets.template import Page
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.storing import find_file, read_file, store
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.exports.freezing import password_of, refuse_if_frozen
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.clock import today

FORM = "sheet_form"
_SHOWN_ROWS, _SHOWN_COLUMNS = 60, 80


@door("POST")
def take(request: HttpRequest) -> HttpResponse:
    """Take a department's sheet in, or a newer edition of one, and suggest what each column and cell asks."""
    actor = actor_of(request)
    given = request.POST
    within = _word(given, "within") or actor.home_area
    actor.require("reports.take_sheet", within)
    file = request.FILES.get("file")
    if file is None:
        raise EMPTY(field="file")
    check_size(file.size or 0)
    template = open_form(b"".join(file.chunks()))
    sender, known = _word(given, "sender"), _known(given)
    memory = remembered_meanings(known["sender"] if known else sender, within)
    choices = suggest(template, within, memory, known["mapping"] if known else ())
    kept = store(actor, file.name or f"表样.{template.ending}", [blank_form(template, choices)], FORM)
    name = _word(given, "name") or (file.name or "表样").rsplit(".", 1)[0][:80]
    given_on = {"template_id": known["id"]} if known else {}
    taken = run(actor, "reports.take_sheet", {
        "file_id": str(kept.pk), "file_name": kept.name, "name": name, "sender": sender or "未注明",
        "area_path": within, "found": [one.as_mapping() for one in choices], **given_on,
    })  # fmt: skip
    body = _opened(actor, UUID(taken["id"]), open_form(read_file(kept.pk)), choices)
    removed = [one.as_dict() for one in template.removed]
    return answer(body | {"removed": removed, "refused": list(template.refused)[:50]}, 201)


def _word(given: Any, name: str) -> str:
    value = str(given.get(name) or "").strip()
    if len(value) > 120:
        raise BAD_VALUE(field=name)
    return value


def _known(given: Any) -> dict[str, Any] | None:
    """Return the form that a newer edition was sent of, with what its older one was confirmed to mean."""
    asked = _word(given, "template_id")
    if not asked:
        return None
    try:
        template = find_sheet(UUID(asked))
    except ValueError:
        raise BAD_VALUE(field="template_id") from None
    return {"id": str(template.pk), "sender": template.sender, "mapping": confirmed_mapping(template)}


@door("GET")
def sheet(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Return a sheet as a grid, with what was confirmed or seems to be asked."""
    actor = actor_of(request)
    template = find_sheet(template_id)
    if not is_shared_with(actor, template):
        actor.require("reports.sheets", template.area_path)
    version = newest(template)
    form = open_form(read_file(version.file_id))
    memory = remembered_meanings(template.sender, template.area_path)
    choices = suggest(form, template.area_path, memory, confirmed_mapping(template))
    return answer(_opened(actor, template_id, form, choices))


def _opened(actor: Actor, template_id: UUID, form: Form, choices: list[SheetChoice]) -> dict[str, Any]:
    template = find_sheet(template_id)
    version = newest(template)
    tables = [name for name in answers() if actor.may(name)]
    return {
        "sheet": sheet_card(template, version, own_part(actor, template)),
        "mapping": version.mapping,
        "pages": [_page(one, form) for one in choices],
        "unread": [one.as_dict() for one in form.unread],
        "tables": [
            {"name": name, "title": TABLES[name].title.as_dict(), "columns": offered_columns(name)} for name in tables
        ],
        "figures": offered_figures(template.area_path),
    }


def _page(one: SheetChoice, form: Form) -> dict[str, Any]:
    page = form.page(one.name)
    listed = one.list
    return {
        "name": one.name,
        "list": None if listed is None else {
            "kind": listed.kind, "table": listed.table, "header_top": listed.header_top, "first": listed.first,
            "last": listed.last, "total": listed.total, "by_table": listed.by_table,
            "columns": [_choice(choice, listed.table) for choice in listed.columns],
            "fixed": {str(row): place for row, place in listed.fixed.items()}, "where": listed.where,
        },
        "cells": [_choice(choice, "") for choice in one.cells],
        "grid": _grid(page) if page else None,
    }  # fmt: skip


def _choice(one: Choice, table: str) -> dict[str, Any]:
    label = label_of(one.meaning, table).as_dict() if one.meaning else None
    return {
        "place": one.place, "header": one.header, "meaning": one.meaning, "label": label,
        "confidence": one.confidence, "remembered": one.remembered,
    }  # fmt: skip


def _grid(page: Page) -> dict[str, Any]:
    """Return the top of a sheet as its readers see it: texts, formulas, merges."""
    rows = min(page.last_row, _SHOWN_ROWS)
    width = min(page.width, _SHOWN_COLUMNS)
    shown = []
    for row in range(1, rows + 1):
        cells = []
        for column in range(1, width + 1):
            cell = page.cell(row, column)
            text = "" if cell is None else ("ƒ" if cell.formula is not None else cell.text[:120])
            cells.append(text)
        shown.append(cells)
    merges = [
        [one.top, one.left, one.bottom, one.right] for one in page.merges if one.top <= rows and one.left <= width
    ]
    return {"rows": shown, "merges": merges, "more": page.last_row > rows or page.width > width}


@door("GET")
def fetch(request: HttpRequest, fill_id: UUID) -> FileResponse:
    """Return a filled sheet to whoever had it filled; the download stands in the audit trail."""
    actor = actor_of(request)
    found = find_fill(fill_id)
    if found is None or found.file_id is None:
        raise NO_SHEET()
    refuse_if_frozen(found.area_path)
    file = find_file(actor, found.file_id)
    append([Entry("reports.fetch_sheet", actor.account_id, actor.door, subject=f"reports.sheet_fills/{found.pk}",
                  area_path=found.area_path)])  # fmt: skip
    body = read_file(file.pk)
    kind = TYPES.get(found.file_name.rpartition(".")[2], "application/zip")
    return FileResponse(io.BytesIO(body), as_attachment=True, filename=found.file_name, content_type=kind)


@door("GET")
def password(request: HttpRequest, fill_id: UUID) -> HttpResponse:
    """Return the password on a sheet that was filled with names, to whoever had it filled."""
    found = find_fill(fill_id)
    if found is None or found.file_id is None:
        raise NO_SHEET()
    return secret({"password": password_of(actor_of(request), found.file_id)})


@door("GET")
def meter(request: HttpRequest) -> HttpResponse:
    """Return the burden meter of an area: fields asked, asked again though held, typed by hand, and what could go."""
    actor = actor_of(request)
    within = str(request.GET.get("within", "")) or actor.home_area
    if not within.isalnum() or len(within) > 24:
        raise BAD_VALUE(field="within")
    return answer(burden(actor, within, today()))


urlpatterns = [
    path("sheets", take),
    path("sheets/<uuid:template_id>", sheet),
    path("sheets/fills/<uuid:fill_id>/file", fetch),
    path("sheets/fills/<uuid:fill_id>/password", password),
    path("burden", meter),
]
