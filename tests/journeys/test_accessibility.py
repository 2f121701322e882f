"""Every kind of page, in both languages and at both sizes: usable without good eyes or a mouse, and no wider than it.

What axe calls serious or critical fails; so does a page that scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TOLD = """part => axe.run(part, {resultTypes: ['violations']}).then(found => found.violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(' · ')}`))"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

CONSOLE = (
    "/console/",
    "/console/intake",
    "/console/coverage",
    "/console/report",
    "/console/forms",
    "/console/forms/F05",
    "/console/sheets",
    "/console/burden",
    "/console/jobs",
    "/console/pairs/doubles",
    "/console/pairs/matches",
    "/console/queue-import",
    "/console/no-such-page",
    "/console/tables/welfare.requests",
    "/console/tables/welfare.requests/{welfare.requests}",
    "/console/tables/people.households/{people.households}",
    "/console/tables/observation.timetable/{observation.timetable}",
    "/console/tables/people.merges",
)
FIELD = ("/field/", "/field/find", "/field/queue", "/field/mine")


def _judge(page: Page, where: str, found: list[str], part: str = "html") -> None:
    """Note what is wrong with the page, or a part of it, as it stands, at both sizes."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        found += [f"{where}, {size['width']} px: {one}" for one in page.evaluate(TOLD, part)]
        wide = page.evaluate(TOO_WIDE)
        if wide > 1:
            found.append(f"{where}: {wide} px wider than {size['width']}")


def _addresses(page: Page, patterns: tuple[str, ...]) -> Iterator[str]:
    """Yield the addresses with the first row of each table named in them."""
    for pattern in patterns:
        table = pattern.partition("{")[2].rstrip("}")
        if table:
            rows = page.request.get(f"/api/tables/{table}?limit=1").json()["rows"]
            pattern = pattern.replace("{" + table + "}", str(rows[0]["id"]))
        yield pattern


def _speak(page: Page, language: str) -> None:
    page.evaluate("language => localStorage.setItem('lianfang.language', language)", language)
    page.reload(wait_until="networkidle")


def _still(page: Page) -> Page:
    """Spare the page its animations: while something fades in, nobody can read it."""
    page.emulate_media(reduced_motion="reduce")
    return page


LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])


@LANGUAGES
def test_everybody_can_use_the_pages_of_the_console(visit: Callable[..., Page], language: str) -> None:
    found: list[str] = []
    page = _still(visit("", "/console/sign-in"))
    _speak(page, language)
    _judge(page, "sign-in", found)
    page = _still(visit("duty", "/console/"))
    _speak(page, language)
    [gap, *_] = page.request.get("/api/gaps").json()["gaps"]
    for address in _addresses(page, (*CONSOLE, f"/console/gaps/{gap['name']}")):
        page.goto(address, wait_until="networkidle")
        _judge(page, address, found)
    assert found == [], "\n".join(found)


@LANGUAGES
def test_everybody_can_use_what_opens_on_a_page(visit: Callable[..., Page], language: str) -> None:
    found: list[str] = []
    page = _still(visit("duty", "/console/tables/people.persons"))
    _speak(page, language)
    openers = page.locator(".tools .popover > button")
    for place in range(openers.count()):
        openers.nth(place).click()
        _judge(page, f"what opens from the list, {place}", found, ".popover .body")
        page.keyboard.press("Escape")
    page.locator("tbody tr").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".el-drawer dl")).to_be_visible()
    _judge(page, "a row beside its list", found, ".el-drawer")
    buttons = page.locator(".el-drawer .acts button")
    for place in (0, buttons.count() - 1):
        buttons.nth(place).click()
        form = page.locator(".action-form")
        expect(form).to_be_visible()
        _judge(page, f"form {place}", found, ".action-form")
        page.keyboard.press("Escape")
        expect(form).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    _judge(page, "the keys", found, ".el-dialog:has(kbd)")
    assert found == [], "\n".join(found)


@LANGUAGES
def test_everybody_can_use_the_field_app(visit: Callable[..., Page], language: str) -> None:
    found: list[str] = []
    page = _still(visit("", "/field/", phone=True))
    _speak(page, language)
    _judge(page, "sign-in", found)
    page.locator("input[name=username]").fill("grid")
    page.locator("input[name=password]").fill("lianfang-demo")
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/field/")
    bundle = page.request.get("/api/sync/bundle?device_id=axe").json()
    own = [f"/field/{page_of}/{bundle['households'][0]['id']}" for page_of in ("house", "visit")]
    person = next((one["person_id"] for one in bundle["observations"]), bundle["persons"][0]["id"])
    errands = [f"/field/errand/{one['id']}" for one in bundle["errands"][:1]]
    for address in (*FIELD, *own, f"/field/reading/{person}", *errands):
        page.goto(address, wait_until="networkidle")
        _judge(page, address, found)
    assert found == [], "\n".join(found)
