"""Printing permits: a sheet of cards to cut apart, for one permit, for chosen ones, or for every household of an area.

A printed card lets people through a gate: whoever may not issue one prints none.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from lianfang.domain.checkpoints.queries.permits import MOST_CARDS, Card, cards_of, cards_within, page_of
from lianfang.domain.organisation.queries import issuer_of
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.printing.typesetting import typeset
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import local, now
from lianfang.kernel.errors import refusal
from lianfang.kernel.ids import uuid7

NO_CARDS = refusal("checkpoints.no_permit_cards", "没有可打印的有效出入证。", "There is no valid permit to print.",
                   status=404)  # fmt: skip
TOO_MANY = refusal("checkpoints.too_many_cards", "一次最多打印 {most} 张，请按网格打印。",
                   "At most {most} cards at once; print grid by grid.")  # fmt: skip
MAY_PRINT = "checkpoints.replace_permit"


def cards_pdf(actor: Actor, cards: Sequence[Card], moment: datetime) -> bytes:
    """Return the sheets as PDF and note who printed them. Raises `checkpoints.no_permit_cards`, `table.no_row`."""
    _check(actor, cards)
    area = min((one.area_path for one in cards), key=len)
    file = typeset(
        "permits",
        {"cards": [_printed(one) for one in cards], "issuer": issuer_of(area),
         "as_of": f"{local(moment):%Y-%m-%d %H:%M}"},
    )  # fmt: skip
    _note(actor, cards, moment)
    return file


def _check(actor: Actor, cards: Sequence[Card]) -> None:
    if not cards:
        raise NO_CARDS()
    if len(cards) > MOST_CARDS:
        raise TOO_MANY(most=MOST_CARDS)
    if any(not actor.may(MAY_PRINT, one.area_path) for one in cards):
        raise NO_ROW()


def _note(actor: Actor, cards: Sequence[Card], moment: datetime) -> None:
    area = min((one.area_path for one in cards), key=len)
    subject = f"checkpoints.permits/{cards[0].permit_id if len(cards) == 1 else area}"
    append([Entry("checkpoints.print_permits", actor.account_id, actor.door, actor.device_id, subject=subject,
                  area_path=area, details={"cards": len(cards)})], at=moment)  # fmt: skip


def _printed(card: Card) -> dict[str, Any]:
    terms = card.terms
    last = local(terms.ends_at) - timedelta(seconds=1)
    allows = f"{terms.days} 天 {terms.persons} 人次，每次不超过 {terms.minutes / 60:g} 小时" if terms.persons else ""
    mark = f"手机尾号 {terms.mark}" if terms.kind == "worker" else terms.mark
    return {
        "title": card.title.zh, "english": card.title.en, "place": card.place, "mark": mark, "use": card.use,
        "serial": f"{terms.serial:06d}", "first": f"{local(terms.begins_at):%Y-%m-%d}", "last": f"{last:%Y-%m-%d}",
        "allows": allows, "qr": qr_svg(card.code),
    }  # fmt: skip


def qr_svg(code: str) -> str:
    """Return the code as an SVG that still reads with a quarter of it smudged or folded."""
    out = io.BytesIO()
    segno.make(code, error="m", boost_error=False, micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()


@door("GET")
def cards(request: HttpRequest) -> HttpResponse:
    """Return the cards of the permits named by `permit`, or of every household `within` an area."""
    moment = now()
    named = _ids(request.GET.getlist("permit"))
    found = cards_of(named, moment) if named else cards_within(_area(request), moment)
    response = HttpResponse(cards_pdf(actor_of(request), found, moment), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="permits-{uuid7().hex[-6:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@door("GET")
def holder_page(request: HttpRequest, permit_id: UUID) -> HttpResponse:
    """Lead to the page on which the holder shows the permit; its address may be passed on to them."""
    actor, moment = actor_of(request), now()
    found = cards_of([permit_id], moment)
    _check(actor, found)
    _note(actor, found, moment)
    return HttpResponseRedirect(page_of(found[0].code), headers={"Cache-Control": "no-store"})


def _area(request: HttpRequest) -> str:
    """Return the area asked for. Raises `table.no_row` without one, because everywhere is nobody's to print."""
    area = request.GET.get("within", "")
    if not area:
        raise NO_ROW()
    return area


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in texts[: MOST_CARDS + 1]]
    except ValueError:
        raise NO_ROW() from None


urlpatterns = [path("permits/cards.pdf", cards), path("permits/<uuid:permit_id>/page", holder_page)]
