"""A phone whose storage is full says plainly that nothing was saved, keeps what it had, and works again with room."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.test_field import Phone, _a_person_to_measure, _measure, _sign_in

pytestmark = pytest.mark.browser
DISK, LEFT = "400m", 3 * 2**19
SECONDS = 90  # because a browser remembers for half a minute how much room there was


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, small enough to be filled."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a disk of its own can be mounted by the administrator alone")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def phone(chromium: Browser, server: str, disk: Path) -> Iterator[Phone]:
    one = Phone(chromium, server, disk / "phone")
    yield one
    one.stop()


def _fill(disk: Path) -> Path:
    """Leave a few pages: a browser takes nothing any more where less than a hundredth of the disk is free."""
    file = disk / "photos"
    room = shutil.disk_usage(disk).free - LEFT
    file.write_bytes(os.urandom(2**20) * (room >> 20))
    return file


def _measure_until_full(page: Page, person: str) -> int:
    """Take readings until the phone keeps one not, or opens no more; return how many it said it kept."""
    full, kept = page.get_by_role("dialog").filter(has_text="没有保存"), page.get_by_text(re.compile("已记下"))
    deadline = time.monotonic() + SECONDS
    for number in itertools.count():
        page.goto(f"/field/reading/{person}", wait_until="domcontentloaded")
        shut, key = _not_opened(page), page.get_by_role("button", name="36.8", exact=True)
        expect(shut.or_(key)).to_be_visible(timeout=30_000)
        if shut.is_visible():
            return number
        key.click()
        page.get_by_role("button", name=re.compile("保存 36.8")).click()
        expect(full.or_(kept)).to_be_visible()
        if full.is_visible():
            return number
        assert time.monotonic() < deadline, f"a full disk took {number} readings"
    raise AssertionError


def _not_opened(page: Page) -> Locator:
    return page.get_by_role("dialog").filter(has_text="暂时打不开")


def _open_again(page: Page) -> None:
    """Confirm until the browser has seen that there is room again, and begin the reading anew."""
    key, deadline = page.get_by_role("button", name="36.8", exact=True), time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        _not_opened(page).get_by_role("button").first.click()
        expect(_not_opened(page).or_(key)).to_be_visible(timeout=30_000)
        if key.is_visible():
            key.click()
            return
        page.wait_for_timeout(2000)
    raise AssertionError("nothing opens though there is room")


def _save_again(page: Page, save: Locator) -> None:
    """Press save until the browser has seen that there is room again."""
    kept, dialog = page.get_by_text(re.compile("已记下")), page.get_by_role("dialog").filter(has_text="没有保存")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        save.click()
        expect(dialog.or_(kept)).to_be_visible(timeout=60_000)
        if kept.is_visible():
            return
        dialog.get_by_role("button").first.click()
        expect(dialog).to_be_hidden()
        page.wait_for_timeout(2000)
    raise AssertionError("nothing can be saved though there is room")


def test_a_full_phone_says_it_saved_nothing_and_loses_nothing(phone: Phone, disk: Path) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    phone.network(False)
    _measure(page, person["id"])
    page.goto(f"/field/reading/{person['id']}", wait_until="domcontentloaded")
    expect(page.get_by_text("待上传 1")).to_be_visible()

    photos = _fill(disk)
    kept = 1 + _measure_until_full(page, person["id"])
    save = page.get_by_role("button", name=re.compile("保存 36.8"))
    # a disk without a free byte refuses what comes first: a record, or the opening of what is there
    if _not_opened(page).is_visible():
        photos.unlink()
        _open_again(page)
    else:
        page.get_by_role("dialog").get_by_role("button").first.click()
        expect(save).to_be_enabled()
        photos.unlink()
    _save_again(page, save)
    page = phone.start(network=False)
    expect(page.get_by_text(f"待上传 {kept + 1}")).to_be_visible(timeout=15_000)


def test_a_phone_whose_browser_dies_on_a_full_disk_has_what_it_said_it_kept_and_goes_on(
    phone: Phone, disk: Path
) -> None:
    page = phone.start(network=True)
    _sign_in(page)
    person = _a_person_to_measure(page)
    phone.network(False)
    photos = _fill(disk)
    kept = _measure_until_full(page, person["id"])
    _kill(phone, disk)
    photos.unlink()
    for _ in range(2):  # because a record half written hides, at the start after the next, what came after it
        page = phone.start(network=False)
        expect(page.get_by_text(f"待上传 {kept}")).to_be_visible(timeout=30_000)
        page.goto(f"/field/reading/{person['id']}", wait_until="domcontentloaded")
        page.get_by_role("button", name="36.8", exact=True).click()
        _save_again(page, page.get_by_role("button", name=re.compile("保存 36.8")))
        kept += 1


def _kill(phone: Phone, disk: Path) -> None:
    """End the browser on this disk at once, as a phone ends that falls out of a pocket."""
    ours = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal() and str(disk) in _command(one)]
    assert ours
    for process in ours:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    phone.context = None


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace") if process.name != str(os.getpid()) else ""
    except OSError:
        return ""
