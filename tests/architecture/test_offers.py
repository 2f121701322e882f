"""What a list offers can be done, and what it hides for the row's state cannot: days of a village's work at random.

Nothing here names an action of a row: a new one is offered, filled in and tried as soon as it is declared.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.registry import ACTIONS, Action
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.foundation.devices.models import Device
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.tables.offering import offered_on
from lianfang.foundation.tables.reading import Query, read
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

from .walking import Filler

OFFERED = [name for name in sorted(TABLES) if offered_on(name)]
PARTS, STEPS = 30, 70
# of what ends things only some is done, so that there is something left to work on
SPARED, MANY = 0.8, 38
MOMENT = datetime(2020, 2, 3, 1, 0, tzinfo=UTC)

# not offered, though a phone or a program may still bring it: what came late, what changes nothing
TAKEN_ALL_THE_SAME = {
    "devices.mark_lost": "reporting a lost phone again changes nothing",
    "devices.mark_found": "a phone that is not lost stays found",
    "observation.record_reading": "a reading taken in time may arrive after the end",
    "observation.order_observation": "an entry that was merged leads to the one that was kept",
    "observation.confirm_release": "who sees the last reading need not wait for the clock to propose",
    "screening.record_visit": "a visit may arrive after the household was closed",
    "screening.dispatch_leads": "sending out nothing is no mistake",
    "welfare.raise_request": "a need may arrive after the household was closed",
}


@dataclass
class Walk:
    """What came of the walk: how often each was done, what was offered and refused, what was hidden and done."""

    done: Counter[str] = field(default_factory=Counter)
    refused: set[tuple[str, str]] = field(default_factory=set)
    too_shy: set[str] = field(default_factory=set)


def _about_the_row(one: Action, no: Refusal) -> bool:
    """Say whether a refusal speaks of the row, or of who runs it, rather than of what was filled in."""
    if one.subject and one.subject.holders and no.code == "access.not_yours":
        return True
    typed = set(one.input.model_fields) - {one.subject.field if one.subject else ""}
    return no.field not in typed and no.status in (404, 409)


def _try(viewer: Actor, name: str, given: dict[str, Any]) -> Outcome:
    return run_many([Request(viewer, name, given, uuid7())])[0]


@dataclass
class County:
    """A village with a little of everything, and the people who work there."""

    cast: dict[str, Actor]
    draw: random.Random
    homes: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)

    def begin(self) -> None:
        duty = self.cast["duty"]
        opened = {"name": "演练事件", "disease": "covid19", "area_path": "140826", "level": "I",
                  "trigger": "演练通知", "legal_basis": "传染病防治法", "rules_as_of": "2020-02-03"}  # fmt: skip
        run(duty, "incidents.open_incident", opened)
        for number in range(6):
            home = {"area_path": GRID, "number": f"{number + 1}号", "address": "城内村", "head_name": "王建国"}
            self.homes.append(UUID(str(run(SYSTEM, "people.add_household", home)["id"])))
            for name in ("王建国", "李秀英"):
                person = {"household_id": self.homes[-1], "name": name}
                self.people.append(UUID(str(run(SYSTEM, "people.add_person", person)["id"])))
        for name, given in self._small_things():
            run(next(one for one in self.workers() if one.may(name, GRID)), name, given)
        Device.objects.create(
            device_id="a phone", account_id=self.cast["grid"].account_id, area_path=GRID, first_seen_at=clock.now(),
            last_seen_at=clock.now(),
        )  # fmt: skip

    def _small_things(self) -> Iterator[tuple[str, dict[str, Any]]]:
        on = clock.today()
        for person in self.people[:4]:
            yield "screening.report_lead", {"name": "张三", "area_path": GRID, "source": "tip", "reason": "邻居反映"}
            needs = dict.fromkeys(ACTIONS["observation.order_observation"].input.model_fields["needs"].annotation
                                  .model_fields, False)  # type: ignore[union-attr]  # fmt: skip
            yield "observation.order_observation", {
                "person_id": person, "category": "returnee", "last_exposure_on": on - timedelta(days=4),
                "basis": "通告", "needs": needs | {"children": person == self.people[0]}}  # fmt: skip
        yield "screening.plan_campaign", {"name": "排查", "purpose": "逐户了解", "area_path": VILLAGE,
                                          "ends_on": on + timedelta(days=90),
                                          "owner_id": self.cast["duty"].account_id}  # fmt: skip
        yield "places.add_place", {"area_path": GRID, "name": "卫生室", "kind": "clinic"}
        yield "workforce.add_post", {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": "村东口",
                                     "pattern": "4x6"}  # fmt: skip
        yield "workforce.add_checklist", {"area_path": VILLAGE, "name": "示例制度", "kinds": ["village_gate"],
                                          "points": "照文件", "document": "县指挥部通知"}  # fmt: skip
        yield "organisation.add_unit", {"area_path": VILLAGE, "kind": "village", "name": "村委会"}
        yield (
            "organisation.assign_responsibility",
            {"area_path": GRID, "account_id": self.cast["grid"].account_id, "kind": "grid_lead", "agreed": True},
        )
        yield "incidents.set_local_rule", {"profile": "covid19", "key": "referral_within_hours", "value": "1",
                                           "area_path": VILLAGE, "until_on": on + timedelta(days=60),
                                           "document": "县指挥部通知"}  # fmt: skip
        yield "privacy.freeze_exports", {"area_path": VILLAGE, "reason": "演练"}
        for home in self.homes[:3]:
            yield "welfare.raise_request", {"household_id": home, "kind": "food", "what": "米面"}

    def workers(self) -> list[Actor]:
        return [one for name, one in self.cast.items() if name not in ("outsider", "system")]

    def worker(self) -> Actor:
        return self.draw.choice(self.workers())

    def filler(self) -> Filler:
        known = {"household": self.homes, "person": self.people, "area": [GRID, VILLAGE], "place": (), "file": (),
                 "account": [one.account_id for one in self.workers()]}  # fmt: skip
        return Filler(self.draw, clock.today(), known)


def _step(county: County, found: Walk) -> None:
    """Take one row of one table as one worker, and try one of its actions, whether it is offered or hidden."""
    table, viewer = county.draw.choice(OFFERED), county.worker()
    mine = [one for one in offered_on(table) if viewer.may(one.name)]
    rows = read(viewer, table, Query(limit=200, offers=True)).rows if mine and viewer.may(table) else []
    if not rows:
        return
    row, one = county.draw.choice(rows), county.draw.choice(mine)
    if one.danger and county.draw.random() < SPARED:
        return
    holders = one.subject.holders if one.subject else None
    if not (holders or viewer.may(one.name, row["area"] or None)):
        assert one.name not in row["can"]
        return
    is_offered = one.name in row["can"]
    outcome = _try(viewer, one.name, county.filler().fill(one, row))
    if outcome.refusal is None and not is_offered:
        found.too_shy.add(one.name)
    if outcome.refusal is not None and is_offered and _about_the_row(one, outcome.refusal):
        found.refused.add((one.name, outcome.refusal.code))
    found.done[one.name] += outcome.refusal is None


def _pass_time() -> None:
    for name in ("observation.tick", "reports.tick"):
        enqueue(name, {})
    run_waiting()


@pytest.mark.django_db
def test_what_is_offered_is_not_refused_and_what_is_hidden_cannot_be_done(cast: dict[str, Actor]) -> None:
    county, found = County(cast, random.Random(20200203)), Walk()
    for part in range(PARTS):
        with clock.fixed(MOMENT + timedelta(hours=9 * part)):
            if part == 0:
                county.begin()
            _pass_time()
            for _ in range(STEPS):
                _step(county, found)
    assert found.refused == set()
    assert found.too_shy <= set(TAKEN_ALL_THE_SAME)
    assert sum(1 for times in found.done.values() if times) >= MANY
