"""A pushed list is replied to at the console: the workbook comes down from the message, marked, for its sender."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page

from lianfang.foundation.exports.tests.unlocking import unlocked

from .asking import rows

pytestmark = pytest.mark.browser
SLOW = 30_000
SENDER = "演练县大数据局"


def _post(page: Page, address: str, **given: Any) -> dict[str, Any]:
    token = page.request.get("/api/session").json()["csrf"]
    answer = page.request.post(address, data=given, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    return dict(answer.json())


def _take_in(page: Page) -> None:
    """Have a list of two people from a sender taken in."""
    text = "姓名\t电话\t现住址\n柳青青\t13900007001\t古绛镇城内村\n桑叶儿\t13900007002\t古绛镇城内村"
    batch = _post(page, "/api/intake", text=text, sender=SENDER)["batch_id"]
    for step in ("check", "run"):
        job = _post(page, f"/api/intake/{batch}/{step}")["id"]
        for _ in range(60):
            if page.request.get(f"/api/jobs/{job}").json()["state"] == "done":
                break
            page.wait_for_timeout(500)


def test_a_list_is_replied_to_and_its_workbook_fetched_from_the_message(visit: Callable[..., Page]) -> None:
    page = visit("duty", "/console/")
    _take_in(page)
    page.goto("/console/tables/screening.batches", wait_until="networkidle")
    page.locator("main tbody").get_by_text(SENDER, exact=True).first.click()
    page.locator(".el-drawer:visible").get_by_role("button", name="反馈核查结果").first.click(timeout=SLOW)
    dialog = page.get_by_role("dialog").filter(has=page.get_by_role("button", name="提交"))
    dialog.get_by_label("先反馈已核查的").check()
    dialog.locator(".danger-check input").check()
    dialog.get_by_role("button", name="提交").click()
    with page.expect_download(timeout=SLOW) as fetched:
        page.get_by_role("button", name="下载文件").click(timeout=SLOW)
    assert fetched.value.suggested_filename.startswith("核查反馈表-")
    # still there, because who has the file now needs what opens it
    told = page.locator(".toast code").inner_text()
    book = openpyxl.load_workbook(io.BytesIO(unlocked(fetched.value.path().read_bytes(), told)))
    assert SENDER in book.worksheets[0].oddHeader.center.text
    assert book["lianfang"].sheet_state == "veryHidden"
    assert [row[3].value for row in book.worksheets[0].iter_rows(min_row=5)] == ["13900007001", "13900007002"]
    [export] = [one for one in rows(page, "privacy.exports") if one["cells"]["recipient"] == SENDER]
    assert export["cells"]["rows"] == 2
