"""Orders: what is refused before somebody is told to stay at home, then each step of an order's life."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_GRID
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.models import (
    Extension,
    Need,
    Order,
    OrderStep,
    Proposal,
    ResidentLink,
    Slot,
    StatusChange,
    Timetable,
)
from lianfang.domain.observation.tests.county import (
    NO_NEEDS,
    at,
    make_incident,
    make_person,
    notify,
    observed,
    order,
    read_one,
)
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Problems, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def incident(county):
    return make_incident()


@pytest.fixture
def person(county):
    return make_person()


def refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as no:
        call(*args, **kwargs)
    return no.value


def codes(no):
    return [(one.code, one.field) for one in no.problems] if isinstance(no, Problems) else no.code


def state_of(order_id):
    return Order.objects.get(pk=order_id).state


# --- refusals before an order ---


@pytest.mark.parametrize("who", ["grid", "doctor", "neighbour", "leader", "gate", "auditor", "outsider"])
def test_only_those_responsible_order_observation(cast, incident, person, who):
    assert refused(order, cast[who], person).code == "access.not_yours"


def test_nobody_orders_for_somebody_elses_village(cast, incident):
    assert refused(order, cast["secretary"], make_person("钱某", NEIGHBOUR_GRID)).code == "access.not_yours"


def test_a_question_that_was_not_asked_is_named(cast, incident, person):
    no = refused(order, cast["secretary"], person, needs={**NO_NEEDS, "sole_carer": None, "dialysis": None})
    assert codes(no) == [
        ("observation.need_unanswered", "needs.sole_carer"),
        ("observation.need_unanswered", "needs.dialysis"),
    ]
    assert len(codes(refused(order, cast["secretary"], person, needs={}))) == len(rules.NEEDS)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"last_exposure_on": "2020-01-10"}, "observation.window_past"),
        ({"last_exposure_on": "2020-02-04"}, "observation.exposure_ahead"),
        ({"last_exposure_on": None}, "observation.exposure_unknown"),
        ({"category": "secondary_contact"}, "rulebook.no_value"),
        ({"disease": "measles"}, "observation.no_incident"),
        ({"person_id": str(UUID(int=3))}, "observation.person_unknown"),
        ({"basis": ""}, "input.invalid"),
        ({"owner_id": str(UUID(int=3))}, "observation.owner_unknown"),
        ({"length_days": 30}, "input.invalid"),
    ],
)
def test_an_order_without_window_rule_incident_basis_or_person_is_refused(cast, incident, person, changes, code):
    assert refused(order, cast["secretary"], person, **changes).code == code


def test_an_abolished_rule_orders_nobody(cast, incident, person):
    with clock.fixed(at(5, 9).replace(year=2023)):
        no = refused(order, cast["system"], person, last_exposure_on="2023-02-04")
    assert no.code == "observation.no_length"


def test_the_same_reason_is_not_ordered_twice(cast, incident, person):
    order(cast["secretary"], person)
    assert refused(order, cast["secretary"], person).code == "observation.already_ordered"
    order(cast["secretary"], person, category="close_contact")


def test_an_order_is_bound_to_the_edition_of_its_day(cast, incident, person):
    made = Order.objects.get(pk=order(cast["secretary"], person)["id"])
    assert (made.starts_on, made.ends_on) == (date(2020, 2, 3), date(2020, 2, 16))
    assert (made.rule_key, made.rule_days) == ("returnee.home_observation_days", 14)
    assert made.rule_edition == "肺炎机制发〔2020〕5号"
    assert [step.after for step in OrderStep.objects.all()] == ["ordered"]


# --- needs ---


def test_observation_does_not_begin_while_a_need_has_no_owner(cast, incident, person):
    made = order(cast["secretary"], person, needs={**NO_NEEDS, "sole_carer": True, "livestock": True})
    assert made["unowned"] == ["sole_carer", "livestock"]
    no = refused(notify, cast["grid"], made["id"])
    assert codes(no) == [
        ("observation.need_unowned", "needs.sole_carer"),
        ("observation.need_unowned", "needs.livestock"),
    ]
    assert state_of(made["id"]) == "ordered"
    assert not Timetable.objects.exists()


def test_a_need_is_settled_only_in_ones_own_area_and_by_somebody_at_work(cast, incident, person):
    order(cast["secretary"], person, needs={**NO_NEEDS, "livestock": True})
    need = str(Need.objects.get(code="livestock").pk)

    def settle(who, owner, need_id=need):
        given = {"need_id": need_id, "owner_id": str(owner)}
        return refused(run, cast[who], "observation.settle_need", given).code

    assert settle("neighbour", cast["grid"].account_id) == "access.not_yours"
    assert settle("grid", uuid4()) == "observation.owner_unknown"
    assert settle("grid", cast["grid"].account_id, str(uuid4())) == "observation.need_unknown"
    with writing():
        Account.objects.filter(pk=cast["doctor"].account_id).update(is_active=False)
    assert settle("grid", cast["doctor"].account_id) == "observation.owner_unknown"


# --- notice and beginning ---


def test_a_notified_person_is_under_observation_with_two_slots_a_day(cast, incident, person):
    made = observed(cast["secretary"], person)
    assert made.state == "under_observation"
    assert Slot.objects.filter(person=person).count() == 28
    first = Slot.objects.order_by("opens_at").first()
    assert (first.day_on, first.name, first.state, first.day_number) == (date(2020, 2, 3), "morning", "due", 1)
    board = Timetable.objects.get()
    assert (board.starts_on, board.ends_on, board.area_path) == (made.starts_on, made.ends_on, person.area_path)
    assert [step.after for step in OrderStep.objects.order_by("pk")] == ["ordered", "notified", "under_observation"]


def test_a_notice_is_not_given_twice(cast, incident, person):
    made = observed(cast["secretary"], person)
    assert refused(notify, cast["grid"], str(made.pk)).code == "observation.step_not_allowed"


def test_somebody_notified_before_the_first_day_begins_on_it(cast, incident, person):
    made = order(cast["secretary"], person, last_exposure_on="2020-02-03")
    assert notify(cast["grid"], made["id"])["state"] == "notified"
    early = refused(run, cast["secretary"], "observation.begin_observation", {"order_id": made["id"]})
    assert early.code == "observation.not_begun_yet"
    with clock.fixed(at(4, 0, 5)):
        assert tick(clock.now())["begun"] == 1
    assert state_of(made["id"]) == "under_observation"


# --- several orders, one timetable ---


def test_several_orders_make_one_timetable_with_the_latest_end(cast, incident, person):
    observed(cast["secretary"], person)
    observed(cast["secretary"], person, category="close_contact", last_exposure_on="2020-02-01")
    board = Timetable.objects.get()
    assert (board.starts_on, board.ends_on, board.orders) == (date(2020, 2, 2), date(2020, 2, 16), 2)
    assert Slot.objects.filter(day_on=date(2020, 2, 5)).count() == 2
    assert Slot.objects.get(day_on=date(2020, 2, 3), name="morning").day_number == 2


def test_ending_one_of_two_orders_leaves_the_other_running(cast, incident, person):
    observed(cast["secretary"], person)
    second = observed(cast["secretary"], person, category="close_contact", last_exposure_on="2020-01-25")
    change = propose(cast, second)
    run(cast["town"], "observation.confirm_change", {"change_id": change["id"]})
    board = Timetable.objects.get()
    assert (board.state, board.orders, board.ends_on) == ("live", 1, date(2020, 2, 16))


# --- changes by hand ---


def propose(cast, made, who="secretary", **changes):
    given = {
        "order_id": str(made.pk),
        "then": "cancelled",
        "reason": "not_exposed",
        "evidence": "流调报告 17 号",
        **changes,
    }
    return run(cast[who], "observation.propose_change", given)


def test_a_change_of_status_needs_a_second_person(cast, incident, person):
    made = observed(cast["secretary"], person)
    change = propose(cast, made)["id"]
    with pytest.raises(Refusal) as no:
        run(cast["secretary"], "observation.confirm_change", {"change_id": change})
    assert no.value.code in ("observation.two_people", "access.not_yours")
    assert state_of(made.pk) == "under_observation"
    assert run(cast["town"], "observation.confirm_change", {"change_id": change})["state"] == "cancelled"
    assert not Slot.objects.filter(state__in=("upcoming", "due")).exists()
    assert Timetable.objects.get().state == "closed"


def test_nobody_confirms_the_own_proposal(cast, incident, person):
    change = propose(cast, observed(cast["secretary"], person), "town")["id"]
    assert (
        refused(run, cast["town"], "observation.confirm_change", {"change_id": change}).code == "observation.two_people"
    )


def test_a_rejected_change_changes_nothing_and_is_decided_once(cast, incident, person):
    made = observed(cast["secretary"], person)
    change = propose(cast, made)["id"]
    assert refused(propose, cast, made).code == "observation.change_waiting"
    run(cast["town"], "observation.confirm_change", {"change_id": change, "agree": False})
    assert state_of(made.pk) == "under_observation"
    assert StatusChange.objects.get().decision == "rejected"
    again = refused(run, cast["duty"], "observation.confirm_change", {"change_id": change})
    assert again.code == "observation.change_unknown"


@pytest.mark.parametrize(
    ("then", "reason"), [("cancelled", "home_unfit"), ("transferred_central", "died"), ("cancelled", "asked_nicely")]
)
def test_only_a_fitting_fact_of_the_investigation_changes_a_status(cast, incident, person, then, reason):
    made = observed(cast["secretary"], person)
    assert refused(propose, cast, made, then=then, reason=reason).code == "observation.reason_unfit"


def test_somebody_is_transferred_to_a_central_facility(cast, incident, person):
    made = observed(cast["secretary"], person)
    change = propose(cast, made, then="transferred_central", reason="home_unfit")["id"]
    assert run(cast["town"], "observation.confirm_change", {"change_id": change})["state"] == "transferred_central"


def test_a_released_order_is_not_cancelled(cast, incident, person):
    made = observed(cast["secretary"], person)
    finish(cast, made)
    assert refused(propose, cast, Order.objects.get(pk=made.pk)).code == "observation.step_not_allowed"


def test_somebody_lost_is_found_again(cast, incident, person):
    made = observed(cast["secretary"], person)
    lost = {"order_id": str(made.pk), "tried": "三次入户、电话、邻居均未找到"}
    run(cast["secretary"], "observation.mark_lost", lost)
    assert state_of(made.pk) == "lost"
    assert refused(run, cast["secretary"], "observation.mark_lost", lost).code == "observation.step_not_allowed"
    run(cast["secretary"], "observation.resume_order", {"order_id": str(made.pk), "note": "在亲戚家"})
    assert state_of(made.pk) == "under_observation"
    again = {"order_id": str(made.pk), "note": "在亲戚家"}
    assert refused(run, cast["secretary"], "observation.resume_order", again).code == "observation.step_not_allowed"


# --- extension ---


def extend(cast, made, who="town", **changes):
    given = {
        "order_id": str(made.pk),
        "ends_on": "2020-02-20",
        "approved_by": "李镇长",
        "basis": "同住人员确诊",
        **changes,
    }
    return run(cast[who], "observation.extend_order", given)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"approved_by": ""}, "observation.extension_unapproved"),
        ({"basis": ""}, "observation.extension_unapproved"),
        ({"ends_on": "2020-02-16"}, "observation.extension_not_later"),
    ],
)
def test_observation_is_not_extended_without_approver_basis_or_later_end(cast, incident, person, changes, code):
    made = observed(cast["secretary"], person)
    assert refused(extend, cast, made, **changes).code == code
    assert not Extension.objects.exists()


def test_a_village_does_not_extend_observation(cast, incident, person):
    made = observed(cast["secretary"], person)
    assert refused(extend, cast, made, "secretary").code == "access.not_yours"


def test_an_extension_lays_the_further_slots(cast, incident, person):
    made = observed(cast["secretary"], person)
    extend(cast, made)
    assert Slot.objects.count() == 36
    assert Order.objects.get().first_ends_on == date(2020, 2, 16)


def test_nothing_but_an_approved_extension_makes_an_order_longer(cast, incident, person):
    observed(cast["secretary"], person)
    for day in (5, 10, 16, 17, 25):
        with clock.fixed(at(day, 23)):
            tick(clock.now())
    assert Order.objects.get().ends_on == date(2020, 2, 16)


# --- the end ---


def finish(cast, made, gaps_seen=True):
    with clock.fixed(at(17, 9)):
        tick(clock.now())
        given = {"order_id": str(made.pk), "gaps_seen": gaps_seen}
        return run(cast["secretary"], "observation.confirm_release", given)


def test_release_before_the_last_slot_is_refused(cast, incident, person):
    made = observed(cast["secretary"], person)
    for name in ("propose_release", "confirm_release"):
        no = refused(run, cast["secretary"], f"observation.{name}", {"order_id": str(made.pk)})
        assert no.code == "observation.release_too_early"


def test_an_order_that_never_began_is_not_released(cast, incident, person):
    made = order(cast["secretary"], person)
    no = refused(run, cast["secretary"], "observation.confirm_release", {"order_id": made["id"]})
    assert no.code == "observation.order_not_running"


def test_missed_readings_are_seen_before_release(cast, incident, person):
    made = observed(cast["secretary"], person)
    no = refused(finish, cast, made, gaps_seen=False)
    assert no.code == "observation.gaps_unseen"
    assert len(no.details["gaps"]) == 28


def test_an_open_referral_keeps_a_person_from_release(cast, incident, person):
    made = observed(cast["secretary"], person)
    read_one(cast["grid"], person.pk, at(3, 9), temperature_c=38.2)
    assert refused(finish, cast, made).code == "observation.release_referred"


def test_the_rule_proposes_the_end_once_and_a_person_confirms_it(cast, incident, person):
    made = observed(cast["secretary"], person)
    with clock.fixed(at(16, 21, 30)):
        assert tick(clock.now())["proposed"] == 1
        assert tick(clock.now())["proposed"] == 0
    assert state_of(made.pk) == "ended"
    proposal = Proposal.objects.get()
    assert (proposal.missed, proposal.decided_at) == (28, None)
    finish(cast, made)
    made.refresh_from_db()
    assert (made.state, made.released_on, made.released_by) == (
        "released",
        date(2020, 2, 17),
        cast["secretary"].account_id,
    )
    assert Proposal.objects.get().decision == "confirmed"
    assert Event.objects.filter(name="observation.person_released").count() == 1


def test_a_complete_timetable_is_proposed_as_soon_as_its_last_reading_is_there(cast, incident, person):
    observed(cast["secretary"], person)
    for day in range(3, 17):
        for hour in (9, 17):
            with clock.fixed(at(day, hour)):
                assert read_one(cast["grid"], person.pk, at(day, hour)).status == "done"
    with clock.fixed(at(16, 17, 5)):
        assert tick(clock.now())["proposed"] == 1
    assert Proposal.objects.get().missed == 0


def test_all_orders_of_a_person_are_released_together_at_the_latest_end(cast, incident, person):
    first = observed(cast["secretary"], person)
    second = observed(cast["secretary"], person, category="close_contact", last_exposure_on="2020-01-28")
    done = finish(cast, first)
    assert set(done["released"]) == {str(first.pk), str(second.pk)}


def test_the_last_slot_missed_creates_no_work_for_ever(cast, incident, person):
    observed(cast["secretary"], person)
    for day in (17, 18, 25):
        with clock.fixed(at(day, 9)):
            counted = tick(clock.now())
    assert counted == {"begun": 0, "opened": 0, "missed": 0, "told": 0, "proposed": 0}
    assert not Slot.objects.filter(state__in=("upcoming", "due")).exists()


def test_an_extension_of_an_ended_order_withdraws_the_proposal(cast, incident, person):
    made = observed(cast["secretary"], person)
    with clock.fixed(at(16, 22)):
        tick(clock.now())
        extend(cast, Order.objects.get(pk=made.pk))
    assert state_of(made.pk) == "under_observation"
    assert Proposal.objects.get().decision == "withdrawn"


# --- a newer edition ---


@pytest.fixture
def contact_of_2022(cast, county):
    """A close contact ordered under the eighth edition, on a day when the ninth has just come."""
    make_incident()
    with clock.fixed(at(24, 9, month=6).replace(year=2022)):
        made = observed(cast["secretary"], make_person(), category="close_contact", last_exposure_on="2022-06-22")
    return made


def adopt(cast, name):
    [edition] = read(cast["duty"], "incidents.editions", Query(search=name)).rows
    given = {"incident_id": str(Order.objects.get().incident_id), "edition_id": edition["id"], "document": "通知"}
    run(cast["duty"], "incidents.adopt_edition", given)
    run_waiting()


def test_a_shorter_edition_proposes_an_earlier_end_and_changes_nothing_by_itself(cast, contact_of_2022):
    assert contact_of_2022.rule_days == 21
    with clock.fixed(at(28, 12, month=6).replace(year=2022)):
        adopt(cast, "第九版")
        proposal = Proposal.objects.get(kind="edition")
        assert proposal.was_to_end_on == contact_of_2022.ends_on == Order.objects.get().ends_on
        assert proposal.ends_on == contact_of_2022.starts_on + timedelta(days=9)
        run(cast["secretary"], "observation.accept_earlier_end", {"proposal_id": str(proposal.pk)})
    assert Order.objects.get().ends_on == proposal.ends_on
    assert Timetable.objects.get().ends_on == proposal.ends_on
    assert not Slot.objects.filter(day_on__gt=proposal.ends_on).exists()


def test_a_declined_earlier_end_keeps_the_order_and_the_reason(cast, contact_of_2022):
    with clock.fixed(at(28, 12, month=6).replace(year=2022)):
        adopt(cast, "第九版")
        proposal = Proposal.objects.get(kind="edition")
        given = {"proposal_id": str(proposal.pk), "note": "同住人员确诊"}
        run(cast["secretary"], "observation.decline_proposal", given)
        assert (
            refused(run, cast["secretary"], "observation.decline_proposal", given).code
            == "observation.proposal_unknown"
        )
    assert Order.objects.get().ends_on == contact_of_2022.ends_on
    assert Proposal.objects.get().decision == "declined"


def test_a_longer_edition_proposes_nothing(cast, county):
    make_incident()
    with clock.fixed(at(10, 9, month=5).replace(year=2021)):
        observed(cast["secretary"], make_person(), category="close_contact", last_exposure_on="2021-05-09")
    with clock.fixed(at(20, 9, month=5).replace(year=2021)):
        adopt(cast, "第八版")
    assert not Proposal.objects.exists()
    assert Order.objects.get().rule_days == 14


# --- personal links ---


def link(cast, made):
    return run(cast["grid"], "observation.issue_link", {"order_id": str(made.pk)})


def test_a_link_is_shown_once_and_only_its_digest_is_kept(cast, incident, person):
    made = observed(cast["secretary"], person)
    id = uuid4()
    given = {"order_id": str(made.pk)}
    token = run(cast["grid"], "observation.issue_link", given, id=id)["token"]
    assert "token" not in run(cast["grid"], "observation.issue_link", given, id=id)
    kept = ResidentLink.objects.get()
    assert token.replace("-", "") not in str(vars(kept))
    assert len(token) == 19


def test_a_new_link_replaces_the_old_one_and_release_ends_it(cast, incident, person):
    made = observed(cast["secretary"], person)
    link(cast, made)
    link(cast, made)
    assert ResidentLink.objects.filter(revoked_at__isnull=True).count() == 1
    finish(cast, made)
    assert not ResidentLink.objects.filter(revoked_at__isnull=True).exists()


def test_no_link_for_somebody_not_observed(cast, incident, person):
    made = Order.objects.get(pk=order(cast["secretary"], person)["id"])
    assert refused(link, cast, made).code == "observation.order_not_running"


# --- people who move ---


def test_open_work_follows_a_person_to_another_grid(cast, incident, person):
    made = observed(cast["secretary"], person)
    with writing():
        person.area_path = NEIGHBOUR_GRID
        person.save()
    run(cast["system"], "observation.follow_persons", {"person_ids": [str(person.pk)]})
    assert Order.objects.get(pk=made.pk).area_path == NEIGHBOUR_GRID
    assert set(Slot.objects.values_list("area_path", flat=True)) == {NEIGHBOUR_GRID}
    assert Timetable.objects.get().area_path == NEIGHBOUR_GRID
