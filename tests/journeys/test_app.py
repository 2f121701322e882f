"""The field app as an app: it can be installed, and a new release comes to a phone without touching its queue."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_field import Phone, _a_person_to_measure, _measure, _readings, _sign_in

pytestmark = pytest.mark.browser
DROPPED = {"transfer-encoding", "connection", "content-length", "content-encoding", "etag"}


class Front:
    """Stands before the server: passes everything on, can serve the next release of the app, can lose uploads."""

    def __init__(self, server: str) -> None:
        self.behind = urlsplit(server).netloc
        self.next_release = self.loses_uploads = False
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
        if self.loses_uploads and asked.path.startswith("/api/sync/upload"):
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


def test_a_new_release_comes_to_a_phone_with_a_full_queue_and_the_queue_goes_up_once(
    phone: Phone, front: Front
) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    before = _readings(page, person["id"])
    front.loses_uploads = True
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

    front.loses_uploads = False
    page.goto("/field/queue", wait_until="domcontentloaded")
    expect(page.get_by_text("全部已上传")).to_be_visible(timeout=45_000)
    assert _readings(page, person["id"]) == before + 1
