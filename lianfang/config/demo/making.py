"""Making the demo county: areas, people, workers, responsibilities, ten days of an incident; always the same."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection

from lianfang import data
from lianfang.config.demo.cast import CAST, COUNTY, PASSWORD, VILLAGE, make_cast
from lianfang.config.demo.days import Days, Returnee
from lianfang.config.demo.duty import Duty
from lianfang.config.demo.population import MadeHousehold, Population
from lianfang.config.demo.serving import Serving
from lianfang.domain.areas.queries import area_exists, full_name
from lianfang.foundation.access.actor import SYSTEM, Actor, actor_for
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.kernel import clock
from lianfang.kernel.errors import refusal
from lianfang.kernel.places.register import areas_within

UNFINISHED = refusal(
    "demo.unfinished",
    "演示县上次没有做完就停了。请删除 {folder}（用 PostgreSQL 时清空数据库）后重新启动。",
    "Making the demo county was cut off. Delete {folder} (and on PostgreSQL empty the database), then start again.",
    status=409,
)

Say = Callable[[str], None]
FIRST_DAY = -9
NAMESPACE = UUID("6b1e2f0a-0000-5000-8000-000000140826")
REGISTER_DAY = date(2019, 10, 31)
GRID_OF_HOUSEHOLDS = 60
AT_ONCE = 600


def demo_id(*parts: object) -> UUID:
    """Return the id a thing of the demo has every time."""
    return uuid5(NAMESPACE, "/".join(map(str, parts)))


def make_demo_once(people: int, say: Say) -> bool:
    """Make the demo county unless it is there already; says how it goes. Returns whether it was made.

    Raises `demo.unfinished` where making it was cut off: half a county would pass for a whole one.
    """
    begun = Path(settings.VAR) / "demo.unfinished"
    # because a register taken over since may have given the village another code
    if area_exists(VILLAGE) or Account.objects.filter(username=CAST[0].username).exists():
        if begun.exists():
            raise UNFINISHED(folder=settings.VAR)
        greet(say)
        return False
    say(f"Preparing the demo county 绛县 ({people:,} made-up people); this happens once.")
    begun.touch()
    with without_waiting_for_the_disk():
        Demo(people, say).make()
    begun.unlink()
    greet(say)
    return True


@contextmanager
def without_waiting_for_the_disk() -> Iterator[None]:
    """Let commits return before they are on the disk: what is made here is nobody's work and can be made again."""
    is_postgresql = connection.vendor == "postgresql"
    if connection.in_atomic_block:  # because a transaction that is open already keeps its promise
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off" if is_postgresql else "PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit" if is_postgresql else "PRAGMA synchronous = FULL")
            if not is_postgresql:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def greet(say: Say) -> None:
    """Print the sign-ins."""
    say("")
    say(f"Sign in with the password {PASSWORD} as:")
    for part in CAST:
        say(f"  {part.username:<10} {part.title} {part.name}")
    say("")


def points() -> dict[str, tuple[float, float]]:
    """Return longitude and latitude by area path, where the register of 2016 has them."""
    text = (Path(data.__file__).parent / "register" / "points_140826.csv").read_text(encoding="utf-8")
    return {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(text.splitlines())}


@dataclass
class Village:
    """A village of the demo with its grids and households."""

    path: str
    name: str
    grids: list[str]
    households: list[tuple[UUID, str, MadeHousehold]]


