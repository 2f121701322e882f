"""Needs found before observation become help with a clock, and whoever gives the help owns the need."""

from datetime import timedelta
from typing import Any

import pytest

from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.models import Need
from lianfang.domain.observation.tests.county import NO_NEEDS, make_incident, make_person, notify, order
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(county: str, moment: Any) -> Any:
    forget_rules()
    make_incident()
    yield make_person()
    forget_rules()
    assert not Job.objects.filter(state="failed").exists()


def test_each_need_becomes_a_request_for_help_with_a_clock(cast: dict[str, Actor], person: Any) -> None:
    order(cast["secretary"], person, needs={**NO_NEEDS, "sole_carer": True, "chronic_medicine": True})
    run_waiting()
    raised = {one.kind: one for one in ServiceRequest.objects.all()}
    assert set(raised) == {"carer_needed", "medicine"}
    assert raised["carer_needed"].due_at - raised["carer_needed"].raised_at == timedelta(minutes=30)
    run_waiting()
    assert ServiceRequest.objects.count() == 2


def test_whoever_takes_on_the_help_owns_the_need_and_observation_may_begin(cast: dict[str, Actor], person: Any) -> None:
    made = order(cast["secretary"], person, needs={**NO_NEEDS, "sole_carer": True})
    run_waiting()
    run(cast["doctor"], "welfare.accept_request", {"request_id": str(ServiceRequest.objects.get().pk)})
    run_waiting()
    assert Need.objects.get(code="sole_carer").owner_id == cast["doctor"].account_id
    assert notify(cast["grid"], made["id"])["state"] == "under_observation"


def test_an_owner_named_for_a_need_takes_on_its_request(cast: dict[str, Actor], person: Any) -> None:
    order(cast["secretary"], person, needs={**NO_NEEDS, "livestock": True})
    run_waiting()
    need = Need.objects.get(code="livestock")
    run(
        cast["secretary"],
        "observation.settle_need",
        {"need_id": str(need.pk), "owner_id": str(cast["grid"].account_id)},
    )
    run_waiting()
    request = ServiceRequest.objects.get()
    assert (request.state, request.accepted_by) == ("accepted", cast["grid"].account_id)


def test_an_owner_named_with_the_order_lets_it_begin_at_once(cast: dict[str, Actor], person: Any) -> None:
    needs = {**NO_NEEDS, "livestock": True}
    made = order(cast["secretary"], person, needs=needs, owner_id=str(cast["grid"].account_id))
    assert made["unowned"] == []
    run_waiting()
    assert ServiceRequest.objects.get().state == "accepted"
    notify(cast["grid"], made["id"])


def test_the_same_need_asks_for_help_once_however_often_it_is_handled(cast: dict[str, Actor], person: Any) -> None:
    order(cast["secretary"], person, needs={**NO_NEEDS, "livestock": True})
    run_waiting()
    Job.objects.filter(name="events.react").update(state="waiting")
    run_waiting()
    assert ServiceRequest.objects.count() == 1
