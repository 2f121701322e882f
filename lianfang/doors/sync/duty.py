"""What a phone takes along of duty: one's own shifts and wishes, and what the shift before left to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.workforce.queries.checks import checks_of
from lianfang.domain.workforce.queries.duty import clock_at
from lianfang.domain.workforce.queries.kept_wishes import settled_days
from lianfang.domain.workforce.queries.posts import find_posts
from lianfang.domain.workforce.queries.responders import responder_of_account
from lianfang.domain.workforce.queries.wishes import wish_numbers, wishes_of
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.reading import Query, read_all
from lianfang.kernel.clock import local, now

BACK, AHEAD = timedelta(days=1), timedelta(days=7)
SHIFTS, NOTES = "workforce.my_shifts", "workforce.hand_over_notes"
WISHES, WISH = "workforce.my_wishes", "workforce.enter_wish"
_SHIFT = ("starts_at", "ends_at", "state", "signed_in_at", "signed_out_at", "informed", "leaflets", "meals")
_NOTE = ("written_at", "open_people", "open_vehicles", "equipment", "stock", "matters")


def duty_of(actor: Actor) -> dict[str, Any]:
    """Return the part of the bundle for duty; nothing for who does not serve and has no shift in these days.

    Notes are read as the viewer may: whoever is not signed in at a post yet sees none of it (P16).
    """
    if actor.account_id is None or not actor.may(SHIFTS):
        return {}
    at = now()
    asked = {"ends_at__gte": (at - BACK).isoformat(), "starts_at__lte": (at + AHEAD).isoformat()}
    shifts = sorted(read_all(actor, SHIFTS, Query(asked)), key=lambda row: (row["cells"]["starts_at"], row["id"]))
    wishes = _wishes(actor, local(at).date())
    if not shifts and not wishes:
        return {}
    posts = sorted({str(row["cells"]["post"]) for row in shifts})
    return {
        "duty": {
            "shifts": [_shift(row) for row in shifts],
            "notes": _notes(actor, posts) if posts and actor.may(NOTES) else [],
            "checks": _checks(posts, local(at).date()),
            "early_minutes": clock_at(actor.home_area, local(at).date()).early,
            **wishes,
        }
    }


def _wishes(actor: Actor, on: date) -> dict[str, Any]:
    """Return one's own wishes of today and later with what is settled of them, and how far ahead one may wish.

    Nothing for who does not serve: they have nothing to wish for.
    """
    person = responder_of_account(actor.account_id)
    if person is None or not (actor.may(WISHES) and actor.may(WISH)):
        return {}
    rows = list(wishes_of(actor).filter(until_on__gte=on).order_by("from_on", "pk"))
    settled = settled_days(person, rows)
    return {
        "wishes": [
            {"id": str(one.pk), "from_on": one.from_on.isoformat(), "until_on": one.until_on.isoformat(),
             "wants": one.wants, "part": one.part, "settled": settled[one.pk][0], "kept": settled[one.pk][1]}
            for one in rows
        ],
        "wish_ahead_days": wish_numbers(person.area_path, on).ahead_days,
    }  # fmt: skip


def _checks(posts: Sequence[str], on: date) -> list[dict[str, Any]]:
    """Return what is asked at each post today and what was answered; who answered is the lead's to know."""
    found = find_posts(UUID(one) for one in posts)
    return [
        {"post_id": str(post), "on": on, "lists": [_list(one) for one in lists]}
        for post, lists in checks_of(found.values(), on).items()
    ]


def _list(one: dict[str, Any]) -> dict[str, Any]:
    points = [{name: value for name, value in point.items() if name != "by"} for point in one["points"]]
    return {"id": one["id"], "name": one["name"], "points": points}


def _notes(actor: Actor, posts: Sequence[str]) -> list[dict[str, Any]]:
    rows = read_all(actor, NOTES, Query({"confirmed_at": "", "post__in": ",".join(posts)}))
    return [_note(row) for row in sorted(rows, key=lambda row: row["id"])]


def _shift(row: dict[str, Any]) -> dict[str, Any]:
    cells = row["cells"]
    told = {name: cells[name] for name in _SHIFT if cells[name] not in (None, "")}
    post = f"{cells['number']} {cells['post_name']}"
    return {"id": row["id"], "post_id": str(cells["post"]), "post": post, "place": cells["position"] or "", **told}


def _note(row: dict[str, Any]) -> dict[str, Any]:
    cells = row["cells"]
    told = {name: cells[name] for name in _NOTE if cells[name] not in (None, "")}
    return {"id": row["id"], "post_id": str(cells["post"]), "by": cells["worker"] or "", **told}
