"""A sweep asks households nothing before it has passed the burden check, and has an end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.screening.models.visits import Campaign, SweepHousehold
from lianfang.domain.screening.queries.visits import coverage
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Problems, Refusal

pytestmark = pytest.mark.django_db


def change(campaign: str, **values: Any) -> None:
    from lianfang.foundation.actions.guard import writing

    with writing():
        Campaign.objects.filter(pk=campaign).update(**values)


def refused(cast: Any, who: str, action: str, **given: Any) -> str:
    with pytest.raises(Refusal) as no:
        run(cast[who], action, given)
    return no.value.code


def test_a_grid_worker_plans_no_sweep(cast: Any) -> None:
    given = {"name": "排查", "area_path": GRID, "ends_on": date(2020, 2, 9)}
    assert refused(cast, "grid", "screening.plan_campaign", **given) == "access.not_yours"


def test_a_township_plans_no_sweep_of_the_county(cast: Any) -> None:
    given = {"name": "排查", "area_path": COUNTY, "ends_on": date(2020, 2, 9)}
    assert refused(cast, "town", "screening.plan_campaign", **given) == "access.not_yours"


def test_an_area_that_is_not_there_is_refused(cast: Any) -> None:
    given = {"name": "排查", "area_path": TOWN + "999", "ends_on": date(2020, 2, 9)}
    assert refused(cast, "town", "screening.plan_campaign", **given) == "screening.sweep_area_unknown"


@pytest.mark.parametrize("action", ["approve_campaign", "start_campaign"])
def test_a_sweep_that_is_not_there_is_refused(cast: Any, action: str) -> None:
    code = refused(cast, "town", f"screening.{action}", campaign_id="01890000-0000-7000-8000-000000000000")
    assert code == "screening.unknown_campaign"


def test_another_village_approves_nothing_here(cast: Any, planned: str) -> None:
    assert refused(cast, "secretary", "screening.approve_campaign", campaign_id=planned) == "access.not_yours"


def test_a_sweep_starts_only_after_it_was_approved(cast: Any, planned: str) -> None:
    assert refused(cast, "town", "screening.start_campaign", campaign_id=planned) == "screening.step_not_allowed"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"purpose": " "}, "screening.burden_purpose"),
        ({"owner": None}, "screening.burden_owner"),
        ({"ends_on": date(2020, 2, 3)}, "screening.burden_end"),
        ({"questions": [{"code": "throat", "text": "咽部充血", "clinical": True}]}, "screening.burden_clinical"),
        ({"questions": [{"code": f"q{n}", "text": "问题"} for n in range(13)]}, "screening.burden_questions"),
    ],
)
def test_what_burdens_households_without_need_is_not_approved(
    cast: Any, planned: str, values: dict[str, Any], code: str
) -> None:
    change(planned, **values)
    with pytest.raises(Problems) as no:
        run(cast["town"], "screening.approve_campaign", {"campaign_id": planned})
    assert [one.code for one in no.value.problems] == [code]


def test_a_question_asked_in_another_sweep_is_not_asked_twice(cast: Any, sweep: str, accounts: Any) -> None:
    given = {"name": "再查", "purpose": "又一次", "area_path": VILLAGE, "ends_on": date(2020, 2, 9),
             "owner_id": accounts["town"].pk, "questions": [{"code": "came_back", "text": "有无返乡"}]}  # fmt: skip
    again = run(cast["town"], "screening.plan_campaign", given)["id"]
    with pytest.raises(Problems) as no:
        run(cast["town"], "screening.approve_campaign", {"campaign_id": again})
    assert no.value.problems[0].code == "screening.burden_asked"
    assert "返乡人员排查" in no.value.problems[0].message.zh


def test_an_owner_who_left_is_no_owner(cast: Any, planned: str, accounts: Any) -> None:
    accounts["town"].is_active = False
    accounts["town"].save()
    with pytest.raises(Problems) as no:
        run(cast["duty"], "screening.approve_campaign", {"campaign_id": planned})
    assert no.value.problems[0].code == "screening.burden_owner"


def test_starting_lists_every_occupied_door_under_the_rules_of_the_day(cast: Any, sweep: str, doors: Any) -> None:
    campaign = Campaign.objects.get(pk=sweep)
    assert (campaign.state, campaign.households) == ("running", 10)
    assert (campaign.revisit_after_hours, campaign.tries_before_secretary) == (24, 3)
    assert campaign.rule_sources["visit.revisit_after_hours"]["source"]
    assert SweepHousehold.objects.filter(campaign=sweep).count() == 10
    assert coverage(campaign.pk, TOWN).whole.households == 10
    assert {one.area_path: one.households for one in coverage(campaign.pk, VILLAGE).children} == {
        GRID: 5, VILLAGE + "002": 2
    }  # fmt: skip


def test_a_closed_sweep_leaves_the_board(cast: Any, sweep: str, moment: Any) -> None:
    sweep_all()
    assert GapItem.objects.filter(gap="sweep_household_without_outcome").count() == 10
    run(cast["town"], "screening.close_campaign", {"campaign_id": sweep, "reason": "已完成"})
    sweep_all()
    assert not GapItem.objects.filter(gap="sweep_household_without_outcome").exists()


def test_a_sweep_past_its_last_day_stands_on_the_board(cast: Any, sweep: str) -> None:
    change(sweep, ends_on=date(2020, 2, 2))
    sweep_all()
    assert GapItem.objects.get(gap="sweep_past_its_end").subject_id == sweep


def test_a_plan_can_be_undone(cast: Any, planned: str) -> None:
    run(cast["town"], "screening.close_campaign", {"campaign_id": planned, "reason": "撤销"})
    assert Campaign.objects.get(pk=planned).state == "closed"


# --- in step with the register ---


def test_a_door_added_meanwhile_joins_the_sweep(cast: Any, sweep: str) -> None:
    run(cast["secretary"], "people.add_household", {"area_path": GRID, "number": "9号"})
    run_waiting()
    assert coverage(Campaign.objects.get().pk, GRID).whole.households == 6


def test_a_door_closed_without_a_visit_leaves_the_sweep(cast: Any, sweep: str, doors: Any) -> None:
    given = {"household_id": str(doors[NEIGHBOUR_GRID][0]), "reason": "房屋拆除"}
    run(cast["town"], "people.close_household", given)
    run_waiting()
    assert coverage(Campaign.objects.get().pk, NEIGHBOUR_GRID).whole.households == 2
    assert coverage(Campaign.objects.get().pk, TOWN).whole.households == 9


def test_the_list_of_a_worker_holds_their_own_doors_only(cast: Any, sweep: str) -> None:
    query = Query(where={"outcome": "", "campaign_state": "running"}, limit=100)
    page = read(cast["grid"], "screening.sweep_households", query)
    assert {row["area"] for row in page.rows} == {GRID}
    assert len(page.rows) == 5
    assert "*" not in page.rows[0]["cells"]["head_name"]
    assert read(cast["town"], "screening.sweep_households", query).rows[0]["cells"]["head_name"] == "王*"


def test_coverage_in_percent_stands_in_the_list(cast: Any, sweep: str) -> None:
    rows = read(cast["town"], "screening.coverage", Query(where={"level": "grid"})).rows
    assert {row["area"]: row["cells"]["reached_share"] for row in rows}[GRID] == 0.0
