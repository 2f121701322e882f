"""Reads of areas for other code. Areas are public: every worker must be able to name any place of the county."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from lianfang.domain.areas.models import Area
from lianfang.domain.areas.rules import LENGTHS, ancestors_of, child_length, level_of
from lianfang.foundation.privacy.fields import within


def find_area(path: str) -> Area | None:
    """Return the area in force at a path."""
    return Area.objects.filter(path=path, valid_to__isnull=True).first()


def area_exists(path: str) -> bool:
    """Say whether an area is in force at the path."""
    return Area.objects.filter(path=path, valid_to__isnull=True).exists()


def names(paths: Iterable[str]) -> dict[str, str]:
    """Return the name of each path that has an area."""
    return dict(Area.objects.filter(path__in=set(paths)).values_list("path", "name"))


def full_name(path: str, from_level: int = 9) -> str:
    """Return the name with those above it, from the town down: 古绛镇 城内村委会 第2网格."""
    wanted = [one for one in ancestors_of(path) if len(one) >= min(from_level, len(path))]
    known = names(wanted)
    return " ".join(known[one] for one in wanted if one in known)


def area_card(path: str) -> dict[str, Any]:
    """Return path, name, level, full name and the areas above, as screens show them."""
    above = ancestors_of(path)
    known = names(above)
    return {
        "path": path,
        "name": known.get(path, path or "全部"),
        "level": level_of(path),
        "full_name": " ".join(known[one] for one in above if one in known and (len(one) >= 9 or one == path)),
        "ancestors": [{"path": one, "name": known[one]} for one in above if one in known and one != path],
    }


def children(path: str) -> list[Area]:
    """Return the areas in force one level below."""
    return list(Area.objects.filter(parent=path, valid_to__isnull=True).order_by("path"))


def areas_of_level(level: str, path: str = "") -> list[Area]:
    """Return the areas of a level in force at or below an area, in the order of their paths."""
    return list(Area.objects.filter(within(path, "path"), level=level, valid_to__isnull=True).order_by("path"))


def areas_in_force(levels: Iterable[str]) -> QuerySet[Area]:
    """Return the areas of these levels in force as a query, for lists that count by area."""
    return Area.objects.filter(level__in=list(levels), valid_to__isnull=True)


def grids_of(village: str) -> list[str]:
    """Return the paths of the village's grids in force."""
    return [area.path for area in children(village) if area.level == "grid"]


def path_length(level: str) -> int:
    """Return the length of the paths of a level; village → 12."""
    return LENGTHS[level]


def child_path_length(path: str) -> int:
    """Return the length of the paths one level below; county → 9, town → 12, village → 15."""
    return child_length(path)
