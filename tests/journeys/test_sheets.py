"""Three departments' sheets with different headers for the same people: up, confirmed, filled, down; nothing typed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import COUNTY, TOWN
from lianfang.doors.files.sheets.tests.forms import figures_form, health_form, police_form, street_form
from lianfang.doors.files.sheets.tests.letters import notice_letter, read_document, texts
from lianfang.foundation.exports.tests.unlocking import unlocked

from .asking import destroy_tomorrow, rows

pytestmark = pytest.mark.browser
SLOW = 60_000


def _take(page: Page, file: Path, body: bytes, sender: str) -> None:
    """Bring a sheet in as a clerk does: say who wants it, and choose the file, which is written for it."""
    file.write_bytes(body)
    page.goto("/console/sheets", wait_until="networkidle")
    page.get_by_label("要表单位").fill(sender)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="每栏填什么")).to_be_visible(timeout=SLOW)


def _last_weeks() -> bytes:
    """Return a sheet that came with last week's people in it."""
    book = openpyxl.load_workbook(io.BytesIO(police_form()))
    sheet = book["名单"]
    for row in (2, 3):
        sheet.cell(row, 2, "柳青青")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Page, folder: Path) -> openpyxl.Workbook:
    page.get_by_role("button", name="确认，以后自动填").click()
    page.get_by_role("button", name="填好", exact=True).click(timeout=SLOW)
    with page.expect_download(timeout=SLOW) as fetched:
        page.get_by_role("link", name="下载").click(timeout=SLOW)
    path = folder / fetched.value.suggested_filename
    fetched.value.save_as(path)
    return openpyxl.load_workbook(path)


def _names(sheet: Any, letter: str, first: int) -> list[str]:
    """Return the names of a list to its first blank."""
    found = []
    for cell in sheet[letter][first - 1 :]:
        if not cell.value or cell.value == "合计":
            return sorted(found)
        found.append(cell.value)
    return sorted(found)


def test_three_sheets_for_the_same_people_are_filled_without_typing(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("duty", "/console/sheets")
    names = []
    for sender, body, title, letter, first in (
        ("卫健局", health_form(), "居家观察", "B", 5),
        ("公安局", police_form(), "名单", "B", 2),
        ("民政局", street_form(), "Sheet", "B", 5),
    ):
        _take(page, tmp_path / f"{sender}.xlsx", body, sender)
        names.append(_names(_fill(page, tmp_path)[title], letter, first))
    assert len(names[0]) > 3
    assert names[0] == names[1] == names[2]


def test_a_sheet_filled_with_names_opens_with_the_password_that_the_page_tells(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "名单.xlsx", police_form(), "公安局治安大队")
    page.get_by_role("button", name="确认，以后自动填").click()
    page.get_by_role("button", name="按村、按日、带姓名…").click(timeout=SLOW)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("带姓名（须说明用途和接收方）").check()
    dialog.get_by_role("textbox", name="用途").fill("入户核对")
    dialog.get_by_role("textbox", name="接收方").fill("县公安局")
    destroy_tomorrow(dialog)
    dialog.get_by_role("button", name="提交").click()
    ready = page.locator(".notice.done")
    with page.expect_download(timeout=SLOW) as fetched:
        ready.get_by_role("link", name="下载").click(timeout=SLOW)
    ready.get_by_role("button", name="查看打开口令").click()
    told = ready.locator("code").inner_text()
    book = openpyxl.load_workbook(io.BytesIO(unlocked(fetched.value.path().read_bytes(), told)))
    assert not any("*" in name for name in _names(book["名单"], "B", 2))
    page.reload(wait_until="networkidle")
    older = page.locator("ul.panel-body > li").first
    older.get_by_role("button", name="查看打开口令").click()
    assert older.locator("code").inner_text() == told


def test_a_letter_is_confirmed_by_its_blanks_and_comes_to_each_in_a_zip(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "告知书.docx", notice_letter(), "疾控中心")
    expect(page.get_by_text("这是一封函")).to_be_visible()
    page.get_by_label("每行一个").select_option(label="居家观察台账")
    page.locator(".grid td").filter(has_text="‹").first.click()
    page.get_by_role("button", name="确认，以后自动填").click()
    page.get_by_role("button", name="填好", exact=True).click(timeout=SLOW)
    with page.expect_download(timeout=SLOW) as fetched:
        page.get_by_role("link", name="下载").click(timeout=SLOW)
    path = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        letters = ["\n".join(texts(read_document(archive.read(name)))) for name in archive.namelist()]
    assert len(letters) > 3
    assert all("姓名：____" not in one and "{{" not in one and "【】" not in one for one in letters)


def test_a_column_is_chosen_by_its_place_on_the_sheet_and_at_the_keyboard(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "公安局.xlsx", police_form(), "交警队")
    page.locator(".grid td").filter(has_text="护照号码").click()
    expect(page.get_by_label("护照号码", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("人员类型", exact=True)).to_be_focused()
    page.get_by_label("护照号码", exact=True).select_option(label="包保组")
    book = _fill(page, tmp_path)
    assert book["名单"]["H1"].value == "护照号码"


def test_what_sheets_ask_again_stands_on_the_home_page_and_leads_to_the_meter(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "日报.xlsx", figures_form(["古绛镇", "横水镇"]), "县指挥部")
    assert _fill(page, tmp_path)["日报"]["C4"].value is not None
    page.goto("/console/", wait_until="networkidle")
    page.get_by_role("link", name="重复要的项目").click()
    expect(page.get_by_role("heading", name="谁在要")).to_be_visible()
    expect(page.get_by_role("rowheader", name="县指挥部")).to_be_visible()


def _daily(page: Page, time: str) -> None:
    """Press the button and say when; all else stands in the form already."""
    page.get_by_role("button", name="每天自动填").click()
    page.get_by_label("每天几点").fill(time)
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".action-form")).to_be_hidden()


