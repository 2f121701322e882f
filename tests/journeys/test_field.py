"""The phone with the network cut: records survive reload and restart, lie unreadable on disk, and arrive once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lianfang.config.demo.cast import PASSWORD
from tests.journeys.asking import act, rows
from tests.journeys.conftest import PHONE
from tests.journeys.line import Line

pytestmark = pytest.mark.browser

PIN = "246810"


class Phone:
    """A phone with a disk of its own: the browser on it can be closed and started again."""

    def __init__(self, chromium: Browser, server: str, disk: Path) -> None:
        self.chromium, self.line, self.disk = chromium, Line(server), disk
        self.context: BrowserContext | None = None

    def start(self, *, network: bool) -> Page:
        """Start the browser anew and open the app."""
        self._close()
        self._lay(network)
        self.context = self.chromium.browser_type.launch_persistent_context(
            self.disk,
            executable_path=_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
            base_url=self.line.address,
            viewport=PHONE,
            has_touch=True,
            locale="zh-CN",
            offline=not network,
        )
        page = self.context.pages[0]
        page.goto("/field/", wait_until="domcontentloaded")
        return page

    def network(self, there: bool) -> None:
        assert self.context is not None
        self._lay(there)
        self.context.set_offline(not there)

    def stop(self) -> None:
        self._close()
        self.line.close()

    def _lay(self, there: bool) -> None:
        """Cut the line itself as well: told that it is offline, a browser lets a new page's first requests through."""
        if there:
            self.line.mend()
        else:
            self.line.cut()

    def _close(self) -> None:
        if self.context is not None:
            self.context.close()
        self.context = None


def _path() -> str:
    found = shutil.which("chromium")
    assert found is not None
    return found


@pytest.fixture
def phone(chromium: Browser, server: str, tmp_path: Path) -> Iterator[Phone]:
    one = Phone(chromium, server, tmp_path / "phone")
    yield one
    one.stop()


def enter(page: Page, username: str = "grid") -> None:
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible(timeout=30_000)
    expect(page.locator(".progress")).to_be_visible(timeout=30_000)


def _sign_in(page: Page, username: str = "grid") -> None:
    enter(page, username)
    # because the network may be cut only once the pages themselves are on the phone
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.keys().then((names) => names.length > 0)")
    page.wait_for_timeout(1500)


def _a_person_to_measure(page: Page) -> dict[str, Any]:
    bundle = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")
    people = {one["id"]: one for one in bundle["persons"]}
    observed = next(one for one in bundle["observations"] if one["person_id"] in people)
    return dict(people[observed["person_id"]])


def _readings(page: Page, person: str) -> int:
    script = "(address) => fetch(address).then((answer) => answer.json()).then((page) => page.count)"
    return int(page.evaluate(script, f"/api/tables/observation.readings?person={person}&count=1&limit=1"))


def _measure(page: Page, person: str) -> None:
    page.goto(f"/field/reading/{person}", wait_until="domcontentloaded")
    page.get_by_role("button", name="36.5", exact=True).click()
    page.get_by_role("button", name=re.compile("保存 36.5")).click()
    expect(page.get_by_text(re.compile("已记下"))).to_be_visible()


def test_a_reading_taken_without_a_network_survives_reload_and_restart_and_arrives_once(
    phone: Phone, visit: Callable[..., Page]
) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    before = _readings(page, person["id"])

    phone.network(False)
    _measure(page, person["id"])
    page.goto("/field/", wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 1")).to_be_visible()
    page.reload(wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 1")).to_be_visible()

    page = phone.start(network=False)
    expect(page.get_by_text("待上传 1")).to_be_visible(timeout=15_000)
    expect(page.locator(".progress")).to_be_visible()

    phone.network(True)
    expect(page.get_by_text("待上传 1")).to_be_hidden(timeout=45_000)
    page = phone.start(network=True)
    expect(page.locator(".progress")).to_be_visible(timeout=15_000)
    assert _readings(page, person["id"]) == before + 1


def test_a_phone_whose_clock_is_wrong_is_told_and_records_all_the_same(phone: Phone) -> None:
    page = phone.start(network=True)
    page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=3))
    _sign_in(page)
    person = _a_person_to_measure(page)
    before = _readings(page, person["id"])
    told = page.get_by_text("手机的时钟不对")
    expect(told).to_be_visible()
    _measure(page, person["id"])
    page.goto("/field/queue", wait_until="domcontentloaded")
    expect(page.get_by_text("全部已上传")).to_be_visible(timeout=45_000)
    assert _readings(page, person["id"]) == before + 1
    page.clock.set_system_time(datetime.now(UTC))
    page.goto("/field/", wait_until="domcontentloaded")
    expect(page.locator(".progress")).to_be_visible()
    expect(told).to_be_hidden(timeout=30_000)


