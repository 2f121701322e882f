"""What hangs at a post and on the office wall: the sign of a post, and a published roster as a grid of names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import full_name
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.shifts import Roster
from lianfang.domain.workforce.queries.codes import code_of
from lianfang.domain.workforce.queries.posts import find_post, lead_of
from lianfang.domain.workforce.queries.rosters import hours_of, kind_of, patterns_of, posts_of, standing_of
from lianfang.domain.workforce.rules.posts import POST_KINDS
from lianfang.domain.workforce.rules.rostering import Pattern


def sign_data(post_id: UUID) -> dict[str, Any] | None:
    """Return what the sign of a standing post says: name, place, who leads it, its code; None for no post."""
    post = find_post(post_id)
    if post is None or post.state != "standing":
        return None
    lead = lead_of(post.pk)
    return {
        "area_path": post.area_path, "place": f"{full_name(post.area_path)} {post.position}".strip(),
        "number": post.number, "name": post.name, "kind": POST_KINDS[post.kind].zh,
        "code": code_of(post), "basis": post.legal_basis, "approval": post.approval_number,
        "contact_name": f"{lead.name} {lead.title}".strip() if lead else "",
        "contact_phone": lead.phone if lead else "",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostGrid:
    """One post of a printed roster: its shifts across, its days down, the names in between."""

    title: str
    shifts: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A roster as it is printed."""

    area_path: str
    starts_on: date
    ends_on: date
    state: str
    grids: tuple[PostGrid, ...]


def printed_roster(roster_id: UUID) -> Printed | None:
    """Return a roster as grids of names, one per post; drafts too, because they are looked over on paper."""
    roster = Roster.objects.filter(pk=roster_id, state__in=("draft", "published")).first()
    if roster is None:
        return None
    last = roster.starts_on + timedelta(days=roster.days - 1)
    posts = posts_of(roster)
    names = _names(roster)
    days = [roster.starts_on + timedelta(days=number) for number in range(roster.days)]
    patterns = patterns_of(posts, roster.starts_on)
    grids = [_grid(post, patterns[post.pk], days, names) for post in posts if post.pk in patterns]
    return Printed(roster.area_path, roster.starts_on, last, roster.state, tuple(grids))


def _names(roster: Roster) -> dict[tuple[UUID, date, str], list[str]]:
    found: dict[tuple[UUID, date, str], list[str]] = defaultdict(list)
    for post, on, kind, worker in standing_of(roster).values_list("post_id", "on", "kind", "worker"):
        found[(post, on, kind)].append(worker)
    return found


def _grid(post: Post, pattern: Pattern, days: list[date], names: dict[tuple[UUID, date, str], list[str]]) -> PostGrid:
    rows = []
    for on in days:
        told = [names.get((post.pk, on, kind_of(pattern, one.key)), []) for one in pattern.shifts]
        rows.append((f"{on:%m-%d} {'一二三四五六日'[on.weekday()]}", *("、".join(one) for one in told)))
    heads = tuple(f"{one.label.zh} {hours_of(one)}" for one in pattern.shifts)
    return PostGrid(f"{post.number} {post.name}", heads, tuple(rows))
