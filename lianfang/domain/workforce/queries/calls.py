"""What a call to serve has brought, from the rows of those who answered."""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.domain.workforce.models.offers import ServiceCall
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.teams import Team
from lianfang.domain.workforce.rules.offers import Reached, reached

HOURS = (1, 4, 12, 24, 48, 72)


def answers_over_time(call: ServiceCall, hours: Iterable[int] = HOURS) -> list[Reached]:
    """Return how many teams and people had answered within each number of hours."""
    teams = list(Team.objects.filter(call=call).values_list("made_at", flat=True))
    people = list(Responder.objects.filter(offer__call=call).values_list("offer__received_at", flat=True))
    return [reached(call.opened_at, teams, people, one) for one in hours]


def call_by_code(code: str) -> ServiceCall | None:
    """Return the open call whose page has this code."""
    return ServiceCall.objects.filter(code=code, closed_at__isnull=True).first() if code else None
