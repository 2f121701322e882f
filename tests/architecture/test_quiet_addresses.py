"""A confidential address (P13) leaves its household for no list, no phone and no reply; nor does a child's guardian."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from lianfang.config.demo.cast import GRID
from lianfang.config.roles import ROLES
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.models import Referral, Timetable
from lianfang.domain.observation.tests.county import make_incident, observed, read_one
from lianfang.domain.people.queries import find_person
from lianfang.domain.screening.models.leads import Lead
from lianfang.domain.screening.queries.leads import told_address
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.tables.reading import Query, read, reveal_value
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

SECRET, GUARDIAN = "城内村静水巷9号", "13900009999"


@pytest.fixture
def home(cast: dict[str, Actor], moment: Any) -> str:
    """A home whose address nobody is to learn, with everything around it that lists tell of."""
    forget_rules()
    make_incident()
    given = {"area_path": GRID, "number": "9", "address": SECRET, "head_name": "张小燕", "confidential_address": True}
    household = str(run(cast["system"], "people.add_household", given)["id"])
    made = run(cast["system"], "people.add_person", {"household_id": household, "name": "张小燕"})["id"]
    person = find_person(made)
    assert person is not None
    cared = {"person_id": made, "flags": ["child_alone"], "guardian_name": "张大", "guardian_phone": GUARDIAN}
    run(cast["grid"], "people.set_vulnerability", cared)
    for day in (1, 2):
        run(cast["secretary"], "people.edit_household",
            {"household_id": household, "version": 1, "address": f"{SECRET}之{day}"})  # fmt: skip
    order = observed(cast["secretary"], person)
    assert SECRET in order.address
    read_one(cast["grid"], person.pk, moment, temperature_c=38.4)
    run(cast["grid"], "welfare.raise_request", {"person_id": made, "kind": "food", "what": "面粉", "quantity": "1"})
    told = {"source": "grid", "area_path": GRID, "name": "张小燕", "phone": "13800000001", "address": SECRET}
    lead = run(cast["grid"], "screening.report_lead", told)["id"]
    found = {"outcome": "confirmed_new", "person_id": made, "address": SECRET, "measure": "居家观察"}
    run(cast["grid"], "screening.answer_lead", {"lead_id": lead, **found})
    sweep = run(cast["town"], "screening.plan_campaign",
                {"name": "排查", "purpose": "找人", "area_path": GRID[:9], "owner_id": str(cast["town"].account_id),
                 "ends_on": (moment + timedelta(days=5)).date()})["id"]  # fmt: skip
    for verb in ("approve", "start"):
        run(cast["town"], f"screening.{verb}_campaign", {"campaign_id": sweep})
    assert Timetable.objects.count() == Referral.objects.count() == ServiceRequest.objects.count() == 1
    yield household
    forget_rules()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_list_tells_a_confidential_address(name: str, cast: dict[str, Actor], home: str) -> None:
    for viewer in cast.values():
        if viewer.system or not viewer.may(name):
            continue
        told = orjson.dumps(read(viewer, name, Query(limit=200)).rows).decode()
        assert "静水巷" not in told, viewer.name


def test_no_phone_takes_a_confidential_address_along(signed_in: Any, home: str) -> None:
    packed = signed_in("grid").get("/api/sync/bundle").json()
    [mine] = [one for one in packed["households"] if one["id"] == home]
    assert mine["address"] == "地址保密"
    text = orjson.dumps(packed).decode()
    assert "静水巷" not in text
    assert GUARDIAN not in text


def test_a_returnee_met_at_a_confidential_door_is_reported_without_the_address(
    cast: dict[str, Actor], home: str
) -> None:
    learnt = {"returnees": [{"name": "张归来", "came_from": "外省"}]}
    run(cast["grid"], "screening.record_visit", {"household_id": home, "outcome": "done", "learnt": learnt})
    run_waiting()
    assert Lead.objects.get(name="张归来").address == ""


def test_the_reply_to_the_sender_keeps_it_back(home: str) -> None:
    assert told_address(Lead.objects.get(name="张小燕")) == "地址保密"


def test_it_is_revealed_from_the_register_alone(cast: dict[str, Actor], home: str) -> None:
    shown, _ = reveal_value(cast["secretary"], "people.households", home, "quiet_address")
    assert shown.startswith(SECRET)
    with pytest.raises(Refusal):
        reveal_value(cast["neighbour"], "people.households", home, "quiet_address")


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_guardian_shows_as_the_role_sees_minors(role: Any, cast: dict[str, Actor], home: str) -> None:
    viewer = next((one for one in cast.values() if any(held.role.name == role.name for held in one.grants)), None)
    if viewer is None or not viewer.may("people.vulnerable"):
        return
    rows = read(viewer, "people.vulnerable").rows
    wanted = {Level.HIDDEN: None, Level.MASKED: "139****9999", Level.CLEAR: GUARDIAN}[role.level(PrivacyClass.MINOR)]
    assert [row["cells"]["guardian_phone"] for row in rows] in ([], [wanted])
