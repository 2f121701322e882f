"""What the tests of observation share: an incident, a home with people, and orders in every state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.domain.incidents.models import Incident
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Order
from lianfang.domain.people.models import Household, Person
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.kernel.clock import CHINA
from lianfang.kernel.ids import uuid7

NO_NEEDS = {need.code: False for need in rules.NEEDS}


def at(day: int, hour: int, minute: int = 0, month: int = 2) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=CHINA)


def make_incident(disease: str = "covid19", area_path: str = COUNTY) -> Incident:
    with writing():
        return Incident.objects.create(
            name="绛县疫情", disease=disease, area_path=area_path, level="I", started_on=date(2020, 1, 25),
            review_on=date(2020, 2, 8), trigger="晋政办发电〔2020〕2号", legal_basis="《突发公共卫生事件应急条例》",
            office="绛县指挥部办公室", hotline="0359-6522000",
        )  # fmt: skip


def make_person(name: str = "张小燕", area_path: str = GRID, number: str = "12") -> Person:
    with writing():
        home = Household.objects.create(area_path=area_path, number=number, address=f"城内村{number}号", head_name=name)
        return Person.objects.create(area_path=area_path, household=home, name=name, sex="女", born_on=date(1980, 5, 1))


def order(actor: Actor, person: Person, **changes: Any) -> dict[str, Any]:
    given = {
        "person_id": str(person.pk), "category": "returnee", "last_exposure_on": "2020-02-02",
        "basis": "绛防指〔2020〕3号", "needs": NO_NEEDS, **changes,
    }  # fmt: skip
    return run(actor, "observation.order_observation", given)


def notify(actor: Actor, order_id: str, **changes: Any) -> dict[str, Any]:
    given = {"order_id": order_id, "signed_by": "张小燕", **changes}
    return run(actor, "observation.notify_person", given)


def observed(actor: Actor, person: Person, **changes: Any) -> Order:
    """Return an order under observation."""
    made = order(actor, person, **changes)
    notify(actor, made["id"])
    return Order.objects.get(pk=made["id"])


def read_one(
    actor: Actor,
    person_id: UUID,
    happened_at: datetime,
    id: UUID | None = None,
    action: str = "record_reading",
    **given: Any,
) -> Outcome:
    body = {"person_id": str(person_id), "temperature_c": 36.5, **given}
    if action != "record_reading":
        del body["person_id"]
    [outcome] = run_many([Request(actor, f"observation.{action}", body, id or uuid7(), happened_at)])
    return outcome
