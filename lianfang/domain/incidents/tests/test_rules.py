"""The rulebook by disease, place and day; what a new edition does to running orders; what a measure must say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.incidents import rules
from lianfang.domain.incidents.rules import BoundOrder, LocalRule, MeasureDraft
from lianfang.kernel.errors import Problems, Refusal
from lianfang.kernel.rulebook import RuleValue, shipped

BOOK = shipped()
COUNTY, TOWN, ELSEWHERE = "14/140826/", "14/140826/140826100/", "14/140827/"
LENGTH = "close_contact.observation_days"
LOCAL = LocalRule("covid19", LENGTH, 21, COUNTY, date(2020, 3, 1), date(2020, 3, 31), "绛防指〔2020〕7号")
MEASURE = MeasureDraft(
    "传染病防治法", "县指挥部", COUNTY, "集贸市场", date(2020, 2, 1), date(2020, 2, 14), "药店、粮油店除外", "……"
)


def codes(call):
    with pytest.raises(Refusal) as refused:
        call()
    return [one.code for one in getattr(refused.value, "problems", [refused.value])]


def value(on, key=LENGTH, profile="covid19", **more):
    return rules.value_of(BOOK, profile, key, on, **more).value


# --- refusals ---


def test_a_key_nobody_declared_is_refused():
    assert codes(lambda: value(date(2020, 2, 1), "made.up")) == ["rulebook.unknown_key"]


def test_a_day_before_the_first_edition_has_no_value():
    assert codes(lambda: value(date(2019, 12, 31))) == ["rulebook.no_value"]


def test_a_local_rule_without_document_or_expiry_is_refused_with_both_reasons():
    draft = replace(LOCAL, document=" ", until_on=None)
    assert codes(lambda: rules.check_local_rule(BOOK, draft)) == [
        "rulebook.override_no_document",
        "rulebook.override_no_expiry",
    ]


@pytest.mark.parametrize("days", [14, 7, "21", None, True])
def test_a_local_rule_that_is_not_stricter_is_refused(days):
    draft = replace(LOCAL, value=days)
    assert codes(lambda: rules.check_local_rule(BOOK, draft)) == ["rulebook.override_not_stricter"]


def test_what_is_abolished_is_not_brought_back_by_a_county():
    draft = replace(LOCAL, from_on=date(2023, 2, 1), until_on=date(2023, 3, 1))
    assert codes(lambda: rules.check_local_rule(BOOK, draft)) == ["rulebook.override_abolished"]


def test_a_definition_is_not_set_locally():
    draft = replace(LOCAL, key="contact_distance_m", value=2)
    assert codes(lambda: rules.check_local_rule(BOOK, draft)) == ["rulebook.override_not_allowed"]


def test_a_measure_without_end_or_basis_is_refused_naming_each():
    with pytest.raises(Problems) as refused:
        rules.check_measure(replace(MEASURE, legal_basis="", ends_on=None, exemptions=" "))
    assert [one.field for one in refused.value.problems] == ["legal_basis", "ends_on", "exemptions"]


def test_a_measure_that_ends_before_it_starts_is_refused():
    draft = replace(MEASURE, ends_on=date(2020, 1, 1))
    assert codes(lambda: rules.check_measure(draft)) == ["incidents.measure_ends_before_start"]


def test_an_incident_is_not_archived_while_active():
    assert codes(lambda: rules.check_incident_step("active", "archived")) == ["incidents.step_not_allowed"]
    rules.check_incident_step("active", "closed")


# --- the dated register ---


@pytest.mark.parametrize(
    ("on", "key", "expected"),
    [
        ("2020-01-22", "contact_window_before_onset_days", 0),
        ("2020-02-20", "contact_window_before_onset_days", 0),
        ("2020-02-21", "contact_window_before_onset_days", 2),
        ("2021-06-01", "contact_window_before_onset_days", 4),
        ("2022-06-28", "contact_window_before_onset_days", 2),
        ("2023-01-08", "contact_window_before_onset_days", None),
        ("2020-02-01", "returnee.home_observation_days", 14),
        ("2020-02-01", LENGTH, 14),
        ("2021-06-01", "close_contact.central_days", 14),
        ("2021-06-01", "close_contact.home_days", 7),
        ("2022-06-28", "close_contact.central_days", 7),
        ("2022-06-28", "close_contact.home_days", 3),
        ("2022-11-11", "close_contact.central_days", 5),
        ("2022-11-11", "secondary_contact.managed", False),
        ("2022-11-11", "secondary_contact.home_days", None),
        ("2020-09-15", "cluster_min_cases", 5),
        ("2022-06-28", "cluster_min_cases", 2),
        ("2022-06-28", "close_contact.test_days", (1, 2, 3, 5, 7)),
        ("2020-02-01", "fever_threshold_c", 37.3),
        ("2020-02-01", "report_within_hours", 2),
        ("2020-02-01", "investigation_within_hours", 24),
        ("2020-02-01", "referral_within_hours", 2),
    ],
)
def test_the_value_is_that_of_the_edition_in_force(on, key, expected):
    assert value(date.fromisoformat(on), key) == expected


def test_an_unverified_number_says_so():
    assert not rules.value_of(BOOK, "covid19", "contact_window_before_onset_days", date(2020, 10, 1)).verified


def test_mosquito_borne_disease_confines_nobody():
    assert value(date(2025, 8, 1), "contact.quarantine", "aedes") is False
    assert value(date(2025, 8, 1), "returnee.home_observation_days", "aedes") is None
    assert value(date(2025, 8, 1), "site.recheck_days", "aedes") == 3


# --- local rules ---


def test_a_stricter_local_rule_holds_in_its_area_until_it_expires():
    rules.check_local_rule(BOOK, LOCAL)
    assert value(date(2020, 3, 15), area_path=TOWN, local=[LOCAL]) == 21
    assert value(date(2020, 3, 15), area_path=ELSEWHERE, local=[LOCAL]) == 14
    assert value(date(2020, 2, 29), area_path=TOWN, local=[LOCAL]) == 14
    assert value(date(2020, 4, 1), area_path=TOWN, local=[LOCAL]) == 14


def test_a_local_rule_gives_its_document_as_source():
    held = rules.value_of(BOOK, "covid19", LENGTH, date(2020, 3, 15), area_path=TOWN, local=[LOCAL])
    assert (held.kind, held.source, held.until_on) == ("local", LOCAL.document, LOCAL.until_on)


def test_hours_are_chosen_by_the_nearest_area():
    def hours(opens_at):
        return ({"name": "morning", "opens_at": opens_at, "closes_at": "10:00", "grace_minutes": 60},)

    county = LocalRule("covid19", "observation.slots", hours("07:00"), COUNTY, date(2020, 2, 1), date(2020, 3, 1), "甲")
    town = replace(county, value=hours("05:00"), area_path=TOWN)
    assert value(date(2020, 2, 5), "observation.slots", area_path=TOWN, local=[town, county]) == hours("05:00")
    assert value(date(2020, 2, 5), "observation.slots", area_path=COUNTY, local=[town, county]) == hours("07:00")


numbers = st.integers(-5, 60)


@settings(deadline=None)
@given(numbers, st.dates(date(2020, 2, 21), date(2022, 12, 31)))
def test_a_local_rule_never_makes_the_rule_milder(days, on):
    rule = replace(LOCAL, value=days, from_on=date(2020, 1, 1), until_on=date(2024, 1, 1))
    assert value(on, area_path=TOWN, local=[rule]) >= value(on)


# --- new editions and running orders ---


def edition(days, name, from_on):
    return RuleValue(LENGTH, days, "days", name, name, from_on, True, "covid19")


NINTH = edition(10, "第九版", date(2022, 6, 28))
EIGHTH = edition(21, "第八版", date(2021, 5, 11))
RUNNING = BoundOrder("order-1", LENGTH, "第八版", date(2022, 6, 20), date(2022, 7, 10))


def test_a_shorter_new_rule_proposes_earlier_release():
    (proposal,) = rules.proposals_on_new_edition([RUNNING], EIGHTH, NINTH)
    assert (proposal.ends_on, proposal.was_to_end_on) == (date(2022, 6, 29), date(2022, 7, 10))
    assert proposal.source == "第九版"


def test_a_longer_new_rule_proposes_nothing():
    order = replace(RUNNING, edition="第九版")
    assert rules.proposals_on_new_edition([order], NINTH, replace(EIGHTH, from_on=date(2022, 7, 1))) == []


def test_nobody_is_released_before_the_day_of_the_new_rule():
    order = replace(RUNNING, starts_on=date(2022, 6, 10), ends_on=date(2022, 6, 30))
    (proposal,) = rules.proposals_on_new_edition([order], EIGHTH, NINTH)
    assert proposal.ends_on == date(2022, 6, 28)


def test_an_abolished_rule_proposes_release_of_everybody():
    gone = edition(None, "乙类乙管", date(2023, 1, 8))
    order = BoundOrder("order-2", LENGTH, "第九版", date(2023, 1, 5), date(2023, 1, 14))
    (proposal,) = rules.proposals_on_new_edition([order], NINTH, gone)
    assert proposal.ends_on == date(2023, 1, 8)


def test_orders_of_every_earlier_edition_are_looked_at_and_others_left_alone():
    older = replace(RUNNING, id="order-3", edition="第七版")
    fresh = replace(RUNNING, id="order-4", edition="第九版")
    seventh = edition(14, "第七版", date(2020, 9, 15))
    found = rules.proposals_for_all([RUNNING, older, fresh], [seventh, EIGHTH, NINTH], NINTH)
    assert sorted(one.order_id for one in found) == ["order-1", "order-3"]


@settings(deadline=None)
@given(st.integers(1, 40) | st.none(), st.integers(1, 40) | st.none(), st.integers(1, 40), st.integers(0, 40))
def test_no_new_edition_ever_lengthens_an_order(before, after, length, age):
    new = edition(after, "新", date(2022, 6, 28))
    starts_on = new.from_on - timedelta(days=age)
    order = BoundOrder("o", LENGTH, "旧", starts_on, starts_on + timedelta(days=length - 1))
    for proposal in rules.proposals_on_new_edition([order], edition(before, "旧", date(2020, 1, 1)), new):
        assert new.from_on <= proposal.ends_on < order.ends_on


def test_a_measure_expires_by_itself():
    rules.check_measure(MEASURE)
    start, end = date(2020, 2, 1), date(2020, 2, 14)
    assert rules.is_in_force(start, end, end)
    assert not rules.is_in_force(start, end, end + timedelta(days=1))
    assert not rules.is_in_force(start, end, date(2020, 2, 10), lifted_on=date(2020, 2, 10))
