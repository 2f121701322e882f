"""The notice to the people whom a leak concerns, as PDF. It names nobody. Refuses who may not read of the leak."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.areas.queries import full_name
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import render
from lianfang.foundation.tables.reading import read_one
from lianfang.kernel.clock import now, today


@door("GET")
def notice(request: HttpRequest, breach_id: UUID) -> HttpResponse:
    """Return the notice of one leak as PDF, Chinese and English."""
    row = read_one(actor_of(request), "supervision.breaches", str(breach_id))
    cells = row["cells"]
    file = render("breach", {
        "serial": breach_id.hex[-12:].upper(), "as_of": now(), "issued_on": today(),
        "issuer": full_name(row["area"], 6) or row["area"], "what": cells["what"], "information": cells["kinds"],
        "measures": cells["measures"], "contact": cells["contact"],
    })  # fmt: skip
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="notice-{breach_id.hex[-6:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("breaches/<uuid:breach_id>/notice.pdf", notice)]
