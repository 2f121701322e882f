"""What must hold of areas: whatever a newer register split or dropped is decided about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lianfang.domain.areas.queries import open_decisions
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.kernel.text import Bilingual, both


def find_undecided(path: str, _: datetime) -> Iterator[Open]:
    """Yield the areas that wait for a decision."""
    for one in open_decisions(path):
        details = {"households": one.households, "people": one.people}
        yield Open(str(one.pk), one.area_path, one.opened_at, details=details)


def _says(details: dict[str, Any]) -> Bilingual:
    households, people = details["households"], details["people"]
    return both(f"{households} 户 {people} 人在等去向", f"{households} households, {people} people wait to know where")


gap(
    Gap(
        name="areas.undecided",
        title=both("区划变动待定", "Areas to decide about"),
        help=both(
            "新区划登记册拆分或撤销了这些村，户和人还在原处，要有人决定归到哪里。",
            "A newer register split or dropped these villages; their households are where they were until decided.",
        ),
        severity="soon",
        table="areas.decisions",
        find=find_undecided,
        act=("action", "areas.decide_area", both("决定去向", "Decide")),
        facts=("areas.areas_moved", "areas.area_kept"),
        says=_says,
    )
)
