"""The door of ready-made forms: which there are, a look at one, its workbook, its print, and its text for a chat group.

What is fetched here is masked; with names a form leaves only by the action `reports.export_form` (P06).
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.utils.dateparse import parse_date

from lianfang.domain.areas.queries import area_card
from lianfang.domain.incidents.queries import running_incidents
from lianfang.domain.reports.queries.forms.catalogue import find_form, form_card, forms
from lianfang.domain.reports.queries.forms.digest import digest_of
from lianfang.domain.reports.queries.forms.filling import (
    Filled,
    Sought,
    blank_form,
    count_rows,
    fill_form,
    frame_of,
)
from lianfang.doors.api.answers import BAD_VALUE, answer, door, path_like
from lianfang.doors.api.session import actor_of
from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.printing.frame import Frame, in_cell
from lianfang.foundation.printing.paper import paper
from lianfang.foundation.printing.workbook import workbook
from lianfang.kernel.clock import now, today
from lianfang.kernel.text import both

PREVIEWED = 20
FIRST_YEAR, LAST_YEAR = 2019, 2100
BLANK_NAME = both("空表", "blank")


@door("GET")
def listed(request: HttpRequest) -> HttpResponse:
    """Return every form with how it stands and what is missing of it."""
    actor = actor_of(request)
    if not actor.grants:
        raise NOT_YOURS()
    cards = [form_card(actor, form) for form in forms().values()]
    return answer({"forms": cards, "incidents": _incidents(actor.home_area)})


def _incidents(within: str) -> list[dict[str, str]]:
    return [{"id": str(one.pk), "name": one.name} for one in running_incidents(within)]


@door("GET")
def look(request: HttpRequest, code: str) -> HttpResponse:
    """Return a form with the first rows it would hold."""
    sought = _sought(request, code, first=PREVIEWED)
    card = form_card(sought.viewer, sought.form)
    filled = fill_form(sought) if card["may_fill"] else blank_form(sought)
    grids = [
        {"title": one.title, "heads": one.heads, "rows": [[_shown(sought, value) for value in row] for row in one.rows]}
        for one in filled.grids
    ]
    frame = frame_of(sought, filled, blank=not card["may_fill"])
    count = count_rows(sought) if card["may_fill"] else 0
    return answer(
        {"form": card, "area": area_card(sought.path), "on": sought.on, "as_of": sought.at, "grids": grids,
         "facts": [{"name": name, "value": value} for name, value in frame.facts], "notes": frame.notes,
         "count": count, "shown": PREVIEWED, "incidents": _incidents(sought.path)}
    )  # fmt: skip


def _shown(sought: Sought, value: Any) -> str | int | float:
    return in_cell(value, sought.viewer.language)


@door("GET")
def table(request: HttpRequest, code: str) -> FileResponse:
    """Return the form as a workbook, masked; the download stands in the audit trail under its serial."""
    sought, filled, frame = _made(request, code)
    body = workbook(frame, filled.grids)
    return FileResponse(io.BytesIO(body), as_attachment=True, filename=_named(sought, request, "xlsx"))


@door("GET")
def printed(request: HttpRequest, code: str) -> FileResponse:
    """Return the form as PDF to print, masked; it stands in the audit trail under its serial."""
    sought, filled, frame = _made(request, code)
    body = paper(frame, filled.grids)
    response = FileResponse(io.BytesIO(body), filename=_named(sought, request, "pdf"), content_type="application/pdf")
    response["Cache-Control"] = "no-store"
    return response


def _made(request: HttpRequest, code: str) -> tuple[Sought, Filled, Frame]:
    sought, blank = _sought(request, code), _is_blank(request)
    refuse_if_frozen(sought.path)
    filled = blank_form(sought) if blank else fill_form(sought)
    frame = frame_of(sought, filled, blank=blank)
    actor = sought.viewer
    append([Entry("reports.print_form", actor.account_id, actor.door, actor.device_id, subject=f"reports.forms/{code}",
                  area_path=sought.path, details={"serial": frame.serial, "blank": blank,
                                                  "rows": sum(len(one.rows) for one in filled.grids)})])  # fmt: skip
    return sought, filled, frame


@door("GET")
def digest(request: HttpRequest, code: str) -> HttpResponse:
    """Return the form as a text for a chat group: aggregates only, small counts withheld (P06)."""
    return answer({"text": digest_of(_sought(request, code)).as_dict()})


def _sought(request: HttpRequest, code: str, first: int = 0) -> Sought:
    """Return what is asked for. Raises `reports.no_form`, `http.bad_value`, `access.not_yours`."""
    actor, asked, form = actor_of(request), request.GET, find_form(code)
    within = path_like(str(asked.get("within", "")) or actor.home_area, "within")
    if not any(held.covers(within) for held in actor.grants):
        raise NOT_YOURS(field="within")
    return Sought(actor, form, within, _day(request), now(), _incident(request), first=first)


def _is_blank(request: HttpRequest) -> bool:
    return request.GET.get("blank") == "1"


def _day(request: HttpRequest) -> date:
    asked = str(request.GET.get("on", ""))
    if not asked:
        return today()
    try:
        on = parse_date(asked)
    except ValueError:
        on = None
    if on is None or not FIRST_YEAR <= on.year < LAST_YEAR:
        raise BAD_VALUE(field="on")
    return on


def _incident(request: HttpRequest) -> str:
    asked = str(request.GET.get("incident", ""))
    try:
        return str(UUID(asked)) if asked else ""
    except ValueError:
        raise BAD_VALUE(field="incident") from None


def _named(sought: Sought, request: HttpRequest, ending: str) -> str:
    language = sought.viewer.language
    title = f"{sought.form.code}{sought.form.title.in_language(language)}".replace("/", "、")
    kind = f"-{BLANK_NAME.in_language(language)}" if _is_blank(request) else f"-{sought.path}-{sought.on:%Y%m%d}"
    return f"{title}{kind}.{ending}"


urlpatterns = [
    path("forms", listed),
    path("forms/<str:code>", look),
    path("forms/<str:code>/form.xlsx", table),
    path("forms/<str:code>/form.pdf", printed),
    path("forms/<str:code>/digest", digest),
]
