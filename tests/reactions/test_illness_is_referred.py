"""Somebody unwell at a door: referred once when under observation, helped otherwise, and never both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.models import Order, Referral
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed, read_one
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
VISITED = at(3, 8, 40)


@pytest.fixture
def person(cast: dict[str, Actor], moment: Any) -> Any:
    forget_rules()
    make_incident()
    yield make_person()
    forget_rules()
    assert not Job.objects.filter(state="failed").exists()


def visit(cast: dict[str, Actor], *people: Any, home: Any = None) -> None:
    """Record a visit at which these people were unwell; None stands for somebody nobody knows."""
    symptoms = [{"person_id": str(one.pk)} if one else {"what": "咳嗽"} for one in people]
    home = home or next(one for one in people if one).household
    given = {"household_id": str(home.pk), "outcome": "done", "learnt": {"symptoms": symptoms}}
    [outcome] = run_many([Request(cast["grid"], "screening.record_visit", given, uuid7(), VISITED)])
    assert outcome.refusal is None
    run_waiting()


def test_who_is_not_observed_is_helped_and_not_referred(cast: dict[str, Actor], person: Any) -> None:
    visit(cast, person, None)
    assert not Referral.objects.exists()
    assert ServiceRequest.objects.count() == 2


def test_who_is_observed_is_referred_with_the_clock_of_the_visit(cast: dict[str, Actor], person: Any) -> None:
    mine = observed(cast["secretary"], person)
    visit(cast, person)
    referral = Referral.objects.get()
    assert (referral.found_in, referral.reasons) == ("visit", "入户时身体不适")
    assert referral.refer_by == VISITED + timedelta(hours=2)
    assert Order.objects.get(pk=mine.pk).state == "symptomatic"
    assert not ServiceRequest.objects.exists()


def test_fever_and_illness_of_one_visit_are_one_referral(cast: dict[str, Actor], person: Any) -> None:
    observed(cast["secretary"], person)
    read_one(cast["grid"], person.pk, VISITED, temperature_c=38.1)
    visit(cast, person)
    visit(cast, person)
    read_one(cast["grid"], person.pk, at(3, 9), temperature_c=38.3)
    assert Referral.objects.get().found_in == "reading"


def test_a_visit_told_after_its_illness_was_dealt_with_opens_nothing_and_a_new_one_does(
    cast: dict[str, Actor], person: Any
) -> None:
    observed(cast["secretary"], person)
    read_one(cast["grid"], person.pk, VISITED, temperature_c=38.1)
    done = {"referral_id": str(Referral.objects.get().pk), "outcome": "excluded", "note": "普通感冒"}
    run(cast["doctor"], "observation.close_referral", done)
    visit(cast, person)
    assert Referral.objects.count() == 1
    with clock.fixed(at(4, 9)):
        given = {
            "area_path": GRID, "visit_id": str(uuid7()), "household_id": str(person.household_id),
            "person_ids": [str(person.pk)], "others": 0, "happened_at": at(4, 8, 50).isoformat(),
        }  # fmt: skip
        for _ in range(2):
            run(SYSTEM, "observation.refer_met", given)
    assert Referral.objects.exclude(state="closed").count() == 1
    assert Referral.objects.count() == 2


def test_the_reaction_is_nobodys_to_call_elsewhere(cast: dict[str, Actor], person: Any) -> None:
    observed(cast["secretary"], person)
    given = {
        "area_path": GRID, "visit_id": str(uuid7()), "household_id": str(person.household_id),
        "person_ids": [str(person.pk)], "others": 0, "happened_at": VISITED.isoformat(),
    }  # fmt: skip
    [outcome] = run_many([Request(cast["neighbour"], "observation.refer_met", given, uuid7(), None)])
    assert outcome.refusal is not None
    assert outcome.refusal.code == "access.not_yours"
    assert not Referral.objects.exists()
