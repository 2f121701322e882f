"""What a gate wrote goes on without being typed again: to the village as a lead, to the doctor as a referral."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.tests.conftest import Pass, east, gate, measure
from lianfang.domain.observation.models import Referral
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.domain.screening.models.leads import Lead
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db
__all__ = ["east", "gate", "measure"]

RETURNEE = {"name": "李远", "phone": "13900001111", "temperature_c": 36.5, "contact": "李叔 13900004444"}
HOT = {"temperature_c": 38.1, "again_c": 37.9}


@pytest.fixture
def slip(gate: Pass) -> Slip:
    """One returnee handed over from the eastern gate to its own village."""
    gate(decision="hand_over", destination_path=VILLAGE, people=[RETURNEE], came_from="武汉", goes_to="三巷 8 号")
    return Slip.objects.get()


def accept(cast: Any, who: str, slip: Slip, name: str = "accept_hand_over", **more: Any) -> Any:
    return run(cast[who], f"checkpoints.{name}", {"slip_id": str(slip.pk), **more})


def refused(cast: Any, who: str, slip: Slip, name: str = "accept_hand_over") -> str:
    with pytest.raises(Refusal) as no:
        accept(cast, who, slip, name)
    return no.value.code


def test_another_village_and_the_gate_itself_accept_nobody(cast: Any, slip: Slip) -> None:
    for who in ("neighbour", "gate", "health", "outsider"):
        assert refused(cast, who, slip) == "access.not_yours"


def test_a_slip_is_accepted_once_and_by_the_right_hand(cast: Any, slip: Slip) -> None:
    assert refused(cast, "doctor", slip, "accept_referral") == "checkpoints.unknown_slip"
    accept(cast, "secretary", slip)
    assert refused(cast, "secretary", slip) == "checkpoints.slip_accepted_before"


def test_who_was_handed_over_is_a_lead_of_the_village_once_accepted(cast: Any, slip: Slip) -> None:
    run_waiting()
    assert not Lead.objects.exists()
    accept(cast, "secretary", slip)
    run_waiting()
    [lead] = Lead.objects.all()
    assert (lead.name, lead.phone, lead.address, lead.source) == ("李远", "13900001111", "三巷 8 号", "gate")
    assert lead.area_path == VILLAGE
    assert str(lead.returned_on) == "2020-02-03"
    assert lead.reason == "卡点移交，武汉"


def test_who_did_not_arrive_becomes_no_lead_and_is_waited_for_no_more(cast: Any, slip: Slip) -> None:
    accept(cast, "secretary", slip, "settle_slip", note="已返回运城，电话联系上")
    run_waiting()
    assert not Lead.objects.exists()
    assert Slip.objects.get().state == "settled"
    assert refused(cast, "secretary", slip) == "checkpoints.slip_accepted_before"


def test_no_fact_of_a_gate_tells_a_name_or_a_number(cast: Any, slip: Slip) -> None:
    accept(cast, "secretary", slip)
    told = str(list(Event.objects.values_list("body", flat=True)))
    assert "李远" not in told
    assert "13900001111" not in told


def test_somebody_handed_over_to_another_village_is_that_villages(cast: Any, gate: Pass) -> None:
    gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE, people=[RETURNEE])
    assert refused(cast, "secretary", Slip.objects.get()) == "access.not_yours"
    accept(cast, "town", Slip.objects.get())
    run_waiting()
    assert Lead.objects.get().area_path == NEIGHBOUR_VILLAGE


def test_who_is_under_observation_and_unwell_at_a_gate_is_referred_once(
    cast: Any, gate: Pass, moment: datetime
) -> None:
    make_incident()
    person = make_person()
    observed(cast["secretary"], person)
    hot = {"person_id": str(person.pk), "name": "张小燕", **HOT}
    gate(decision="refer_health", people=[hot, {"temperature_c": 36.5}], at=moment - timedelta(minutes=5))
    gate(decision="refer_health", people=[hot])
    run_waiting()
    [referral] = Referral.objects.all()
    assert (referral.person_id, referral.found_in, referral.reasons) == (person.pk, "gate", "卡点发现身体不适")
    assert Slip.objects.count() == 2


def test_a_stranger_who_is_unwell_has_a_slip_that_a_doctor_takes_on(cast: Any, gate: Pass) -> None:
    gate(decision="refer_health", people=[{"name": "赵热", **HOT}])
    run_waiting()
    assert not Referral.objects.exists()
    slip = Slip.objects.get()
    assert refused(cast, "grid", slip, "accept_referral") == "access.not_yours"
    assert UUID(accept(cast, "doctor", slip, "accept_referral", note="已送发热门诊")["id"]) == slip.pk
    run_waiting()
    assert not Lead.objects.exists()
