"""Division registers at the command line: load one, hold a newer one against a county, take it over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lianfang.domain.areas.queries import (
    BECAUSE,
    Judged,
    Register,
    area_exists,
    built_in,
    judge,
    latest_migration,
    names,
    register_of,
    tiles_from,
    tiles_of,
)
from lianfang.doors.files.registers import RegisterFile, Sent, read_register
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.privacy.moving import TOLD, Tell
from lianfang.kernel.areas import COUNTY_DIGITS, TOWN_DIGITS
from lianfang.kernel.clock import today
from lianfang.kernel.errors import refusal
from lianfang.kernel.places.register import areas_within, canonical, upper_names

NOT_A_COUNTY = refusal(
    "register.not_a_county",
    "--within 应是县（区）的 6 位代码。",
    "--within takes the 6 digits of a county.",
)
LOADED = refusal(
    "register.loaded",
    "{within} 的区划已载入；新的登记册请用 lianfang areas migrate。",
    "The areas of {within} are there already; take a newer register over with lianfang areas migrate.",
    status=409,
)
NOTHING_TO_UNDO = refusal(
    "register.nothing_to_undo",
    "{within} 没有可撤销的区划迁移。",
    "{within} took over no register that could be undone.",
    status=404,
)
REGISTER_DAY = date(2019, 10, 31)


@dataclass(frozen=True)
class Asked:
    """A newer register of a county: files of the command line, or what was sent."""

    files: Sequence[Path | Sent]
    within: str
    valid_from: date | None = None
    older: Path | None = None

    @property
    def county(self) -> str:
        """Return the county's code. Raises `area.unknown_code`, `register.not_a_county`."""
        code = canonical(self.within)
        if len(code) != COUNTY_DIGITS:
            raise NOT_A_COUNTY(field="within")
        return code

    @property
    def day(self) -> date:
        return self.valid_from or today()


def load_register(asked: Asked, actor: Actor) -> dict[str, Any]:
    """Load a register into a database that has nothing of the county yet. Raises `register.*`."""
    county = asked.county
    if area_exists(county):
        raise LOADED(field="within", within=county)
    return {"loaded": _load(county, read_register(asked.files, county, {}), asked.day, actor)}


def judge_register(asked: Asked, actor: Actor) -> Judged:
    """Hold a newer register against the county and change nothing.

    Against the older file where one is named; against the register built in where the database lacks the county.
    """
    county = asked.county
    actor.require("areas.migrate_register", county)
    known = None
    if asked.older is not None:
        older = read_register([asked.older], county, {})
        known = tiles_from({**older.towns, **older.villages}, asked.day)
    elif not area_exists(county):
        known = built_in(county, REGISTER_DAY)
    towns = register_of(tiles_of(county) if known is None else known).towns
    sent = read_register(asked.files, county, towns)
    told = {old: tuple(heirs) for old, heirs in sent.told.items()}
    return judge(county, Register(sent.villages, sent.towns, told), asked.day, known)


def take_over(asked: Asked, actor: Actor, tell: Tell, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Take a newer register over. A county the database lacks is loaded from the register built in before.

    `tell` hears of each column whose rows came along, `say` what is done before.
    """
    county = asked.county
    actor.require("areas.migrate_register", county)
    if not area_exists(county):
        say(f"{upper_names()[county]} {county}: 先载入内置的 2019 年区划 / loading the built-in register of 2019 first")
        older = RegisterFile()
        for area in areas_within(county):
            if len(area.code) > COUNTY_DIGITS:
                (older.towns if len(area.code) == TOWN_DIGITS else older.villages)[area.code] = area.name
        _load(county, older, REGISTER_DAY, actor)
    sent = read_register(asked.files, county, register_of(tiles_of(county)).towns)
    source = "、".join(path.name for path in asked.files)[:200]
    given = {"within": county, "source": source, "valid_from": asked.day.isoformat(), **sent.as_input()}
    token = TOLD.set(tell)
    try:
        return dict(run(actor, "areas.migrate_register", given))
    finally:
        TOLD.reset(token)


def undo_latest(within: str, actor: Actor, reason: str) -> dict[str, Any]:
    """Undo the latest register a county took over. Raises `areas.*`, `register.nothing_to_undo`."""
    latest = latest_migration(Asked([], within).county)
    if latest is None:
        raise NOTHING_TO_UNDO(field="within", within=within)
    return dict(run(actor, "areas.undo_migration", {"migration_id": str(latest), "reason": reason}))


def lines_of(judged: Judged) -> Iterator[dict[str, Any]]:
    """Yield what became of every area that is not the same, and what is new, one by one."""
    for fate in (*judged.comparison.towns.values(), *judged.comparison.villages.values()):
        if fate.kind != "same":
            told = [{"code": heir, "name": judged.plan.tiles[heir][0].name} for heir in fate.heirs]
            yield {"code": fate.code, "name": fate.name, "became": fate.kind, "heirs": told, "sure": fate.sure,
                   "because": BECAUSE[fate.because].as_dict()}  # fmt: skip
    for code in judged.comparison.added:
        yield {"code": code, "name": judged.plan.tiles[code][0].name, "became": "added"}


def _load(county: str, found: RegisterFile, on: date, actor: Actor) -> int:
    upper = [(code, upper_names()[code]) for code in (county[:2], county[:4], county)]
    missing = [(code, name) for code, name in upper if not names([code])]
    areas = [*missing, *sorted(found.towns.items()), *sorted(found.villages.items())]
    loaded: int = run(actor, "areas.load_register", {"areas": areas, "valid_from": on.isoformat()})["loaded"]
    return loaded
