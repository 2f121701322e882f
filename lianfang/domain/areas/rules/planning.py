"""Where everything goes when a newer register takes force: a plan of paths and areas, worked out before a row moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lianfang.domain.areas.rules.comparing import Comparison, Fate, Register
from lianfang.domain.areas.rules.paths import GRID_DIGITS, parent_of
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.errors import refusal

GRID = VILLAGE_DIGITS + GRID_DIGITS
# codes that no register gives (the last three digits end at 599): what it dropped lies there where its own code is
# another's now
WAITING = (*range(900, 1000), *range(600, 900))

FULL = refusal(
    "areas.no_waiting_code",
    "{area} 下没有空余代码可暂存撤销的村，请先处理待定的村。",
    "No code is left below {area} for villages that wait for a decision; decide about some first.",
    status=409,
)


@dataclass(frozen=True)
class Tile:
    """An area as the plan sees it."""

    path: str
    name: str
    valid_from: date
    valid_to: date | None = None
    dropped_on: date | None = None
    successors: tuple[str, ...] = ()


@dataclass
class Plan:
    """What is to be done. `goes_on` says for a path that several lead to which old one it continues, "" for none.

    `rest` is where remains of an old path lie when they cannot stand beside others; `tiles` are the county's areas
    afterwards, each with the old path its point on the map comes from.
    """

    moves: dict[str, str] = field(default_factory=dict)
    goes_on: dict[str, str] = field(default_factory=dict)
    rest: dict[str, str] = field(default_factory=dict)
    tiles: dict[str, tuple[Tile, str]] = field(default_factory=dict)
    waiting: list[tuple[Fate, str]] = field(default_factory=list)
    added: tuple[str, ...] = ()

    known: dict[str, Tile] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        """Say whether the county stands as the register has it already."""
        return self.known == {path: tile for path, (tile, _) in self.tiles.items()}


def plan_for(comparison: Comparison, new: Register, known: Iterable[Tile], strays: Iterable[str], on: date) -> Plan:
    """Return the plan that brings a county from the areas it knows to a newer register.

    `known` are all areas below the county, closed ones too; `strays` are paths that rows stand at without an area.
    """
    return _Planner(comparison, new, known, on).plan(strays)


class _Planner:
    def __init__(self, comparison: Comparison, new: Register, known: Iterable[Tile], on: date) -> None:
        self.comparison, self.new, self.on = comparison, new, on
        self.known = {tile.path: tile for tile in known}
        self.used = {*self.known, *new.villages, *new.towns}
        self.to: dict[str, str] = {}
        self.result = Plan(known=self.known, added=comparison.added)
        self.names: dict[str, set[str]] = defaultdict(set)

    def plan(self, strays: Iterable[str]) -> Plan:
        """Work it out: towns, then villages, then grids and whatever lies deeper."""
        for digits, fates in ((TOWN_DIGITS, self.comparison.towns), (VILLAGE_DIGITS, self.comparison.villages)):
            self._place(digits, fates)
        self._note_shared()
        self._lay_grids(strays)
        self._lay_new()
        self._point_on()
        self.result.moves = {path: to for path, to in self.to.items() if path != to}
        return self.result

    # --- towns and villages ---------------------------------------------------------------------------------------

    def _place(self, digits: int, fates: Mapping[str, Fate]) -> None:
        mine = sorted(path for path in self.known if len(path) == digits)
        for path in mine:
            fate = fates.get(path)
            if fate is not None and fate.sure:
                self.to[path] = fate.heirs[0]
        for path in mine:
            if path not in self.to:
                self.to[path] = self._waiting_place(path)
                self._keep(path, fates.get(path))

    def _waiting_place(self, path: str) -> str:
        """Return where an area lies that the register does not have: its own code unless that is another's now."""
        above = self._above(path)
        taken = path in self.new.villages or path in self.new.towns
        if not taken and path.startswith(above):
            return path
        return self._free(above)

    def _above(self, path: str) -> str:
        above = parent_of(path)
        return self.to.get(above, above)

    def _free(self, above: str) -> str:
        """Return a code below an area that no register gives. Raises `areas.no_waiting_code`."""
        free = next((code for number in WAITING if (code := f"{above}{number:03d}") not in self.used), None)
        if free is None:
            raise FULL(area=above)
        self.used.add(free)
        return free

    def _keep(self, path: str, fate: Fate | None) -> None:
        """Keep an area that the register does not have, in use or closed as it is."""
        tile, to = self.known[path], self.to[path]
        if fate is not None:
            fresh = tile.dropped_on is None
            tile = replace(tile, dropped_on=tile.dropped_on or self.on)
            if fresh:
                self.result.waiting.append((fate, to))
        self.result.tiles[to] = (replace(tile, path=to), path)

    def _note_shared(self) -> None:
        """Note which old area goes on where several lead to one, and where the remains of the others lie."""
        came: dict[str, list[str]] = defaultdict(list)
        fates = {**self.comparison.towns, **self.comparison.villages}
        for path in self.to:
            if path in fates and fates[path].sure:
                came[self.to[path]].append(path)
        for heir, olds in came.items():
            going_on = [path for path in olds if fates[path].kind != "merged"]
            first = going_on[0] if going_on else ""
            if len(olds) > 1 or not first:
                self.result.goes_on[heir] = first
                self.result.rest |= {path: self._rest(path) for path in olds if path != first}
            self._lay_heir(heir, first, olds)

    def _rest(self, path: str) -> str:
        taken = path in self.new.villages or path in self.new.towns
        return self._free(self._above(path)) if taken else path

    def _lay_heir(self, heir: str, first: str, olds: list[str]) -> None:
        name = self.new.villages.get(heir) or self.new.towns.get(heir) or self.known[olds[0]].name
        since = self.known[first].valid_from if first == heir else self.on
        self.result.tiles[heir] = (Tile(heir, name, since), first or olds[0])
        for path in olds:
            if path != heir and path not in self.new.villages and path not in self.new.towns:
                old = self.known[path]
                closed = replace(old, valid_to=max(self.on, old.valid_from), dropped_on=None, successors=(heir,))
                self.result.tiles[path] = (closed, path)

    # --- grids ----------------------------------------------------------------------------------------------------

    def _lay_grids(self, strays: Iterable[str]) -> None:
        """Bring grids along under their numbers; the second of a number, and of a name, gets another."""
        deeper = {path for path in (*self.known, *strays) if len(path) > VILLAGE_DIGITS}
        self._lay_strays({path for path in strays if len(path) <= VILLAGE_DIGITS and path not in self.to})
        later = set(self.result.rest)
        taken: dict[str, set[str]] = defaultdict(set)
        number: dict[str, str] = {}
        for path in sorted(deeper, key=lambda one: (one[:VILLAGE_DIGITS] in later, one)):
            village, grid = path[:VILLAGE_DIGITS], path[:GRID]
            above = self._village(village)
            if grid not in number:
                number[grid] = _free_number(grid[VILLAGE_DIGITS:], taken[above])
                taken[above].add(number[grid])
            to = above + number[grid] + path[GRID:]
            self.to[path] = to
            if path in self.known:
                self._lay_grid(path, to)

    def _lay_strays(self, paths: set[str]) -> None:
        """Bring rows along that stand at a village or town nobody knows: they follow the town."""
        for path in paths:
            above = self._above(path)
            self.to[path] = path if path.startswith(above) else self._free(above)

    def _village(self, village: str) -> str:
        if village not in self.to:
            self._lay_strays({village})
        return self.to[village]

    def _lay_grid(self, path: str, to: str) -> None:
        tile, above = self.known[path], parent_of(to)
        name = tile.name
        if tile.valid_to is None:
            if name in self.names[above]:
                name = f"{self.known[path[:VILLAGE_DIGITS]].name[:20]}{name}"[:60]
            self.names[above].add(name)
        self.result.tiles[to] = (replace(tile, path=to, name=name), path)

    # --- what came from nothing -----------------------------------------------------------------------------------

    def _lay_new(self) -> None:
        for code in self.comparison.added:
            name = self.new.villages.get(code) or self.new.towns[code]
            self.result.tiles[code] = (Tile(code, name, self.on), "")

    def _point_on(self) -> None:
        """Let what was closed before point to where its successors are now."""
        for path, (tile, origin) in self.result.tiles.items():
            if origin in self.known and self.known[origin].valid_to is not None:
                successors = tuple(self.to.get(one, one) for one in tile.successors)
                self.result.tiles[path] = (replace(tile, successors=successors), origin)


