"""Duty from the roster on the wall to the next shift: planned at the desk, signed in with no network, handed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page, expect

from lianfang.config.demo.cast import VILLAGE
from lianfang.kernel.clock import CHINA
from tests.journeys.asking import act
from tests.journeys.test_field import _sign_in
from tests.journeys.test_field_work import ROWS, _account, _all_sent

pytestmark = pytest.mark.browser
SLOW = 60_000


def _post(office: Page, pattern: str, name: str) -> str:
    given = {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": name, "pattern": pattern}
    return str(act(office, "workforce.add_post", **given)["id"])


def _served(office: Page, name: str, **more: Any) -> str:
    about = {"area_path": VILLAGE, "name": name, "origin": "volunteer", "experienced": True,
             "trained_on": "2020-02-01", "undertaking_on": "2020-02-01", **more}  # fmt: skip
    return str(act(office, "workforce.register_responder", **about)["id"])


def _shift_now(office: Page, post: str, responder: str) -> None:
    """Put somebody on the eight hours that run now, whatever the hour."""
    now = datetime.now(UTC).astimezone(CHINA)
    kind = "3x8." + ("n", "m", "a")[now.hour // 8]
    act(office, "workforce.put_on_shift", post_id=post, on=now.date().isoformat(), kind=kind, responder_id=responder)


def _on_duty(context: BrowserContext, who: str) -> Page:
    page = context.new_page()
    page.goto("/field/")
    _sign_in(page, who)
    page.get_by_role("link", name=re.compile("^值守")).tap()
    expect(page.get_by_role("heading", name="值守")).to_be_visible()
    return page


def test_a_shift_goes_from_sign_in_to_hand_over_with_no_network(
    visit: Callable[..., Page], phones: list[BrowserContext]
) -> None:
    office = visit("duty", "/console/")
    first, second = phones
    post = _post(office, "3x8", f"交接口{uuid4().hex[:4]}")
    regime = f"某制度{uuid4().hex[:4]}"
    act(office, "workforce.add_checklist", area_path=VILLAGE, name=regime, kinds=["village_gate"],
         document="县指挥部通知（示例）", points="第一条\n第二条")  # fmt: skip
    for who, name in (("doctor", "陈接班"), ("tracer", "孙接班")):
        account = _account(visit(who, "/console/"))
        _shift_now(office, post, _served(office, name, account_id=account))
    page = _on_duty(first, "doctor")
    first.set_offline(True)
    page.get_by_role("button", name="签到上岗").first.tap()
    expect(page.get_by_text("在岗", exact=True)).to_be_visible()
    _answer(page, regime)
    page.get_by_role("button", name="宣讲人次 加 10").tap()
    page.get_by_role("button", name="签退交班").tap()
    page.get_by_role("button", name="签退交班").tap()
    expect(page.get_by_text(re.compile("请写交接内容"))).to_be_visible()
    page.get_by_label("未了人员").fill("一人发热，等待转诊")
    page.get_by_role("button", name="签退交班").tap()
    expect(page.get_by_text("已签退", exact=True)).to_be_visible()
    _all_sent(first, page)

    other = _on_duty(second, "tracer")
    expect(other.get_by_text("一人发热，等待转诊")).to_have_count(0)
    other.get_by_role("button", name="签到上岗").first.tap()
    expect(other.get_by_text("一人发热，等待转诊")).to_be_visible(timeout=SLOW)
    other.get_by_role("button", name="核对无误，接班").tap()
    expect(other.get_by_text("一人发热，等待转诊")).to_have_count(0)
    _all_sent(second, other)

    [gone] = [one for one in _shifts(office, post) if one["state"] == "signed_out"]
    assert (gone["worker"], gone["informed"]) == ("陈接班", 10)
    [note] = office.evaluate(ROWS, f"/api/tables/workforce.hand_over_notes?post={post}")
    assert note["confirmed_at"]
    told = office.evaluate(ROWS, f"/api/tables/workforce.check_answers?post={post}")
    assert {(one["point"], one["answer"], one["by"]) for one in told} == {
        ("第一条", "yes", "陈接班"), ("第二条", "no", "陈接班"),
    }  # fmt: skip


def _answer(page: Page, regime: str) -> None:
    """Answer two points, the second with a no, which asks what is wrong."""
    asked = page.locator("details").filter(has_text=regime)
    asked.get_by_role("group", name="第一条").get_by_role("button", name="是", exact=True).tap()
    asked.get_by_role("group", name="第二条").get_by_role("button", name="否", exact=True).tap()
    asked.get_by_role("button", name="提交 2 条回答").tap()
    expect(asked.get_by_text("答“否”的请写明情况。")).to_be_visible()
    asked.get_by_role("group", name="第二条").get_by_label("情况（答“否”必填）").fill("测温枪没电")
    asked.get_by_role("button", name="提交 2 条回答").tap()
    expect(asked.get_by_text("今天已全部回答")).to_be_visible()


def _shifts(office: Page, post: str) -> list[dict[str, Any]]:
    return list(office.evaluate(ROWS, f"/api/tables/workforce.shifts?post={post}&limit=100"))


def test_a_roster_goes_from_people_to_the_table_on_the_wall(visit: Callable[..., Page]) -> None:
    office = visit("secretary", "/console/")
    name = f"排班口{uuid4().hex[:4]}"
    post = _post(office, "3x8", name)
    for letter in "甲乙丙丁戊己庚辛":
        _served(office, f"高排{letter}")
    office.goto("/console/tables/workforce.rosters", wait_until="networkidle")
    office.get_by_role("button", name="自动排班").first.click()
    form = office.locator(".el-dialog:visible")
    chosen = form.locator("#field-post_id")
    chosen.click()
    chosen.fill(name)
    office.locator(".el-select-dropdown__item:visible").filter(has_text=name).first.click()
    starts = datetime.now(UTC).astimezone(CHINA).date() + timedelta(days=20)
    form.locator("#field-starts_on").fill(starts.isoformat())
    office.keyboard.press("Enter")
    form.locator("#field-days").fill("3")
    form.locator("#field-seconds").fill("1")
    form.get_by_role("button", name="提交").click()
    expect(form).to_have_count(0, timeout=SLOW)
    office.locator("main tbody tr").filter(has_text=name).first.click()
    drawer = office.locator(".el-drawer:visible")
    drawer.get_by_role("link", name="打开排班表格").click()
    _change_by_hand(office, name)
    office.get_by_role("button", name="发布排班表").click()
    form.get_by_role("button", name="提交").click()
    expect(form).to_have_count(0, timeout=SLOW)
    expect(office.get_by_text("已发布：改动立即通知本人。")).to_be_visible(timeout=SLOW)
    told = [one for one in _shifts(office, post) if one["state"] == "notified"]
    assert len(told) == 9
    address = office.get_by_role("link", name="打印值班表（PDF）").first.get_attribute("href")
    assert address
    assert office.request.get(address).body()[:5] == b"%PDF-"
    address = office.get_by_role("link", name="下载 .xlsx").get_attribute("href")
    assert address
    book = load_workbook(BytesIO(office.request.get(address).body()))
    cells = "　".join(str(cell) for row in book.active.values for cell in row if cell)
    assert f"{starts:%Y-%m-%d}" in cells
    assert sum(cells.count(one["worker"]) for one in told) >= 9


def _change_by_hand(office: Page, post: str) -> None:
    """Walk the grid with the keyboard, take somebody off a shift, and put on whom the system suggests."""
    grid = office.get_by_role("grid", name="排班表格")
    expect(office.get_by_text("没有缺人，也没有违规")).to_be_visible(timeout=SLOW)
    expect(grid.get_by_role("rowheader").first).to_contain_text(post)
    grid.get_by_role("gridcell").first.focus()
    office.keyboard.press("ArrowDown")
    office.keyboard.press("ArrowRight")
    expect(grid.locator('[data-cell="1/1"]')).to_be_focused()
    office.keyboard.press("Enter")
    drawer = office.locator(".el-drawer:visible")
    drawer.get_by_label("原因").fill("家中有事")
    drawer.get_by_role("button", name="取消这一班").click()
    expect(office.get_by_text("缺人 1 处")).to_be_visible(timeout=SLOW)
    expect(grid.locator('[data-cell="1/1"]')).to_contain_text("缺人员 1")
    drawer.get_by_role("button", name="补人").click()
    drawer.get_by_role("button", name="安排").first.click(timeout=SLOW)
    expect(office.get_by_text("没有缺人，也没有违规")).to_be_visible(timeout=SLOW)
    office.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
