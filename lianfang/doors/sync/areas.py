"""How far a phone reaches: villages and grids, never a town; who answers for more works at a console."""

from __future__ import annotations

from lianfang.foundation.access.actor import Actor

VILLAGE_DIGITS = 12


def small_areas(actor: Actor, permission: str) -> tuple[str, ...]:
    """Return the villages and grids where somebody may do it; wider grants count only where their home is as small."""
    small = tuple(path for path in actor.prefixes(permission) if len(path) >= VILLAGE_DIGITS)
    home = actor.home_area
    if not small and len(home) >= VILLAGE_DIGITS and actor.may(permission, home):
        return (home,)
    return small
