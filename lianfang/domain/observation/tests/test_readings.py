"""Readings: refused ones first, then where each lands, what it leads to, and what becomes of those not taken."""

from datetime import UTC, date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.gaps import _due, _missed, _referrals, _unconfirmed, _unnotified, _unowned
from lianfang.domain.observation.models import Escalation, Order, Reading, Referral, Slot, Timetable
from lianfang.domain.observation.queries import bundle_of, link_by_secret, person_card, resident_actor, slot_counts
from lianfang.domain.observation.queries.slots import as_rule, slots_of
from lianfang.domain.observation.tests.county import (
    NO_NEEDS,
    at,
    make_incident,
    make_person,
    observed,
    order,
    read_one,
)
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.events.models import Event
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Problems, Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def person(county):
    make_incident()
    return make_person()


@pytest.fixture
def running(cast, person):
    """An order under observation since nine in the morning of the third of February."""
    return observed(cast["secretary"], person)


def code_of(outcome):
    if isinstance(outcome.refusal, Problems):
        return [one.code for one in outcome.refusal.problems]
    return outcome.refusal.code


def taken(actor, body):
    """Return the command of a reading taken at nine in the morning of the third."""
    return Request(actor, "observation.record_reading", body, uuid7(), at(3, 9))


def slot(day, name, person):
    return Slot.objects.get(person=person, day_on=date(2020, 2, day), name=name)


# --- refusals ---


@pytest.mark.parametrize("who", ["neighbour", "leader", "gate", "auditor", "outsider"])
def test_nobody_else_records_a_reading(cast, running, who):
    assert code_of(read_one(cast[who], running.person_id, at(3, 9))) == "access.not_yours"
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"temperature_c": None}, "observation.reading_empty"),
        ({"temperature_c": 33.9}, "observation.reading_impossible"),
        ({"temperature_c": 43.1}, "observation.reading_impossible"),
        ({"temperature_c": 365}, ["input.out_of_range"]),
        ({"temperature_c": "热"}, ["input.wrong_kind"]),
        ({"symptoms": ["bored"]}, ["input.not_a_choice"]),
        ({"how": "guess"}, ["input.not_a_choice"]),
        ({"note": "好" * 201}, ["input.too_long"]),
        ({"person_id": None}, "observation.nobody_named"),
        ({"person_id": str(UUID(int=5))}, "observation.not_observed"),
        ({"person_id": None, "order_id": str(UUID(int=5))}, "observation.not_observed"),
        ({"corrects_id": str(UUID(int=5))}, "observation.reading_unknown"),
    ],
)
def test_a_reading_no_body_has_or_of_nobody_is_refused(cast, running, changes, code):
    given = {"temperature_c": 36.5, "person_id": str(running.person_id), **changes}
    [outcome] = run_many([Request(cast["grid"], "observation.record_reading", given, uuid7(), at(3, 9))])
    assert code_of(outcome) == code


def test_a_reading_from_the_future_is_refused_but_a_slow_clock_is_forgiven(cast, running):
    assert code_of(read_one(cast["grid"], running.person_id, at(3, 9, 11))) == "observation.reading_ahead"
    assert read_one(cast["grid"], running.person_id, at(3, 9, 9)).status == "done"


def test_somebody_ordered_but_not_notified_has_no_slots_to_fill(cast, person):
    made = order(cast["secretary"], person)
    assert code_of(read_one(cast["grid"], person.pk, at(3, 9))) == "observation.not_observed"
    assert not Slot.objects.exists()
    assert Order.objects.get(pk=made["id"]).state == "ordered"


def test_one_bad_reading_does_not_refuse_its_neighbours(cast, running):
    good, bad = {"person_id": str(running.person_id), "temperature_c": 36.5}, {"temperature_c": 50}
    requests = [taken(cast["grid"], body) for body in (good, good | bad, good)]
    assert [one.status for one in run_many(requests)] == ["done", "refused", "done"]


def test_a_reading_is_never_changed_or_removed(cast, running):
    read_one(cast["grid"], running.person_id, at(3, 9))
    for change in (lambda: Reading.objects.update(temperature_c=35.0), lambda: Reading.objects.all().delete()):
        with pytest.raises(DatabaseError), writing(), transaction.atomic():
            change()


# --- where a reading lands ---


def test_a_reading_fills_its_slot_and_is_counted(cast, running):
    outcome = read_one(cast["grid"], running.person_id, at(3, 9), how="phone")
    assert outcome.result["slot"] == "2020-02-03/morning"
    filled = slot(3, "morning", running.person)
    assert (filled.state, filled.how, filled.reading_id) == ("recorded", "phone", outcome.id)
    counted = slot_counts(COUNTY, date(2020, 2, 3), "morning", clock.now())
    assert counted == {"total": 1, "recorded": 1, "due": 0, "missed": 0}


