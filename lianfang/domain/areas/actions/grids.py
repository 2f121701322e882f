"""The register of a county is loaded; grids are created, renamed and closed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.events import GridClosed, GridCreated
from lianfang.domain.areas.models import Area, AreaChange
from lianfang.domain.areas.rules import GRID_DIGITS, level_of, next_grid_path, parent_of
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Path
from lianfang.kernel.clock import today
from lianfang.kernel.errors import refusal
from lianfang.kernel.names import search_keys
from lianfang.kernel.text import both

NO_AREA = refusal("areas.unknown", "没有这个区域，或已撤销。", "There is no such area, or it was closed.", status=404)
NOT_A_VILLAGE = refusal("areas.not_a_village", "网格只能建在村或社区里。", "A grid belongs to a village or community.")
NOT_A_GRID = refusal("areas.not_a_grid", "这不是网格。", "This is not a grid.")
STALE = refusal(
    "record.stale",
    "您打开后别人已修改，请刷新后再改。",
    "Somebody changed this since you opened it; reload and try again.",
    status=409,
)
NAME_TAKEN = refusal(
    "areas.name_taken", "本村已有同名网格。", "The village already has a grid of that name.", status=409
)
NO_NUMBER_LEFT = refusal(
    "areas.no_number_left",
    "本村的网格编号已用完（撤销的网格也占编号），请改用已有的网格。",
    "Every grid number of this village is used, those of closed grids included: use one that exists.",
    status=409,
)

AreaName = Annotated[str, Field(min_length=1, max_length=60, title="名称", json_schema_extra={"x-title-en": "Name"})]


class LoadAreas(Input):
    areas: list[tuple[Path, AreaName]] = Field(min_length=1, max_length=10_000)
    valid_from: date
    points: dict[str, tuple[float, float]] = Field(default_factory=dict)


@action("areas.load_register", both("载入区划", "Load the division register"), LoadAreas, offered=False)
def load_register(call: Call, given: LoadAreas) -> Result:
    """Load areas (path, name) of a division register; areas already there keep their history."""
    paths = sorted({path for path, _ in given.areas}, key=len, reverse=True)
    for path in paths:
        call.permit(path)
    known = set(Area.objects.filter(path__in=paths).values_list("path", flat=True))
    fresh = [
        make_area(path, name, given.valid_from, given.points.get(path))
        for path, name in given.areas
        if path not in known
    ]
    Area.objects.bulk_create(fresh, batch_size=1000)
    call.about("areas.areas", call.area_path, loaded=len(fresh))
    return {"loaded": len(fresh)}


def make_area(path: str, name: str, valid_from: date, point: tuple[float, float] | None = None) -> Area:
    """Return an area, not saved yet, with what its path and name say."""
    longitude, latitude = point or (None, None)
    return Area(path=path, name=name, short_name=short_name(name), keys=keys_of(name), level=level_of(path),
                parent=parent_of(path), valid_from=valid_from, longitude=longitude, latitude=latitude)  # fmt: skip


def keys_of(name: str) -> str:
    """Return what an area is searched by."""
    return " ".join(sorted(search_keys(name)))[:160]


def short_name(name: str) -> str:
    """Return the name as people say it: without 委会 endings."""
    for ending, kept in (("村民委员会", "村"), ("村委会", "村"), ("社区居委会", "社区"), ("居委会", "社区")):
        if name.endswith(ending):
            return name.removesuffix(ending) + kept
    return name


class CreateGrid(Input):
    village: Annotated[
        str,
        Field(pattern=r"^\d{12}$", title="村（社区）", json_schema_extra={"x-title-en": "Village", "x-widget": "area"}),
    ]
    name: AreaName


@action("areas.create_grid", both("新建网格", "Create a grid"), CreateGrid)
def create_grid(call: Call, given: CreateGrid) -> Result:
    """Create a grid inside a village; its path is the next free number."""
    call.permit(given.village)
    return {"path": make_grid(call, given.village, given.name)}


def make_grid(call: Call, village: str, name: str) -> str:
    """Create the grid for an action that has asked already; returns its path."""
    if not Area.objects.filter(path=village, level="village", valid_to__isnull=True).exists():
        raise NOT_A_VILLAGE(field="village")
    siblings = Area.objects.filter(parent=village)
    if siblings.filter(name=name, valid_to__isnull=True).exists():
        raise NAME_TAKEN(field="name")
    path = next_grid_path(village, list(siblings.values_list("path", flat=True)))
    if not path:
        raise NO_NUMBER_LEFT(field="village")
    make_area(path, name, today()).save(force_insert=True)
    note_change(call, path, "created", {}, {"name": name})
    call.about("areas.areas", path)
    call.announce(GridCreated(area_path=path))
    return path


def close_grid(call: Call, path: str, successors: list[str], kind: str, reason: str) -> None:
    """Close a grid for an action that has moved its households already (split, merge)."""
    grid = _grid(path)
    grid.valid_to, grid.successors = today(), successors
    grid.save(update_fields=["valid_to", "successors"])
    note_change(call, path, kind, {"name": grid.name}, {"successors": successors}, reason)
    call.announce(GridClosed(area_path=path, successors=tuple(successors)))


def note_split(call: Call, path: str, into: str, reason: str) -> None:
    """Write into the history of a grid that another was cut from it, for an action that moves the households."""
    note_change(call, _grid(path).path, "split", {}, {"into": into}, reason)


STANDING_GRID = when(lambda path, level, until: _is_grid(path, level) and until is None, "path", "level", "valid_to")


def _is_grid(path: str, level: str) -> bool:
    return level == "grid" and len(path) == 12 + GRID_DIGITS


def _grid(path: str) -> Area:
    grid = Area.objects.filter(path=path, valid_to__isnull=True).first()
    if grid is None:
        raise NO_AREA(field="path")
    if not _is_grid(path, grid.level):
        raise NOT_A_GRID(field="path")
    return grid


def note_change(
    call: Call, path: str, kind: str, before: dict[str, Any], after: dict[str, Any], reason: str = ""
) -> None:
    """Write a change into the history of areas."""
    account: UUID | None = call.actor.account_id
    AreaChange.objects.create(
        path=path, kind=kind, before=before, after=after, at=call.received_at, account_id=account, reason=reason
    )


class RenameGrid(Input):
    path: Annotated[
        str, Field(pattern=r"^\d{15}$", title="网格", json_schema_extra={"x-title-en": "Grid", "x-widget": "area"})
    ]
    name: AreaName
    version: int = Field(
        1, ge=1, le=10**6, title="版本", json_schema_extra={"x-title-en": "Version", "x-widget": "hidden"}
    )


@action("areas.rename_grid", both("网格改名", "Rename a grid"), RenameGrid,
        subject=Subject("areas.areas", "path", STANDING_GRID))  # fmt: skip
def rename_grid(call: Call, given: RenameGrid) -> Result:
    """Rename a grid. An edit of an older version is refused, so that nobody's change is overwritten unseen."""
    call.permit(given.path)
    grid = _grid(given.path)
    if grid.version != given.version:
        raise STALE(field="version", details={"version": grid.version})
    note_change(call, grid.path, "renamed", {"name": grid.name}, {"name": given.name})
    undo = {"action": "areas.rename_grid", "input": {"path": grid.path, "name": grid.name, "version": grid.version + 1}}
    grid.name, grid.short_name, grid.keys, grid.version = given.name, given.name, keys_of(given.name), grid.version + 1
    grid.save(update_fields=["name", "short_name", "keys", "version"])
    call.about("areas.areas", grid.path)
    return {"path": grid.path, "undo": undo}
