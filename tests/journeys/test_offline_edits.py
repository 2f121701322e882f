"""Two phones without a network edit the same household; both edits are kept, and the secretary chooses between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_field import Phone, _a_person_to_measure, _measure, _readings, _sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def phones(chromium: Browser, server: str, tmp_path: Path) -> Iterator[list[Phone]]:
    both = [Phone(chromium, server, tmp_path / name) for name in ("one", "other")]
    yield both
    for one in both:
        one.stop()


def _household(page: Page, which: int) -> dict[str, Any]:
    bundle = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")
    return dict(bundle["households"][which])


def _row(page: Page, household: str) -> dict[str, Any]:
    script = "(address) => fetch(address).then((answer) => answer.json())"
    return dict(page.evaluate(script, f"/api/tables/people.households/{household}")["row"]["cells"])


def _edit(page: Page, household: str, **values: str) -> None:
    page.goto(f"/field/house/{household}", wait_until="domcontentloaded")
    page.get_by_role("link", name="修改这一户").click()
    for label, value in values.items():
        page.get_by_role("textbox", name=re.compile(label)).fill(value)
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_role("link", name="修改这一户")).to_be_visible()


def _come_back(phone: Phone, page: Page) -> None:
    page.goto("/field/queue", wait_until="domcontentloaded")
    phone.network(True)
    expect(page.get_by_role("heading", name="全部已上传")).to_be_visible(timeout=45_000)


LONG = "城内村北街三巷老供销社后院东厢房从南数第二个门（门口有一棵大槐树，旁边是磨坊）"


@pytest.mark.parametrize(("second", "which"), [("grid", 0), ("doctor", 1)])
def test_two_edits_made_offline_are_both_kept_and_the_secretary_chooses(
    phones: list[Phone], visit: Callable[..., Page], second: str, which: int
) -> None:
    one, other = phones
    page, beside = one.start(network=True), other.start(network=True)
    _sign_in(page)
    _sign_in(beside, second)
    home = _household(page, which)
    for phone in phones:
        phone.network(False)

    _edit(page, home["id"], 电话="13900000001", 备注="有两条狗")
    expect(page.get_by_text("有两条狗")).to_be_visible()
    _edit(page, home["id"], 备注=f"有三条狗 {second}")
    expect(page.get_by_text("待上传 2")).to_be_visible()
    _edit(beside, home["id"], 地址=LONG, 备注=f"狗没了 {second}")
    beside.reload(wait_until="domcontentloaded")
    expect(beside.get_by_text(LONG)).to_be_visible()

    _come_back(one, page)
    expect(page.get_by_text("两份都保留了")).to_have_count(0)
    _come_back(other, beside)
    expect(beside.get_by_text("别人也改了这一户，两份都保留了")).to_be_visible()
    expect(beside.locator(".problem")).to_have_count(0)

    office = visit("secretary", "/console/tables/people.conflicts?settled_at=")
    assert _row(office, home["id"])["note"] == f"有三条狗 {second}"
    office.goto(_page_of(office, home["id"]), wait_until="networkidle")
    now = office.get_by_label("备注 现在登记的")
    expect(now).to_be_checked()
    expect(office.get_by_text(f"狗没了 {second}").first).to_be_visible()
    now.focus()
    office.keyboard.press("ArrowRight")
    expect(office.get_by_label("备注 另一份修改")).to_be_checked()
    office.get_by_role("button", name="就这样定").click()
    expect(office.get_by_text("已选定。标出的是选定时采用的。")).to_be_visible()

    cells = _row(office, home["id"])
    assert (cells["phone"], cells["note"]) == ("13900000001", f"狗没了 {second}")
    assert cells["address"] == home["address"]
    office.get_by_role("button", name="撤销", exact=True).click()
    expect(office.get_by_text("每一项点选算数的那份")).to_be_visible()
    assert _row(office, home["id"])["note"] == f"有三条狗 {second}"


def _page_of(office: Page, household: str) -> str:
    script = "(address) => fetch(address).then((answer) => answer.json())"
    page = office.evaluate(script, f"/api/tables/people.conflicts?record_id={household}&settled_at=&limit=5")
    return f"/console/tables/people.conflicts/{page['rows'][0]['id']}"


def test_the_board_names_who_answers_and_opens_the_choice_on_a_phone_without_overflow(
    phones: list[Phone], visit: Callable[..., Page]
) -> None:
    one, _ = phones
    page = one.start(network=True)
    _sign_in(page)
    home = _household(page, 0)
    one.network(False)
    _edit(page, home["id"], 地址=LONG * 2)
    office = visit("secretary", "/console/", phone=True)
    version = _row(office, home["id"])["version"]
    given = {"household_id": home["id"], "version": version, "address": "城内村委会"}
    done = office.evaluate(
        """(given) => fetch('/api/session').then((answer) => answer.json()).then((me) => fetch(
            '/api/actions/people.edit_household', { method: 'POST', body: JSON.stringify({ id: crypto.randomUUID(),
            input: given }), headers: { 'Content-Type': 'application/json', 'X-CSRFToken': me.csrf } }))
            .then((answer) => answer.status)""",
        given,
    )
    assert done == 200
    _come_back(one, page)
    # the board is swept a moment after the fact
    for _ in range(20):
        office.goto("/console/gaps/record_edited_twice", wait_until="networkidle")
        if office.get_by_role("button", name="去选定").count():
            break
        office.wait_for_timeout(500)
    expect(office.get_by_role("main").get_by_text("王支书").first).to_be_visible()
    office.get_by_role("button", name="去选定").first.click()
    expect(office.get_by_role("heading", name="两份修改，选定一份")).to_be_visible()
    wide = office.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_readings_of_one_slot_taken_on_two_phones_both_stand(phones: list[Phone]) -> None:
    one, other = phones
    page, beside = one.start(network=True), other.start(network=True)
    _sign_in(page)
    _sign_in(beside, "doctor")
    person = _a_person_to_measure(page)
    before = _readings(page, person["id"])
    for phone, screen in ((one, page), (other, beside)):
        phone.network(False)
        _measure(screen, person["id"])
    for phone, screen in ((one, page), (other, beside)):
        _come_back(phone, screen)
    assert _readings(page, person["id"]) == before + 2