def test_no_name_lies_readable_on_the_phone(phone: Phone) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    assert len(person["name"]) > 1
    phone.network(False)
    _measure(page, person["id"])
    page.evaluate(KEEP_PLAINLY, "明明白白")
    phone.stop()
    written = b"".join(file.read_bytes() for file in phone.disk.rglob("*IndexedDB*/**/*") if file.is_file())
    assert _lies_in(written, "明明白白"), "what is written plainly would have been found"
    assert not _lies_in(written, person["name"])


KEEP_PLAINLY = """(text) => new Promise((resolve) => {
    const asked = indexedDB.open('control')
    asked.onupgradeneeded = () => asked.result.createObjectStore('rows', {keyPath: 'id'})
    asked.onsuccess = () => {
        const writing = asked.result.transaction('rows', 'readwrite')
        writing.objectStore('rows').put({id: 1, text})
        writing.oncomplete = () => resolve(true)
    }
})"""


def _lies_in(written: bytes, text: str) -> bool:
    return any(text.encode(encoding) in written for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def test_a_phone_with_a_pin_opens_for_its_owner_alone(phone: Phone) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    page.goto("/field/mine", wait_until="domcontentloaded")
    page.get_by_role("button", name="设置", exact=True).click()
    for label, secret in (("6 到 12 位数字", PIN), ("再输一次", PIN), ("登录密码", PASSWORD)):
        page.get_by_label(re.compile(label)).fill(secret)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已设置打开密码")).to_be_visible(timeout=15_000)

    page = phone.start(network=False)
    expect(page.get_by_role("heading", name=re.compile("请输入打开密码"))).to_be_visible(timeout=15_000)
    page.goto("/field/find", wait_until="domcontentloaded")
    expect(page.get_by_role("heading", name=re.compile("请输入打开密码"))).to_be_visible()
    page.locator("input").fill("000000")
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.get_by_text("不对，请再试。")).to_be_visible()
    page.locator("input").fill(PIN)
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.locator(".progress")).to_be_visible(timeout=15_000)


def test_signing_out_leaves_nothing_on_the_phone(phone: Phone) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    page.goto("/field/mine", wait_until="domcontentloaded")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.locator("input[name=username]")).to_be_visible(timeout=15_000)
    names = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
    assert not [name for name in names if name.startswith("lianfang-field-")]
    assert page.evaluate("localStorage.getItem('lianfang.field.accounts')") in (None, "{}")


def test_a_phone_reported_lost_is_wiped_when_it_is_next_heard_of(phone: Phone, visit: Callable[..., Page]) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    town = visit("town", "/console/")
    [device] = rows(town, "devices.devices", limit="1")
    act(town, "devices.mark_lost", device=device["id"], reason="演练：手机丢失")
    page = phone.start(network=True)
    expect(page.locator("input[name=username]")).to_be_visible(timeout=20_000)
    names = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
    assert not [name for name in names if name.startswith("lianfang-field-")]


@pytest.mark.parametrize(
    ("points", "look", "language", "wide"),
    [(30, "dark", "zh-CN", False), (22, "contrast", "en-GB", False), (18, "light", "zh-CN", True)],
)
def test_no_page_is_wider_than_the_phone_at_any_size_of_text(
    visit: Callable[..., Page], points: int, look: str, language: str, wide: bool
) -> None:
    page = visit("grid", "/field/", phone=True, language=language)
    if wide:
        page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    page.evaluate(
        f"localStorage.setItem('lianfang.points', '{points}'); localStorage.setItem('lianfang.look', '{look}')"
    )
    page.reload(wait_until="networkidle")
    expect(page.locator(".progress")).to_be_visible()
    size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize) * 0.75")
    assert round(size) == points
    person = _a_person_to_measure(page)
    home = person["household_id"]
    pages = ["", "mine", "find", "queue", "give", "take"]
    pages += [f"reading/{person['id']}", f"visit/{home}", f"house/{home}", f"house/{home}/edit"]
    for address in pages:
        page.goto(f"/field/{address}", wait_until="networkidle")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} is {over} px wider than the phone"
        low = page.locator("button:visible, a.button:visible").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.height < 44).length"
        )
        assert low == 0, f"{address} has {low} targets too low for a thumb"
