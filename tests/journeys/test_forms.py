"""A clerk takes forms off the page: the ledger and the villages' report of a township, held against the database."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import TOWN
from lianfang.foundation.exports.tests.unlocking import unlocked

from .asking import destroy_tomorrow

pytestmark = pytest.mark.browser
SLOW = 60_000
HEAD = 4


def _open(page: Page, name: str) -> None:
    """Find a form as a clerk does: by a word of its name."""
    page.goto("/console/forms", wait_until="networkidle")
    page.get_by_role("searchbox", name="按表号或名称查找").fill(name)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name="下载 .xlsx")).to_be_visible(timeout=SLOW)


def _download(page: Page, folder: Path) -> openpyxl.Workbook:
    with page.expect_download(timeout=SLOW) as fetched:
        page.get_by_role("link", name="下载 .xlsx").click()
    path = folder / fetched.value.suggested_filename
    fetched.value.save_as(path)
    return openpyxl.load_workbook(path)


def _column(sheet: Any, head: str) -> list[Any]:
    place = next(cell.column for cell in sheet[HEAD] if cell.value == head)
    return [sheet.cell(row, place).value for row in range(HEAD + 1, sheet.max_row + 1)]


def test_the_ledger_of_a_township_holds_whom_the_list_holds(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("town", "/console/forms")
    _open(page, "居家观察人员台账")
    sheet = _download(page, tmp_path).active
    listed: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = page.request.get(f"/api/tables/observation.orders?within={TOWN}&limit=500&after={after}").json()
        listed += answer["rows"]
        after = answer["next"] or ""
        if not after:
            break
    people = [one for one in _column(sheet, "开始日") if one]
    assert len(people) > 3
    assert sorted(people) == sorted(row["cells"]["starts_on"] for row in listed)
    assert sorted(filter(None, _column(sheet, "姓名"))) == sorted(row["cells"]["name"] for row in listed)


def test_the_village_report_of_a_township_counts_what_the_daily_reports_count(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("town", "/console/forms")
    _open(page, "村（社区）防控日报")
    book = _download(page, tmp_path)
    whole = {row[0].value: row[2].value for row in book.worksheets[0].iter_rows(min_row=HEAD + 1)}
    below = book.worksheets[1]
    on = page.url.split("on=")[1][:10] if "on=" in page.url else ""
    villages = page.request.get(f"/api/areas/{TOWN}").json()["children"]
    own = [page.request.get(f"/api/reports/{one['path']}?on={on}").json() for one in villages[:6]]
    counted = {
        report["report"]["area"]["name"]: figure["value"]
        for report in own
        for section in report["sections"]
        for figure in section["figures"]
        if figure["code"] == "observation.standing"
    }
    rows = dict(zip(_column(below, "单位"), _column(below, "在观察"), strict=True))
    called = {one["path"]: one["name"] for one in villages}
    for report in own:
        area = report["report"]["area"]
        assert rows[called[area["path"]]] == counted[area["name"]]
    assert whole["在观察"] == sum(filter(None, rows.values())) > 0


def test_a_form_is_printed_and_its_text_for_a_group_names_nobody(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("town", "/console/forms")
    _open(page, "居家观察人员台账")
    expect(page.locator(".digest")).to_contain_text("合计", timeout=SLOW)
    said = page.locator(".digest").inner_text()
    names = [
        row["cells"]["name"] for row in page.request.get(f"/api/tables/observation.orders?within={TOWN}").json()["rows"]
    ]
    assert not [name for name in names if name in said]
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    address = page.get_by_role("link", name="打印", exact=True).get_attribute("href")
    file = tmp_path / "f05.pdf"
    file.write_bytes(page.request.get(str(address)).body())
    pages = pypdf.PdfReader(file).pages
    assert all(f"第 {number} 页　共 {len(pages)} 页" in one.extract_text() for number, one in enumerate(pages, start=1))


def test_what_is_missing_is_said_and_a_blank_can_be_printed(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("grid", "/console/forms/F31")
    expect(page.get_by_role("heading", name="还缺什么")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("红白事和聚集活动")).to_be_visible()
    assert page.get_by_role("link", name="下载 .xlsx").count() == 0
    address = page.get_by_role("link", name="打印空表").get_attribute("href")
    file = tmp_path / "f31.pdf"
    file.write_bytes(page.request.get(str(address)).body())
    assert "F31" in pypdf.PdfReader(file).pages[0].extract_text()


def test_names_leave_a_form_only_by_saying_purpose_and_recipient(visit: Callable[..., Page]) -> None:
    page = visit("duty", f"/console/forms/F05?within={TOWN}")
    page.get_by_role("button", name="带姓名…").click(timeout=SLOW)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("用途").fill("入户核对")
    dialog.get_by_label("接收方").fill("古绛镇政府")
    destroy_tomorrow(dialog)
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="提交").click()
    link = page.get_by_role("link", name="带姓名的文件已生成")
    with page.expect_download(timeout=SLOW) as fetched:
        link.click(timeout=SLOW)
    told = page.locator(".toast code").inner_text()
    notice = page.locator(".notice", has=link)
    notice.get_by_role("button", name="查看打开口令").click()
    assert notice.locator("code").inner_text() == told
    book = openpyxl.load_workbook(io.BytesIO(unlocked(fetched.value.path().read_bytes(), told)))
    assert "入户核对" in book.worksheets[0].oddHeader.center.text
    assert book["lianfang"].sheet_state == "veryHidden"
    assert not any("*" in str(one) for one in _column(book.worksheets[0], "姓名") if one)
