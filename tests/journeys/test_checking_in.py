"""Reporting at one's community with nothing but a phone's camera, and the community's answer on the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import VILLAGE
from tests.journeys.asking import act, rows

pytestmark = pytest.mark.browser
SLOW = 60_000


def test_somebody_scans_the_sheet_reports_and_is_accepted(visit: Callable[..., Page]) -> None:
    secretary = visit("secretary", "/console/")
    code = act(secretary, "workforce.issue_check_in_code", area_path=VILLAGE)
    assert secretary.request.get(f"/api/check-in/{VILLAGE}.pdf").ok

    phone = visit("", code["path"], phone=True)
    expect(phone.get_by_role("heading", name="社区双报到")).to_be_visible()
    expect(phone.get_by_text("只收集姓名、电话、单位")).to_be_visible()
    phone.get_by_label("姓名").fill("报到一")
    phone.get_by_label("电话").fill("13800002468")
    phone.get_by_label("什么时间可以").select_option("night")
    phone.get_by_label("驾驶").check()
    phone.get_by_role("button", name="下一步：核对").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.get_by_role("button", name="返回修改").click()
    phone.get_by_label("工作单位").fill("县财政局")
    expect(phone.get_by_label("驾驶")).to_be_checked()
    phone.get_by_role("button", name="下一步：核对").click()
    expect(phone.get_by_text("县财政局")).to_be_visible()
    phone.get_by_role("button", name="确认报到").click()
    expect(phone.get_by_text("社区会打电话与您确认")).to_be_visible()
    assert "报到一" not in phone.content()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    secretary.goto("/console/tables/workforce.check_in_requests?state=waiting", wait_until="networkidle")
    secretary.get_by_text("报到一").first.click()
    secretary.get_by_role("button", name="接受报到").first.click()
    dialog = secretary.get_by_role("dialog").last
    dialog.get_by_role("button", name="提交").click()
    expect(secretary.get_by_text("已接受").first).to_be_visible(timeout=SLOW)
    left = rows(secretary, "workforce.check_in_requests")
    assert "报到一" not in {one["cells"]["name"] for one in left}
    found = rows(secretary, "workforce.responders", q="报到一")
    assert [(one["cells"]["state"], one["cells"]["skills"]) for one in found] == [("screened", ["driving"])]

    act(secretary, "workforce.revoke_check_in_code", code_id=code["id"])
    phone.goto(code["path"])
    expect(phone.get_by_text("这张报到码已失效")).to_be_visible()