def _times(page: Page, sheet: str) -> dict[str, str]:
    return {row["area"]: row["cells"]["fill_at"] for row in rows(page, "reports.sheet_schedules", template=sheet)}


def _wait_for_the_clock(page: Page, sheet: str) -> None:
    """Wait as a clerk does who comes back later: the clock looks twice a minute for what is due."""
    for _ in range(int(2 * SLOW / 1000)):
        fills = rows(page, "reports.sheet_fills", template=sheet)
        if any(row["area"] == COUNTY and row["cells"]["ended_at"] for row in fills):
            return
        page.wait_for_timeout(1000)
    pytest.fail("nothing was filled")


def test_a_sheet_fills_itself_at_the_time_each_area_chose_until_it_is_taken_away(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "每日名单.xlsx", police_form(), "派出所")
    page.get_by_role("button", name="确认，以后自动填").click()
    # because midnight has passed at every hour, what is asked for then is due at once
    _daily(page, "00:00")
    expect(page.get_by_text("每天 00:00 自动填")).to_be_visible()
    sheet = page.url.rpartition("/")[2]
    assert _times(page, sheet) == {COUNTY: "00:00"}

    town = visit("town", f"/console/sheets/{sheet}", phone=True)
    _daily(town, "18:30")
    expect(town.get_by_text("本辖区每天 18:30 自动填")).to_be_visible()
    assert _times(page, sheet) == {COUNTY: "00:00", TOWN: "18:30"}

    _wait_for_the_clock(page, sheet)
    page.reload(wait_until="networkidle")
    filled = page.locator("section", has=page.get_by_role("heading", name="填好的表")).get_by_role("listitem").first
    expect(filled).to_contain_text("绛县")
    expect(filled.get_by_text("自动")).to_be_visible()
    with page.expect_download() as fetched:
        filled.get_by_role("link", name="下载").click()
    fetched.value.save_as(tmp_path / "填好.xlsx")
    assert len(_names(openpyxl.load_workbook(tmp_path / "填好.xlsx")["名单"], "B", 2)) > 3

    page.get_by_role("button", name="不再每天填").click()
    expect(page.get_by_text("每天 00:00 自动填")).to_be_hidden()
    assert _times(page, sheet) == {TOWN: "18:30"}
    town.reload(wait_until="networkidle")
    town.get_by_role("button", name="每天自动填").click()
    expect(town.get_by_label("每天几点")).to_have_value("18:30")
    town.get_by_label("每天几点").fill("")
    town.get_by_role("button", name="提交").click()
    expect(town.get_by_role("button", name="不再每天填")).to_be_hidden()
    assert _times(page, sheet) == {}


def test_whoever_brings_a_sheet_in_reads_what_was_not_kept_of_it(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("duty", "/console/sheets")
    _take(page, tmp_path / "上周名单.xlsx", _last_weeks(), "信访局")
    notice = page.get_by_text("为安全起见，以下内容没有保留：“名单”里原有的 2 行内容")
    expect(notice).to_be_visible()
    blank = tmp_path / "空白表.xlsx"
    blank.write_bytes(police_form())
    page.get_by_label("上传新版").set_input_files(blank)
    expect(notice).to_be_hidden(timeout=SLOW)
    page.reload()
    expect(page.get_by_role("heading", name="每栏填什么")).to_be_visible(timeout=SLOW)
    expect(notice).to_be_hidden()
