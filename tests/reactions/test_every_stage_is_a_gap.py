"""Nobody falls through: each stage of the loop that stands still is a gap, with who answers and one click to act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.tests.county import NO_NEEDS, at, make_incident, make_person, observed, order, read_one
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.registry import GAPS, Open
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

# the stages of the loop, in the order a returnee goes through them
STAGES = (
    "leads_with_nobody", "leads_late", "sweep_household_without_outcome", "sweep_revisit_due", "observation_undecided",
    "observation_need_unowned", "observation_not_notified", "observation_slots_missed", "observation_referral_late",
    "observation_release_unconfirmed", "observation_change_unconfirmed", "request_unconfirmed",
)  # fmt: skip
LATER = at(21, 12)


@pytest.fixture
def stuck(cast: dict[str, Actor], accounts: Any, moment: Any) -> Any:
    """A village in which every stage of the loop stands still, and a secretary who answers for it."""
    forget_rules()
    make_incident()
    # known to be in the county and no nearer, so that it is with nobody
    run(cast["duty"], "screening.report_lead", {"source": "tip", "area_path": COUNTY, "name": "王归来"})
    for who, kind, path in (
        ("secretary", "village_lead", VILLAGE),
        ("town", "contract", TOWN),
        ("duty", "leader", COUNTY),
    ):
        given = {"account_id": str(accounts[who].pk), "kind": kind, "area_path": path, "agreed": True}
        run(SYSTEM, "organisation.assign_responsibility", given)
    people = [make_person(name, number=str(20 + n)) for n, name in enumerate(("张一", "张二", "张三", "张四", "张五"))]
    _sweep(cast, people[0])
    run(SYSTEM, "observation.await_decision", {"person_id": str(people[0].pk), "lead_id": str(people[0].pk)})
    order(cast["secretary"], people[1], needs={**NO_NEEDS, "livestock": True})
    order(cast["secretary"], people[2])
    missing = observed(cast["secretary"], people[3])
    change = {"order_id": str(missing.pk), "then": "cancelled", "reason": "not_exposed", "evidence": "流调报告 3 号"}
    run(cast["secretary"], "observation.propose_change", change)
    observed(cast["secretary"], people[4])
    read_one(cast["grid"], people[4].pk, moment, temperature_c=38.5)
    asked = {"person_id": str(people[0].pk), "kind": "food", "what": "面粉", "quantity": "1"}
    request = run(cast["grid"], "welfare.raise_request", asked)["id"]
    run(cast["grid"], "welfare.deliver_request", {"request_id": request})
    yield
    forget_rules()


def _sweep(cast: dict[str, Actor], person: Any) -> None:
    given = {"name": "返乡排查", "purpose": "找人", "area_path": VILLAGE, "ends_on": "2020-03-30",
             "owner_id": str(cast["town"].account_id)}  # fmt: skip
    sweep = run(cast["town"], "screening.plan_campaign", given)["id"]
    for verb in ("approve", "start"):
        run(cast["town"], f"screening.{verb}_campaign", {"campaign_id": sweep})
    visit = {"household_id": str(person.household_id), "campaign_id": sweep, "outcome": "absent"}
    run(cast["grid"], "screening.record_visit", visit)


def found(name: str, when: Any) -> list[Open]:
    with clock.fixed(when):
        return list(GAPS[name].find(COUNTY, when))


@pytest.mark.parametrize("name", STAGES)
def test_it_has_a_gap_with_who_answers_and_one_click_to_act(name: str, stuck: None) -> None:
    with clock.fixed(at(6, 12)):
        tick(at(6, 12))
    when = at(6, 12)
    if name == "observation_release_unconfirmed":
        when = LATER
        with clock.fixed(when):
            tick(when)
    opened = found(name, when)
    assert opened
    assert all(one.answerable_id for one in opened)
    kind, action, label = GAPS[name].act
    assert kind == "action"
    assert label.zh
    subject = ACTIONS[action].subject
    assert subject is not None
    assert subject.table in (GAPS[name].table, "people.persons")


def test_whoever_proposed_a_change_is_not_asked_to_confirm_it(stuck: None, accounts: Any) -> None:
    assert [one.answerable_id for one in found("observation_change_unconfirmed", at(6, 12))] == [accounts["town"].pk]


def test_a_door_is_recorded_from_the_gap_and_the_gap_closes(stuck: None, cast: dict[str, Actor], moment: Any) -> None:
    later = moment + timedelta(hours=25)
    [door] = found("sweep_revisit_due", later)
    given = {"sweep_household_id": door.subject_id, "outcome": "done"}
    with clock.fixed(later):
        with pytest.raises(Refusal) as no:
            run(cast["neighbour"], "screening.record_outcome", given)
        assert no.value.code == "access.not_yours"
        run(cast["grid"], "screening.record_outcome", given)
        assert found("sweep_revisit_due", later) == []
        with pytest.raises(Refusal) as again:
            run(cast["grid"], "screening.record_outcome", given)
        assert again.value.code == "screening.nothing_to_visit"
