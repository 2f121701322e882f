"""How far a phone reaches: villages and grids, never a town; who answers for more works at a console.

And codes that a phone wrote before a newer register was taken over, or without having heard of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianfang.domain.areas.queries import present_code
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.fields import is_area_path
from lianfang.kernel.areas import VILLAGE_DIGITS

# the fields by which commands of phones name an area
NAMING = frozenset({"area_path", "village", "destination_path"})


def in_present_codes(given: Any, at: datetime | None, as_of: datetime | None = None) -> Any:
    """Return a command's input with the areas that it names under their codes of today.

    `as_of` is the moment of the grid that the phone had when it recorded the command, as the server told it.
    """
    if not isinstance(given, Mapping):
        return given
    old = {name: given[name] for name in NAMING & set(given) if isinstance(given[name], str)}
    now = {name: present_code(code, at, as_of) for name, code in old.items() if is_area_path(code)}
    return {**given, **now}


def small_areas(actor: Actor, permission: str) -> tuple[str, ...]:
    """Return the villages and grids where somebody may do it; wider grants count only where their home is as small."""
    small = tuple(path for path in actor.prefixes(permission) if len(path) >= VILLAGE_DIGITS)
    home = actor.home_area
    if not small and len(home) >= VILLAGE_DIGITS and actor.may(permission, home):
        return (home,)
    return small