def test_the_phone_names_the_order_and_the_same_slot_is_filled(cast, running):
    given = {"order_id": str(running.pk), "temperature_c": 36.4, "symptoms": [], "how": "visit"}
    run(cast["grid"], "observation.record_reading", given, happened_at=at(3, 9))
    assert slot(3, "morning", running.person).state == "recorded"


def test_a_repeat_with_the_same_id_changes_nothing(cast, running):
    id = uuid7()
    assert read_one(cast["grid"], running.person_id, at(3, 9), id=id).status == "done"
    again = read_one(cast["grid"], running.person_id, at(3, 9), id=id)
    assert (again.status, again.result["slot"]) == ("repeated", "2020-02-03/morning")
    assert Reading.objects.count() == 1
    assert AuditLine.objects.filter(action="observation.record_reading").count() == 1


def test_a_second_reading_of_a_slot_is_kept_and_the_first_stays_counted(cast, running):
    first = read_one(cast["grid"], running.person_id, at(3, 8))
    read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=36.9)
    assert Reading.objects.count() == 2
    assert slot(3, "morning", running.person).reading_id == first.id


def test_a_correction_is_a_new_row_that_takes_the_slot(cast, running):
    first = read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=39.6)
    corrected = read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=36.6, corrects_id=str(first.id))
    assert Reading.objects.count() == 2
    assert Reading.objects.get(pk=corrected.id).corrects_id == first.id
    assert slot(3, "morning", running.person).reading_id == corrected.id


def test_nobody_corrects_somebody_elses_reading(cast, running):
    other = observed(cast["secretary"], make_person("李某", number="13"))
    first = read_one(cast["grid"], running.person_id, at(3, 9))
    crossed = read_one(cast["grid"], other.person_id, at(3, 9), corrects_id=str(first.id))
    assert code_of(crossed) == "observation.reading_unknown"


def test_a_reading_counts_by_when_it_was_taken_however_late_it_arrives(cast, running):
    with clock.fixed(at(5, 12)):
        tick(clock.now())
        assert slot(3, "evening", running.person).state == "missed"
        assert read_one(cast["grid"], running.person_id, at(3, 18)).result["slot"] == "2020-02-03/evening"
    assert slot(3, "evening", running.person).state == "recorded"


def test_a_late_reading_of_finished_observation_is_kept_and_one_after_its_end_refused(cast, running):
    with clock.fixed(at(17, 9)):
        tick(clock.now())
        run(cast["secretary"], "observation.confirm_release", {"order_id": str(running.pk), "gaps_seen": True})
    with clock.fixed(at(18, 9)):
        assert read_one(cast["grid"], running.person_id, at(10, 9)).status == "done"
        assert code_of(read_one(cast["grid"], running.person_id, at(18, 9))) == "observation.not_observed"


def test_a_batch_for_many_people_is_one_audit_line_naming_each(cast, person):
    people = [observed(cast["secretary"], make_person(number=str(n))).person_id for n in range(20, 30)]
    requests = [
        Request(
            cast["grid"],
            "observation.record_reading",
            {"person_id": str(one), "temperature_c": 36.5},
            uuid7(),
            at(3, 9),
        )
        for one in people
    ]
    assert {one.status for one in run_many(requests)} == {"done"}
    line = AuditLine.objects.get(action="observation.record_reading")
    assert len(line.details["commands"]) == 10
    assert Slot.objects.filter(state="recorded").count() == 10


def test_a_batch_costs_the_same_number_of_queries_however_long(cast, person, django_assert_max_num_queries):
    people = [observed(cast["secretary"], make_person(number=str(n))).person_id for n in range(20, 40)]

    def send(count):
        run_many(
            [
                Request(
                    cast["grid"],
                    "observation.record_reading",
                    {"person_id": str(one), "temperature_c": 36.5},
                    uuid7(),
                    at(3, 9),
                )
                for one in people[:count]
            ]
        )

    send(2)
    # on SQLite rows go one by one; everything else is constant
    rows = 40 if connection.vendor == "sqlite" else 0
    with django_assert_max_num_queries(20 + rows):
        send(20)


# --- fever and symptoms ---


