"""A newer edition of a department's sheet: what a person confirmed of the older one need not be said again."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.reports.tests.conftest import create

from .conftest import Clerk, suggested
from .forms import figures_form, label_form, opened, ruled, saved, sheet_of

pytestmark = pytest.mark.django_db
OLDER = ("姓名", "电话", "家庭住址", "监护人", "电话", "联系方式", "民族")
NEWER = ("序号", "民族", "姓名", "性别", "电话", "监护人", "电话", "联系方式", "口罩数量")
CARE = {"category__contains": '"disabled"'}
CONFIRMED = ("col:name", "col:phone", "col:household.address", "col:guardian_name", "col:guardian_phone", "hand", "")


def list_form(headers: tuple[str, ...], title: str = "名单") -> bytes:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, title)
    for column, word in enumerate(headers, start=1):
        sheet.cell(1, column, word)
    ruled(sheet, f"A1:{'ABCDEFGHI'[len(headers) - 1]}3")
    return saved(book)


def confirmed(clerk: Clerk, body: bytes) -> str:
    """Take the list in and confirm another table than was suggested, with a filter, and each column by hand."""
    taken = clerk.take(body).json()
    mapping = suggested(taken)
    listed = mapping[0]["list"]
    columns = [{**one, "meaning": said} for one, said in zip(listed["columns"], CONFIRMED, strict=True)]
    listed |= {"table": "people.vulnerable", "where": CARE, "columns": columns}
    said = clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    assert said.status_code == 200, said.content
    return str(taken["sheet"]["id"])


def meanings(listed: Any) -> list[tuple[str, str]]:
    return [(one["header"], one["meaning"]) for one in listed["columns"]]


EXPECTED = [
    ("序号", "serial"), ("民族", ""), ("姓名", "col:name"), ("性别", "col:sex"), ("电话", "col:phone"),
    ("监护人", "col:guardian_name"), ("电话", "col:guardian_phone"), ("联系方式", "hand"), ("口罩数量", ""),
]  # fmt: skip


def test_the_table_the_filter_the_pen_and_two_columns_of_one_name_are_carried_over(clerk: Clerk) -> None:
    sheet = confirmed(clerk, list_form(OLDER))
    newer = clerk.take(list_form(NEWER), template_id=sheet).json()
    listed = newer["pages"][0]["list"]
    assert (listed["kind"], listed["table"], listed["where"]) == ("table", "people.vulnerable", CARE)
    assert meanings(listed) == EXPECTED
    assert newer["sheet"]["changes"]["new"] == ["序号", "性别", "口罩数量"]
    assert newer["sheet"]["changes"]["gone"] == ["家庭住址"]
    assert ["电话", "E", "G"] in newer["sheet"]["changes"]["moved"]


def test_the_page_opened_later_says_the_same_until_the_newer_edition_is_confirmed(clerk: Clerk) -> None:
    sheet = confirmed(clerk, list_form(OLDER))
    clerk.take(list_form(("姓名",)), template_id=sheet)
    clerk.take(list_form(NEWER), template_id=sheet)
    again = clerk.browser.get(f"/api/sheets/{sheet}").json()
    assert again["sheet"]["confirmed_at"] is None
    assert again["pages"][0]["list"]["where"] == CARE
    assert meanings(again["pages"][0]["list"]) == EXPECTED
    # because an edition that nobody confirmed was never in use
    assert again["sheet"]["changes"]["gone"] == ["家庭住址"]


def test_confirmed_as_it_came_over_the_newer_edition_is_filled_as_the_older_was(clerk: Clerk) -> None:
    create(
        "people.Person", area_path=GRID, name="苏小雨", vulnerable=True, vulnerabilities=["disabled"],
        phone="13900001111", guardian_name="苏大山", guardian_phone="13900002222",
    )  # fmt: skip
    sheet = confirmed(clerk, list_form(OLDER))
    before = opened(clerk.fill(sheet))["名单"]
    assert clerk.confirm(clerk.take(list_form(NEWER), template_id=sheet).json()).status_code == 200
    after = opened(clerk.fill(sheet))["名单"]
    assert [before[f"{letter}2"].value for letter in "ABDE"] == [after[f"{letter}2"].value for letter in "CEFG"]
    assert after["C2"].value == "苏*雨"
    assert (after["B2"].value, after["H2"].value) == (None, None)


def test_a_sheet_that_bears_another_month_is_the_same_sheet(clerk: Clerk) -> None:
    sheet = confirmed(clerk, list_form(OLDER, "一月"))
    newer = clerk.take(list_form(OLDER, "二月"), template_id=sheet).json()
    listed = newer["pages"][0]["list"]
    assert newer["sheet"]["changes"] == {"new": [], "gone": [], "moved": []}
    assert (listed["table"], listed["where"]) == ("people.vulnerable", CARE)
    assert [meaning for _, meaning in meanings(listed)] == list(CONFIRMED)


def test_rows_of_units_stay_rows_of_units_and_their_columns_what_they_were(clerk: Clerk) -> None:
    taken = clerk.take(figures_form(["横水镇", "古绛镇"])).json()
    mapping = suggested(taken)
    columns = mapping[0]["list"]["columns"]
    columns[1]["meaning"], columns[2]["meaning"] = "hand", "fig:observation.standing"
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    newer = clerk.take(figures_form(["古绛镇", "横水镇"]), template_id=taken["sheet"]["id"]).json()
    listed = newer["pages"][0]["list"]
    assert (listed["kind"], [one["meaning"] for one in listed["columns"]][1:3]) == (
        "areas", ["hand", "fig:observation.standing"],
    )  # fmt: skip
    assert listed["fixed"] == {"4": "140826100", "5": "140826101"}


def test_a_cell_that_was_left_to_the_pen_is_left_to_it_again(clerk: Clerk) -> None:
    taken = clerk.take(label_form()).json()
    mapping = suggested(taken)
    mapping[0]["cells"][1]["meaning"] = "hand"
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    newer = clerk.take(label_form(), template_id=taken["sheet"]["id"]).json()
    assert {one["header"]: one["meaning"] for one in newer["pages"][0]["cells"]}["居家观察人数"] == "hand"


def test_of_two_columns_of_one_name_the_senders_other_sheets_remember_the_first(clerk: Clerk) -> None:
    confirmed(clerk, list_form(OLDER))
    other = clerk.take(list_form(("姓名", "电话", "电话"))).json()["pages"][0]["list"]
    assert meanings(other) == [("姓名", "col:name"), ("电话", "col:phone"), ("电话", "")]
