"""A gate with the network cut: who is from here, who is unwell, who must pass; the server has each of them once."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.test_field import _sign_in
from tests.journeys.test_field_work import ROWS, _all_sent

pytestmark = pytest.mark.browser


def _at_the_gate(context: BrowserContext) -> tuple[Page, dict[str, Any]]:
    """Sign in at the gate and open it once, so that its parts are on the phone."""
    page = context.new_page()
    page.goto("/field/")
    _sign_in(page, "gate")
    gates = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")["gates"]
    page.get_by_role("link", name=re.compile("卡点登记")).tap()
    expect(page.locator("input[type=search]")).to_be_visible()
    return page, dict(gates)


def _passed(page: Page, word: str) -> None:
    expect(page.locator(".result").get_by_role("heading", name=word, exact=True)).to_be_visible()


def _next(page: Page) -> None:
    page.get_by_role("button", name="下一位").tap()
    expect(page.locator("input[type=search]")).to_be_visible()


def _measure(page: Page, value: str) -> None:
    page.get_by_role("button", name=value, exact=True).tap()


def test_a_gate_works_with_the_network_cut(phones: list[BrowserContext]) -> None:
    first, second = phones
    page, gates = _at_the_gate(first)
    plate = f"鄂A{uuid4().hex[:5].upper()}"
    first.set_offline(True)
    page.reload()
    local = next(one for one in gates["locals"] if one.get("tails"))
    page.locator("input[type=search]").fill(local["tails"][0])
    page.locator(".found button").first.tap()
    _measure(page, "36.5")
    _passed(page, "放行")
    _next(page)

    page.locator("input[type=search]").fill(plate)
    page.keyboard.press("Enter")
    _measure(page, "38.1")
    expect(page.get_by_text(re.compile("休息 15 分钟"))).to_be_visible()
    expect(page.locator(".foot .primary")).to_be_disabled()
    page.get_by_role("button", name="先登记下一位").tap()
    page.get_by_role("button", name=re.compile(f"{plate}.*复测")).tap()
    _measure(page, "37.9")
    _passed(page, "转诊")
    slip = page.locator(".slips strong").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-1", slip)
    page.get_by_role("button", name="给下一个卡点扫").tap()
    expect(page.locator("svg.qr")).to_be_visible()
    _next(page)

    page.locator("input[type=search]").fill(plate)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("已转诊"))).to_be_visible()
    page.get_by_role("button", name="依据措施劝返").tap()
    expect(page.get_by_text(re.compile("不得劝返"))).to_be_visible()
    page.get_by_role("button", name="取消").tap()

    page.get_by_role("button", name="必须放行").tap()
    page.get_by_role("button", name="救护车").tap()
    page.locator("input.plate").fill("晋MA120Y")
    page.locator(".foot .primary").tap()
    _passed(page, "必须放行")
    _all_sent(first, page)

    told = page.evaluate(ROWS, "/api/tables/checkpoints.passages?sort=-happened_at&limit=20")
    assert [one["decision"] for one in told[:3]] == ["must_pass", "refer_health", "pass_known"]
    other, _ = _at_the_gate(second)
    other.locator("input[type=search]").fill(plate)
    other.keyboard.press("Enter")
    expect(other.get_by_text(re.compile("已转诊"))).to_be_visible()


def test_a_forged_permit_is_refused_with_the_reason_and_stops_nobody(phones: list[BrowserContext]) -> None:
    page, _ = _at_the_gate(phones[0])
    phones[0].set_offline(True)
    page.locator("input[type=search]").fill("LFP1:NOTACODE")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^出入证："))).to_be_visible()
    _measure(page, "36.4")
    page.get_by_role("button", name="登记放行 · 记下").tap()
    _passed(page, "登记放行")
    _all_sent(phones[0], page)
