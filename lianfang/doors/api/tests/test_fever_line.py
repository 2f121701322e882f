"""The fever line of a curve: for those who may see the observation, and by the rules in force where the person is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.domain.observation import rules
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import run

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]


@pytest.fixture
def observed(moment: datetime, cast: dict[str, Actor], county: str) -> UUID:
    """Somebody under observation in the first grid."""
    opened = {
        "name": "演练",
        "disease": "covid19",
        "area_path": COUNTY,
        "trigger": "演练",
        "legal_basis": "传染病防治法",
    }
    run(SYSTEM, "incidents.open_incident", opened)
    person = run(SYSTEM, "people.add_person", {"area_path": GRID, "name": "田小满"})["id"]
    given = {"person_id": person, "category": "returnee", "last_exposure_on": "2020-02-01", "basis": "通告",
             "needs": {need.code: False for need in rules.NEEDS}}  # fmt: skip
    order = run(cast["duty"], "observation.order_observation", given)["id"]
    run(cast["grid"], "observation.notify_person", {"order_id": order, "signed_by": "田小满"})
    return UUID(str(person))


def _line(client: Client, person: UUID) -> tuple[int, dict[str, Any]]:
    answer = client.get(f"/api/observation/{person}/fever-line")
    return answer.status_code, answer.json()


def test_who_may_not_see_the_person_is_told_nothing(signed_in: SignIn, observed: UUID) -> None:
    for name in ("neighbour", "outsider"):
        status, told = _line(signed_in(name), observed)
        assert (status, told["code"]) == (404, "table.no_row")
    assert _line(signed_in("duty"), uuid4())[0] == 404


def test_the_line_is_the_rulebooks_with_its_source(signed_in: SignIn, observed: UUID) -> None:
    status, told = _line(signed_in("grid"), observed)
    assert status == 200
    assert told["fever_c"] == 37.3
    assert told["source"]


def test_a_stricter_rule_of_the_place_moves_the_line(signed_in: SignIn, cast: dict[str, Actor], observed: UUID) -> None:
    stricter = {"profile": "covid19", "key": "fever_threshold_c", "value": "37.0", "area_path": COUNTY,
                "until_on": "2020-03-01", "document": "县指挥部通知"}  # fmt: skip
    run(cast["duty"], "incidents.set_local_rule", stricter)
    assert _line(signed_in("grid"), observed)[1]["fever_c"] == 37.0
