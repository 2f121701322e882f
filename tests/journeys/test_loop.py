"""The whole loop as people live it: a messy list comes in, somebody is found, observed, and counted in the report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import GRID, TOWN, VILLAGE
from lianfang.kernel.identity import compose
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.browser

NEEDS = (
    "children",
    "disabled",
    "elderly",
    "sole_carer",
    "chronic_medicine",
    "dialysis",
    "pregnancy",
    "livestock",
    "kitchen_toilet",
)
LONG_AGO = date(1988, 5, 17)


def _messy_list(file: Path) -> None:
    """Write what a sender sends: a merged title, odd headers, dates in three forms, a broken number, an odd place."""
    today = date.today()  # noqa: DTZ011  (the sender's calendar)
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("Sheet1")
    sheet.merge_range(0, 0, 0, 5, "关于核查重点地区返回人员的名单（演练）")
    for column, header in enumerate(
        ("序号", "姓 名", "身份证\n号码", "联系电话（手机）", "返回时间", "目的地详细地址")
    ):
        sheet.write_string(1, column, header)
    number = compose(f"140826{LONG_AGO:%Y%m%d}901")
    on = today - timedelta(days=2)
    rows = (
        ("1", "田小满", number, "13900000001", f"{on.month}月{on.day}日", "绛县古绛镇城内村"),
        ("2", "白露生", compose("14082619900101902"), "", f"{on:%Y.%m.%d}", "横水镇"),
        (
            "3",
            "霜降儿",
            number[:-1] + ("12"[number[-1] == "1"]),
            "13900000003",
            f"{on:%Y-%m-%d}",
            "古绛镇城内村",
        ),
        ("4", "惊蛰明", "", "13900000004", f"{on:%Y/%m/%d}", "哪里也不是的地方"),
    )
    for position, row in enumerate(rows, start=2):
        for column, text in enumerate(row):
            sheet.write_string(position, column, text)
    book.close()


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


def _act(page: Page, action: str, given: dict[str, Any]) -> dict[str, Any]:
    done = _fetch(page, "POST", f"/api/actions/{action}", {"id": str(uuid7()), "input": given})
    return dict(done["result"])


def test_a_returnee_is_found_observed_and_counted(visit: Callable[..., Page], tmp_path: Path) -> None:
    duty = visit("duty", "/console/intake")
    listed = tmp_path / "核查名单.xlsx"
    _messy_list(listed)
    duty.locator("input[type=file]").set_input_files(listed)
    duty.get_by_role("button", name="核对这批名单").click()
    expect(duty.get_by_text("退回的行和原因")).to_be_visible(timeout=60_000)
    duty.get_by_role("button", name=re.compile("导入 3 行")).click()
    expect(duty.get_by_text("导入完成")).to_be_visible(timeout=60_000)
    with duty.expect_download() as marked:
        duty.get_by_role("link", name="下载标注好的工作簿").click()
    assert Path(marked.value.path()).read_bytes()[:2] == b"PK"

    [batch] = _fetch(duty, "GET", "/api/tables/screening.batches?limit=1")["rows"]
    _act(duty, "screening.dispatch_leads", {"batch_id": batch["id"]})

    secretary = visit("secretary", "/console/tables/screening.leads")
    leads = _fetch(secretary, "GET", f"/api/tables/screening.leads?within={VILLAGE}&batch={batch['id']}")["rows"]
    assert len(leads) == 1
    home = _act(secretary, "people.add_household", {"area_path": GRID, "number": "901", "address": "城内村东街901号"})
    person = _act(
        secretary,
        "people.add_person",
        {"household_id": home["id"], "name": "田小满", "born_on": LONG_AGO.isoformat(), "sex": "f"},
    )
    found = {
        "lead_id": leads[0]["id"],
        "outcome": "confirmed_new",
        "person_id": person["id"],
        "last_there_on": (date.today() - timedelta(days=2)).isoformat(),  # noqa: DTZ011
        "address": "城内村东街901号",
        "measure": "居家医学观察",
    }
    _act(secretary, "screening.answer_lead", found)

    ordered = _act(
        secretary,
        "observation.order_observation",
        {
            "person_id": person["id"],
            "category": "returnee",
            "last_exposure_on": found["last_there_on"],
            "basis": "县指挥部通告（演练）",
            "needs": dict.fromkeys(NEEDS, False),
        },
    )
    _act(secretary, "observation.notify_person", {"order_id": ordered["id"], "signed_by": "田小满"})
    notice = secretary.request.get(f"/api/letters/notice/{ordered['id']}.pdf")
    assert notice.body()[:5] == b"%PDF-"

    grid = visit("", "/field/", phone=True)
    grid.locator("input[name=username]").fill("grid")
    grid.locator("input[name=password]").fill("lianfang-demo")
    grid.locator("button[type=submit]").click()
    expect(grid.get_by_role("heading", name="今日").or_(grid.get_by_text("今日").first)).to_be_visible(timeout=30_000)
    grid.goto(f"/field/reading/{person['id']}", wait_until="networkidle")
    grid.get_by_role("button", name="36.5", exact=True).click()
    grid.get_by_role("button", name=re.compile("36.5 ?℃|保存|记录")).last.click()
    _until(lambda: len(_readings(secretary, person["id"])) == 1, grid)

    town = visit("town", "/console/report")
    expect(town.get_by_text("居家观察").first).to_be_visible()
    report = _fetch(town, "GET", f"/api/reports/{TOWN}")
    figures = {figure["code"]: figure for section in report["sections"] for figure in section["figures"]}
    behind = figures["observation.live"]["behind"] if "observation.live" in figures else None
    assert behind is None or figures["observation.live"]["value"] >= 1


def _readings(page: Page, person: str) -> list[dict[str, Any]]:
    return list(_fetch(page, "GET", f"/api/tables/observation.readings?person={person}")["rows"])


def _until(true: Callable[[], bool], page: Page, tries: int = 40) -> None:
    for _ in range(tries):
        if true():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it did not come true in time")


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
