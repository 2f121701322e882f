"""Codes of before a newer register, as phones that were away still write them, in the codes of now."""

from __future__ import annotations

from datetime import datetime

from lianfang.domain.areas.models import Area, AreaStep
from lianfang.domain.areas.rules import ancestors_of

COUNTY = 6


def present_code(code: str, at: datetime | None) -> str:
    """Return the code that an area has now which somebody named at a moment; the code itself where nothing is known.

    A code in force is taken as it stands, unless another area had it at that moment.
    """
    steps = AreaStep.objects.filter(area_path=code[:COUNTY], undone_at__isnull=True).order_by("at", "pk")
    for was_moved_at, moves in steps.values_list("at", "moves"):
        is_older = at is not None and at < was_moved_at
        if is_older or not Area.objects.filter(path=code, valid_to__isnull=True).exists():
            code = _moved(code, moves)
    return code


def _moved(code: str, moves: dict[str, str]) -> str:
    """Return where a path went: by itself, or below the nearest area that went."""
    above = next((one for one in reversed(ancestors_of(code)) if one in moves), None)
    return code if above is None else moves[above] + code[len(above) :]
