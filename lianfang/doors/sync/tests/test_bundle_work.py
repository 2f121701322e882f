"""Leads, referrals and runs of missed readings go along on the phone of whoever must answer them, and on no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed
from lianfang.domain.people.queries import find_person
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db

SAID = {"source": "tip", "area_path": GRID, "name": "王归来", "phone": "13800000001", "address": "城内村8号"}


@pytest.fixture
def person(county: str, moment: Any) -> Any:
    forget_rules()
    make_incident()
    yield make_person()
    forget_rules()


@pytest.fixture
def lead(cast: Any, accounts: Any, person: Any) -> str:
    """A lead of the grid that was sent to its worker."""
    made = str(run(cast["town"], "screening.report_lead", SAID)["id"])
    run(cast["town"], "screening.assign_lead", {"lead_id": made, "account_id": str(accounts["grid"].pk)})
    return made


def packed(browser: Any) -> dict[str, Any]:
    return dict(browser.get("/api/sync/bundle").json())


def feverish(cast: Any, person: Any) -> None:
    observed(cast["secretary"], person)
    with clock.fixed(at(3, 9) + timedelta(minutes=5)):
        run(cast["grid"], "observation.record_reading", {"person_id": str(person.pk), "temperature_c": 38.6})


@pytest.mark.parametrize("who", ["neighbour", "outsider", "doctor", "secretary", "town", "auditor"])
def test_a_lead_goes_along_with_nobody_but_whom_it_was_given(signed_in: Any, lead: str, who: str) -> None:
    assert packed(signed_in(who))["leads"] == []


@pytest.mark.parametrize("who", ["neighbour", "outsider", "grid", "town", "auditor"])
def test_a_referral_goes_along_with_nobody_who_may_not_accept_it(
    signed_in: Any, cast: Any, person: Any, who: str
) -> None:
    feverish(cast, person)
    assert packed(signed_in(who))["referrals"] == []


@pytest.mark.parametrize("who", ["neighbour", "outsider", "town", "auditor"])
def test_missed_readings_go_along_with_nobody_of_elsewhere(signed_in: Any, cast: Any, person: Any, who: str) -> None:
    observed(cast["secretary"], person)
    tick(late := at(5, 23, 59))
    with clock.fixed(late):
        assert packed(signed_in(who))["escalations"] == []


def test_the_worker_takes_the_lead_along_as_the_role_sees_it(signed_in: Any, lead: str) -> None:
    browser = signed_in("grid")
    [mine] = packed(browser)["leads"]
    assert {name: mine[name] for name in ("id", "name", "phone", "address", "source")} == {
        "id": lead, "name": "王归来", "phone": "13800000001", "address": "城内村8号", "source": "tip",
    }  # fmt: skip
    assert "identity" not in orjson.dumps(mine).decode()
    tag = browser.get("/api/sync/bundle")["ETag"]
    assert browser.get("/api/sync/bundle", headers={"if-none-match": tag}).status_code == 304


def test_an_answered_lead_leaves_the_phone(signed_in: Any, cast: Any, lead: str) -> None:
    run(cast["grid"], "screening.answer_lead", {"lead_id": lead, "outcome": "wrong_info", "note": "查无此人"})
    assert packed(signed_in("grid"))["leads"] == []


def test_the_doctor_takes_a_referral_along_until_it_is_closed(signed_in: Any, cast: Any, person: Any) -> None:
    feverish(cast, person)
    with clock.fixed(at(3, 10)):
        [mine] = packed(signed_in("doctor"))["referrals"]
        assert (mine["state"], mine["person"]) == ("open", str(person.pk))
        run(cast["doctor"], "observation.accept_referral", {"referral_id": mine["id"]})
        [mine] = packed(signed_in("doctor"))["referrals"]
        assert mine["state"] == "accepted"
        closed = {"referral_id": mine["id"], "outcome": "excluded", "note": "体温正常"}
        run(cast["doctor"], "observation.close_referral", closed)
        assert packed(signed_in("doctor"))["referrals"] == []


def test_missed_readings_go_along_until_they_are_answered(signed_in: Any, cast: Any, person: Any) -> None:
    observed(cast["secretary"], person)
    tick(late := at(5, 23, 59))
    with clock.fixed(late):
        [mine] = packed(signed_in("grid"))["escalations"]
        assert mine["missed"]
        run(cast["grid"], "observation.answer_escalation", {"escalation_id": mine["id"], "done": "已上门"})
        assert packed(signed_in("grid"))["escalations"] == []


def test_a_confidential_address_stays_off_the_phone_with_referral_and_lead(
    signed_in: Any, cast: Any, accounts: Any, person: Any
) -> None:
    home = {"area_path": GRID, "number": "77", "address": "城内村77号后院", "head_name": "安小静"}
    household = run(cast["system"], "people.add_household", home | {"confidential_address": True})["id"]
    named = {"household_id": household, "name": "安小静", "phone": "13800000077"}
    found = find_person(UUID(run(cast["system"], "people.add_person", named)["id"]))
    feverish(cast, found)
    made = run(cast["town"], "screening.report_lead", SAID | {"name": "安小静", "phone": "13800000077"})
    assert made["state"] == "dispatched"
    with clock.fixed(at(3, 10)):
        [referral] = packed(signed_in("doctor"))["referrals"]
        assert referral["address"] == "地址保密"
        leads = [one for who in ("grid", "secretary", "doctor") for one in packed(signed_in(who))["leads"]]
        assert [(one["person"], one["address"]) for one in leads] == [(str(found.pk), "地址保密")]
