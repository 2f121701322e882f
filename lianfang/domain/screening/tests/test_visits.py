"""A visit is written once, in whatever order phones bring it; what was learnt at the door goes where it belongs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.people.queries import persons_of_households
from lianfang.domain.screening.actions.keeping import refresh
from lianfang.domain.screening.models.visits import Campaign, SweepCount, SweepHousehold, Visit
from lianfang.domain.screening.queries.visits import coverage, learnt_at
from lianfang.domain.screening.rules import VISIT_OUTCOMES, VisitMade, standing
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.privacy.keys import ring
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

HOUR = timedelta(hours=1)
db = pytest.mark.django_db


def visit(cast: Any, door: UUID, outcome: str = "done", who: str = "grid", **more: Any) -> dict[str, Any]:
    at, id = more.pop("at", None), more.pop("id", None)
    body = {"household_id": str(door), "outcome": outcome, **more}
    return run(cast[who], "screening.record_visit", body, id=id, happened_at=at)


def refused(cast: Any, door: UUID, outcome: str = "done", who: str = "grid", **more: Any) -> str:
    with pytest.raises(Refusal) as no:
        visit(cast, door, outcome, who, **more)
    return no.value.code


def row_of(door: UUID) -> SweepHousehold:
    return SweepHousehold.objects.get(household_id=door)


# --- refused ---


@db
def test_another_grid_records_no_visit_here(cast: Any, doors: Any) -> None:
    assert refused(cast, doors[GRID][0], who="neighbour") == "access.not_yours"


@db
def test_a_door_that_is_not_there_is_refused(cast: Any, doors: Any) -> None:
    assert refused(cast, uuid4()) == "people.unknown_household"


@db
def test_an_outcome_nobody_knows_is_refused(cast: Any, doors: Any) -> None:
    assert refused(cast, doors[GRID][0], "hiding") == "input.invalid"


@db
def test_a_sweep_that_is_not_there_or_not_begun_is_refused(cast: Any, doors: Any, planned: str) -> None:
    for campaign in (str(uuid4()), planned):
        assert refused(cast, doors[GRID][0], campaign_id=campaign) == "screening.not_in_campaign"


@db
def test_nobody_speaks_about_people_of_another_area(cast: Any, doors: Any) -> None:
    stranger = run(SYSTEM, "people.add_person", {"household_id": str(doors[NEIGHBOUR_GRID][0]), "name": "钱一"})["id"]
    learnt = {"symptoms": [{"person_id": stranger}]}
    assert refused(cast, doors[GRID][0], learnt=learnt) == "access.not_yours"
    assert refused(cast, doors[GRID][0], learnt={"roster": {"left": [str(uuid4())]}}) == "people.unknown_person"
    assert not Visit.objects.exists()


@db
def test_an_id_that_stands_for_another_visit_is_refused(cast: Any, doors: Any) -> None:
    id = uuid7()
    visit(cast, doors[GRID][0], id=id)
    assert refused(cast, doors[GRID][1], id=id) == "action.id_reused"


@db
@pytest.mark.parametrize(
    "learnt",
    [
        {"returnees": "王明"},
        {"returnees": [{"name": "x" * 61}]},
        {"needs": [{"kind": "Drop Table"}]},
        {"answers": {"Bad Key": "1"}},
        {"roster": {"added": [{"name": ""}]}},
        {"note": "a\u200bb"},
        {"origin_list": []},
    ],
)
def test_what_was_learnt_is_bounded(cast: Any, doors: Any, learnt: Any) -> None:
    assert refused(cast, doors[GRID][0], learnt=learnt) == "input.invalid"


@db
def test_one_refused_visit_does_not_stop_its_neighbours(cast: Any, doors: Any) -> None:
    bodies = [{"household_id": str(home), "outcome": "done"} for home in (doors[GRID][0], uuid4(), doors[GRID][1])]
    outcomes = run_many([Request(cast["grid"], "screening.record_visit", body, uuid7()) for body in bodies])
    assert [one.status for one in outcomes] == ["done", "refused", "done"]


# --- once ---


@db
def test_a_repeated_visit_changes_nothing(cast: Any, doors: Any, sweep: str) -> None:
    id = uuid7()
    first = visit(cast, doors[GRID][0], "absent", id=id, campaign_id=sweep)
    again = visit(cast, doors[GRID][0], "absent", id=id, campaign_id=sweep)
    assert first == again
    assert (Visit.objects.count(), row_of(doors[GRID][0]).tries) == (1, 1)
    assert Event.objects.filter(name="screening.visit_recorded").count() == 1


@db
def test_a_visit_twice_in_one_upload_is_one_visit(cast: Any, doors: Any, sweep: str) -> None:
    body = {"household_id": str(doors[GRID][0]), "outcome": "absent", "campaign_id": sweep}
    request = Request(cast["grid"], "screening.record_visit", body, uuid7())
    assert [one.status for one in run_many([request, request])] == ["done", "repeated"]
    assert Event.objects.filter(name="screening.visit_recorded").count() == 1


@db
def test_visits_cannot_be_changed_afterwards(cast: Any, doors: Any) -> None:
    visit(cast, doors[GRID][0])
    with pytest.raises(Exception, match="append-only"), writing():
        Visit.objects.update(outcome="refused")


# --- how the household stands ---


@db
def test_nobody_at_home_is_visited_again_after_a_day_and_then_the_secretary_helps(
    cast: Any, doors: Any, sweep: str, moment: datetime
) -> None:
    door = doors[GRID][0]
    for at in (moment - 50 * HOUR, moment - 25 * HOUR):
        visit(cast, door, "absent", campaign_id=sweep, at=at)
        assert (row_of(door).follow_up, row_of(door).due_at) == ("revisit", at + 24 * HOUR)
    visit(cast, door, "absent", campaign_id=sweep, at=moment)
    assert (row_of(door).follow_up, row_of(door).tries) == ("secretary", 3)


@db
def test_a_refusal_goes_to_the_secretary_and_is_settled_there(
    cast: Any, accounts: Any, doors: Any, sweep: str, moment: datetime
) -> None:
    door = doors[GRID][0]
    visit(cast, door, "refused", campaign_id=sweep, at=moment)
    sweep_all()
    item = GapItem.objects.get(gap="sweep_refusal_open")
    with pytest.raises(Refusal):
        run(cast["neighbour"], "screening.settle_household", {"sweep_household_id": item.subject_id, "note": "已沟通"})
    run(cast["secretary"], "screening.settle_household", {"sweep_household_id": item.subject_id, "note": "已沟通"})
    sweep_all()
    assert not GapItem.objects.filter(gap="sweep_refusal_open").exists()
    with clock.fixed(moment + 2 * HOUR):
        visit(cast, door, "refused", campaign_id=sweep, at=moment + 2 * HOUR)
        sweep_all()
    assert GapItem.objects.filter(gap="sweep_refusal_open").count() == 1


@db
def test_nothing_is_settled_where_nothing_waits(cast: Any, doors: Any, sweep: str) -> None:
    with pytest.raises(Refusal) as no:
        run(cast["secretary"], "screening.settle_household",
            {"sweep_household_id": str(row_of(doors[GRID][0]).pk), "note": "已沟通"})  # fmt: skip
    assert no.value.code == "screening.nothing_to_settle"


@db
def test_a_revisit_that_is_due_stands_on_the_board_with_who_answers(
    cast: Any, accounts: Any, doors: Any, sweep: str, moment: datetime
) -> None:
    visit(cast, doors[GRID][0], "absent", campaign_id=sweep, at=moment)
    with clock.fixed(moment + 25 * HOUR):
        sweep_all()
    assert GapItem.objects.get(gap="sweep_revisit_due").since == moment + 24 * HOUR
    assert GapItem.objects.filter(gap="sweep_household_without_outcome").count() == 9


@db
def test_who_was_met_once_stays_reached(cast: Any, doors: Any, sweep: str, moment: datetime) -> None:
    visit(cast, doors[GRID][0], "done", campaign_id=sweep, at=moment)
    visit(cast, doors[GRID][0], "absent", campaign_id=sweep, at=moment + HOUR)
    assert (row_of(doors[GRID][0]).outcome, row_of(doors[GRID][0]).follow_up) == ("done", "none")


@db
def test_a_visit_brought_late_to_a_closed_sweep_still_counts(cast: Any, doors: Any, sweep: str) -> None:
    run(cast["town"], "screening.close_campaign", {"campaign_id": sweep, "reason": "已完成"})
    visit(cast, doors[GRID][0], campaign_id=sweep)
    assert row_of(doors[GRID][0]).outcome == "done"


@db
def test_a_door_the_sweep_did_not_know_joins_by_its_first_visit(cast: Any, doors: Any, sweep: str) -> None:
    with writing():
        SweepHousehold.objects.filter(household_id=doors[GRID][0]).delete()
        refresh_counts(sweep)
        SweepHousehold.objects.filter(household_id=doors[GRID][0]).delete()
    before = coverage(UUID(sweep), GRID).whole
    visit(cast, doors[GRID][0], campaign_id=sweep)
    after = coverage(UUID(sweep), GRID).whole
    assert (after.households - before.households, after.reached) == (1, 1)


def refresh_counts(sweep: str) -> None:
    """Count the sweep anew without one door, as if that door were not in the register."""
    from lianfang.domain.screening.actions.keeping import _recount

    _recount(Campaign.objects.get(pk=sweep), TOWN)


# --- corrected ---


@db
def test_a_correction_stands_in_place_of_the_visit_and_both_stay(cast: Any, doors: Any, sweep: str) -> None:
    door = doors[GRID][0]
    first = visit(cast, door, "refused", campaign_id=sweep)["id"]
    given = {"visit_id": first, "outcome": "done", "reason": "点错了"}
    run(cast["grid"], "screening.correct_visit", given)
    assert (row_of(door).outcome, row_of(door).visits, Visit.objects.count()) == ("done", 1, 2)
    whole = coverage(UUID(sweep), GRID).whole
    assert (whole.reached, whole.outcomes["refused"]) == (1, 0)
    with pytest.raises(Refusal) as no:
        run(cast["grid"], "screening.correct_visit", given)
    assert no.value.code == "screening.visit_corrected"


@db
def test_nobody_corrects_the_visit_of_another_area(cast: Any, doors: Any) -> None:
    first = visit(cast, doors[GRID][0])["id"]
    for who, code in (("neighbour", "access.not_yours"), ("secretary", None)):
        given = {"visit_id": first, "outcome": "absent", "reason": "点错了"}
        if code:
            with pytest.raises(Refusal) as no:
                run(cast[who], "screening.correct_visit", given)
            assert no.value.code == code
        else:
            run(cast[who], "screening.correct_visit", given)


@db
def test_a_correction_tells_only_what_was_not_told(cast: Any, doors: Any) -> None:
    learnt = {"needs": [{"kind": "food", "what": "蔬菜"}]}
    first = visit(cast, doors[GRID][0], learnt=learnt)["id"]
    more = learnt | {"symptoms": [{"what": "咳嗽"}]}
    run(cast["grid"], "screening.correct_visit",
        {"visit_id": first, "outcome": "done", "learnt": more, "reason": "漏填"})  # fmt: skip
    assert Event.objects.filter(name="screening.needs_met").count() == 1
    assert Event.objects.filter(name="screening.illness_met").count() == 1


# --- what was learnt ---


@db
def test_what_was_learnt_is_sealed_and_facts_hold_no_names(cast: Any, doors: Any) -> None:
    person = run(SYSTEM, "people.add_person", {"household_id": str(doors[GRID][0]), "name": "王明"})["id"]
    learnt = {
        "returnees": [{"name": "王小明", "came_from": "武汉", "came_on": "2020-01-22", "phone": "13812345678"}],
        "symptoms": [{"person_id": person, "what": "发热"}],
        "needs": [{"kind": "medicine", "person_id": person, "what": "降压药两盒"}],
        "answers": {"came_back": "yes"},
        "message_delivered": "居家须知",
    }
    visit(cast, doors[GRID][0], learnt=learnt)
    kept = Visit.objects.get()
    assert (kept.returnees, kept.unwell, kept.needs, kept.message) == (1, 1, 1, "居家须知")
    assert learnt_at(kept)["returnees"][0]["name"] == "王小明"
    with connection.cursor() as cursor:
        cursor.execute("SELECT learnt FROM screening_visit")
        assert "王小明" not in cursor.fetchone()[0]
    told = "".join(str(body) for body in Event.objects.values_list("body", flat=True))
    assert not any(word in told for word in ("王小明", "武汉", "13812345678", "发热", "降压药"))
    [need] = Event.objects.get(name="screening.needs_met").body["needs"]
    assert ring().decrypt(need["what_sealed"], "visit.need") == "降压药两盒"


@db
def test_newcomers_are_registered_and_those_who_left_are_away(cast: Any, doors: Any) -> None:
    door = doors[GRID][0]
    gone = run(SYSTEM, "people.add_person", {"household_id": str(door), "name": "王老大"})["id"]
    learnt = {"roster": {"added": [{"name": "李新来", "relation": "儿媳"}], "left": [gone]}}
    visit(cast, door, learnt=learnt)
    run_waiting()
    people = {one.name: one.status for one in persons_of_households([door])[door]}
    assert people == {"王老大": "away", "李新来": "resident"}
    run_waiting()
    assert len(persons_of_households([door])[door]) == 2


@db
def test_returnees_met_at_the_door_become_leads_once(cast: Any, doors: Any, sweep: str) -> None:
    person = run(SYSTEM, "people.add_person", {"household_id": str(doors[GRID][0]), "name": "王小明"})["id"]
    learnt = {"returnees": [{"person_id": person, "came_on": "2020-01-22"}, {"name": "李四", "came_from": "武汉"}, {}]}
    visit(cast, doors[GRID][0], learnt=learnt, campaign_id=sweep)
    run_waiting()
    rows = read(SYSTEM, "screening.leads").rows
    assert {row["cells"]["name"] for row in rows} == {"王小明", "李四"}
    assert {row["cells"]["source"] for row in rows} == {"sweep"}


# --- coverage ---


@db
def test_coverage_leaves_out_doors_where_nobody_lives(cast: Any, doors: Any, sweep: str) -> None:
    for door, outcome in zip(doors[GRID], ("done", "absent", "vacant", "moved"), strict=False):
        visit(cast, door, outcome, campaign_id=sweep)
    found = coverage(UUID(sweep), VILLAGE)
    grid = found.children[0]
    assert (grid.households, grid.occupied, grid.reached, grid.without_outcome) == (5, 3, 1, 1)
    assert found.whole.reached_share == pytest.approx(1 / 5)
    assert read(cast["town"], "screening.coverage", Query(where={"level": "village"})).rows


@db
def test_kept_counts_agree_with_counting_anew(cast: Any, doors: Any, sweep: str, moment: datetime) -> None:
    chance, places = random.Random(7), doors[GRID] + doors[VILLAGE + "002"]
    requests = [
        Request(cast["secretary"], "screening.record_visit",
                {"household_id": str(chance.choice(places)), "outcome": chance.choice(list(VISIT_OUTCOMES)),
                 "campaign_id": sweep}, uuid7(), moment - chance.randrange(200) * HOUR)
        for _ in range(150)
    ]  # fmt: skip
    for start in range(0, 150, 40):
        run_many(requests[start : start + 40])
    kept = list(SweepCount.objects.order_by("area_path").values("area_path", "households", *VISIT_OUTCOMES))
    with writing():
        refresh(Campaign.objects.get(pk=sweep), TOWN, moment)
    again = list(SweepCount.objects.order_by("area_path").values("area_path", "households", *VISIT_OUTCOMES))
    assert kept == again
    assert list(verify()) == []


# --- the rule itself ---

made = st.builds(
    VisitMade,
    id=st.uuids().map(str),
    outcome=st.sampled_from(sorted(VISIT_OUTCOMES)),
    happened_at=st.integers(0, 200).map(lambda hours: datetime(2020, 2, 1, tzinfo=clock.CHINA) + hours * HOUR),
)


@settings(deadline=None)
@given(st.lists(made, max_size=8), st.randoms())
def test_the_order_in_which_visits_become_known_does_not_matter(visits: list[VisitMade], chance: random.Random) -> None:
    shuffled = list(visits)
    chance.shuffle(shuffled)
    rules = {"revisit_after_hours": 24, "tries_before_secretary": 3}
    assert standing(visits, **rules) == standing(shuffled, **rules)


@settings(deadline=None)
@given(st.lists(made, min_size=1, max_size=8))
def test_a_household_stands_as_reached_exactly_when_somebody_was_met(visits: list[VisitMade]) -> None:
    found = standing(visits, revisit_after_hours=24, tries_before_secretary=3)
    assert (found.outcome == "done") == any(one.outcome == "done" for one in visits)


def test_a_refusal_stays_open_when_nobody_is_at_home_the_next_time() -> None:
    at = datetime(2020, 2, 1, tzinfo=clock.CHINA)
    visits = [VisitMade("1", "refused", at), VisitMade("2", "absent", at + HOUR)]
    found = standing(visits, revisit_after_hours=24, tries_before_secretary=3)
    assert (found.outcome, found.follow_up, found.last_at) == ("refused", "secretary", at + HOUR)
