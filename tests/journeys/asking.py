"""What journeys ask the server beside the page: to do something as whoever is signed in, and what a list holds."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

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
