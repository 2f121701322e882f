"""A wish for a day off, from a phone without a network to the published roster, and back to the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from lianfang.kernel.clock import CHINA
from tests.journeys.asking import act
from tests.journeys.test_duty import _on_duty, _post, _served
from tests.journeys.test_field_work import ROWS, _account, _all_sent

pytestmark = pytest.mark.browser
SLOW = 60_000


def _enter(page: Page, on: date) -> None:
    page.get_by_role("button", name="登记愿望").tap()
    page.get_by_label("哪天", exact=True).fill(on.isoformat())
    page.get_by_role("button", name="登记", exact=True).tap()
    expect(_wish(page, on)).to_contain_text("待排班")


def _wish(page: Page, on: date) -> Locator:
    return page.locator(".wishes li").filter(has_text=f"{on.month}月{on.day}日")


def _planned(office: Page, post: str, on: date) -> str:
    """Plan one day of a post and return the roster once it is a draft."""
    made = act(office, "workforce.plan_roster", post_id=post, starts_on=on.isoformat(), days=1, seconds=0)
    for _ in range(120):
        if _roster(office, made["id"])["state"] == "draft":
            return str(made["id"])
        office.wait_for_timeout(500)
    raise AssertionError("the roster was not planned")


def _roster(office: Page, roster: str) -> dict[str, Any]:
    answer = office.request.get(f"/api/tables/workforce.rosters/{roster}")
    return dict(answer.json()["row"]["cells"])


def test_a_wish_goes_from_the_phone_to_the_roster_and_its_outcome_back(
    visit: Callable[..., Page], phones: list[BrowserContext]
) -> None:
    office = visit("duty", "/console/")
    post = _post(office, "3x8", f"愿望口{uuid4().hex[:4]}")
    for letter in "甲乙丙丁":
        _served(office, f"愿值{letter}")
    today = datetime.now(UTC).astimezone(CHINA).date()
    kept, gone, broken = (today + timedelta(days=number) for number in (30, 33, 36))
    phone = phones[0]
    me = _account(visit("gate", "/console/"))
    page = _on_duty(phone, "gate")
    phone.set_offline(True)
    for on in (kept, gone, broken):
        _enter(page, on)
    _wish(page, gone).get_by_role("button", name=re.compile("^撤回")).tap()
    expect(_wish(page, gone)).to_have_count(0)
    _all_sent(phone, page)
    told = office.evaluate(ROWS, "/api/tables/workforce.wishes?limit=50")
    assert {kept.isoformat(), broken.isoformat()} <= {one["from_on"] for one in told}
    assert gone.isoformat() not in {one["from_on"] for one in told}

    first, second = (_planned(office, post, on) for on in (kept, broken))
    [mine] = office.evaluate(ROWS, f"/api/tables/workforce.wishes?from_on={broken.isoformat()}")
    given = {"post_id": post, "on": broken.isoformat(), "kind": "3x8.m", "responder_id": mine["responder"]}
    act(office, "workforce.put_on_shift", **given, roster_id=second)
    for roster in (first, second):
        act(office, "workforce.publish_roster", roster_id=roster)
    office.goto(f"/console/tables/workforce.rosters/{second}", wait_until="networkidle")
    office.get_by_role("button", name="愿望做到 0/1 天").click()
    expect(office.locator(".wishes")).to_contain_text("想休息，排了班")
    office.locator(".wishes button").first.click()
    expect(office.get_by_role("grid", name="排班表格").get_by_role("rowheader")).to_have_count(1)

    page.goto("/field/")
    page.get_by_role("link", name=re.compile("^值守")).tap()
    expect(_wish(page, broken)).to_contain_text("没能照顾", timeout=SLOW)
    expect(_wish(page, kept)).to_contain_text("已照顾")
    assert me