class Demo:
    """Makes the county step by step; every draw comes from one seeded stream, so that size alone decides the result."""

    def __init__(self, people: int, say: Say) -> None:
        self.people, self.say = people, say
        self.random = random.Random(140826)  # noqa: S311  (a demo, not a secret)
        self.population = Population()
        self.villages: list[Village] = []
        self.accounts: dict[str, Account] = {}
        self.knockers: dict[str, Actor] = {}
        self.holders: dict[tuple[str, str], Account] = {}
        self.today = clock.today()

    def make(self) -> None:
        """Make everything, oldest first, with the clock held at the day each thing happened."""
        with clock.fixed(self._at(-30, 9)):
            self._areas()
            self._grids_and_people()
            self._workers()
        with clock.fixed(self._at(-12, 9)):
            self._responsibilities()
        officer, secretary = self._actor("duty"), self._actor("secretary")
        duty = Duty(self.today, self.accounts, self._actor, self.population, demo_id)
        with clock.fixed(self._at(-3, 9)):
            self.say("  posts and rosters")
            duty.set_up()
        Days(self.today, self._returnees(), self._doors(), self._places(), officer, secretary, self.say).make()
        duty.serve()
        self.say("  people on duty")
        Serving(self.today, self._at, demo_id, self._actor).make()
        self.say("  gap board")
        sweep_all()

    def _at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of China's time, counted from today."""
        return datetime.combine(self.today + timedelta(days=days), time(hour, minute), tzinfo=clock.CHINA).astimezone(
            UTC
        )

    def _areas(self) -> None:
        self.say("  areas")
        areas = [(area.code, area.name) for area in areas_within(COUNTY)]
        above = [("14", "山西省"), ("1408", "运城市")]
        known = [pair for pair in above if pair[0] not in dict(areas)]
        given = {"areas": [*known, *areas], "valid_from": REGISTER_DAY, "points": points()}
        run(SYSTEM, "areas.load_register", given, id=demo_id("areas"))
        names = dict(areas)
        self.villages = [Village(code, names[code], [], []) for code in sorted(names) if len(code) == 12]

    def _grids_and_people(self) -> None:
        """Draw each village's households and cut them into grids in walking order."""
        share = self._shares()
        for number, village in enumerate(self.villages, start=1):
            households = list(self.population.households(_plain_name(village.name), share[village.path], self.today))
            count = max(2 if village.path == VILLAGE else 1, -(-len(households) // GRID_OF_HOUSEHOLDS))
            village.grids = [self._grid(village.path, position) for position in range(count)]
            size = -(-len(households) // count)
            for position, household in enumerate(households):
                grid = village.grids[position // size]
                village.households.append((demo_id(village.path, household.number), grid, household))
            self._register(village)
            if number % 40 == 0 or number == len(self.villages):
                self.say(f"  people: {number} of {len(self.villages)} villages")

    def _shares(self) -> dict[str, int]:
        """Return how many people each village gets: uneven, as villages are, and summing to about the whole."""
        weights = {village.path: self.random.uniform(0.5, 1.5) for village in self.villages}
        weights[VILLAGE] = 1.6
        whole = sum(weights.values())
        return {path: max(6, round(self.people * weight / whole)) for path, weight in weights.items()}

    def _grid(self, village: str, position: int) -> str:
        given = {
            "village": village,
            "name": f"第{'一二三四五六七八九十'[position % 10]}网格{'' if position < 10 else position // 10}",
        }
        return str(run(SYSTEM, "areas.create_grid", given, id=demo_id("grid", village, position))["path"])

    def _register(self, village: Village) -> None:
        for part in _parts(village.households, AT_ONCE):
            households = [
                {"id": household_id, "area_path": grid, "number": one.number, "order": one.order,
                 "address": one.address,
                 "head_name": one.persons[0].name, "phone": one.persons[0].phone}
                for household_id, grid, one in part
            ]  # fmt: skip
            persons = [
                {"id": demo_id(household_id, position), "household_id": household_id, "name": person.name,
                 "sex": person.sex.lower(), "born_on": person.born_on,
                 "identity_number": person.identity_number, "phone": person.phone, "relation": person.relation,
                 "vulnerabilities": list(person.vulnerabilities)}
                for household_id, _, one in part
                for position, person in enumerate(one.persons)
            ]  # fmt: skip
            batch = f"demo-{village.path}"
            given = {"batch": batch, "households": households, "persons": persons, "suggest_duplicates": False}
            run(SYSTEM, "people.add_many", given, id=demo_id("people", village.path, part[0][0]))

    def _workers(self) -> None:
        """Give every town a coordinator, every village a secretary and a doctor, every grid a worker."""
        self.say("  workers")
        on = clock.today()
        self.accounts = make_cast(on)
        secret = self.accounts["duty"].password
        made: list[Account] = []
        grants: list[Grant] = []
        for username, title, role, path, unit in self._posts():
            person = self.population.worker(self.today)
            account = Account(id=demo_id("account", username), username=username, password=secret, name=person.name,
                              title=title, unit=unit, phone=person.phone, home_area=path)  # fmt: skip
            made.append(account)
            grants.append(Grant(id=demo_id("grant", username), account=account, role=role, area_path=path,
                                purpose="疫情防控", starts_on=on))  # fmt: skip
            self.accounts[username] = account
        Account.objects.bulk_create(made, batch_size=500)
        Grant.objects.bulk_create(grants, batch_size=500)

    def _posts(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield (sign-in name, title, role, area, unit) of every worker the cast does not already play."""
        played = {(part.role, part.area_path) for part in CAST}
        for town in sorted({village.path[:9] for village in self.villages}):
            yield from _unless(played, (f"town{town[6:]}", "乡镇协调员", "township_coordinator", town, full_name(town)))
            yield from _unless(played, (f"leader{town[6:]}", "联点县领导", "county_leader", town, "县委县政府"))
        for village in self.villages:
            name, tail = _plain_name(village.name), village.path[6:]
            yield from _unless(played, (f"zs{tail}", "村支书", "village_secretary", village.path, name))
            yield from _unless(played, (f"cy{tail}", "村医", "village_doctor", village.path, f"{name}卫生室"))
            for grid in village.grids:
                yield from _unless(played, (f"wg{grid[6:]}", "网格员", "grid_worker", grid, name))

    def _worker(self, role: str, path: str) -> Account:
        """Return who plays a role in an area."""
        if not self.holders:
            for grant in Grant.objects.select_related("account"):
                self.holders[(grant.role, grant.area_path)] = grant.account
        return self.holders[(role, path)]

    def _actor(self, username: str) -> Actor:
        return actor_for(self.accounts[username], on=self.today, door="console")

    def _responsibilities(self) -> None:
        """Lay the chain of 四包一, and leave a few villages and households with nobody: the board must show them."""
        self.say("  responsibilities")
        for town in sorted({village.path[:9] for village in self.villages}):
            self._assign(self._worker("county_leader", town), "leader", town)
            self._assign(self._worker("township_coordinator", town), "contract", town)
        for village in self.villages:
            self._assign(self._worker("village_secretary", village.path), "village_lead", village.path)
            self._assign(self._worker("village_doctor", village.path), "doctor", village.path)
            for grid in village.grids:
                if self.random.random() < 0.02:
                    continue
                worker = self._worker("grid_worker", grid)
                self._assign(worker, "grid_lead", grid)
                homes = [home for home, at, _ in village.households if at == grid and self.random.random() < 0.99]
                given = {
                    "area_path": grid,
                    "account_ids": [worker.pk],
                    "household_ids": homes,
                    "agreed": True,
                    "regime": "sibaoyi",
                }
                run(SYSTEM, "organisation.assign_many", given, id=demo_id("assign", grid))

    def _assign(self, worker: Account, kind: str, path: str) -> None:
        given = {"area_path": path, "account_id": worker.pk, "kind": kind, "regime": "sibaoyi", "agreed": True}
        run(SYSTEM, "organisation.assign_responsibility", given, id=demo_id("responsible", kind, path))

    def _places(self) -> dict[str, str]:
        """Return how people write each village: town and village, the way it stands on lists."""
        return {
            village.path: full_name(village.path).replace(" ", "").replace("村委会", "村") for village in self.villages
        }

    def _doors(self) -> list[tuple[UUID, Actor]]:
        """Return every household with who knocks there."""
        return [(home, self._knocker(grid)) for village in self.villages for home, grid, _ in village.households]

    def _knocker(self, grid: str) -> Actor:
        """Return the grid's worker with a phone."""
        if grid not in self.knockers:
            self.knockers[grid] = actor_for(self._worker("grid_worker", grid), on=self.today, door="sync")
        return self.knockers[grid]

    def _returnees(self) -> list[Returnee]:
        """Choose who came back: one in eighty, in some villages many more."""
        chosen: list[Returnee] = []
        for village in self.villages:
            share = 0.04 if village.path == VILLAGE or self.random.random() < 0.04 else 0.011
            for household_id, grid, household in village.households:
                for position, person in enumerate(household.persons):
                    age = self.today.year - person.born_on.year
                    if not 18 <= age <= 60 or self.random.random() >= share * 2:
                        continue
                    day = self.random.choice((FIRST_DAY, FIRST_DAY, -8, -8, -7, -6, -5, -4, -3, -2, -1, 0))
                    # who came on the first day had left longer ago: this morning some wait for their release
                    before = 3 if day == FIRST_DAY else 0
                    left_on = self.today + timedelta(days=day - before - self.random.randint(0, 5))
                    person_id = demo_id(household_id, position)
                    chosen.append(
                        Returnee(
                            person_id,
                            person.name,
                            person.identity_number,
                            person.phone,
                            self._knocker(grid),
                            left_on,
                            day,
                            self.random.random() < 0.04,
                        )
                    )
        return chosen


def _plain_name(name: str) -> str:
    return name.removesuffix("委会").removesuffix("居")


def _parts(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


Post = tuple[str, str, str, str, str]


def _unless(played: set[tuple[str, str]], post: Post) -> Iterator[Post]:
    """Yield the post unless the cast plays it."""
    if (post[2], post[3]) not in played:
        yield post
