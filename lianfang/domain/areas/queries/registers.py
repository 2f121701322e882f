"""What a newer register would change in a county: compared and planned, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lianfang.domain.areas.models import Area, AreaDecision, AreaMigration
from lianfang.domain.areas.rules.comparing import Comparison, Register, compare
from lianfang.domain.areas.rules.planning import Plan, Tile, plan_for
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.moving import count_at, paths_in_use
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.places.register import areas_within

AREA_FIELDS = ("path", "name", "short_name", "keys", "level", "parent", "longitude", "latitude", "valid_from",
               "valid_to", "dropped_on", "successors", "version")  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A newer register held against a county: the comparison, the plan, and how many people would get other codes."""

    comparison: Comparison
    plan: Plan
    people_moved: int
    to_decide: int

    def counts(self) -> dict[str, int]:
        """Return the numbers people are shown: villages by what became of them, people, open decisions."""
        waits = {path for path, tile in self.plan.known.items() if tile.dropped_on and not self._found(path)}
        kinds = dict.fromkeys(("same", "renamed", "merged", "split", "vanished"), 0)
        for path, fate in self.comparison.villages.items():
            if path not in waits:
                kinds[fate.kind] += 1
        return kinds | {"people_moved": self.people_moved, "to_decide": self.to_decide}

    def _found(self, path: str) -> bool:
        fate = self.comparison.villages.get(path) or self.comparison.towns.get(path)
        return fate is not None and fate.sure


def tiles_of(county: str) -> list[Tile]:
    """Return the areas below a county as a plan sees them."""
    rows = Area.objects.filter(within(county, "path")).exclude(path=county).values(*AREA_FIELDS)
    return [
        Tile(row["path"], row["name"], row["valid_from"], row["valid_to"], row["dropped_on"], tuple(row["successors"]))
        for row in rows
    ]


def tiles_from(names: Mapping[str, str], on: date) -> list[Tile]:
    """Return the areas of a register, by code, as a plan sees them."""
    return [Tile(code, name, on) for code, name in names.items()]


def built_in(county: str, on: date) -> list[Tile]:
    """Return the areas below a county in the register that comes with the system."""
    return tiles_from({area.code: area.name for area in areas_within(county) if len(area.code) > len(county)}, on)


def register_of(tiles: list[Tile]) -> Register:
    """Return the towns and villages in force as a register."""
    standing = {tile.path: tile.name for tile in tiles if tile.valid_to is None}
    return Register(
        villages={path: name for path, name in standing.items() if len(path) == VILLAGE_DIGITS},
        towns={path: name for path, name in standing.items() if len(path) == TOWN_DIGITS},
    )


def judge(county: str, new: Register, on: date, known: list[Tile] | None = None) -> Judged:
    """Hold a newer register against a county and change nothing.

    `known` stands for the county where the database does not hold it.
    """
    tiles = tiles_of(county) if known is None else known
    comparison = compare(register_of(tiles), new)
    deeper = len(county) + 1
    strays = {path for path in paths_in_use(county) if len(path) > deeper} - {tile.path for tile in tiles}
    plan = plan_for(comparison, new, tiles, strays, on)
    moved = sum(count_at("people.Person", plan.moves).values())
    dropped = {origin for tile, origin in plan.tiles.values() if tile.dropped_on is not None}
    open_before = open_decisions(county).filter(area_path__in=dropped).count()
    return Judged(comparison, plan, moved, len(plan.waiting) + open_before)


def open_decisions(path: str) -> Any:
    """Return the decisions that are still open below an area."""
    return AreaDecision.objects.filter(within(path), outcome=AreaDecision.Outcome.OPEN)


def latest_migration(county: str) -> UUID | None:
    """Return the migration of a county that is to be undone first, if there is any."""
    rows = AreaMigration.objects.filter(area_path=county, state=AreaMigration.State.APPLIED)
    return rows.order_by("-at").values_list("pk", flat=True).first()
