"""What became of wishes: on a roster for whoever plans it, and of one's own once the roster is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster
from lianfang.domain.workforce.models.wishes import Wish
from lianfang.domain.workforce.queries.rosters import ALIVE, busy_of, limits_at, people_for, posts_of
from lianfang.domain.workforce.queries.wishes import wishes_on
from lianfang.domain.workforce.rules.wishes import outcomes_of


@dataclass(frozen=True, slots=True)
class KeptWishes:
    """How many days people wished for on a roster, how many it keeps, and each that it does not."""

    wished: int
    kept: int
    broken: tuple[dict[str, Any], ...]

    def as_cost(self) -> dict[str, int]:
        """Return the two figures as a roster keeps them."""
        return {"wished": self.wished, "kept": self.kept}


def kept_wishes(roster: Roster) -> KeptWishes:
    """Return what a draft or published roster makes of the wishes of all who may be put on it, counted by the day.

    Their duty elsewhere counts: who wished to serve and serves at another post has their wish.
    """
    people = people_for(roster.area_path, posts_of(roster))
    names = dict(people.values_list("pk", "name"))
    rows = list(wishes_on(names, roster.starts_on, roster.days))
    served = busy_of({one.responder_id for one in rows}, roster.starts_on, roster.days, draft=roster.pk)
    limits = limits_at(roster.area_path, roster.starts_on)
    told = [
        (row, on, kept)
        for row in rows
        for on, kept in outcomes_of(row, served.get(row.responder_id, ()), roster.starts_on, roster.days, limits)
    ]
    broken = [_told(row, names[row.responder_id], on) for row, on, kept in told if not kept]
    return KeptWishes(
        len(told), len(told) - len(broken), tuple(sorted(broken, key=lambda one: (one["on"], one["name"], one["id"])))
    )


def wishes_on_roster(roster_id: UUID) -> dict[str, Any] | None:
    """Return what a draft or published roster makes of wishes, {"wished", "kept", "broken"}; None for any other."""
    roster = Roster.objects.filter(pk=roster_id, state__in=ALIVE).first()
    if roster is None:
        return None
    found = kept_wishes(roster)
    return {**found.as_cost(), "broken": list(found.broken)}


def _told(row: Wish, name: str, on: date) -> dict[str, Any]:
    return {"id": str(row.pk), "who": str(row.responder_id), "name": name, "on": on.isoformat(), "wants": row.wants,
            "part": row.part}  # fmt: skip


def settled_days(person: Responder, rows: Sequence[Wish]) -> dict[UUID, tuple[int, int]]:
    """Return of each of somebody's wishes how many of its days are settled, and how many of these are kept.

    A day is settled once a roster that may put them on duty is published for it.
    """
    if not rows:
        return {}
    first, last = min(one.from_on for one in rows), max(one.until_on for one in rows)
    days = (last - first).days + 1
    served = busy_of([person.pk], first, days).get(person.pk, ())
    limits, published = limits_at(person.area_path, first), published_days(person, first, last)
    found = {}
    for row in rows:
        told = [kept for on, kept in outcomes_of(row, served, first, days, limits) if on in published]
        found[row.pk] = (len(told), sum(told))
    return found


def published_days(person: Responder, first: date, last: date) -> set[date]:
    """Return the days for which a roster that may put somebody on duty is published."""
    live = Roster.objects.filter(state="published", starts_on__lte=last)
    posts = Post.objects.filter(unit_id=person.unit_id) if person.unit_id else Post.objects.none()
    of_unit = {one.pk: one.area_path for one in posts}
    return {
        roster.starts_on + timedelta(days=number)
        for roster in live
        if _concerns(roster, person, of_unit)
        for number in range(roster.days)
        if first <= roster.starts_on + timedelta(days=number) <= last
    }


def _concerns(roster: Roster, person: Responder, of_unit: dict[UUID, str]) -> bool:
    if person.area_path.startswith(roster.area_path) or roster.post_id in of_unit:
        return True
    return roster.post_id is None and any(path.startswith(roster.area_path) for path in of_unit.values())
