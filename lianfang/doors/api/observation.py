"""The door of one person's observation: what their readings are judged by, for the line on the curve."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from lianfang.domain.observation.queries.orders import fever_line
from lianfang.doors.api.answers import answer, door
from lianfang.doors.api.session import actor_of
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import today


@door("GET")
def judged_by(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Return from which temperature on a reading of this person counts as fever today, and by which edition."""
    found = fever_line(actor_of(request), person_id, today())
    if found is None:
        raise NO_ROW()
    return answer(found)
