"""Codes of before a newer register, as phones that were away still write them, in the codes of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.areas.models import Area, AreaStep
from lianfang.domain.areas.rules import ancestors_of
from lianfang.kernel.areas import COUNTY_DIGITS


def present_code(code: str, at: datetime | None, as_of: datetime | None = None) -> str:
    """Return the code that an area has now which somebody named at a moment; the code itself where nothing is known.

    `as_of` is when the server gave whoever named it the codes they have: by it alone is decided what a code means that
    went to another area meanwhile, whenever it is written. Without it a code in force is taken as it stands, unless
    another area had it at the moment it was named.
    """
    steps = AreaStep.objects.filter(area_path=code[:COUNTY_DIGITS])
    if as_of is not None:
        for moves in _moves_since(steps, as_of):
            code = _moved(code, moves)
        return code
    for was_moved_at, moves in steps.filter(undone_at__isnull=True).order_by("at", "pk").values_list("at", "moves"):
        is_older = at is not None and at < was_moved_at
        if is_older or not Area.objects.filter(path=code, valid_to__isnull=True).exists():
            code = _moved(code, moves)
    return code


def _moves_since(steps: QuerySet[AreaStep], as_of: datetime) -> Iterator[Mapping[str, str]]:
    """Yield what moved since a moment in its order, and the other way round what was undone since."""
    known = list(steps.order_by("at", "pk"))
    there = [(one.at, place, one.moves) for place, one in enumerate(known)]
    # of steps undone at once the last went back first
    back = [(one.undone_at, -place, _turned(one.moves)) for place, one in enumerate(known) if one.undone_at is not None]
    for moment, _, moves in sorted([*there, *back], key=lambda event: event[:2]):
        if moment > as_of:
            yield moves


def _turned(moves: Mapping[str, str]) -> dict[str, str]:
    """Return the way back of each code that only one went to."""
    came = Counter(moves.values())
    return {new: old for old, new in moves.items() if came[new] == 1}


def _moved(code: str, moves: Mapping[str, str]) -> str:
    """Return where a path went: by itself, or below the nearest area that went."""
    above = next((one for one in reversed(ancestors_of(code)) if one in moves), None)
    return code if above is None else moves[above] + code[len(above) :]
