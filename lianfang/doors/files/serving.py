"""Papers of those who serve: a pledge to sign, a certificate of service, the code at a community's door."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.areas.queries import full_name
from lianfang.domain.workforce.queries.certificates import service_on_paper
from lianfang.domain.workforce.queries.check_ins import check_in_code, live_code, page_of
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import render
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.tables.reading import NO_ROW, read_one
from lianfang.kernel.clock import local, now

# as many as fit below a short text on one page
BLANK_LINES = 15
PLEDGES, CERTIFICATES, CHECK_INS = "workforce.pledges", "workforce.certificates", "workforce.check_ins"


@door("GET")
def pledge(request: HttpRequest, pledge_id: UUID) -> HttpResponse:
    """Return a pledge with lines to sign on as PDF; it names nobody."""
    row = read_one(actor_of(request), PLEDGES, str(pledge_id))
    cells = row["cells"]
    file = render("pledge", {
        "serial": pledge_id.hex[-8:].upper(), "as_of": now(), "issuer": _issuer(row["area"]), "title": cells["title"],
        "lines": [line for line in cells["text"].splitlines() if line.strip()], "blank_lines": BLANK_LINES,
        "example": cells["is_example"],
    })  # fmt: skip
    return _pdf(file, f"pledge-{pledge_id.hex[-6:]}")


@door("GET")
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Return a certificate of service as PDF, with the whole name, for who may issue it; written down (P07)."""
    actor = actor_of(request)
    row = read_one(actor, CERTIFICATES, str(certificate_id))
    card = service_on_paper(certificate_id)
    if card is None or not actor.may("workforce.issue_certificate", row["area"]):
        raise NO_ROW()
    address = request.build_absolute_uri(f"/verify/{card.serial}")
    days = {"issued_on": card.issued_on, "starts_on": card.from_on, "ends_on": card.until_on}
    file = render("service", {
        "serial": card.serial, "as_of": now(), "issuer": card.issuer, "name": card.name, "hours": card.hours,
        **{name: date.fromisoformat(day) for name, day in days.items()},
        "url": request.build_absolute_uri("/verify/"), "qr": address,
    })  # fmt: skip
    _noted(actor, "workforce.print_certificate", f"{CERTIFICATES}/{certificate_id}", row["area"])
    return _pdf(file, f"service-{card.serial}")


@door("GET")
def door_code(request: HttpRequest, area_path: str) -> HttpResponse:
    """Return the code of a community as a sheet for its door: the address of its page while it has one."""
    actor, moment = actor_of(request), now()
    if not actor.may(CHECK_INS, area_path) or not full_name(area_path, 6):
        raise NO_ROW()
    said = {"serial": area_path, "as_of": moment, "issuer": _issuer(area_path), "place": full_name(area_path, 9)}
    page = live_code(area_path, moment)
    if page is None:
        code = qr = check_in_code(area_path)
    else:
        code, qr = page.pk.hex[-8:].upper(), request.build_absolute_uri(page_of(page))
        said |= {"serial": code, "valid_until": local(page.expires_at).date()}
    return _pdf(render("checkin", {**said, "code": code, "qr": qr}), f"check-in-{area_path}")


def _issuer(area_path: str) -> str:
    return full_name(area_path, 6) or area_path


def _noted(actor: Actor, action: str, subject: str, area_path: str) -> None:
    append([Entry(action, actor.account_id, actor.door, actor.device_id, subject=subject, area_path=area_path)],
           at=now())  # fmt: skip


def _pdf(file: bytes, name: str) -> HttpResponse:
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("pledges/<uuid:pledge_id>.pdf", pledge),
    path("certificates/<uuid:certificate_id>.pdf", certificate),
    path("check-in/<str:area_path>.pdf", door_code),
]
