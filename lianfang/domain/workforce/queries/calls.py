"""What a call to serve has brought, from the rows of those who answered; and a call as its public page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from lianfang.domain.areas.queries import full_name
from lianfang.domain.workforce.models.offers import ServiceCall
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.teams import Team
from lianfang.domain.workforce.rules.offers import PARTS, Reached, reached
from lianfang.domain.workforce.rules.serving import ORIGINS, SKILLS
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.kernel.clock import now
from lianfang.kernel.text import Bilingual, both

HOURS = (1, 4, 12, 24, 48, 72)
# what somebody without login may do on a call's page
APPLICANT = Role("applicant", both("报名的人", "Applicant"), ("workforce.offer_by_page",))
OFFERED_ON_PAGE = ("volunteer", "retired", "soldier_on_leave", "student", "cadre", "medic", "other")


@dataclass(frozen=True, slots=True)
class CallCard:
    """A call as anybody may see it: its words, what it has brought so far, nobody's name."""

    id: UUID
    code: str
    area_path: str
    area: str
    title: str
    text: str
    so_far: Reached


def course(call_id: UUID) -> list[str]:
    """Return what a call had brought hour by hour until now, as “48 h: 20 / 289”: teams, people."""
    opened_at = ServiceCall.objects.values_list("opened_at", flat=True).get(pk=call_id)
    over = [one for one in HOURS if opened_at + timedelta(hours=one) <= now()]
    return [f"{one.hours} h: {one.teams} / {one.people}" for one in answers_over_time(call_id, over)]


def answers_over_time(call_id: UUID, hours: Iterable[int] = HOURS) -> list[Reached]:
    """Return how many teams and people had answered within each number of hours."""
    opened_at = ServiceCall.objects.values_list("opened_at", flat=True).get(pk=call_id)
    teams = list(Team.objects.filter(call_id=call_id).values_list("made_at", flat=True))
    people = list(Responder.objects.filter(offer__call_id=call_id).values_list("offer__received_at", flat=True))
    return [reached(opened_at, teams, people, one) for one in hours]


def call_by_code(code: str) -> CallCard | None:
    """Return the open call whose page has this code."""
    found = ServiceCall.objects.filter(code=code, closed_at__isnull=True).first() if code else None
    if found is None:
        return None
    hours = ceil((now() - found.opened_at) / timedelta(hours=1)) or 1
    [so_far] = answers_over_time(found.pk, [hours])
    area = full_name(found.area_path, 6)
    return CallCard(found.pk, found.code, found.area_path, area, found.title, found.text, so_far)


def choices_of_the_page() -> tuple[dict[str, Bilingual], dict[str, Bilingual], dict[str, Bilingual]]:
    """Return what a page offers to choose: where somebody comes from, what they can do, when they can."""
    return {key: ORIGINS[key] for key in OFFERED_ON_PAGE}, SKILLS, PARTS


def applicant(card: CallCard) -> Actor:
    """Return the actor of the public door for one call: it may offer to serve there, and no more."""
    return Actor(
        account_id=None, name="报名", grants=(Held(APPLICANT, card.area_path, "报名"),), door="public",
        home_area=card.area_path,
    )  # fmt: skip
