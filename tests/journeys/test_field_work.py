"""What waits for an answer, with the network cut: a lead, a referral and a call by script are on the server after."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lianfang.config.demo.cast import GRID
from lianfang.domain.observation.tests.county import NO_NEEDS
from lianfang.kernel.ids import uuid7
from tests.journeys.asking import act
from tests.journeys.test_field import _sign_in

pytestmark = pytest.mark.browser

ROWS = """(address) => fetch(address).then((answer) => answer.json())
    .then((page) => page.rows.map((row) => row.cells))"""


def _observed(office: Page, name: str) -> tuple[str, str, str]:
    """Register somebody in a household of their own and put them under observation.

    Return household and person, and the number on the door.
    """
    number = f"{uuid7().hex[-5:]}号"
    home = act(office, "people.add_household", area_path=GRID, number=number, head_name=name,
                address=f"城内村{number}")["id"]  # fmt: skip
    person = act(office, "people.add_person", household_id=home, name=name, phone="13800000021")["id"]
    today = date.fromisoformat(office.evaluate("fetch('/api/session').then((one) => one.json())")["server_time"][:10])
    order = act(office, "observation.order_observation", person_id=person, category="returnee", needs=NO_NEEDS,
                 last_exposure_on=str(today - timedelta(days=1)), basis="绛防指〔2020〕3号")["id"]  # fmt: skip
    act(office, "observation.notify_person", order_id=order, signed_by=name)
    return str(home), str(person), number


def _lead(office: Page, worker: str, name: str) -> None:
    """Report somebody who may have come and send it to the worker, as the town does."""
    made = act(office, "screening.report_lead", source="tip", area_path=GRID, name=name, phone="13800000022",
                address="城内村东头")  # fmt: skip
    if made["state"] != "dispatched":
        act(office, "screening.assign_lead", lead_id=made["id"], account_id=worker)


def _work(page: Page, name: str) -> Any:
    return page.locator(".work", has_text=name).first


def _account(page: Page) -> str:
    return str(page.evaluate("fetch('/api/session').then((one) => one.json())")["account"]["id"])


def _all_sent(context: BrowserContext, page: Page) -> None:
    context.set_offline(False)
    page.goto("/field/queue", wait_until="domcontentloaded")
    expect(page.get_by_text("全部已上传")).to_be_visible(timeout=45_000)


def _asked_for(page: Page, home: str) -> list[dict[str, Any]]:
    """Return the requests for help of a household, which follow a visit in the background."""
    for _ in range(60):
        rows = page.evaluate(ROWS, f"/api/tables/welfare.requests?household={home}&limit=50")
        if rows:
            return list(rows)
        page.wait_for_timeout(500)
    return []


def test_a_lead_and_a_call_are_answered_without_a_network_and_arrive(
    phones: list[BrowserContext], visit: Callable[..., Page]
) -> None:
    office, town = visit("secretary", "/console/"), visit("town", "/console/")
    home, person, number = _observed(office, "常小电")
    page = phones[0].new_page()
    page.goto("/field/", wait_until="domcontentloaded")
    _sign_in(page)
    for name in ("归小来", "查小无"):
        _lead(town, _account(page), name)
    page.reload(wait_until="domcontentloaded")
    expect(_work(page, "归小来")).to_be_visible()
    phones[0].set_offline(True)
    page.reload(wait_until="domcontentloaded")

    _work(page, "查小无").click()
    page.get_by_role("button", name="信息有误").click()
    page.get_by_role("button", name="填报").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写")
    page.get_by_role("button", name="查无此人").click()
    page.get_by_role("button", name="填报").click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    expect(page.locator(".work", has_text="查小无")).to_have_count(0)

    _work(page, "归小来").click()
    page.get_by_role("button", name="新核实（漏排）").click()
    page.get_by_label("登记里的是谁").fill("常小电")
    page.get_by_role("button", name=re.compile(f"登记到这一户 {number}")).click()
    page.get_by_role("button", name="已联系，自我观察").click()
    page.get_by_role("button", name="填报").click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()  # it goes back by itself once the answer is saved
    expect(page.locator(".work", has_text="归小来")).to_have_count(0)
    page.goto(f"/field/house/{home}", wait_until="domcontentloaded")
    page.get_by_role("link", name=re.compile("^打电话 常小电")).click()
    expect(page.get_by_text(re.compile("请问是常小电家吗？我是.*赵网格"))).to_be_visible()
    expect(page.get_by_role("button", name="咳嗽")).to_have_count(0)
    page.get_by_role("button", name="家里人", exact=True).click()
    page.get_by_role("button", name="没有不舒服").click()
    page.get_by_label("选体温").fill("36.4")
    page.get_by_role("button", name="买药").click()
    page.get_by_label("具体说明").fill("降压药一盒")
    page.get_by_role("button", name="打完了，保存").click()
    expect(page.get_by_text("待上传 5")).to_be_visible()

    _all_sent(phones[0], page)
    told = {one["name"]: one for one in page.evaluate(ROWS, "/api/tables/screening.leads?limit=500")}
    assert (told["查小无"]["outcome"], told["查小无"]["state"]) == ("wrong_info", "verified")
    assert (told["归小来"]["outcome"], told["归小来"]["measure"]) == ("confirmed_new", "已联系，自我观察")
    assert told["归小来"]["person"]
    [reading] = page.evaluate(ROWS, f"/api/tables/observation.readings?person={person}")
    assert (reading["temperature_c"], reading["how"]) == (36.4, "phone")
    assert "家里人" in reading["note"]
    assert [one["kind"] for one in _asked_for(page, home)] == ["medicine"]


def test_a_doctor_accepts_and_closes_a_referral_without_a_network(
    phones: list[BrowserContext], visit: Callable[..., Page]
) -> None:
    office = visit("secretary", "/console/")
    _, person, _ = _observed(office, "烧小热")
    act(office, "observation.record_reading", person_id=person, temperature_c=38.6)
    page = phones[1].new_page()
    page.goto("/field/", wait_until="domcontentloaded")
    _sign_in(page, "doctor")
    page.reload(wait_until="domcontentloaded")
    mine = page.locator(".work", has_text="烧小热").filter(has_text="转诊")
    expect(mine).to_be_visible()
    phones[1].set_offline(True)
    page.reload(wait_until="domcontentloaded")

    mine.click()
    page.get_by_role("button", name="接收，我来处置").click()
    expect(page.get_by_text("转诊处置中")).to_be_visible()
    page.get_by_role("button", name="送医治疗").click()
    page.get_by_label("诊断或处置").fill("38.6℃，咽红")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_role("alert")).to_contain_text("送到哪里")
    page.get_by_label("送到哪里").fill("县人民医院")
    page.get_by_role("button", name="办结").click()
    expect(mine).to_have_count(0)
    expect(page.get_by_text("待上传 2")).to_be_visible()

    _all_sent(phones[1], page)
    [kept] = page.evaluate(ROWS, f"/api/tables/observation.referrals?person={person}")
    assert (kept["state"], kept["outcome"], kept["destination"]) == ("closed", "hospital", "县人民医院")
    assert kept["accepted_at"] <= kept["closed_at"]
