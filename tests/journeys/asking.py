"""What journeys ask the server beside the page, and say on forms that several of them fill in."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from lianfang.kernel.ids import uuid7


def act(page: Page, action: str, **given: Any) -> dict[str, Any]:
    """Do something as the one who is signed in, and return its result."""
    token = page.request.get("/api/session").json()["csrf"]
    body = {"id": str(uuid7()), "input": given}
    answer = page.request.post(f"/api/actions/{action}", data=body, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    return dict(answer.json()["result"])


def rows(page: Page, table: str, **where: str) -> list[dict[str, Any]]:
    """Return the rows of a list as the one who is signed in sees them."""
    answer = page.request.get(f"/api/tables/{table}", params={"limit": "500", **where})
    assert answer.ok, answer.text()
    return list(answer.json()["rows"])


def destroy_tomorrow(dialog: Locator) -> None:
    """Say on the form of a list with names that it is to be destroyed tomorrow, as days are counted here."""
    day = dialog.page.evaluate("new Date(Date.now() + 8 * 3600e3 + 86400e3).toISOString().slice(0, 10)")
    dialog.get_by_label("销毁日期").fill(day)
    dialog.get_by_label("销毁日期").press("Tab")
