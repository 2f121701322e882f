"""Journeys run against the real thing: `lianfang demo` in a process of its own, driven by the system's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lianfang.config.demo.cast import PASSWORD

DESKTOP = {"width": 1366, "height": 850}
PHONE = {"width": 390, "height": 844}
PEOPLE = "2000"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 420) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo county on SQLite, served as `make run` serves it."""
    var = tmp_path_factory.mktemp("demo")
    port = _free_port()
    surroundings = {**os.environ, "LIANFANG_VAR": str(var), "LIANFANG_DATABASE_URL": ""}
    command = [str(Path(sys.executable).with_name("lianfang")), "demo", "--people", PEOPLE, "--port", str(port)]
    with (var / "log").open("wb") as log:
        process = subprocess.Popen(command, env=surroundings, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/session", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def database(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The served county's own database, to read only."""
    [file] = tmp_path_factory.getbasetemp().glob("demo[0-9]*/lianfang.sqlite3")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        opened.row_factory = sqlite3.Row
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without its calls home."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed: apt install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(server: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as one of the cast, at desktop or phone size; any error on the page's console fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(username: str, address: str, *, phone: bool = False, language: str = "zh-CN") -> Page:
        context = chromium.new_context(
            base_url=server,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            locale=language,
            accept_downloads=True,
        )
        contexts.append(context)
        if username:
            answer = context.request.post("/api/session", data={"username": username, "password": PASSWORD})
            assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def phones(chromium: Browser, server: str) -> Iterator[list[BrowserContext]]:
    """Two phones, each with a store of its own."""
    both = [chromium.new_context(base_url=server, viewport=PHONE, has_touch=True, locale="zh-CN") for _ in range(2)]
    for one in both:
        one.set_default_timeout(30_000)
    yield both
    for one in both:
        one.close()


# a camera that sees what the test holds before it: the screen of the other phone
CAMERA = """(() => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 900
    const picture = canvas.getContext('2d')
    let seen = null
    window.holdBefore = async (png) => {
        const image = new Image()
        image.src = 'data:image/png;base64,' + png
        await image.decode()
        seen = image
    }
    setInterval(() => {
        picture.fillStyle = '#888'
        picture.fillRect(0, 0, 900, 900)
        if (seen) picture.drawImage(seen, 60, 60, 780, 780)
    }, 40)
    if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25)
})()"""


@pytest.fixture
def cameras(chromium: Browser, server: str) -> Iterator[list[BrowserContext]]:
    """Two phones whose cameras see what the test holds before them."""
    both = [
        chromium.new_context(base_url=server, viewport=PHONE, has_touch=True, locale="zh-CN", device_scale_factor=2)
        for _ in range(2)
    ]
    for one in both:
        one.add_init_script(CAMERA)
        one.set_default_timeout(30_000)
    yield both
    for one in both:
        one.close()
