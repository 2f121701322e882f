"""Two phones and no network: one shows codes, the other's camera reads them, and the day's work has gone over."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lianfang.config.demo.cast import PASSWORD
from tests.journeys.asking import act
from tests.journeys.test_field import _sign_in
from tests.journeys.weighing import keep_reader

pytestmark = pytest.mark.browser


def _open(context: BrowserContext, username: str) -> Page:
    page = context.new_page()
    page.goto("/field/", wait_until="domcontentloaded")
    _sign_in(page, username)
    return have_reader(page)


def have_reader(page: Page) -> Page:
    """Start the app once more: the card comes with a download, and the reader of codes once the work stands."""
    page.reload(wait_until="domcontentloaded")
    keep_reader(page)
    return page


def _screen(page: Page) -> str:
    return base64.b64encode(page.locator(".qr").screenshot()).decode()


def _an_errand(page: Page, visit: Callable[..., Page]) -> str:
    """Ask for medicine for somebody of the giver's grid, so that there is work at any hour; return the household."""
    bundle = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")
    person = next(one for one in bundle["persons"] if one.get("household_id"))
    secretary = visit("secretary", "/console/")
    act(secretary, "welfare.raise_request", person_id=person["id"], kind="medicine", what="交接用的药一盒")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator(".work", has_text="交接用的药一盒").first).to_be_visible()
    return str(person["household_id"])


def test_a_days_work_goes_from_phone_to_phone_and_is_recorded_there(
    cameras: list[BrowserContext], visit: Callable[..., Page]
) -> None:
    giver, taker = _open(cameras[0], "grid"), _open(cameras[1], "neighbour")
    home = _an_errand(giver, visit)
    for one in cameras:
        one.set_offline(True)

    taker.goto("/field/mine", wait_until="domcontentloaded")
    taker.get_by_role("link", name="接手别人的").click()
    expect(taker.locator(".qr")).to_be_visible()

    giver.goto("/field/mine", wait_until="domcontentloaded")
    giver.get_by_role("link", name="交给别人").click()
    expect(giver.locator(".list li")).not_to_have_count(0)
    houses = giver.locator(".list li").count()
    giver.get_by_role("button", name="扫对方的码").click()
    giver.evaluate("(png) => holdBefore(png)", _screen(taker))
    expect(giver.get_by_role("heading", name="交给 钱邻村")).to_be_visible()
    giver.get_by_role("button", name=re.compile("确认")).click()

    taker.get_by_role("button", name=re.compile("开始接收")).click()
    got = taker.get_by_role("heading", name=re.compile(f"收到 赵网格 的 {houses} 户"))
    for _ in range(240):
        if got.count():
            break
        taker.evaluate("(png) => holdBefore(png)", _screen(giver))
        taker.wait_for_timeout(150)
    expect(got).to_be_visible()
    digits = taker.locator(".digits").inner_text()

    giver.get_by_label(re.compile("4 位数")).fill("0000" if digits != "0000" else "1111")
    giver.get_by_role("button", name="对方收到了").click()
    expect(giver.get_by_role("alert")).to_contain_text("数字不对")
    giver.get_by_label(re.compile("4 位数")).fill(digits)
    giver.get_by_role("button", name="对方收到了").click()
    expect(giver.get_by_text(re.compile("已交给 钱邻村.*取回", re.S))).to_be_visible()
    expect(giver.locator(".work")).to_have_count(0)

    taker.get_by_role("link", name="好，去今日").click()
    expect(taker.get_by_text(re.compile("代 赵网格"))).to_be_visible()
    taker.locator(".work", has_text="交接用的药一盒").first.click()
    taker.get_by_role("button", name="我来办").click()
    expect(taker.get_by_text("待上传 2")).to_be_visible()

    cameras[1].set_offline(False)
    taker.goto("/field/queue", wait_until="domcontentloaded")
    expect(taker.get_by_text("全部已上传")).to_be_visible(timeout=45_000)
    cameras[0].set_offline(False)
    giver.goto("/field/queue", wait_until="domcontentloaded")
    expect(giver.get_by_text("全部已上传")).to_be_visible(timeout=45_000)
    asked = giver.evaluate(ROWS, f"/api/tables/welfare.requests?household={home}&limit=50")
    assert [row["state"] for row in asked if row["what"] == "交接用的药一盒"] == ["accepted"]
    rows = giver.evaluate(ROWS, "/api/tables/organisation.day_hand_overs")
    assert [(row["from_name"], row["to_name"]) for row in rows] == [("赵网格", "钱邻村")]


ROWS = """(address) => fetch(address).then((answer) => answer.json())
    .then((page) => page.rows.map((row) => row.cells))"""


def test_a_code_that_is_no_hand_over_is_refused_in_words(cameras: list[BrowserContext]) -> None:
    page = _open(cameras[0], "grid")
    cameras[0].set_offline(True)
    page.goto("/field/give", wait_until="domcontentloaded")
    page.get_by_role("button", name="扫对方的码").click()
    page.get_by_label(re.compile("扫码枪")).fill("https://example.org/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("不是联防的交接码")
    assert PASSWORD not in page.content()