def _free_number(wanted: str, taken: set[str]) -> str:
    """Return the number a grid has, or the lowest free one where another has it."""
    if wanted not in taken:
        return wanted
    return next(text for number in range(1, 10**GRID_DIGITS) if (text := f"{number:0{GRID_DIGITS}d}") not in taken)


def plan_into(known: Iterable[Tile], strays: Iterable[str], path: str, into: str, on: date) -> Plan:
    """Return the plan that brings one waiting area, or one grid of it, into an area of the register.

    A village or town closes and names its successor; its grids come along under free numbers.
    """
    tiles = {tile.path: tile for tile in known}
    result = Plan(known=tiles, tiles={one: (tile, one) for one, tile in tiles.items()})
    taken = {one[VILLAGE_DIGITS:GRID] for one in tiles if one.startswith(into) and len(one) >= GRID}
    names = {tile.name for tile in tiles.values() if parent_of(tile.path) == into and tile.valid_to is None}
    number: dict[str, str] = {}
    for one in sorted({*tiles, *strays}):
        if one.startswith(path) and len(one) > VILLAGE_DIGITS:
            grid = one[VILLAGE_DIGITS:GRID]
            if grid not in number:
                number[grid] = _free_number(grid, taken)
                taken.add(number[grid])
            to = result.moves[one] = into + number[grid] + one[GRID:]
            if one in tiles:
                name = tiles[one].name
                name = f"{tiles[one[:VILLAGE_DIGITS]].name[:20]}{name}"[:60] if name in names else name
                del result.tiles[one]
                result.tiles[to] = (replace(tiles[one], path=to, name=name), one)
    if len(path) <= VILLAGE_DIGITS:
        result.moves[path], result.goes_on[into], result.rest[path] = into, into, path
        closed = replace(tiles[path], valid_to=max(on, tiles[path].valid_from), dropped_on=None, successors=(into,))
        result.tiles[path] = (closed, path)
    return result
