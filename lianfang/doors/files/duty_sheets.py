"""What is printed for a post: the sign with its code, and the roster that hangs on the wall. Refused out of scope."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.areas.queries import full_name
from lianfang.domain.organisation.queries import issuer_of
from lianfang.domain.workforce.queries.grids import roster_grid
from lianfang.domain.workforce.queries.kept_wishes import wishes_on_roster
from lianfang.domain.workforce.queries.rosters import area_of_roster
from lianfang.domain.workforce.queries.sheets import Printed, printed_roster, sign_data
from lianfang.doors.api.answers import answer, door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import render
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.printing.frame import Frame, Grid, new_serial
from lianfang.foundation.printing.paper import paper
from lianfang.foundation.printing.workbook import workbook
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import both

POSTS, ROSTERS, WISHES = "workforce.posts", "workforce.rosters", "workforce.wishes"
SIGNS = "workforce.name_lead"
TITLE = both("值班表", "Duty roster")
DRAFT = both("草稿，未发布", "Draft, not published")
MARK = both("{name} {at} 打印", "Printed by {name}, {at}")
DAY, POST, SHIFT = both("日期", "Day"), both("卡点", "Post"), both("班次", "Shift")
LACK = both("缺{what} {missing}", "{missing} short: {what}")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sign_pdf(actor: Actor, post_id: UUID, moment: datetime) -> bytes:
    """Return the sign of a post and write down who printed it, because its code lets people sign in.

    Raises `table.no_row`, and `letters.missing` for a post without a lead.
    """
    data = sign_data(post_id)
    if data is None or not actor.may(SIGNS, data["area_path"]):
        raise NO_ROW()
    area_path = data.pop("area_path")
    issued = {"serial": data["number"], "as_of": f"{local(moment):%Y-%m-%d %H:%M}",
              "issued_on": f"{local(moment):%Y-%m-%d}", "issuer": issuer_of(area_path)}  # fmt: skip
    file = render("post", {**issued, **data})
    _note(actor, "workforce.print_sign", f"{POSTS}/{post_id}", area_path, moment)
    return file


def roster_pdf(actor: Actor, roster_id: UUID, moment: datetime) -> bytes:
    """Return a roster as a printed table, one grid per post. Raises `table.no_row`, `printing.too_long`."""
    _ask(actor, roster_id)
    found = _printed(roster_id)
    file = paper(_frame(actor, found, moment), [
        Grid(one.title, (DAY.in_language(actor.language), *one.shifts), one.rows) for one in found.grids
    ])  # fmt: skip
    _note(actor, "workforce.print_roster", f"{ROSTERS}/{roster_id}", found.area_path, moment)
    return file


def grid_of(actor: Actor, roster_id: UUID) -> dict[str, Any]:
    """Return a roster as a grid for whoever sees rosters there, with its wishes for who may see those.

    Raises `table.no_row`.
    """
    area = _ask(actor, roster_id)
    found = roster_grid(roster_id)
    if found is None:
        raise NO_ROW()
    return found | {"wishes": wishes_on_roster(roster_id) if actor.may(WISHES, area) else None}


def _ask(actor: Actor, roster_id: UUID) -> str:
    """Return the area of a roster the actor may see. Raises `table.no_row` before anything of it is worked out."""
    area = area_of_roster(roster_id)
    if area is None or not actor.may(ROSTERS, area):
        raise NO_ROW()
    return area


def _printed(roster_id: UUID) -> Printed:
    found = printed_roster(roster_id)
    if found is None:
        raise NO_ROW()
    return found


def roster_xlsx(actor: Actor, roster_id: UUID, moment: datetime) -> bytes:
    """Return a roster as one worksheet, shifts of posts down and days across. Raises `table.no_row`."""
    _ask(actor, roster_id)
    grid, found = roster_grid(roster_id), _printed(roster_id)
    assert grid is not None
    heads = (POST.in_language(actor.language), SHIFT.in_language(actor.language), *grid["days"])
    rows = [
        (f"{post['number']} {post['name']}", f"{_said(actor, line['label'])} {line['hours']}",
         *(_cell(actor, one) for one in line["cells"]))
        for post in grid["posts"] for line in post["lines"]
    ]  # fmt: skip
    file = workbook(_frame(actor, found, moment), [Grid(TITLE.in_language(actor.language), heads, rows)])
    _note(actor, "workforce.print_roster", f"{ROSTERS}/{roster_id}", found.area_path, moment)
    return file


def _cell(actor: Actor, cell: dict[str, Any] | None) -> str:
    """Return who stands there, and what is missing in words: paper has no colours."""
    if cell is None:
        return "—"
    lack = LACK.in_language(actor.language)
    lacks = [lack.format(missing=one["missing"], what=_said(actor, one["words"])) for one in cell["lacks"]]
    return "、".join([*(one["name"] for one in cell["people"]), *lacks])


def _said(actor: Actor, words: dict[str, str]) -> str:
    return both(**words).in_language(actor.language)


def _frame(actor: Actor, found: Printed, moment: datetime) -> Frame:
    def say(zh: str, en: str) -> str:
        return both(zh, en).in_language(actor.language)

    facts = [
        (say("区域", "Area"), full_name(found.area_path)),
        (say("起止", "From and to"), f"{found.starts_on:%Y-%m-%d} – {found.ends_on:%Y-%m-%d}"),
    ]
    if found.state == "draft":
        facts.append((say("状态", "State"), DRAFT.in_language(actor.language)))
    mark = MARK.in_language(actor.language).format(name=actor.name, at=f"{local(moment):%Y-%m-%d %H:%M}")
    serial = new_serial("F17", found.area_path, local(moment).date())
    return Frame(TITLE.in_language(actor.language), facts, serial, moment, mark, actor.language, landscape=True,
                 signed=True)  # fmt: skip


def _note(actor: Actor, action: str, subject: str, area_path: str, moment: datetime) -> None:
    append([Entry(action, actor.account_id, actor.door, actor.device_id, subject=subject, area_path=area_path)],
           at=moment)  # fmt: skip


def pdf(file: bytes, name: str) -> HttpResponse:
    """Return a printed paper to look at, kept nowhere on the way."""
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@door("GET")
def sign(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Return the sign of one post."""
    return pdf(sign_pdf(actor_of(request), post_id, now()), f"post-{post_id.hex[-6:]}")


@door("GET")
def roster(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Return one roster on paper."""
    return pdf(roster_pdf(actor_of(request), roster_id, now()), f"roster-{roster_id.hex[-6:]}")


@door("GET")
def roster_sheet(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Return one roster as a workbook."""
    response = HttpResponse(roster_xlsx(actor_of(request), roster_id, now()), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="roster-{roster_id.hex[-6:]}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


@door("GET")
def grid(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Return one roster as a grid: who stands where, what is short, which rules are broken."""
    return answer(grid_of(actor_of(request), roster_id))


urlpatterns = [
    path("posts/<uuid:post_id>/sign.pdf", sign),
    path("rosters/<uuid:roster_id>.pdf", roster),
    path("rosters/<uuid:roster_id>.xlsx", roster_sheet),
    path("rosters/<uuid:roster_id>/grid", grid),
]
