"""The printed card of a household: whom to ring, level by level. Names no resident; refused out of scope."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.organisation.queries import card_data, issuer_of
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import render
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import local, now

TABLE = "people.households"


def card_pdf(actor: Actor, household_id: UUID, moment: datetime) -> bytes:
    """Return the card as PDF and write down who printed it. Raises `table.no_row`, and `letters.missing` for nobody."""
    data = card_data(household_id, local(moment).date())
    if data is None or not actor.may(TABLE, data["area_path"]):
        raise NO_ROW()
    area_path = data.pop("area_path")
    issued = {
        "serial": household_id.hex[-8:].upper(),
        "as_of": f"{local(moment):%Y-%m-%d %H:%M}",
        "issued_on": f"{local(moment):%Y-%m-%d}",
        "issuer": issuer_of(area_path),
    }
    file = render("responsibility", {**issued, **data})
    append([Entry("organisation.print_card", actor.account_id, actor.door, actor.device_id,
                  subject=f"{TABLE}/{household_id}", area_path=area_path)], at=moment)  # fmt: skip
    return file


@door("GET")
def card(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Return the card of one household."""
    response = HttpResponse(card_pdf(actor_of(request), household_id, now()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="card-{household_id.hex[-6:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("cards/<uuid:household_id>.pdf", card)]
