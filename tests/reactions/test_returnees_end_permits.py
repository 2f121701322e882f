"""A returnee who is confirmed ends the permit of the household, and gates hear of it with the next list."""

from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.checkpoints.models.permits import Permit
from lianfang.domain.checkpoints.queries.permits import revocations
from lianfang.domain.checkpoints.rules.permits.revoking import unpack
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.tests.county import make_incident
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _incident(county: str, moment: Any) -> Any:
    forget_rules()
    make_incident()
    yield
    forget_rules()
    assert not Job.objects.filter(state="failed").exists()


def house(number: str) -> str:
    given = {"area_path": GRID, "number": number, "head_name": "张大山"}
    return str(run(SYSTEM, "people.add_household", given)["id"])


def report(cast: dict[str, Actor]) -> str:
    said = {"source": "grid", "area_path": GRID, "name": "张小燕", "returned_on": "2020-02-01", "reason": "从外地返乡"}
    return str(run(cast["grid"], "screening.report_lead", said)["id"])


def confirm(cast: dict[str, Actor], home: str) -> None:
    """Let the grid worker find a returnee at home and confirm it, with no gate in between."""
    lead, person = report(cast), run(SYSTEM, "people.add_person", {"household_id": home, "name": "张小燕"})["id"]
    found = {
        "lead_id": lead, "outcome": "confirmed_new", "person_id": person, "last_there_on": "2020-02-01",
        "address": "与登记一致", "measure": "居家医学观察",
    }  # fmt: skip
    run(cast["grid"], "screening.answer_lead", found)
    run_waiting()


def test_a_household_without_a_permit_gets_none_with_the_others_after_a_returnee_was_confirmed_there(
    cast: dict[str, Actor],
) -> None:
    home, other = house("12"), house("13")
    confirm(cast, home)
    term = {"first_on": "2020-02-03", "last_on": "2020-02-09"}
    told = run(cast["secretary"], "checkpoints.issue_many_permits", {"within": VILLAGE, **term})
    assert told == {"issued": 1, "had_one": 0, "returnee": 1}
    assert [str(one.household_id) for one in Permit.objects.all()] == [other]
    run(cast["secretary"], "checkpoints.issue_household_permit", {"household_id": home, **term})
    assert Permit.objects.filter(state="active").count() == 2


def test_a_confirmed_returnee_ends_the_permit_of_that_household_alone(cast: dict[str, Actor]) -> None:
    home, _ = house("12"), house("13")
    term = {"first_on": "2020-02-03", "last_on": "2020-02-09"}
    run(cast["secretary"], "checkpoints.issue_many_permits", {"within": VILLAGE, **term})
    lead, person = report(cast), run(SYSTEM, "people.add_person", {"household_id": home, "name": "张小燕"})["id"]
    run_waiting()
    assert Permit.objects.filter(state="active").count() == 2
    found = {
        "lead_id": lead, "outcome": "confirmed_new", "person_id": person, "last_there_on": "2020-02-01",
        "address": "与登记一致", "measure": "居家医学观察",
    }  # fmt: skip
    run(cast["grid"], "screening.answer_lead", found)
    run_waiting()
    ended = Permit.objects.get(state="revoked")
    assert (str(ended.household_id), ended.revoked_because) == (home, "returnee")
    assert unpack(revocations(VILLAGE)["serials"]) == [ended.serial]
    assert Permit.objects.filter(state="active").count() == 1
