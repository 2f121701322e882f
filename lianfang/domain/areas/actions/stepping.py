"""One stroke of a migration, carried out and undone: areas and rows come to other paths, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lianfang.domain.areas.actions.grids import keys_of, note_change, short_name
from lianfang.domain.areas.models import Area, AreaDecision, AreaMigration, AreaStep
from lianfang.domain.areas.queries import AREA_FIELDS, names
from lianfang.domain.areas.rules import ancestors_of, level_of, parent_of
from lianfang.domain.areas.rules.planning import Plan, Tile
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.gaps.sweeping import recount_all
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.moving import Single, clashes, move_rows, paths_in_use, rows_at
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal

IN_USE = refusal(
    "areas.new_area_in_use",
    "迁移后已在新设的 {names} 登记了内容，不能撤销；请先把其中的户和责任移到别处。",
    "Things were recorded in the new {names} since; it cannot be undone until they are moved elsewhere.",
    status=409,
)

# what may be changed by hand after the stroke; undoing it keeps that
_BY_HAND = ("name", "short_name", "keys", "version", "valid_to")
# what nobody may be left without: with any of it in a new area, undoing would have no place for it
HELD = frozenset({"people.Household.area_path", "people.Person.area_path", "organisation.Responsibility.area_path",
                  "access.Grant.area_path", "accounts.Account.home_area", "places.Place.area_path"})  # fmt: skip
# kept by the system about an area, and made again by itself
_OF_ITSELF = ("gaps.", "jobs.", "areas.")

Row = dict[str, Any]


def take_step(
    call: Call, county: str, plan: Plan, migration: AreaMigration, decision: AreaDecision | None = None
) -> AreaStep:
    """Carry out a plan: rows first, then the areas they are in; keeps what undoing needs."""
    shared = set(plan.goes_on)
    alone = clashes(plan.moves, shared, plan.rest)
    mixed = [path for path in plan.rest if path in plan.moves]
    rows = _journal(rows_at(mixed), plan.moves, alone)
    used_rest = {to for told in alone.values() for to in told.values()}
    move_rows(plan.moves, alone)
    before = _areas(county)
    after = _after(plan, before, used_rest)
    _exchange(before, after)
    recount_all(county)
    return AreaStep.objects.create(
        area_path=county, migration=migration, decision=decision, at=call.received_at, moves=plan.moves,
        goes_on=plan.goes_on, rows=rows, **_changed_areas(before, after, plan.moves),
    )  # fmt: skip


def take_back(call: Call, step: AreaStep) -> None:
    """Undo a stroke. Raises `areas.new_area_in_use` where somebody has work in what it had made."""
    county = step.area_path
    now_at, was_at = _by_path(_areas(county)), _by_path(step.before)
    back = _way_back(step)
    alone = _still_there(step.rows)
    made = {row["path"] for row in step.after} - set(back) - set(was_at)
    left = _lost(county, {*made, *(path for path, old in step.goes_on.items() if not old)}, alone)
    moves = back | _newer_paths(county, back, set(now_at))
    freed = {to: was for was, to in moves.items() if to in now_at and to not in moves}
    second = clashes(moves, freed, freed, alone)
    move_rows(moves, _with(alone, second))
    after = _restored(step, now_at, moves, left, made)
    after += _outlived(step, now_at, freed, second)
    _exchange(list(now_at.values()), after)
    recount_all(county)
    AreaStep.objects.filter(pk=step.pk).update(undone_at=call.received_at)


# --- areas --------------------------------------------------------------------------------------------------------


def _areas(county: str) -> list[Row]:
    return list(Area.objects.filter(within(county, "path")).exclude(path=county).order_by("path").values(*AREA_FIELDS))


def _by_path(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["path"]: row for row in rows}


def _after(plan: Plan, before: list[Row], used_rest: set[str]) -> list[Row]:
    """Return the areas as the plan has them; remains get an area where there is none, closed and pointing on."""
    known = _by_path(before)
    rows = [_row(tile, known.get(origin)) for tile, origin in plan.tiles.values()]
    for was, path in plan.rest.items():
        if path in used_rest and path not in plan.tiles:
            old = known[was]
            rows.append(old | {"path": path, "parent": parent_of(path), "valid_to": _day(plan, was, old),
                               "successors": [plan.moves[was]]})  # fmt: skip
    return rows


def _day(plan: Plan, was: str, old: Row) -> date:
    heir = plan.tiles[plan.moves[was]][0]
    day: date = max(heir.valid_from, old["valid_from"])
    return day


def _row(tile: Tile, origin: Row | None) -> Row:
    same = origin if origin is not None and origin["name"] == tile.name else None
    return {
        "path": tile.path, "name": tile.name,
        "short_name": same["short_name"] if same else short_name(tile.name),
        "keys": same["keys"] if same else keys_of(tile.name),
        "level": level_of(tile.path), "parent": parent_of(tile.path),
        "longitude": origin["longitude"] if origin else None, "latitude": origin["latitude"] if origin else None,
        "valid_from": tile.valid_from, "valid_to": tile.valid_to, "dropped_on": tile.dropped_on,
        "successors": list(tile.successors), "version": origin["version"] if origin else 1,
    }  # fmt: skip


def _exchange(before: list[Row], after: list[Row]) -> None:
    """Write what differs: old rows go and new ones come, because a code may be another area's now."""
    was, now = _by_path(before), _by_path(after)
    gone = [path for path, row in was.items() if now.get(path) != row]
    Area.objects.filter(path__in=gone).delete()
    Area.objects.bulk_create((Area(**row) for path, row in now.items() if was.get(path) != row), batch_size=500)


