"""The burden meter counts what was asked of each unit and day, cell by cell, and who asks, sheet by sheet."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.reports.models import AskedField
from lianfang.domain.reports.queries.burden import burden, re_asked
from lianfang.domain.reports.queries.forms.catalogue import find_form
from lianfang.domain.reports.queries.forms.filling import Sought, fill_form
from lianfang.domain.reports.tests.conftest import DAY, at
from lianfang.doors.files.sheets.tests.conftest import NAMES, Clerk, observed, suggested
from lianfang.doors.files.sheets.tests.forms import label_form, police_form, street_form
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.tables.reading import read
from lianfang.kernel.clock import fixed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(signed_in: Any, county: str) -> Any:
    """The duty officer at her desk, and five people under observation in one village."""
    with fixed(at(10)):
        for number, name in enumerate(NAMES, start=1):
            observed(number, name)
        yield Clerk(signed_in("duty"))


def line_of(cast: dict[str, Actor], header: str) -> dict[str, Any]:
    [cells] = [
        one["cells"] for one in read(cast["duty"], "reports.asked_fields").rows if one["cells"]["header"] == header
    ]
    return cells


def confirm(clerk: Clerk, taken: dict[str, Any], meaning: str) -> None:
    """Confirm a police form with the passport number meaning this."""
    mapping = suggested(taken)
    mapping[0]["list"]["columns"][7]["meaning"] = meaning
    answer = clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    assert answer.status_code == 200, answer.content


def burden_report(cast: dict[str, Actor]) -> dict[str, Any]:
    sought = Sought(cast["duty"], find_form("F41"), COUNTY, DAY, at(10))
    grid = fill_form(sought).grids[0]
    [row] = grid.rows
    return dict(zip(grid.heads, row, strict=True))


# --- cells and minutes -------------------------------------------------------------------------------------------


def test_a_column_left_to_the_pen_is_written_in_every_row(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.fill(clerk.ready(police_form()))
    meter = burden(cast["duty"], COUNTY, DAY)
    # one column by hand and seven filled, five rows each, at 12 seconds a cell
    assert (meter["typed"], meter["minutes_by_hand"]) == (5, 1)
    assert (meter["spared"], meter["minutes_spared"]) == (35, 7)
    assert (meter["forms"][0]["typed"], meter["forms"][0]["minutes_by_hand"]) == (5, 1)


def test_what_is_filled_for_every_village_counts_for_each_of_them(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.fill(clerk.ready(police_form()), each="village", area_path=TOWN)
    villages = [area.path for area in areas_of_level("village", TOWN)]
    meter = burden(cast["duty"], COUNTY, DAY)
    units = {one["path"]: one for one in meter["units"]}
    assert sorted(units) == sorted(villages)
    asked = [(one["fills"], one["asked"], one["re_asked"], one["by_hand"]) for one in units.values()]
    assert asked == [(1, 8, 7, 1)] * len(villages)
    assert {path: (one["spared"], one["typed"]) for path, one in units.items() if one["spared"]} == {VILLAGE: (35, 5)}
    assert (meter["fills"], meter["spared"], meter["typed"]) == (1, 35, 5)


def test_a_day_tells_what_it_asked_of_everybody(clerk: Clerk, cast: dict[str, Actor]) -> None:
    sheet = clerk.ready(police_form())
    clerk.fill(sheet, each="village", area_path=TOWN)
    clerk.fill(sheet, on="2020-02-02")
    count = len(areas_of_level("village", TOWN))
    told = [
        {key: one[key] for key in ("on", "fills", "asked", "re_asked", "by_hand", "minutes_by_hand")}
        for one in burden(cast["duty"], COUNTY, DAY)["days_kept"]
    ]
    assert told == [
        {"on": date(2020, 2, 2), "fills": 1, "asked": 8, "re_asked": 7, "by_hand": 1, "minutes_by_hand": 1},
        {"on": DAY, "fills": 1, "asked": 8 * count, "re_asked": 7 * count, "by_hand": count, "minutes_by_hand": 1},
    ]


def test_a_village_sees_what_was_asked_of_it_and_of_nobody_else(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.fill(clerk.ready(police_form()), each="village", area_path=TOWN)
    units = burden(cast["secretary"], VILLAGE, DAY)["units"]
    assert [(one["path"], one["asked"]) for one in units] == [(VILLAGE, 8)]


def test_what_a_newer_edition_asks_does_not_change_what_was_asked_before(clerk: Clerk, cast: dict[str, Actor]) -> None:
    sheet = clerk.ready(police_form())
    clerk.fill(sheet)
    clerk.confirm(clerk.take(label_form(), template_id=sheet).json())
    assert [one["asked"] for one in burden(cast["duty"], COUNTY, DAY)["days_kept"]] == [8]


# --- who asks ----------------------------------------------------------------------------------------------------


def test_a_sheet_confirmed_again_asks_no_oftener(clerk: Clerk, cast: dict[str, Actor]) -> None:
    first = clerk.take(police_form(), sender="公安局").json()
    second = clerk.take(police_form(), sender="外事办").json()
    for taken in (first, second, second, first, second):
        assert clerk.confirm(taken).status_code == 200
    line = line_of(cast, "护照号码")
    assert (line["times"], line["sender"]) == (2, "公安局、外事办")


def test_two_sheets_of_one_sender_count_twice_and_name_it_once(clerk: Clerk, cast: dict[str, Actor]) -> None:
    for _ in range(2):
        clerk.ready(police_form(), sender="公安局")
    line = line_of(cast, "护照号码")
    assert (line["times"], line["sender"]) == (2, "公安局")


def test_a_sheet_that_asks_it_no_more_or_is_retired_is_not_counted(clerk: Clerk, cast: dict[str, Actor]) -> None:
    mine = clerk.take(police_form(), sender="公安局").json()
    confirm(clerk, mine, "")
    other = clerk.ready(police_form(), sender="外事办")
    confirm(clerk, mine, "col:basis")
    assert (line_of(cast, "护照号码")["times"], line_of(cast, "护照号码")["sender"]) == (1, "外事办")
    clerk.act("reports.retire_sheet", template_id=other, reason="与公安局的表重复")
    assert (line_of(cast, "护照号码")["times"], line_of(cast, "护照号码")["sender"]) == (0, "外事办")


def test_a_sheet_that_an_approved_field_fills_asks_it_still(clerk: Clerk, cast: dict[str, Actor], send: Any) -> None:
    clerk.ready(label_form(), within=TOWN, sender="宣传部")
    [field] = [one["id"] for one in read(cast["duty"], "reports.asked_fields").rows]
    said = {"purpose": "宣传", "owner": "宣传部", "basis": "县指挥部通知", "expires_on": "2020-03-01"}
    assert clerk.act("reports.request_field", field_id=field, **said).status_code == 200
    assert send("town", "reports.decide_field", {"field_id": field, "approve": True, "note": "同意"}).status_code == 200
    clerk.ready(label_form(), within=TOWN, sender="文明办")
    line = line_of(cast, "标语条数")
    assert (line["times"], line["sender"]) == (2, "宣传部、文明办")


def test_what_was_counted_before_the_sheets_were_kept_is_counted_anew(clerk: Clerk, cast: dict[str, Actor]) -> None:
    for sender in ("公安局", "外事办"):
        clerk.ready(police_form(), sender=sender)
    migration = import_module("lianfang.domain.reports.migrations.0008_who_asks")
    with writing():
        AskedField.objects.update(times=9, asked_by={}, sender="公安局")
        migration.count_anew(apps, SimpleNamespace(connection=connection))
    line = line_of(cast, "护照号码")
    assert (line["times"], line["sender"]) == (2, "公安局、外事办")


# --- one number, and the report ----------------------------------------------------------------------------------


def test_the_home_page_tells_the_number_that_the_sheets_add_up_to(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.ready(police_form(), sender="公安局")
    retired = clerk.ready(police_form(), sender="外事办")
    clerk.ready(street_form(), sender="民政局")
    clerk.act("reports.retire_sheet", template_id=retired, reason="重复")
    clerk.take(police_form(), sender="还没确认")
    shown = clerk.browser.get(f"/api/burden?within={COUNTY}").json()["re_asked"]
    ready = [one["cells"] for one in read(cast["duty"], "reports.sheets").rows if one["cells"]["state"] == "ready"]
    assert len(ready) == 2
    assert shown == re_asked(cast["duty"], COUNTY) == sum(one["held"] for one in ready) > 7
    assert re_asked(cast["outsider"], COUNTY) is None


def test_the_report_counts_what_was_wanted_out_of_turn_and_averages_over_copies(
    clerk: Clerk, cast: dict[str, Actor]
) -> None:
    sheet = clerk.ready(police_form(), sender="公安局")
    line = burden_report(cast)
    # because nobody knows how long a sheet takes that was never filled
    assert (line["近七天临时要（次）"], line["平均手填约需（分钟）"], line["平均免填约省（分钟）"]) == (0, None, None)
    clerk.act("reports.schedule_sheet", template_id=sheet, fill_at="08:00", each="")
    enqueue("reports.tick", {})
    run_waiting()
    clerk.fill(sheet, on="2020-02-02")
    clerk.fill(sheet, area_path="140826101")
    line = burden_report(cast)
    assert (line["部门"], line["每天几点要"], line["近七天临时要（次）"]) == ("公安局", "08:00", 2)
    # two copies of five rows and one without any: 10 cells by hand and 70 spared, 12 seconds each, over three
    assert (line["平均手填约需（分钟）"], line["平均免填约省（分钟）"]) == (0.7, 4.7)