def test_fever_opens_a_referral_within_two_hours_of_the_measurement(cast, running):
    outcome = read_one(cast["grid"], running.person_id, at(3, 8, 30), temperature_c=37.3)
    assert outcome.result["refer"] is True
    referral = Referral.objects.get()
    assert referral.refer_by == at(3, 10, 30).astimezone(UTC)
    assert "37.3" in referral.reasons
    assert Order.objects.get().state == "symptomatic"
    assert Event.objects.get(name="observation.referral_opened").body["referral_id"] == str(referral.pk)


@pytest.mark.parametrize(
    ("given", "refers"),
    [
        ({"temperature_c": 37.2}, False),
        ({"temperature_c": 36.5, "symptoms": ["cough"]}, True),
        ({"temperature_c": None, "symptoms": ["breathlessness"]}, True),
        ({"temperature_c": 36.5, "symptoms": ["rash"]}, False),
    ],
)
def test_what_refers_is_what_the_rulebook_says(cast, running, given, refers):
    assert read_one(cast["grid"], running.person_id, at(3, 9), **given).result["refer"] is refers
    assert Referral.objects.exists() is refers


def test_a_second_fever_joins_the_referral_that_is_open(cast, running):
    for hour in (7, 8):
        read_one(cast["grid"], running.person_id, at(3, hour), temperature_c=38.5)
    assert Referral.objects.count() == 1


def test_the_event_says_nothing_of_the_temperature(cast, running):
    read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=38.7)
    assert "38.7" not in str(list(Event.objects.values_list("body", flat=True)))


@pytest.fixture
def referral(cast, running):
    read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=38.1)
    return Referral.objects.get()


def test_a_referral_is_accepted_by_a_doctor_of_the_place_once(cast, referral):
    given = {"referral_id": str(referral.pk)}
    for who in ("grid", "neighbour", "outsider"):
        with pytest.raises(Refusal) as no:
            run(cast[who], "observation.accept_referral", given)
        assert no.value.code == "access.not_yours"
    assert run(cast["doctor"], "observation.accept_referral", given)["in_time"] is True
    assert Order.objects.get().state == "referred"
    with pytest.raises(Refusal) as no:
        run(cast["health"], "observation.accept_referral", given)
    assert no.value.code == "observation.referral_not_open"


def close(cast, referral, **changes):
    given = {"referral_id": str(referral.pk), "outcome": "excluded", "note": "普通感冒", **changes}
    return run(cast["doctor"], "observation.close_referral", given)


def test_a_referral_without_destination_finding_or_existence_is_not_closed(cast, referral):
    for changes, code in (
        ({"outcome": "hospital"}, "observation.no_destination"),
        ({"note": ""}, "input.invalid"),
        ({"referral_id": str(uuid4())}, "observation.referral_unknown"),
    ):
        with pytest.raises(Refusal) as no:
            close(cast, referral, **changes)
        assert no.value.code == code


def test_an_excluded_case_goes_on_with_observation(cast, referral):
    run(cast["doctor"], "observation.accept_referral", {"referral_id": str(referral.pk)})
    close(cast, referral)
    assert Order.objects.get().state == "under_observation"
    with pytest.raises(Refusal) as no:
        close(cast, referral)
    assert no.value.code == "observation.referral_closed_before"


def test_somebody_taken_to_hospital_has_no_open_slots_any_more(cast, referral):
    close(cast, referral, outcome="hospital", destination="县医院发热门诊")
    assert Order.objects.get().state == "transferred_central"
    assert not Slot.objects.filter(state__in=("upcoming", "due")).exists()


def test_a_fever_of_somebody_lost_finds_them_and_refers_them(cast, running):
    run(cast["secretary"], "observation.mark_lost", {"order_id": str(running.pk), "tried": "三次入户"})
    read_one(cast["grid"], running.person_id, at(3, 9), temperature_c=38.1)
    assert Order.objects.get().state == "symptomatic"


# --- the clock ---


def at_tick(day, hour, minute=0):
    with clock.fixed(at(day, hour, minute)):
        return tick(clock.now())


def test_slots_open_and_pass_with_the_clock(cast, running):
    assert slot(3, "evening", running.person).state == "upcoming"
    at_tick(3, 16, 5)
    assert slot(3, "evening", running.person).state == "due"
    at_tick(3, 21, 1)
    assert slot(3, "evening", running.person).state == "missed"


def test_one_missed_slot_is_nobodys_alarm_and_two_in_a_row_are_the_village_secretarys(cast, running):
    at_tick(3, 12)
    assert not Escalation.objects.exists()
    at_tick(3, 21, 1)
    told = Escalation.objects.get()
    assert (told.to, told.missed) == ("village", ["2020-02-03/morning", "2020-02-03/evening"])
    assert at_tick(3, 21, 2)["told"] == 0
    assert Event.objects.filter(name="observation.slots_missed").count() == 1


