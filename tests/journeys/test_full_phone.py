"""A phone whose storage is full says plainly that nothing was saved, keeps what it had, and works again with room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_field import Phone, _a_person_to_measure, _measure, _sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium: Browser, server: str, tmp_path: Path) -> Iterator[Phone]:
    one = Phone(chromium, server, tmp_path / "phone")
    yield one
    one.stop()


def _room(phone: Phone, page: Page, bytes_left: int | None) -> None:
    """Leave so much room for the app's storage, or as much as the disk has."""
    assert phone.context is not None
    tools = phone.context.new_cdp_session(page)
    given = {"origin": phone.server} | ({} if bytes_left is None else {"quotaSize": bytes_left})
    tools.send("Storage.overrideQuotaForOrigin", given)


def test_a_full_phone_says_it_saved_nothing_and_loses_nothing(phone: Phone) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    phone.network(False)
    _measure(page, person["id"])
    page.goto("/field/", wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 1")).to_be_visible()

    # a browser started anew asks at its first write how much room there is, and remembers it for a while
    page = phone.start(network=False)
    expect(page.get_by_text("待上传 1")).to_be_visible(timeout=15_000)
    _room(phone, page, 1)
    page.goto(f"/field/reading/{person['id']}", wait_until="domcontentloaded")
    page.get_by_role("button", name="36.8", exact=True).click()
    page.get_by_role("button", name=re.compile("保存 36.8")).click()
    expect(page.get_by_role("dialog")).to_contain_text("没有保存")
    page.get_by_role("dialog").get_by_role("button").first.click()
    save = page.get_by_role("button", name=re.compile("保存 36.8"))
    expect(save).to_be_enabled()

    _room(phone, page, None)
    save.click()
    expect(page.get_by_text(re.compile("已记下"))).to_be_visible()
    page.goto("/field/", wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 2")).to_be_visible()
    page = phone.start(network=False)
    expect(page.get_by_text("待上传 2")).to_be_visible(timeout=15_000)
