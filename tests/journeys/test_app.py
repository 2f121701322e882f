"""The field app as an app: it can be installed, and a new release comes to a phone without touching its queue."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.conftest import PHONE
from tests.journeys.test_field import Phone, _a_person_to_measure, _measure, _readings, _sign_in, enter
from tests.journeys.weighing import MOST_JAVASCRIPT, held_by, keep_reader

pytestmark = pytest.mark.browser
DROPPED = {"transfer-encoding", "connection", "content-length", "content-encoding", "etag"}


class Front:
    """Stands before the server: passes everything on, can serve the next release of the app, can lose what is asked."""

    def __init__(self, server: str) -> None:
        self.behind = urlsplit(server).netloc
        self.next_release = False
        self.loses = ""  # what an address holds that is not to get through
        front = self

        class Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                front.answer(self)

            do_GET = do_POST = do_DELETE = _pass  # noqa: N815  (the names that the library calls)

            def log_message(self, *_: object) -> None:
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self.address = f"http://127.0.0.1:{self.listening.server_address[1]}"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        if self.loses and self.loses in asked.path:
            asked.send_response(503)
            asked.send_header("Content-Length", "0")
            asked.end_headers()
            return
        wire = http.client.HTTPConnection(self.behind, timeout=60)
        headers = {name: value for name, value in asked.headers.items() if name.lower() != "accept-encoding"}
        wire.request(asked.command, asked.path, body or None, headers)
        found = wire.getresponse()
        content = self._released(asked.path, found.read())
        asked.send_response(found.status)
        for name, value in found.getheaders():
            if name.lower() not in DROPPED:
                asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)
        wire.close()

    def _released(self, path: str, content: bytes) -> bytes:
        """Return what the next release would serve: another page, and a worker that knows it by another revision."""
        if not self.next_release:
            return content
        if path == "/field/sw.js":
            return re.sub(rb'(url:"/field/",revision:")\d+', rb"\g<1>9999999999999", content) + b"\n// next\n"
        if path == "/field/":
            return content.replace(b"<head>", b'<head><meta name="release" content="next">')
        return content


@pytest.fixture
def front(server: str) -> Iterator[Front]:
    one = Front(server)
    yield one
    one.listening.shutdown()


@pytest.fixture
def phone(chromium: Browser, front: Front, tmp_path: Path) -> Iterator[Phone]:
    one = Phone(chromium, front.address, tmp_path / "phone")
    yield one
    one.stop()


def test_the_app_can_be_installed(phone: Phone) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    assert phone.context is not None
    tools = phone.context.new_cdp_session(page)
    found = tools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_all_the_javascript_a_phone_loads_is_small_and_what_its_browser_lacks_comes_with_the_first_start(
    phone: Phone,
) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    keep_reader(page)
    scripts, spares = held_by(page)
    # this browser verifies signatures itself and reads no QR codes
    assert {part.split("-")[0] for part in spares} == {"reader", "zxing_reader"}
    assert {part.split("-")[0] for part in scripts} >= {"index", "app", "Gate", "Duty", "Give", "sw.js", "workbox"}
    assert sum(scripts.values()) <= MOST_JAVASCRIPT, scripts


def test_a_phone_that_cannot_get_the_reader_of_codes_goes_on_and_asks_again_another_time(
    phone: Phone, front: Front
) -> None:
    front.loses = "/assets/reader-"
    page = phone.start(network=True)
    _sign_in(page)
    page.evaluate("window.goesOn = true")
    page.wait_for_timeout(3000)
    assert page.evaluate("window.goesOn"), "the page was begun anew"

    front.loses = ""
    page = phone.start(network=True)
    keep_reader(page)


def test_a_new_release_comes_to_a_phone_with_a_full_queue_and_the_queue_goes_up_once(
    phone: Phone, front: Front
) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    before = _readings(page, person["id"])
    front.loses = "/api/sync/upload"
    _measure(page, person["id"])
    page.goto("/field/", wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 1")).to_be_visible()

    front.next_release = True
    page.reload(wait_until="domcontentloaded")
    page.evaluate("navigator.serviceWorker.getRegistration('/field/').then((one) => one.update())")
    page.wait_for_timeout(3000)
    page = phone.start(network=True)
    for _ in range(10):
        if page.locator("meta[name=release]").count():
            break
        page.wait_for_timeout(1000)
        page = phone.start(network=True)
    expect(page.locator("meta[name=release]")).to_have_count(1)
    expect(page.get_by_text("待上传 1")).to_be_visible(timeout=15_000)

    front.loses = ""
    page.goto("/field/queue", wait_until="domcontentloaded")
    expect(page.get_by_text("全部已上传")).to_be_visible(timeout=45_000)
    assert _readings(page, person["id"]) == before + 1


KEPT = """async () => {
    const names = (await indexedDB.databases()).map((one) => one.name)
    const database = await new Promise((resolve) => {
        const asked = indexedDB.open(names.find((name) => name.startsWith('lianfang-field-')))
        asked.onsuccess = () => resolve(asked.result)
    })
    const found = await new Promise((resolve) => {
        const asked = database.transaction('downloaded').objectStore('downloaded').getAllKeys()
        asked.onsuccess = () => resolve(asked.result)
    })
    database.close()
    return found.includes('screen')
}"""


@pytest.fixture
def listed(chromium: Browser, server: str) -> Iterator[Page]:
    """A phone whose list stood once; without the worker, which would hand it the app at once."""
    context = chromium.new_context(
        base_url=server, viewport=PHONE, has_touch=True, locale="zh-CN", service_workers="block"
    )
    page = context.new_page()
    page.goto("/field/", wait_until="domcontentloaded")
    enter(page)
    for _ in range(60):
        if page.evaluate(KEPT):
            break
        page.wait_for_timeout(250)
    yield page
    context.close()


@pytest.fixture
def held_back(listed: Page) -> list[Route]:
    """The requests for the app itself: none is answered until the test lets it go on."""
    found: list[Route] = []
    listed.route(re.compile("/assets/app-.*[.]js"), lambda asked: found.append(asked))
    return found


def test_a_slow_phone_shows_its_list_before_the_app_is_there_and_does_what_was_tapped_meanwhile(
    listed: Page, held_back: list[Route]
) -> None:
    wanted = listed.locator(".work").first.inner_text()
    listed.reload(wait_until="commit")
    expect(listed.locator(".progress")).to_be_visible()
    assert listed.locator(".work").first.inner_text() == wanted
    listed.locator(".work").first.tap()
    expect(listed.locator(".work.tapped")).to_have_count(1)
    assert urlsplit(listed.url).path == "/field/"

    for one in held_back:
        one.continue_()
    expect(listed).to_have_url(re.compile("/field/(reading|visit|errand|lead|answer)/"), timeout=30_000)


def test_the_list_of_another_day_is_not_shown_before_the_app_is_there(listed: Page, held_back: list[Route]) -> None:
    listed.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    listed.reload(wait_until="commit")
    expect(listed.locator(".opening")).to_be_visible()
    listed.wait_for_load_state("domcontentloaded")
    # asked after the page's own question, so the page has its answer too
    assert listed.evaluate(KEPT)
    expect(listed.locator(".progress")).to_have_count(0)

    for one in held_back:
        one.continue_()
    expect(listed.locator(".progress")).to_be_visible(timeout=30_000)