def test_without_an_answer_the_town_is_told_after_the_hours_of_the_rule(cast, running):
    at_tick(3, 21, 1)
    at_tick(4, 0, 59)
    assert Escalation.objects.get().to == "village"
    assert at_tick(4, 1, 1)["told"] == 1
    assert Escalation.objects.get().to == "town"


def test_an_answer_in_time_keeps_it_in_the_village(cast, running):
    at_tick(3, 21, 1)
    given = {"escalation_id": str(Escalation.objects.get().pk), "done": "已上门，体温计损坏，已更换"}
    with pytest.raises(Refusal) as no:
        run(cast["neighbour"], "observation.answer_escalation", given)
    assert no.value.code == "access.not_yours"
    with clock.fixed(at(3, 22)):
        run(cast["secretary"], "observation.answer_escalation", given)
    at_tick(4, 2)
    assert Escalation.objects.get().to == "village"


def test_a_reading_ends_the_escalation(cast, running):
    at_tick(3, 21, 1)
    with clock.fixed(at(4, 9)):
        read_one(cast["grid"], running.person_id, at(4, 9))
    at_tick(4, 9, 1)
    kept = Escalation.objects.get()
    assert kept.resolved_at is not None
    with pytest.raises(Refusal) as no:
        run(cast["secretary"], "observation.answer_escalation", {"escalation_id": str(kept.pk), "done": "晚了"})
    assert no.value.code == "observation.escalation_unknown"


def test_escalation_stops_with_the_last_slot(cast, running):
    at_tick(16, 12)
    at_tick(16, 21, 1)
    assert not Escalation.objects.filter(resolved_at__isnull=True).exists()


# --- gaps ---


def test_a_due_slot_is_on_the_board_until_it_is_recorded_and_its_contact_answers(cast, running):
    given = {"household_id": str(running.household_id), "kind": "primary_contact",
             "account_id": str(cast["grid"].account_id), "agreed": True}  # fmt: skip
    run(cast["system"], "organisation.assign_responsibility", given)
    [due] = _due(VILLAGE, clock.now())
    assert due.subject_id == str(running.person_id)
    assert due.answerable_id == cast["grid"].account_id
    assert due.details == {"slot": "2020-02-03/morning"}
    assert list(_due(NEIGHBOUR_GRID, clock.now())) == []
    read_one(cast["grid"], running.person_id, at(3, 9))
    assert list(_due(VILLAGE, clock.now())) == []


def test_a_slot_is_due_on_the_board_even_when_the_clocks_job_is_late(cast, running):
    assert len(list(_due(VILLAGE, at(3, 16, 1)))) == 1
    assert list(_due(VILLAGE, at(3, 13))) == []


def test_a_referral_past_its_time_is_another_gap_than_an_open_one(cast, referral):
    assert len(list(_referrals(COUNTY, at(3, 10, 59), late=False))) == 1
    assert list(_referrals(COUNTY, at(3, 10, 59), late=True)) == []
    assert len(list(_referrals(COUNTY, at(3, 11, 1), late=True))) == 1
    run(cast["doctor"], "observation.accept_referral", {"referral_id": str(referral.pk)})
    assert list(_referrals(COUNTY, at(3, 11, 1), late=True)) == []


def test_an_order_is_on_the_board_for_its_need_first_and_for_its_notice_then(cast, person):
    made = order(cast["secretary"], person, needs={**NO_NEEDS, "livestock": True})
    assert len(list(_unowned(COUNTY, clock.now()))) == 1
    assert list(_unnotified(COUNTY, clock.now())) == []
    need = Order.objects.get(pk=made["id"]).needs.get(yes=True)
    run(cast["grid"], "observation.settle_need", {"need_id": str(need.pk), "owner_id": str(cast["grid"].account_id)})
    assert list(_unowned(COUNTY, clock.now())) == []
    [open_one] = _unnotified(COUNTY, clock.now())
    assert open_one.subject_id == made["id"]


def test_missed_runs_and_undecided_proposals_are_on_the_board(cast, running):
    at_tick(3, 21, 1)
    [missed] = _missed(COUNTY, at(3, 21, 1))
    assert missed.details == {"to": "village", "missed": 2}
    at_tick(16, 21, 30)
    [waiting] = _unconfirmed(COUNTY, at(16, 21, 30))
    assert waiting.details == {"missed": 28}


# --- without an account ---


