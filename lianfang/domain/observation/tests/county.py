"""What the tests of observation share: an incident, a home with people, and orders in every state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.domain.incidents.queries import find_incident
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Order
from lianfang.domain.people.queries import find_person
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.kernel.clock import CHINA
from lianfang.kernel.ids import uuid7

NO_NEEDS = {need.code: False for need in rules.NEEDS}


def at(day: int, hour: int, minute: int = 0, month: int = 2) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=CHINA)


def make_incident(disease: str = "covid19", area_path: str = COUNTY) -> Any:
    given = {
        "name": "绛县疫情", "disease": disease, "area_path": area_path, "level": "I", "started_on": "2020-01-25",
        "trigger": "晋政办发电〔2020〕2号", "legal_basis": "《突发公共卫生事件应急条例》",
        "office": "绛县指挥部办公室", "hotline": "0359-6522000",
    }  # fmt: skip
    return find_incident(run(SYSTEM, "incidents.open_incident", given)["id"])


def make_person(name: str = "张小燕", area_path: str = GRID, number: str = "12") -> Any:
    home = {"area_path": area_path, "number": number, "address": f"城内村{number}号", "head_name": name}
    household = run(SYSTEM, "people.add_household", home)["id"]
    person = {"household_id": household, "name": name, "sex": "f", "born_on": "1980-05-01"}
    return find_person(UUID(run(SYSTEM, "people.add_person", person)["id"]))


def order(actor: Actor, person: Any, **changes: Any) -> dict[str, Any]:
    given = {
        "person_id": str(person.pk), "category": "returnee", "last_exposure_on": "2020-02-02",
        "basis": "绛防指〔2020〕3号", "needs": NO_NEEDS, **changes,
    }  # fmt: skip
    return run(actor, "observation.order_observation", given)


def notify(actor: Actor, order_id: str, **changes: Any) -> dict[str, Any]:
    given = {"order_id": order_id, "signed_by": "张小燕", **changes}
    return run(actor, "observation.notify_person", given)


def observed(actor: Actor, person: Any, **changes: Any) -> Order:
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
