"""Splitting and merging grids: households and people move with them, and the tree keeps its history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions import STANDING_GRID, AreaName, close_grid, make_grid, note_split
from lianfang.domain.people.actions.fields import NO_HOUSEHOLD, Reason, require_area
from lianfang.domain.people.actions.households import move_households
from lianfang.domain.people.events import GridsMerged, GridSplit, HouseholdsMoved
from lianfang.domain.people.models import Household, Person
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

ALL_OF_IT = refusal(
    "people.split_takes_all",
    "新网格不能带走原网格全部住户；如需改名请用“网格改名”。",
    "The new grid would take every household; rename the grid instead.",
)
TWO_VILLAGES = refusal(
    "people.grids_of_two_villages", "只能合并同一村（社区）的网格。", "Only grids of one village can be merged."
)
INTO_ITSELF = refusal("people.grid_into_itself", "网格不能并入自己。", "A grid cannot be merged into itself.")

Grid = Annotated[str, Field(pattern=r"^\d{15}$", **labelled("网格", "Grid", "area"))]
ManyHouseholds = Annotated[
    list[UUID], Field(min_length=1, max_length=2000, **labelled("住户", "Households", "household"))
]


class SplitGrid(Input):
    grid: Grid
    households: ManyHouseholds
    name: AreaName
    reason: Reason = "网格拆分"


@action("people.split_grid", both("拆分网格", "Split a grid"), SplitGrid,
        subject=Subject("areas.areas", "grid", STANDING_GRID))  # fmt: skip
def split_grid(call: Call, given: SplitGrid) -> Result:
    """Cut a new grid from a grid: the named households move to it with everybody in them, the rest stay."""
    village = given.grid[:VILLAGE_DIGITS]
    call.permit(village)
    require_area(given.grid, "grid")
    rows = _own_households(given.grid, given.households)
    if not Household.objects.filter(area_path=given.grid).exclude(pk__in=[row.pk for row in rows]).exists():
        raise ALL_OF_IT(field="households")
    path = make_grid(call, village, given.name)
    note_split(call, given.grid, path, given.reason)
    move_households(call, rows, path)
    call.about("areas.areas", given.grid, into=path, households=len(rows))
    call.announce(GridSplit(area_path=village, from_path=given.grid, to_path=path))
    undo = {"action": "people.merge_grids", "input": {"grids": [path], "into": given.grid, "reason": "撤销拆分"}}
    return {"path": path, "households": len(rows), "undo": undo}


def _own_households(grid: str, ids: list[UUID]) -> list[Household]:
    """Return the households of this very grid. Raises `people.unknown_household` for any other."""
    rows = list(Household.objects.select_for_update().filter(pk__in=ids, area_path=grid))
    if len(rows) != len(set(ids)):
        raise NO_HOUSEHOLD(field="households")
    return rows


class MergeGrids(Input):
    grids: Annotated[list[Grid], Field(min_length=1, max_length=50, **labelled("并掉的网格", "Grids to merge", "area"))]
    into: Grid
    reason: Reason = "网格合并"


@action("people.merge_grids", both("合并网格", "Merge grids"), MergeGrids, danger=True)
def merge_grids(call: Call, given: MergeGrids) -> Result:
    """Merge grids of one village into one of them: everybody moves, the merged ones close and name their successor."""
    grids = sorted(set(given.grids))
    for path in (*grids, given.into):
        call.permit(path[:VILLAGE_DIGITS])
        require_area(path, "into" if path == given.into else "grids")
    if given.into in grids:
        raise INTO_ITSELF(field="grids")
    if len({path[:VILLAGE_DIGITS] for path in (*grids, given.into)}) > 1:
        raise TWO_VILLAGES(field="grids")
    moved = sum(_empty_into(call, path, given.into) for path in grids)
    for path in grids:
        close_grid(call, path, [given.into], "merged", given.reason)
    call.about("areas.areas", given.into, merged=grids, households=moved)
    call.announce(GridsMerged(area_path=given.into[:VILLAGE_DIGITS], from_paths=tuple(grids), to_path=given.into))
    return {"path": given.into, "households": moved}


def _empty_into(call: Call, path: str, into: str) -> int:
    """Move everybody of a grid, people without a household as well; return how many households moved."""
    rows = list(Household.objects.select_for_update().filter(area_path=path))
    if rows:
        move_households(call, rows, into)
    strays = list(Person.objects.filter(area_path=path).values_list("pk", flat=True))
    if strays:
        Person.objects.filter(pk__in=strays).update(area_path=into, updated_at=call.received_at)
        call.announce(
            HouseholdsMoved(area_path=into, from_path=path, to_path=into, household_ids=(), person_ids=tuple(strays))
        )
    return len(rows)
