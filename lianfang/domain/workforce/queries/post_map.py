"""Posts on a map and beside it: each with its place, who leads it, and what is open there; the villages as ground."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from lianfang.domain.areas.queries import area_card, areas_of_level
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.gaps.board import open_on
from lianfang.foundation.tables.reading import Query, read_all

POSTS, SHIFTS = "workforce.posts", "workforce.shifts"
_CELLS = ("number", "name", "kind", "tier", "area_path", "position", "longitude", "latitude", "lead")
_GROUND = ("town", "village")


def posts_map(viewer: Actor, path: str) -> dict[str, Any]:
    """Return the standing posts below an area as the viewer's own table shows them. Raises `access.not_yours`."""
    if not any(path.startswith(one) or one.startswith(path) for one in viewer.prefixes(POSTS)):
        raise NOT_YOURS(field="within")
    rows = read_all(viewer, POSTS, Query({"state": "standing"}, within=path))
    open_ = _open_at(viewer, path)
    posts = [
        {"id": str(row["id"]), **{name: row["cells"][name] for name in _CELLS}, "gaps": open_.get(str(row["id"]), [])}
        for row in rows
    ]  # fmt: skip
    return {"within": area_card(path), "posts": sorted(posts, key=lambda one: one["number"]), "ground": _ground(path)}


def _open_at(viewer: Actor, path: str) -> dict[str, list[dict[str, Any]]]:
    """Return the open gaps of each post: its own, and those of its shifts."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for title, subject, said in open_on(viewer, POSTS, path):
        found[subject].append({"title": title.as_dict(), "said": said})
    of_shifts = list(open_on(viewer, SHIFTS, path))
    post_of = dict(Shift.objects.filter(pk__in=[one for _, one, _ in of_shifts]).values_list("pk", "post_id"))
    by_shift = {str(shift): str(post) for shift, post in post_of.items()}
    for title, subject, said in of_shifts:
        if subject in by_shift:
            found[by_shift[subject]].append({"title": title.as_dict(), "said": said})
    return found


def _ground(path: str) -> list[dict[str, Any]]:
    """Return the towns and villages with a known point: what a map has below the posts where there are no outlines."""
    areas = [area for level in _GROUND for area in areas_of_level(level, path)]
    return [
        {"path": one.path, "name": one.short_name or one.name, "level": one.level, "longitude": one.longitude,
         "latitude": one.latitude}
        for one in areas if one.longitude is not None and one.latitude is not None
    ]  # fmt: skip
