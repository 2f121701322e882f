"""Units as people write them: the one unit of the county that a text names, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from lianfang.domain.organisation.queries import standing_units
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import COUNTY_DIGITS


def units_named(names: Iterable[str], area_path: str) -> dict[str, UUID]:
    """Return the units of the area's county that are written so; a name that two units bear names none."""
    wanted = {one for one in names if one}
    if not wanted:
        return {}
    found = standing_units().filter(within(area_path[:COUNTY_DIGITS]), name__in=wanted).values_list("name", "pk")
    often = Counter(name for name, _ in found)
    return {name: pk for name, pk in found if often[name] == 1}


def unit_named(name: str, area_path: str) -> UUID | None:
    """Return the unit of the area's county that is written so, when there is exactly one."""
    return units_named([name], area_path).get(name)