def test_a_resident_reports_by_link_and_only_for_themselves(cast, running):
    token = run(cast["grid"], "observation.issue_link", {"order_id": str(running.pk)})["token"]
    card = link_by_secret(token.lower().replace("-", " "), clock.now())
    assert card.masked_name == "张*燕"
    assert [one["name"] for one in card.slots] == ["morning"]
    resident = resident_actor(card)
    assert read_one(resident, running.person_id, at(3, 9), action="report_by_link", token=token).status == "done"
    kept = Reading.objects.get()
    assert (kept.how, kept.account_id, kept.person_id) == ("self", None, running.person_id)
    assert code_of(read_one(resident, running.person_id, at(3, 9))) == "access.not_yours"


@pytest.mark.parametrize("token", ["0000-0000-0000-0000", "ABCDEFGH", "'; DROP TABLE x --", "𝟎𝟎𝟎𝟎-0000-0000-0000"])
def test_a_wrong_link_opens_nothing_and_says_nothing(cast, running, token):
    assert link_by_secret(token, clock.now()) is None
    outcome = read_one(cast["system"], running.person_id, at(3, 9), action="report_by_link", token=token)
    assert code_of(outcome) == "observation.link_unknown"


def test_a_link_ends_with_its_day(cast, running):
    token = run(cast["grid"], "observation.issue_link", {"order_id": str(running.pk)})["token"]
    assert link_by_secret(token, at(17, 9)) is not None
    assert link_by_secret(token, at(18, 9)) is None


# --- lists ---


@pytest.mark.parametrize(
    "name",
    [
        "orders",
        "timetable",
        "slots",
        "readings",
        "referrals",
        "needs",
        "escalations",
        "proposals",
        "changes",
        "steps",
        "links",
    ],
)
def test_every_list_is_read_by_the_county_and_masked(cast, referral, name):
    page = read(cast["duty"], f"observation.{name}")
    assert "张小燕" not in str(page.rows)


def test_health_is_hidden_from_who_needs_no_health(cast, referral):
    row = read(cast["leader"], "observation.orders").rows[0]
    assert row["cells"]["name"] is None
    assert row["cells"]["state"] == "symptomatic"


def test_the_ledger_has_the_columns_of_form_f05(cast, running):
    cells = read(cast["grid"], "observation.orders").rows[0]["cells"]
    assert cells["age"] == 39
    assert (cells["category"], cells["rule_days"], cells["basis"]) == ("returnee", 14, "绛防指〔2020〕3号")


def test_the_list_is_searched_by_name_and_filtered_by_state(cast, running):
    assert len(read(cast["grid"], "observation.timetable", Query(search="小燕")).rows) == 1
    assert read(cast["grid"], "observation.orders", Query(where={"state": "released"})).rows == []


def test_the_phone_keeps_its_own_grids_slots_and_numbers(cast, running):
    kept = bundle_of([GRID], clock.now())
    assert [one["id"] for one in kept["observations"]] == [str(running.pk)]
    assert {(one["day_on"], one["slot"]) for one in kept["slots"]} >= {("2020-02-03", "morning")}
    assert kept["rules"]["fever_threshold_c"] == 37.3
    assert bundle_of([NEIGHBOUR_GRID], clock.now())["slots"] == []
    assert person_card(running.person_id)["state"] == "under_observation"


# --- the merged timetable, for every pair of orders ---

DAYS = st.integers(min_value=-12, max_value=0)


def day(n):
    return str(date(2020, 2, 2) + timedelta(days=n))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=DAYS, second=DAYS)
def test_any_two_orders_make_one_task_per_slot_until_the_later_end(cast, county, first, second):
    with transaction.atomic():
        make_incident()
        forget_rules()
        person = make_person(number=str(uuid4())[:8])
        orders = [
            observed(
                cast["secretary"],
                person,
                category=category,
                last_exposure_on=(date(2020, 2, 2) + timedelta(days=n)).isoformat(),
            )
            for category, n in (("returnee", first), ("close_contact", second))
        ]
        board, slots = Timetable.objects.get(pk=person.pk), slots_of(person.pk)
        assert board.ends_on == max(one.ends_on for one in orders) == slots[-1].day_on
        assert len({(one.day_on, one.name) for one in slots}) == len(slots)
        planned = [rules.Span("a", one.starts_on, one.ends_on) for one in orders]
        days = rules.merged_days(planned)
        assert {one.day_on for one in slots} == {one for one in days if one >= date(2020, 2, 3)}
        assert [as_rule(one).day_number for one in slots] == sorted(as_rule(one).day_number for one in slots)
        transaction.set_rollback(True)
