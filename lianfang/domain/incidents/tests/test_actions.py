"""Incidents end, measures expire, local rules are stricter and dated: what is refused comes first."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.incidents.gaps import _past_end, _unreviewed
from lianfang.domain.incidents.management.rulebook import load_shipped
from lianfang.domain.incidents.models import (
    Adoption,
    Incident,
    IncidentReview,
    LocalRule,
    Measure,
    RulebookEdition,
    RulebookEntry,
)
from lianfang.domain.incidents.queries import (
    book,
    forget_rules,
    incident_of,
    measures_in_force,
    rule,
    running_incidents,
)
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Problems, Refusal

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 3)
OPENING = {
    "name": "绛县新型冠状病毒感染的肺炎疫情",
    "disease": "covid19",
    "area_path": COUNTY,
    "level": "I",
    "started_on": "2020-01-25",
    "trigger": "晋政办发电〔2020〕2号",
    "legal_basis": "《突发公共卫生事件应急条例》",
    "hotline": "0359-6522000",
}
MEASURE = {
    "area_path": TOWN,
    "kind": "gathering",
    "scope": "全镇宴席、庙会",
    "legal_basis": "《传染病防治法》第四十二条",
    "authority": "绛县人民政府",
    "starts_on": "2020-02-03",
    "ends_on": "2020-02-10",
    "exemptions": "丧事从简办理",
    "notice_text": "暂停聚集活动七天",
}
STRICTER = {
    "profile": "covid19",
    "key": "fever_threshold_c",
    "value": "37.0",
    "area_path": TOWN,
    "from_on": "2020-02-03",
    "until_on": "2020-02-20",
    "document": "绛防指〔2020〕5号",
}


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def incident(cast):
    return Incident.objects.get(pk=run(cast["duty"], "incidents.open_incident", OPENING)["id"])


def refused(actor, action, given):
    with pytest.raises(Refusal) as no:
        run(actor, action, given)
    return no.value


def issue(cast, incident, **changes):
    return run(cast["duty"], "incidents.issue_measure", {**MEASURE, "incident_id": str(incident.pk), **changes})


# --- refusals ---


@pytest.mark.parametrize("who", ["town", "secretary", "grid", "auditor", "outsider"])
def test_only_the_county_opens_an_incident(cast, who):
    assert refused(cast[who], "incidents.open_incident", OPENING).code == "access.not_yours"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"disease": "plague_of_frogs"}, "incidents.unknown_profile"),
        ({"disease": "product"}, "incidents.unknown_profile"),
        ({"area_path": "140826999"}, "incidents.no_area"),
        ({"trigger": ""}, "input.invalid"),
        ({"legal_basis": " "}, "input.invalid"),
    ],
)
def test_an_incident_without_rules_area_trigger_or_basis_is_refused(cast, changes, code):
    assert refused(cast["duty"], "incidents.open_incident", {**OPENING, **changes}).code == code


def test_another_countys_incident_is_not_opened(cast):
    assert (
        refused(cast["duty"], "incidents.open_incident", {**OPENING, "area_path": "140825"}).code == "access.not_yours"
    )


@pytest.mark.parametrize(
    "missing", ["legal_basis", "authority", "scope", "exemptions", "notice_text", "starts_on", "ends_on"]
)
def test_a_measure_without_one_of_its_parts_is_refused(cast, incident, missing):
    given = {key: value for key, value in MEASURE.items() if key != missing}
    no = refused(cast["duty"], "incidents.issue_measure", {**given, "incident_id": str(incident.pk)})
    assert isinstance(no, Problems)
    assert [(one.code, one.field) for one in no.problems] == [("incidents.measure_incomplete", missing)]


def test_a_measure_that_ends_before_it_starts_is_refused(cast, incident):
    no = refused(
        cast["duty"], "incidents.issue_measure", {**MEASURE, "incident_id": str(incident.pk), "ends_on": "2020-02-01"}
    )
    assert [one.code for one in no.problems] == ["incidents.measure_ends_before_start"]


def test_a_measure_outside_the_incident_or_of_no_incident_is_refused(cast, incident):
    run(cast["duty"], "incidents.close_incident", {"incident_id": str(incident.pk), "reason": "疫情结束"})
    no = refused(cast["duty"], "incidents.issue_measure", {**MEASURE, "incident_id": str(incident.pk)})
    assert no.code == "incidents.not_running"
    unknown = {**MEASURE, "incident_id": str(UUID(int=7))}
    assert refused(cast["duty"], "incidents.issue_measure", unknown).code == "incidents.unknown"


def test_an_incident_with_a_measure_in_force_is_not_closed(cast, incident):
    measure = issue(cast, incident)
    closing = {"incident_id": str(incident.pk), "reason": "疫情结束"}
    assert refused(cast["duty"], "incidents.close_incident", closing).code == "incidents.measures_in_force"
    run(cast["duty"], "incidents.lift_measure", {"measure_id": measure["id"], "reason": "形势好转"})
    run(cast["duty"], "incidents.close_incident", closing)
    assert Incident.objects.get(pk=incident.pk).closed_on == TODAY


def test_a_closed_incident_takes_no_step_back(cast, incident):
    run(cast["duty"], "incidents.close_incident", {"incident_id": str(incident.pk), "reason": "疫情结束"})
    review = {"incident_id": str(incident.pk), "state": "active", "reason": "反复"}
    assert refused(cast["duty"], "incidents.review_incident", review).code == "incidents.step_not_allowed"


def test_a_review_of_an_older_version_is_refused(cast, incident):
    review = {"incident_id": str(incident.pk), "reason": "仍有新增", "version": 1}
    run(cast["duty"], "incidents.review_incident", review)
    assert refused(cast["duty"], "incidents.review_incident", review).code == "record.stale"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document": ""}, "rulebook.override_no_document"),
        ({"until_on": None}, "rulebook.override_no_expiry"),
        ({"value": "38.5"}, "rulebook.override_not_stricter"),
        ({"key": "incubation_days", "value": "21"}, "rulebook.override_not_allowed"),
    ],
)
def test_a_local_rule_that_is_looser_undated_or_undocumented_is_refused(cast, changes, code):
    no = refused(cast["duty"], "incidents.set_local_rule", {**STRICTER, **changes})
    assert [one.code for one in no.problems] == [code]
    assert not LocalRule.objects.exists()


@pytest.mark.parametrize("value", ['"hot"', "[1]", "true", "热"])
def test_a_local_value_of_another_kind_is_refused(cast, value):
    assert (
        refused(cast["duty"], "incidents.set_local_rule", {**STRICTER, "value": value}).code
        == "rulebook.override_wrong_kind"
    )


def test_a_town_sets_no_rule_of_its_own(cast):
    assert refused(cast["town"], "incidents.set_local_rule", STRICTER).code == "access.not_yours"


def edition(name):
    return str(RulebookEdition.objects.get(profile="covid19", edition__contains=name).pk)


def test_an_edition_not_yet_in_force_of_another_disease_or_unknown_is_not_adopted(cast, incident):
    def adopt(edition_id):
        given = {"incident_id": str(incident.pk), "edition_id": edition_id, "document": "通知"}
        return refused(cast["duty"], "incidents.adopt_edition", given).code

    mpox = str(RulebookEdition.objects.filter(profile="avian_influenza").first().pk)
    assert adopt(edition("第八版")) == "rulebook.not_yet"
    assert adopt(mpox) == "rulebook.other_profile"
    assert adopt(str(UUID(int=9))) == "rulebook.no_edition"


def test_an_edition_is_adopted_once(cast, incident):
    given = {"incident_id": str(incident.pk), "edition_id": edition("第二版"), "document": "晋卫〔2020〕1号"}
    run(cast["duty"], "incidents.adopt_edition", given)
    assert refused(cast["duty"], "incidents.adopt_edition", given).code == "rulebook.adopted_before"
    event = Event.objects.get(name="incidents.edition_adopted")
    assert event.body["profile"] == "covid19"
    assert event.body["from_on"] == "2020-01-22"
    assert Adoption.objects.get().incident_id == incident.pk


# --- what holds ---


def test_an_incident_is_due_for_review_after_fourteen_days(cast, incident):
    assert incident.review_on == date(2020, 2, 8)
    assert list(_unreviewed(COUNTY, clock.now())) == []
    [late] = _unreviewed(COUNTY, datetime(2020, 2, 8, 9, tzinfo=CHINA))
    assert late.subject_id == str(incident.pk)


def test_a_review_moves_the_next_one_and_is_kept(cast, incident):
    given = {"incident_id": str(incident.pk), "state": "de_escalating", "level": "II", "reason": "连续七天无新增"}
    run(cast["duty"], "incidents.review_incident", given)
    incident.refresh_from_db()
    assert (incident.state, incident.level, incident.review_on) == ("de_escalating", "II", TODAY + timedelta(days=14))
    kept = IncidentReview.objects.get()
    assert (kept.state_before, kept.level_before, kept.level_after) == ("active", "I", "II")


def test_a_measure_expires_by_itself_and_asks_to_be_taken_down(cast, incident):
    issue(cast, incident)
    assert [one.scope for one in measures_in_force(VILLAGE, date(2020, 2, 10))] == ["全镇宴席、庙会"]
    assert measures_in_force(VILLAGE, date(2020, 2, 11)) == []
    assert measures_in_force(COUNTY, date(2020, 2, 5)) == []
    [over] = _past_end(TOWN, datetime(2020, 2, 11, 9, tzinfo=CHINA))
    assert over.subject_id == str(Measure.objects.get().pk)


def test_a_lifted_measure_holds_no_more_and_is_not_lifted_twice(cast, incident):
    lifting = {"measure_id": issue(cast, incident)["id"], "reason": "形势好转"}
    run(cast["duty"], "incidents.lift_measure", lifting)
    assert measures_in_force(VILLAGE, TODAY) == []
    assert refused(cast["duty"], "incidents.lift_measure", lifting).code == "incidents.measure_lifted_before"


@pytest.mark.parametrize(
    ("starts", "ends", "lift", "state"),
    [
        ("2020-02-05", "2020-02-10", False, "issued"),
        ("2020-02-01", "2020-02-10", False, "in_force"),
        ("2020-01-25", "2020-02-02", False, "expired"),
        ("2020-02-01", "2020-02-10", True, "lifted"),
    ],
)
def test_the_list_of_measures_shows_todays_state(cast, incident, starts, ends, lift, state):
    made = issue(cast, incident, starts_on=starts, ends_on=ends)
    if lift:
        run(cast["duty"], "incidents.lift_measure", {"measure_id": made["id"], "reason": "形势好转"})
    [row] = read(cast["duty"], "incidents.measures", Query(where={"state": state})).rows
    assert row["cells"]["scope"] == "全镇宴席、庙会"


def test_a_stricter_rule_holds_in_its_area_until_its_day_and_names_its_document(cast, incident):
    run(cast["duty"], "incidents.set_local_rule", STRICTER)
    here = rule("fever_threshold_c", VILLAGE, TODAY)
    assert (here.value, here.kind, here.source) == (37.0, "local", "绛防指〔2020〕5号")
    assert rule("fever_threshold_c", "140826101", TODAY).value == 37.3
    assert rule("fever_threshold_c", VILLAGE, date(2020, 2, 21)).value == 37.3


def test_an_ended_local_rule_holds_no_more(cast, incident):
    made = run(cast["duty"], "incidents.set_local_rule", STRICTER)
    run(cast["duty"], "incidents.end_local_rule", {"rule_id": made["id"], "reason": "撤销"})
    assert rule("fever_threshold_c", VILLAGE, TODAY).value == 37.3


def test_a_county_sets_its_own_hours_of_reading(cast, incident):
    hours = [{"name": "morning", "opens_at": "07:00", "closes_at": "09:00", "grace_minutes": 30}]
    given = {**STRICTER, "profile": "product", "key": "observation.slots", "value": json.dumps(hours)}
    run(cast["duty"], "incidents.set_local_rule", given)
    assert list(rule("observation.slots", VILLAGE, TODAY, "product").value) == hours


def test_the_running_incident_says_which_disease(cast, incident):
    assert rule("returnee.home_observation_days", VILLAGE, TODAY).source.startswith("《关于加强")
    assert [one.pk for one in running_incidents(VILLAGE)] == [incident.pk]
    assert running_incidents("110101") == []


def test_an_exercise_keeps_the_rules_of_its_day(cast):
    run(cast["duty"], "incidents.open_incident", {**OPENING, "rules_as_of": "2021-06-01"})
    assert rule("close_contact.observation_days", VILLAGE, TODAY).value == 21
    assert incident_of(VILLAGE).rules_as_of == date(2021, 6, 1)


def test_every_number_is_listed_with_source_edition_and_day():
    load_shipped()
    load_shipped()
    values = [value for kept in book().values.values() for value in kept]
    assert RulebookEntry.objects.count() == len(values)
    assert not RulebookEntry.objects.filter(source="").exists()


def test_anyone_at_work_reads_where_a_number_comes_from(cast):
    page = read(cast["grid"], "incidents.rule_values", Query(where={"key": "fever_threshold_c", "profile": "covid19"}))
    [row] = page.rows
    assert row["cells"]["value"] == 37.3
    assert row["cells"]["edition"] == "县级告知书（繁昌、留坝）"
