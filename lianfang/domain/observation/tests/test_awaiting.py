"""Nobody falls through between a confirmed lead and an order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from lianfang.domain.observation.models import Awaited, Order
from lianfang.domain.observation.reactions import lead_confirmed
from lianfang.domain.observation.tests.county import make_incident, make_person, order
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def _confirm(person: Any) -> None:
    lead_confirmed(
        {"event_id": str(uuid7()), "person_id": str(person.pk), "lead_id": str(uuid7()), "last_there_on": "2020-02-01"}
    )


def _on_the_board() -> list[str]:
    sweep_all(names=["observation_undecided"])
    return list(GapItem.objects.filter(gap="observation_undecided").values_list("subject_id", flat=True))


def test_a_neighbour_may_not_waive_observation(cast: dict[str, Actor], moment: datetime) -> None:
    person = make_person()
    _confirm(person)
    with pytest.raises(Refusal) as refused:
        run(cast["neighbour"], "observation.waive_observation", {"person_id": person.pk, "reason": "无需观察"})
    assert refused.value.code == "access.not_yours"


def test_waiving_somebody_nobody_waits_for_is_refused(cast: dict[str, Actor], moment: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        run(cast["secretary"], "observation.waive_observation", {"person_id": make_person().pk, "reason": "无需观察"})
    assert refused.value.code == "observation.not_awaited"


def test_a_confirmed_person_is_a_gap_until_an_order_is_made(cast: dict[str, Actor], moment: datetime) -> None:
    make_incident()
    person = make_person()
    _confirm(person)
    assert _on_the_board() == [str(person.pk)]
    order(cast["secretary"], person)
    assert _on_the_board() == []
    assert Awaited.objects.get(pk=person.pk).settled_how == "ordered"


def test_the_day_a_lead_found_is_not_asked_again(cast: dict[str, Actor], moment: datetime) -> None:
    make_incident()
    person = make_person()
    _confirm(person)
    made = order(cast["secretary"], person, last_exposure_on=None)
    assert Order.objects.get(pk=made["id"]).last_exposure_on == date(2020, 2, 1)


def test_the_day_of_a_lead_already_settled_says_nothing_of_the_next(cast: dict[str, Actor], moment: datetime) -> None:
    make_incident()
    person = make_person()
    _confirm(person)
    run(cast["secretary"], "observation.waive_observation", {"person_id": person.pk, "reason": "已过观察期"})
    with pytest.raises(Refusal) as no:
        order(cast["secretary"], person, last_exposure_on=None)
    assert no.value.code == "observation.exposure_unknown"


def test_a_confirmed_person_is_a_gap_until_somebody_says_why_not(cast: dict[str, Actor], moment: datetime) -> None:
    person = make_person()
    _confirm(person)
    run(cast["secretary"], "observation.waive_observation", {"person_id": person.pk, "reason": "离开已超过十四天"})
    assert _on_the_board() == []


def test_somebody_under_observation_already_waits_for_no_decision(cast: dict[str, Actor], moment: datetime) -> None:
    make_incident()
    person = make_person()
    order(cast["secretary"], person)
    _confirm(person)
    assert _on_the_board() == []
