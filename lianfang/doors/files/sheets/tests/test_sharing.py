"""A sheet that the county confirmed is there for its townships and villages, filled with their own rows only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.reports.tests.conftest import at
from lianfang.doors.files.sheets.tests.conftest import Clerk, observed
from lianfang.doors.files.sheets.tests.forms import police_form
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.tables.reading import read
from lianfang.kernel.clock import fixed

pytestmark = pytest.mark.django_db
ELSEWHERE = "140826101"


@pytest.fixture
def sheet(signed_in: Callable[[str], Client], county: str) -> Any:
    """The police's list, confirmed by the county; one person under observation in the village, one in another town."""
    with fixed(at(10)):
        observed(1, "田小满")
        observed(2, "远乡人", f"{ELSEWHERE}200001")
        yield Clerk(signed_in("duty")).ready(police_form(), sender="公安局", name="人员名单")


def shared(actor: Actor) -> list[str]:
    return [one["cells"]["name"] for one in read(actor, "reports.shared_sheets").rows]


def test_nobody_outside_sees_or_opens_it(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    assert signed_in("outsider").get("/api/tables/reports.shared_sheets").status_code == 403
    assert signed_in("outsider").get(f"/api/sheets/{sheet}").status_code == 403


def test_a_draft_is_shared_with_nobody(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    draft = Clerk(signed_in("duty")).take(police_form(), name="还没确认").json()["sheet"]["id"]
    assert shared(cast["town"]) == ["人员名单"]
    assert signed_in("town").get(f"/api/sheets/{draft}").status_code == 403


@pytest.mark.parametrize(("who", "area"), [("town", TOWN), ("secretary", VILLAGE)])
def test_a_township_and_a_village_fill_it_with_their_own_rows(
    sheet: str, cast: dict[str, Actor], signed_in: Any, who: str, area: str
) -> None:
    assert shared(cast[who]) == ["人员名单"]
    clerk = Clerk(signed_in(who))
    assert clerk.browser.get(f"/api/sheets/{sheet}").json()["sheet"]["area"] == COUNTY
    page = clerk.filled(sheet)["名单"]
    assert [row[0] for row in page.iter_rows(min_row=2, values_only=True) if row[0]] != []
    [fill] = read(cast[who], "reports.sheet_fills").rows
    assert (fill["area"], fill["cells"]["rows"]) == (area, 1)


@pytest.mark.parametrize("area", [COUNTY, ELSEWHERE])
def test_nobody_below_fills_it_for_the_county_or_a_neighbour(sheet: str, signed_in: Any, area: str) -> None:
    refused = Clerk(signed_in("town")).act("reports.fill_sheet", template_id=sheet, area_path=area)
    assert refused.json()["code"] == "access.not_yours"


def test_nobody_below_changes_what_the_county_confirmed(sheet: str, signed_in: Any) -> None:
    clerk = Clerk(signed_in("town"))
    assert clerk.act("reports.confirm_sheet", template_id=sheet, mapping=[]).status_code in (403, 422)
    retired = clerk.act("reports.retire_sheet", template_id=sheet, reason="不想填")
    assert retired.json()["code"] == "access.not_yours"


def test_the_county_itself_is_offered_none_from_above(sheet: str, cast: dict[str, Actor]) -> None:
    assert shared(cast["duty"]) == []


def scheduled(actor: Actor) -> dict[str, str]:
    """Return which areas have a sheet filled daily, and when, as somebody sees it."""
    rows = read(actor, "reports.sheet_schedules").rows
    return {row["area"]: row["cells"]["fill_at"] for row in rows}


def schedule(signed_in: Any, sheet: str, **times: str) -> None:
    """Have the sheet filled daily for whoever is named, at the time each chose."""
    for who, time in times.items():
        done = Clerk(signed_in(who)).act("reports.schedule_sheet", template_id=sheet, fill_at=time)
        assert done.status_code == 200, done.content


def filled_daily(actor: Actor) -> list[tuple[str, int]]:
    rows = read(actor, "reports.sheet_fills").rows
    return sorted((row["area"], row["cells"]["rows"]) for row in rows if row["cells"]["scheduled"])


def pass_time(*hours: int, day: int = 3) -> None:
    for hour in hours:
        with fixed(at(hour, day=day)):
            enqueue("reports.tick", {})
            run_waiting()


@pytest.mark.parametrize("area", [COUNTY, ELSEWHERE])
def test_nobody_below_schedules_it_for_the_county_or_a_neighbour(
    sheet: str, cast: dict[str, Actor], signed_in: Any, area: str
) -> None:
    asked = Clerk(signed_in("town")).act("reports.schedule_sheet", template_id=sheet, area_path=area, fill_at="07:00")
    assert asked.json()["code"] == "access.not_yours"
    assert scheduled(cast["duty"]) == {}


def test_a_draft_of_the_county_is_scheduled_by_nobody_below(sheet: str, signed_in: Any) -> None:
    draft = Clerk(signed_in("duty")).take(police_form(), name="还没确认").json()["sheet"]["id"]
    asked = Clerk(signed_in("town")).act("reports.schedule_sheet", template_id=draft, fill_at="07:00")
    assert asked.json()["code"] == "reports.sheet_not_confirmed"


def test_a_copy_per_township_is_no_schedule_of_a_village(sheet: str, signed_in: Any) -> None:
    asked = Clerk(signed_in("secretary")).act("reports.schedule_sheet", template_id=sheet, fill_at="07:00", each="town")
    assert (asked.json()["code"], asked.json()["field"]) == ("reports.no_unit", "area_path")


def test_every_area_has_its_own_time_and_its_own_rows(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    schedule(signed_in, sheet, duty="12:00", town="08:00", secretary="14:00")
    assert scheduled(cast["duty"]) == {COUNTY: "12:00", TOWN: "08:00", VILLAGE: "14:00"}
    assert scheduled(cast["secretary"]) == {VILLAGE: "14:00"}
    pass_time(10, 11)
    assert filled_daily(cast["duty"]) == [(TOWN, 1)]
    pass_time(13, 15, 16)
    assert filled_daily(cast["duty"]) == [(COUNTY, 2), (TOWN, 1), (VILLAGE, 1)]
    assert filled_daily(cast["secretary"]) == [(VILLAGE, 1)]


def test_a_time_that_was_taken_away_fills_nothing_on_the_next_day(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    schedule(signed_in, sheet, duty="08:00", town="08:00")
    pass_time(10)
    ended = Clerk(signed_in("town")).act("reports.schedule_sheet", template_id=sheet, area_path=TOWN)
    assert ended.status_code == 200, ended.content
    pass_time(10, day=4)
    assert filled_daily(cast["duty"]) == [(COUNTY, 2), (COUNTY, 2), (TOWN, 1)]


def standing(actor: Actor) -> tuple[Any, Any]:
    """Return when the county's sheet last filled itself, and why it has not since, as somebody sees it."""
    [row] = [row for row in read(actor, "reports.sheet_schedules").rows if row["area"] == COUNTY]
    return row["cells"]["filled_on"], row["cells"]["refused_code"]


def not_filled() -> list[tuple[str, Any]]:
    """Return what stands on the gap board of sheets that did not fill themselves: why, and who answers."""
    return [(one.details["zh"], one.answerable_id) for one in GapItem.objects.filter(gap="sheets_not_filled")]


def test_a_daily_filling_that_is_refused_is_said_with_its_reason_and_filled_when_that_is_gone(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    schedule(signed_in, sheet, duty="08:00")
    clerk = Clerk(signed_in("duty"))
    frozen = clerk.act("privacy.freeze_exports", area_path=COUNTY, reason="泄露调查").json()["result"]["id"]
    pass_time(10, 11)
    assert (filled_daily(cast["duty"]), standing(cast["duty"])) == ([], (None, "privacy.exports_frozen"))
    why = clerk.browser.get(f"/api/sheets/{sheet}").json()["sheet"]["not_filled"]
    assert why["zh"] == "因信息安全事件，本区域已暂停一切导出和下载。"
    assert read(cast["duty"], "reports.sheets").rows[0]["cells"]["not_filled"] == why
    assert not_filled() == [(why["zh"], cast["duty"].account_id)]
    assert Event.objects.filter(name="reports.sheet_not_filled").count() == 1
    ended = clerk.act("privacy.unfreeze_exports", freeze_id=frozen, reason="已查清")
    assert ended.status_code == 200, ended.content
    pass_time(12, 13)
    assert (filled_daily(cast["duty"]), standing(cast["duty"])) == ([(COUNTY, 2)], (date(2020, 2, 3), ""))
    assert not_filled() == []


def leave_unfilled(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    """Have the township's daily filling refused: whoever set its time may fill it no more."""
    schedule(signed_in, sheet, town="08:00")
    Account.objects.filter(pk=cast["town"].account_id).update(is_active=False)
    pass_time(9, 10)


def test_a_daily_filling_of_somebody_who_may_no_more_is_answered_for_by_another(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    leave_unfilled(sheet, cast, signed_in)
    [(why, answers)] = not_filled()
    assert why.startswith("您没有在这个区域做这件事的权限")
    assert answers != cast["town"].account_id


def test_a_daily_filling_whose_job_fails_is_not_filled_and_not_begun_at_every_tick(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    clerk = Clerk(signed_in("duty"))
    mapping = clerk.browser.get(f"/api/sheets/{sheet}").json()["mapping"]
    # the unwell of visits are counted for nobody whose own list hides them
    mapping[0]["cells"] = [{"place": "J1", "header": "不适", "meaning": "count:screening.visits?unwell__gte=1"}]
    assert clerk.act("reports.confirm_sheet", template_id=sheet, mapping=mapping).status_code == 200
    schedule(signed_in, sheet, duty="08:00")
    for minute in (0, 1, 2, 20, 40, 41):
        with fixed(at(10, minute)):
            enqueue("reports.tick", {})
            run_waiting()
    assert standing(cast["duty"]) == (None, "table.unknown_column")
    assert len(filled_daily(cast["duty"])) == 2


def test_a_sheet_filled_by_hand_where_the_clock_could_not_is_waited_for_no_more(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    leave_unfilled(sheet, cast, signed_in)
    assert len(not_filled()) == 1
    clerk = Clerk(signed_in("duty"))
    for hour, asked, left in ((11, {"on": "2020-02-02"}, 1), (13, {"each": "village"}, 1), (15, {}, 0)):
        with fixed(at(hour)):
            clerk.fill(sheet, area_path=TOWN, **asked)
        pass_time(hour + 1)
        assert (asked, len(not_filled())) == (asked, left)
    pass_time(18, 20)
    assert not_filled() == []
    pass_time(9, 10, day=4)
    assert len(not_filled()) == 1


def test_each_finds_what_was_filled_for_them_and_when_it_was_ready(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    schedule(signed_in, sheet, duty="08:00", town="08:00")
    pass_time(10)
    own = {"template": sheet, "account_id": str(cast["duty"].account_id)}
    [found] = signed_in("duty").get("/api/tables/reports.sheet_fills", own).json()["rows"]
    assert found["area"] == COUNTY
    assert datetime.fromisoformat(found["cells"]["ended_at"]) == at(10)
    assert signed_in("duty").get(f"/api/sheets/fills/{found['id']}/file").status_code == 200


def test_each_sees_the_own_time_on_the_sheet_and_in_the_lists(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    Clerk(signed_in("duty")).act("reports.schedule_sheet", template_id=sheet, fill_at="12:00")
    for said, shown in (("", ""), ("08:00", "08:00"), ("09:30", "09:30"), ("", "")):
        clerk = Clerk(signed_in("town"))
        assert clerk.act("reports.schedule_sheet", template_id=sheet, fill_at=said).status_code == 200
        card = clerk.browser.get(f"/api/sheets/{sheet}").json()["sheet"]
        assert (card["fill_at"], card["fills_for"]) == (shown, TOWN)
        assert [row["cells"]["fill_at"] for row in read(cast["town"], "reports.shared_sheets").rows] == [shown]
        assert [row["cells"]["fill_at"] for row in read(cast["duty"], "reports.sheets").rows] == ["12:00"]


def test_a_sheet_that_is_retired_above_is_filled_below_no_more(
    sheet: str, cast: dict[str, Actor], signed_in: Any
) -> None:
    assert Clerk(signed_in("town")).act("reports.schedule_sheet", template_id=sheet, fill_at="08:00").status_code == 200
    retired = Clerk(signed_in("duty")).act("reports.retire_sheet", template_id=sheet, reason="与卫健局的表重复")
    assert retired.status_code == 200, retired.content
    pass_time(10)
    assert (scheduled(cast["town"]), filled_daily(cast["town"])) == ({}, [])
