"""Reads of checklists at posts: what is asked there today, what was answered, what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import ancestors_of
from lianfang.domain.workforce.models.checks import CheckAnswer
from lianfang.domain.workforce.models.posts import Checklist, Post
from lianfang.domain.workforce.rules.checks import points_left


def checklists_at(posts: Iterable[Post]) -> dict[UUID, list[Checklist]]:
    """Return the checklists in use that are asked at each post, the nearest area's first; no entry for none."""
    kept = list(posts)
    reach = {path for post in kept for path in ancestors_of(post.area_path)}
    rows = list(Checklist.objects.filter(area_path__in=reach, ended_at__isnull=True))
    found: dict[UUID, list[Checklist]] = {}
    for post in kept:
        above = set(ancestors_of(post.area_path))
        asked = [one for one in rows if one.area_path in above and post.kind in one.kinds]
        if asked:
            found[post.pk] = sorted(asked, key=lambda one: (-len(one.area_path), one.name))
    return found


def answers_on(post_ids: Iterable[UUID], on: date) -> dict[tuple[UUID, UUID], dict[str, CheckAnswer]]:
    """Return what was answered for a day, by (post, checklist) and point."""
    found: dict[tuple[UUID, UUID], dict[str, CheckAnswer]] = defaultdict(dict)
    for one in CheckAnswer.objects.filter(post_id__in=list(post_ids), on=on).select_related("shift"):
        found[(one.post_id, one.checklist_id)][one.point] = one
    return found


def left_on(posts: Iterable[Post], on: date) -> dict[UUID, int]:
    """Return how many points of a day nobody has answered, for the posts where any is left."""
    kept = list(posts)
    asked, answered = checklists_at(kept), answers_on((post.pk for post in kept), on)
    left = {
        post: sum(len(points_left(one.points, answered.get((post, one.pk), ()))) for one in lists)
        for post, lists in asked.items()
    }  # fmt: skip
    return {post: number for post, number in left.items() if number}


def checks_of(posts: Iterable[Post], on: date) -> dict[UUID, list[dict[str, Any]]]:
    """Return the checklists of each post with the answers of a day, as a phone and a page show them."""
    kept = list(posts)
    answered = answers_on((post.pk for post in kept), on)
    return {
        post: [_shown(one, answered.get((post, one.pk), {})) for one in lists]
        for post, lists in checklists_at(kept).items()
    }


def _shown(one: Checklist, answered: dict[str, CheckAnswer]) -> dict[str, Any]:
    points = [{"point": point, **_answer(answered.get(point))} for point in one.points]
    return {"id": str(one.pk), "name": one.name, "document": one.document, "points": points}


def _answer(one: CheckAnswer | None) -> dict[str, Any]:
    if one is None:
        return {}
    told = {"answer": one.answer, "note": one.note, "at": one.answered_at, "settled": one.settled_at is not None}
    return {**told, "by": one.shift.worker} if one.shift else told
