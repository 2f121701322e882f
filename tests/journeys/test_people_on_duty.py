"""People on duty from a workbook: taken in at the console, found on the list; what a second list says is decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.journeys.asking import rows
from tests.journeys.test_walk import SLOW, Desk

pytestmark = pytest.mark.browser

HEAD = ("序号", "姓名", "联系电话", "职务", "特长", "人员类别", "居住地址")
FIRST = (
    ("柳春生", "13700002001", "科员", "驾驶"),
    ("柳夏生", "13700002002", "", ""),
    ("柳秋生", "13700002003", "", ""),
)
# one with another rank, one with the phone of somebody else, one with a rank that is wrong, one who is new
SECOND = (
    ("柳春生", "13700002001", "副科长", "医护"),
    ("柳夏花", "13700002002", "", ""),
    ("柳秋生", "13700002003", "局长", ""),
    ("柳冬生", "13700002004", "", "搬运"),
)


def _workbook(file: Path, lines: tuple[tuple[str, ...], ...]) -> Path:
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("值守人员")
    sheet.merge_range(0, 0, 0, len(HEAD) - 1, "下沉值守人员名单（演练）")
    rows = [HEAD, *((str(at), *line, "下沉干部", "古绛镇城内村3号") for at, line in enumerate(lines, 1))]
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text)
    book.close()
    return file


def _take_in(desk: Desk, file: Path, count: int) -> str:
    """Take a list of people on duty in, and return where its batch stands."""
    page = desk.page
    page.goto("/console/intake", wait_until="networkidle")
    page.get_by_label("名单用来做什么").select_option(label="参战（值守）人员名单")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("请核对每一列对应什么")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="核对这批名单").click()
    page.get_by_role("button", name=f"导入 {count} 行").click(timeout=SLOW)
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=SLOW)
    return page.url


def _take_back(desk: Desk) -> None:
    desk.page.get_by_role("button", name="撤销这一批").click()
    desk.form.get_by_role("button", name="撤销这一批").click()


def _decide(desk: Desk, name: str, action: str) -> None:
    """Decide one line; its name goes with the decision, from the drawer too."""
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).to_have_count(0)
    drawer = desk.open_row(name)
    desk.act(drawer, action)
    desk.submit()
    expect(drawer.get_by_role("heading").filter(has_text="姓名未留存")).to_be_visible(timeout=SLOW)
    expect(desk.page.locator("main tbody tr", has_text=name)).to_have_count(0, timeout=SLOW)


def _serving(page: Page) -> dict[str, Any]:
    """Return who of these families is on the register, with rank and skills."""
    found = rows(page, "workforce.responders", q="柳")
    return {one["cells"]["name"]: (one["cells"]["rank"], sorted(one["cells"]["skills"])) for one in found}


def test_people_on_duty_are_taken_in_and_a_second_list_is_decided_line_by_line(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    desk, village = Desk(visit("duty", "/console/")), Desk(visit("secretary", "/console/"))
    page, listed = desk.page, village.page
    _take_in(desk, _workbook(tmp_path / "值守一.xlsx", FIRST), 3)
    expect(page.get_by_text("新登记 3 人，0 人已在名册。")).to_be_visible()
    page.get_by_role("link", name="查看导入的人员").click()
    expect(page.locator("main tbody tr")).to_have_count(3)
    listed.goto("/console/tables/workforce.responders?q=柳", wait_until="networkidle")
    expect(listed.locator("main tbody tr")).to_have_count(3)
    expect(listed.locator("main tbody tr", has_text="柳春生")).to_contain_text("科员")

    # taken back whole while nobody has decided anything
    second = _workbook(tmp_path / "值守二.xlsx", SECOND)
    _take_in(desk, second, 4)
    expect(page.get_by_text("新登记 1 人，0 人已在名册。")).to_be_visible()
    assert "柳冬生" in _serving(listed)
    _take_back(desk)
    expect(page.get_by_text("这一批已撤销").first).to_be_visible(timeout=SLOW)
    known = _serving(listed)
    assert known == {"柳春生": ("科员", ["driving"]), "柳夏生": ("", []), "柳秋生": ("", [])}

    batch = _take_in(desk, second, 4)
    page.get_by_role("link", name="3 行可能已在名册，请逐条核对").click()
    expect(page.locator("main tbody tr")).to_have_count(3)
    listed.goto("/console/tables/workforce.listed?decision=open", wait_until="networkidle")
    _decide(village, "柳春生", "按名单更新")
    _decide(village, "柳夏花", "是另一个人，登记")
    _decide(village, "柳秋生", "保持不变")
    assert _serving(listed) == known | {
        "柳春生": ("副科长", ["driving", "medic"]), "柳夏花": ("", []), "柳冬生": ("", ["loading"]),
    }  # fmt: skip

    # what somebody has decided since is not taken back with the list
    page.goto(batch, wait_until="networkidle")
    _take_back(desk)
    expect(page.get_by_role("alert")).to_contain_text("名单里已有人排班、编队或改动，不能整批撤销")
    assert "柳冬生" in _serving(listed)
