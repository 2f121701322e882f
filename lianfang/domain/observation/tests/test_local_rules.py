"""A county's own stricter length: replaced by a shorter one it proposes, by a longer one it changes nothing."""

from datetime import date

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.models import Order, OrderStep, Proposal
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db
KEY = "returnee.home_observation_days"


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    forget_rules()
    yield
    forget_rules()
    assert not Job.objects.filter(state="failed").exists()


def set_rule(cast, days, document, area_path=COUNTY, until_on="2020-03-31"):
    given = {"profile": "covid19", "key": KEY, "value": str(days), "area_path": area_path, "document": document,
             "until_on": until_on}  # fmt: skip
    made = run(cast["duty"], "incidents.set_local_rule", given)["id"]
    run_waiting()
    return made


@pytest.fixture
def bound(cast):
    """An order under the county's own 21 days."""
    make_incident()
    set_rule(cast, 21, "绛防指〔2020〕3号")
    made = observed(cast["secretary"], make_person())
    assert (made.rule_days, made.rule_edition) == (21, "绛防指〔2020〕3号")
    return made


def test_a_longer_local_rule_proposes_nothing_and_extends_nothing(cast, bound):
    with clock.fixed(at(5, 9)):
        set_rule(cast, 28, "绛防指〔2020〕5号")
    assert not Proposal.objects.exists()
    assert Order.objects.get().ends_on == bound.ends_on


def test_a_rule_of_another_place_proposes_nothing(cast, bound):
    with clock.fixed(at(5, 9)):
        set_rule(cast, 18, "横水镇文件", area_path="140826101")
    assert not Proposal.objects.exists()


def test_a_shorter_local_rule_proposes_once_and_a_person_decides(cast, bound):
    with clock.fixed(at(5, 9)):
        set_rule(cast, 18, "绛防指〔2020〕5号")
        proposal = Proposal.objects.get()
        assert (proposal.ends_on, proposal.was_to_end_on) == (date(2020, 2, 20), bound.ends_on)
        assert (proposal.edition, proposal.source) == ("绛防指〔2020〕5号", "绛防指〔2020〕5号")
        assert Order.objects.get().ends_on == bound.ends_on
        tick(at(5, 9, 30))
        assert Proposal.objects.count() == 1
        run(cast["secretary"], "observation.accept_earlier_end", {"proposal_id": str(proposal.pk)})
    assert Order.objects.get().ends_on == date(2020, 2, 20)


def test_an_ended_local_rule_gives_the_national_length_back_and_a_new_one_corrects_the_proposal(cast, bound):
    with clock.fixed(at(5, 9)):
        rule = set_rule(cast, 22, "古绛镇文件", area_path=TOWN)
        assert not Proposal.objects.exists()
        run(cast["duty"], "incidents.end_local_rule", {"rule_id": rule, "reason": "撤销"})
        run_waiting()
        assert not Proposal.objects.exists()
        set_rule(cast, 18, "绛防指〔2020〕5号")
        set_rule(cast, 21, "绛防指〔2020〕6号")
        assert [one.decision for one in Proposal.objects.all()] == ["withdrawn"]


def test_what_a_person_declined_is_not_proposed_again(cast, bound):
    with clock.fixed(at(5, 9)):
        set_rule(cast, 18, "绛防指〔2020〕5号")
        given = {"proposal_id": str(Proposal.objects.get().pk), "note": "同住人员确诊"}
        run(cast["secretary"], "observation.decline_proposal", given)
        run(cast["system"], "observation.reconsider_orders", {"area_path": COUNTY})
    assert [one.decision for one in Proposal.objects.all()] == ["declined"]


def test_a_local_rule_that_ran_out_by_its_date_proposes_the_national_length(cast):
    make_incident()
    set_rule(cast, 21, "绛防指〔2020〕3号", until_on="2020-02-10")
    made = observed(cast["secretary"], make_person())
    tick(at(10, 9))
    assert not Proposal.objects.exists()
    with clock.fixed(at(11, 9)):
        tick(at(11, 9))
        tick(at(11, 10))
    proposal = Proposal.objects.get(kind="edition")
    assert (proposal.ends_on, Order.objects.get().ends_on) == (date(2020, 2, 16), made.ends_on)


# --- telling again after an extension ---


def untold(at_):
    return [one.subject_id for one in GAPS["observation_not_told_again"].find(COUNTY, at_)]


def test_nothing_is_told_again_that_was_not_extended(cast, bound):
    given = {"order_id": str(bound.pk), "signed_by": "张小燕"}
    with pytest.raises(Refusal) as no:
        run(cast["grid"], "observation.renotify_person", given)
    assert no.value.code == "observation.nothing_new_to_tell"
    assert untold(at(3, 9)) == []


def test_an_extension_is_a_gap_until_the_person_signed_for_it(cast, bound):
    longer = {"order_id": str(bound.pk), "ends_on": "2020-02-28", "approved_by": "韩县长", "basis": "绛防指〔2020〕9号"}
    run(cast["town"], "observation.extend_order", longer)
    assert untold(at(3, 10)) == [str(bound.pk)]
    given = {"order_id": str(bound.pk), "signed_by": "张小燕"}
    with pytest.raises(Refusal):
        run(cast["neighbour"], "observation.renotify_person", given)
    run(cast["grid"], "observation.renotify_person", given)
    assert untold(at(3, 10)) == []
    last = OrderStep.objects.order_by("-pk").first()
    assert (last.before, last.after, last.reason) == (
        "under_observation",
        "under_observation",
        "已重新告知，到 2020-02-28",
    )
