"""The console as a whole: every page opens, nobody sees what is not theirs, both languages, figures and lists agree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import GRID
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.browser


def _fetch(page: Page, method: str, address: str, body: Any = None) -> dict[str, Any]:
    """Ask the server as the person at this page would, with the page's own session."""
    script = """async ([method, address, body]) => {
        const token = document.cookie.split('; ').find(one => one.startsWith('csrftoken='))?.split('=')[1] ?? ''
        const answer = await fetch(address, {method, body: body === null ? undefined : JSON.stringify(body),
            headers: {'Content-Type': 'application/json', 'X-CSRFToken': token}})
        return [answer.status, await answer.json()]
    }"""
    status, answer = page.evaluate(script, [method, address, body])
    assert status == 200, answer
    return dict(answer)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_page_of_the_console_opens_without_trouble(visit: Callable[..., Page], phone: bool) -> None:
    page = visit("duty", "/console/", phone=phone)
    expect(page.get_by_role("heading", name="今日缺口")).to_be_visible()
    for address in ("/console/tables/people.households", "/console/coverage", "/console/report", "/console/jobs"):
        page.goto(address, wait_until="networkidle")
        expect(page.locator("h1").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{address} is {wide} px wider than the screen"


def test_the_outsider_sees_nothing(visit: Callable[..., Page]) -> None:
    page = visit("outsider", "/console/")
    page.wait_for_timeout(500)
    assert page.get_by_text(re.compile("城内村|古绛镇")).count() == 0


def test_the_console_speaks_english(visit: Callable[..., Page]) -> None:
    page = visit("duty", "/console/")
    page.get_by_text("English").first.click()
    expect(page.get_by_text(re.compile("gap", re.IGNORECASE)).first).to_be_visible()
    _fetch(page, "GET", "/api/session")
    page.get_by_text("中文").first.click()
    expect(page.get_by_role("heading", name="今日缺口")).to_be_visible()


def test_a_figure_of_the_report_opens_the_list_behind_it_and_both_agree(visit: Callable[..., Page]) -> None:
    page = visit("duty", "/console/report")
    report = _fetch(page, "GET", "/api/reports/140826")
    for section in report["sections"]:
        for figure in section["figures"]:
            behind = figure.get("behind")
            if not behind or figure.get("adding") or not isinstance(figure["value"], int):
                continue
            query = "&".join(f"{key}={_quoted(value)}" for key, value in behind["where"].items())
            listed = _fetch(
                page, "GET", f"/api/tables/{behind['table']}?within={behind['within']}&count=1&limit=1&{query}"
            )
            assert listed["count"] == figure["value"], figure["code"]


def _quoted(value: object) -> str:
    from urllib.parse import quote

    return quote(str(value), safe="")


def test_a_view_saved_at_one_desk_is_there_at_the_next_and_shared_below(visit: Callable[..., Page]) -> None:
    duty = visit("duty", "/console/tables/welfare.requests?state=raised")
    duty.get_by_role("button", name="视图").click()
    duty.get_by_placeholder("视图名称").fill("待受理的")
    duty.get_by_label("共享给本级和下级").check()
    duty.get_by_role("button", name="保存").click()
    expect(duty.get_by_role("button", name="待受理的", exact=True)).to_be_visible()
    town = visit("town", "/console/tables/welfare.requests")
    town.get_by_role("button", name="视图").click()
    town.get_by_role("button", name="待受理的", exact=True).click()
    expect(town).to_have_url(re.compile("state=raised"))
    assert town.get_by_role("button", name="删除视图").count() == 0


def test_a_phones_file_is_brought_in_once_however_often(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("town", "/console/tables/actions.refused_commands")
    page.get_by_role("link", name="导入手机待上传文件").click()
    home = _fetch(page, "GET", f"/api/tables/people.households?within={GRID}&limit=1")["rows"][0]["id"]
    made = {"id": str(uuid7()), "action": "screening.record_visit", "input": {"household_id": home, "outcome": "done"}}
    odd = {"id": str(uuid7()), "action": "screening.record_visit", "input": {"household_id": str(uuid7())}}
    saved = tmp_path / "lianfang-queue.json"
    saved.write_text(json.dumps({"format": "lianfang.outbox", "version": 1, "device_id": "p", "commands": [made, odd]}))
    for told in ("新导入 1 条，以前已上传 0 条，退回 1 条", "新导入 0 条，以前已上传 1 条，退回 1 条"):
        page.locator("input[type=file]").set_input_files(saved)
        page.get_by_role("button", name="导入 2 条").click()
        expect(page.get_by_text(told)).to_be_visible()
    saved.write_text("{}")
    page.locator("input[type=file]").set_input_files(saved)
    expect(page.get_by_role("alert")).to_contain_text("这不是从手机导出的待上传文件")


def test_a_list_is_walked_and_a_row_opened_without_a_mouse(visit: Callable[..., Page]) -> None:
    page = visit("duty", "/console/tables/people.households")
    expect(page.locator("tbody tr").first).to_be_visible()
    for key, row in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(page.locator("tbody tr").nth(row)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".el-drawer dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".el-drawer dl")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
