"""What a gate wrote goes on without being typed again: to the village as a lead, to the doctor as a referral."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.tests.conftest import Pass, east, gate, measure
from lianfang.domain.observation.models import Order, Referral
from lianfang.domain.observation.reactions import illness_at_gate
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.domain.screening.models.leads import Lead
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock
from lianfang.kernel.clock import now
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


# --- the passage is corrected ---


@pytest.fixture
def ill(cast: Any, moment: datetime) -> dict[str, Any]:
    """Somebody under observation who is hot at the gate."""
    make_incident()
    person = make_person()
    observed(cast["secretary"], person)
    return {"person_id": str(person.pk), "name": "张小燕", **HOT}


def correct(cast: Any, passage: UUID, **given: Any) -> UUID:
    sent = {"passage_id": str(passage), "reason": "看错体温", **given}
    done = run(cast["gate"], "checkpoints.correct_passage", sent)
    run_waiting()
    return UUID(done["id"])


WELL = {"person_no": 1, "temperature_c": 36.5, "empty": ["again_c"]}
STILL_HOT = {"person_no": 1, **HOT}


def refer(gate: Pass, *people: dict[str, Any]) -> UUID:
    done = gate(decision="refer_health", people=[*people])
    run_waiting()
    return done.id


def test_a_referral_stays_once_a_doctor_has_taken_it_on_and_says_why(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, ill)
    run(
        cast["doctor"], "observation.accept_referral", {"referral_id": str(Referral.objects.get().pk), "note": "已联系"}
    )
    correct(cast, first, persons=[WELL])
    referral = Referral.objects.get()
    assert (referral.state, referral.outcome) == ("accepted", "")
    assert referral.note.startswith("卡点已更正，因已接收而保留")
    assert referral.note.endswith("已联系")


def test_a_referral_stays_where_signs_of_illness_were_found_since(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, ill)
    order = Order.objects.get()
    run(cast["doctor"], "observation.record_reading",
        {"person_id": ill["person_id"], "temperature_c": 38.4, "how": "visit"})  # fmt: skip
    correct(cast, first, persons=[WELL])
    referral = Referral.objects.get()
    assert referral.state == "open"
    assert "发热或症状" in referral.note
    order.refresh_from_db()
    assert order.state == "symptomatic"


def test_the_slip_that_a_doctor_took_on_keeps_the_referral_and_says_so(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, ill)
    accept(cast, "doctor", Slip.objects.get(), "accept_referral", note="已看过")
    correct(cast, first, persons=[WELL])
    assert Referral.objects.get().state == "open"
    slip = Slip.objects.get()
    assert slip.state == "accepted"
    assert slip.note.startswith("已看过；卡点已更正，因已接收而保留")


def test_a_referral_that_came_of_a_mistake_is_withdrawn_with_the_correction(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, ill)
    assert Order.objects.get().state == "symptomatic"
    correct(cast, first, persons=[WELL])
    referral = Referral.objects.get()
    assert (referral.state, referral.outcome) == ("closed", "corrected")
    assert Slip.objects.get().state == "void"
    assert Order.objects.get().state == "under_observation"


def test_only_who_was_well_after_all_is_withdrawn(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, ill, {"name": "赵热", **HOT})
    second = correct(cast, first, persons=[{"person_no": 2, "temperature_c": 36.5, "empty": ["again_c"]}])
    assert Referral.objects.get().state == "open"
    correct(cast, second, persons=[WELL, {"person_no": 2, **HOT}])
    assert Referral.objects.get().outcome == "corrected"
    assert dict(Slip.objects.values_list("person_no", "state")) == {1: "void", 2: "handed"}


def test_a_correction_that_needs_a_referral_opens_one_and_again_after_one_was_withdrawn(
    cast: Any, gate: Pass, ill: Any
) -> None:
    first = gate(people=[{**ill, "temperature_c": 36.5, "again_c": None}]).id
    run_waiting()
    assert not Referral.objects.exists()
    hot = correct(cast, first, persons=[STILL_HOT])
    well = correct(cast, hot, persons=[WELL])
    correct(cast, well, persons=[STILL_HOT])
    assert sorted(Referral.objects.values_list("state", "outcome")) == [("closed", "corrected"), ("open", "")]


def test_a_referral_told_of_late_is_not_opened_for_a_passage_that_was_a_mistake(
    cast: Any, gate: Pass, ill: Any
) -> None:
    first = refer(gate, ill)
    correct(cast, first, persons=[WELL])
    fact = Event.objects.get(name="checkpoints.sent_to_health")
    illness_at_gate({**fact.body, "area_path": fact.area_path, "event_id": str(uuid4())})
    assert Referral.objects.get().outcome == "corrected"


def correct_before_anything_follows(cast: Any, passage: UUID, **given: Any) -> UUID:
    """Correct a passage, then let what follows from the correction come before what follows from the passage."""
    sent = {"passage_id": str(passage), "reason": "看错体温", **given}
    done = run(cast["gate"], "checkpoints.correct_passage", sent)
    late = Event.objects.get(name="checkpoints.sent_to_health", body__passage_id=str(passage))
    waiting = Job.objects.filter(body__event=str(late.pk), state=Job.State.WAITING)
    assert waiting.update(run_after=now() + timedelta(seconds=2)) == 1
    run_waiting()
    return UUID(done["id"])


def test_a_referral_whose_withdrawal_comes_first_is_withdrawn_all_the_same(
    cast: Any, gate: Pass, ill: Any, moment: datetime
) -> None:
    first = gate(decision="refer_health", people=[ill]).id
    correct_before_anything_follows(cast, first, persons=[WELL])
    with clock.fixed(moment + timedelta(seconds=3)):
        assert run_waiting() > 0
    referral = Referral.objects.get()
    assert (referral.found_id, referral.state, referral.outcome) == (first, "closed", "corrected")
    assert Order.objects.get().state == "under_observation"


def test_a_withdrawal_that_comes_first_keeps_no_later_passage_from_being_referred(
    cast: Any, gate: Pass, ill: Any, moment: datetime
) -> None:
    first = gate(decision="refer_health", people=[ill]).id
    well = correct_before_anything_follows(cast, first, persons=[WELL])
    correct(cast, well, persons=[STILL_HOT])
    with clock.fixed(moment + timedelta(seconds=3)):
        assert run_waiting() > 0
    assert sorted(Referral.objects.values_list("state", "outcome")) == [("closed", "corrected"), ("open", "")]


def test_a_withdrawal_leaves_nothing_of_who_is_not_under_observation(cast: Any, gate: Pass) -> None:
    person = {"person_id": str(make_person().pk), "name": "张小燕", **HOT}
    correct(cast, refer(gate, person), persons=[WELL])
    assert not Referral.objects.exists()


def test_who_was_unwell_at_another_gate_too_is_referred_by_that_one(cast: Any, gate: Pass, ill: Any) -> None:
    first, second = refer(gate, ill), refer(gate, ill)
    assert Referral.objects.get().found_id == first
    correct(cast, first, persons=[WELL])
    outcomes = {one.found_id: (one.state, one.outcome) for one in Referral.objects.all()}
    assert outcomes == {first: ("closed", "corrected"), second: ("open", "")}
    assert Order.objects.get().state == "symptomatic"


def test_the_referral_of_who_is_handed_over_instead_is_withdrawn(cast: Any, gate: Pass, ill: Any) -> None:
    correct(cast, refer(gate, ill), persons=[WELL], decision="hand_over", destination_path=NEIGHBOUR_VILLAGE)
    assert Referral.objects.get().outcome == "corrected"


def test_who_was_taken_for_somebody_else_is_withdrawn_and_the_right_one_is_referred(
    cast: Any, gate: Pass, ill: Any
) -> None:
    other = make_person("李秀英")
    observed(cast["secretary"], other)
    right = correct(cast, refer(gate, ill), persons=[{"person_no": 1, "person_id": str(other.pk)}])
    stands = {str(one.person_id): (one.state, one.outcome) for one in Referral.objects.all()}
    assert stands == {ill["person_id"]: ("closed", "corrected"), str(other.pk): ("open", "")}
    correct(cast, right, persons=[WELL])
    assert {one.outcome for one in Referral.objects.all()} == {"corrected"}


def test_who_is_found_in_the_register_by_a_correction_is_referred_then(cast: Any, gate: Pass, ill: Any) -> None:
    first = refer(gate, {"name": "张小燕", **HOT})
    assert not Referral.objects.exists()
    correct(cast, first, persons=[{"person_no": 1, "person_id": ill["person_id"]}])
    assert Referral.objects.get().state == "open"


def test_the_lead_of_who_was_accepted_stays_when_the_hand_over_was_a_mistake(cast: Any, slip: Slip) -> None:
    accept(cast, "secretary", slip)
    run_waiting()
    correct(cast, slip.passage_id, decision="pass_registered")
    assert Lead.objects.count() == 1
    slip.refresh_from_db()
    assert (slip.state, slip.note.startswith("卡点已更正")) == ("accepted", True)