def _changed_areas(before: list[Row], after: list[Row], moves: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the areas that differ or moved: one that came to the code of its twin differs in nothing."""
    was, now, touched = _by_path(before), _by_path(after), {*moves, *moves.values()}
    return {
        "before": [_plain(row) for path, row in was.items() if path in touched or now.get(path) != row],
        "after": [_plain(row) for path, row in now.items() if path in touched or was.get(path) != row],
    }


def _plain(row: Row) -> Row:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}


def _dated(row: Row) -> Row:
    days = ("valid_from", "valid_to", "dropped_on")
    return row | {day: date.fromisoformat(row[day]) if row[day] else None for day in days}


# --- undoing ------------------------------------------------------------------------------------------------------


def _journal(found: Single, moves: Mapping[str, str], alone: Single) -> dict[str, dict[str, list[str]]]:
    """Return where rows that mix with others were and went, one by one."""
    return {
        column: {pk: [path, alone.get(column, {}).get(pk, moves.get(path, path))] for pk, path in told.items()}
        for column, told in found.items()
    }


def _still_there(journal: Mapping[str, Mapping[str, list[str]]]) -> Single:
    """Return the rows of a journal that are where they were brought; those moved since follow their present place."""
    places = sorted({to for told in journal.values() for _, to in told.values()})
    present = rows_at(places)
    return {
        column: {pk: was for pk, (was, to) in told.items() if present.get(column, {}).get(pk) == to}
        for column, told in journal.items()
    }


def _with(one: Single, other: Single) -> Single:
    return {column: {**one.get(column, {}), **other.get(column, {})} for column in {*one, *other}}


def _outlived(step: AreaStep, now_at: Mapping[str, Row], freed: Mapping[str, str], second: Single) -> list[Row]:
    """Return closed areas for what stood under a code that goes back to its old area, where that has the same.

    Such as the day's report, which the system makes of every area by itself.
    """
    used = {path for told in second.values() for path in told.values()}
    found = []
    for path, was in freed.items():
        if was in used:
            row, day = now_at[path], local(step.at).date()
            found.append(row | {"path": was, "parent": parent_of(was), "valid_to": max(row["valid_from"], day),
                                "successors": [path]})  # fmt: skip
    return found


def _way_back(step: AreaStep) -> dict[str, str]:
    """Return the old path for every path that continues exactly one."""
    return {
        to: was
        for was, to in step.moves.items()
        if step.goes_on.get(to, was) == was
    }  # fmt: skip


def _lost(county: str, made: set[str], alone: Single) -> set[str]:
    """Return the made areas that something of theirs still lies in. Raises `areas.new_area_in_use` for people's work.

    What the system keeps by itself, such as a daily report without anything in it, may stay in a closed area.
    """
    rows = rows_at(path for path in paths_in_use(county) if path[:VILLAGE_DIGITS] in made or path[:TOWN_DIGITS] in made)
    left: set[str] = set()
    for column, told in rows.items():
        paths = {path for pk, path in told.items() if pk not in alone.get(column, {})}
        if column in HELD and paths:
            known = names({path[:VILLAGE_DIGITS] for path in paths})
            raise IN_USE(names="、".join(sorted(known.values()))[:120])
        if not column.startswith(_OF_ITSELF):
            left |= paths
    return left


def _newer_paths(county: str, back: Mapping[str, str], known: set[str]) -> dict[str, str]:
    """Return where grids go that were made since below areas that go back."""
    found: dict[str, str] = {}
    taken = {*back.values()}
    for path in sorted({*paths_in_use(county), *known}):
        above = next((one for one in reversed(ancestors_of(path)[:-1]) if one in back), None)
        if path in back or above is None or len(path) <= VILLAGE_DIGITS:
            continue
        to = back[above] + path[len(above) :]
        number = 0
        while to in taken or to in found.values():
            number += 1
            to = f"{back[above]}{number:03d}{path[len(above) + 3 :]}"
        found[path] = to
    return found


def _restored(
    step: AreaStep, now_at: dict[str, Row], moves: Mapping[str, str], left: set[str], made: set[str]
) -> list[Row]:
    """Return the areas as they were; what was changed by hand since stays, and so do areas made since."""
    put, was_at = _by_path(map(_dated, step.after)), _by_path(map(_dated, step.before))
    rows = dict(was_at)
    for path, row in now_at.items():
        to = moves.get(path, path)
        if path in put and to in was_at:
            rows[to] = was_at[to] | {key: row[key] for key in _BY_HAND if row[key] != put[path][key]}
        elif path in left and path not in was_at:
            rows[path] = row | {"valid_to": row["valid_to"] or max(row["valid_from"], local(step.at).date())}
        elif path not in put and path[:VILLAGE_DIGITS] not in made:
            rows[to] = row | {"path": to, "parent": parent_of(to)}
    return list(rows.values())


def note_fates(call: Call, step: AreaStep, kind: str = "") -> None:
    """Write what became of towns and villages into their history; grids that only came along are not named."""
    was, now = _by_path(step.before), _by_path(step.after)
    for old in sorted(path for path in {*was, *step.moves} if len(path) <= VILLAGE_DIGITS):
        to = step.moves.get(old, old)
        before = was.get(old, {})
        after = now.get(to, {})
        said = kind or _kind(old, to, before, after, step)
        note_change(call, to, said, {"path": old, "name": before.get("name")}, {"path": to, "name": after.get("name")})


def _kind(old: str, to: str, before: Row, after: Row, step: AreaStep) -> str:
    if step.goes_on.get(to, old) != old:
        return "merged"
    if after.get("dropped_on"):
        return "dropped"
    return "recoded" if old != to else "renamed"
