"""The field app on a cheap phone: Chromium at a sixth of its speed, 300 households, a real server on SQLite."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench import one_question
from bench.county import Made
from bench.figures import beside, median, tell
from bench.serving import Server, Session, demo
from tests.journeys.weighing import MOST_JAVASCRIPT, held_by

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

PEOPLE = 20_000
HOUSEHOLDS = 300
SLOWER = 6
TIMES = 5
# ms in which a browser that was just begun comes to rest: its own start is not slowed, and shares the machine's cores
AT_REST = 1500
PHONE: ViewportSize = {"width": 390, "height": 844}

# what one sees is what counts: the moment the first useful thing stands on the page
SHOWN = """(selector) => new Promise((resolve) => {
    const look = () => document.querySelector(selector)
        ? requestAnimationFrame(() => resolve(performance.now()))
        : setTimeout(look, 4)
    look()
})"""
# the list stands before the app does, which then does what was tapped meanwhile
READY = """() => new Promise((resolve) => {
    const look = () => document.querySelector('#app').__vue_app__
        ? requestAnimationFrame(() => resolve(performance.now()))
        : setTimeout(look, 4)
    look()
})"""
TYPED = """(text) => new Promise((resolve) => {
    const field = document.querySelector('input[type=search]')
    const started = performance.now()
    field.value = text
    field.dispatchEvent(new Event('input', {bubbles: true}))
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started), 0))
})"""
HEAD_OF_OBSERVED = """() => fetch('/api/sync/bundle').then((answer) => answer.json()).then((held) => {
    const home = new Map(held.persons.map((one) => [one.id, one.household_id]))
    const homes = new Set(held.observations.map((one) => home.get(one.person_id)))
    return held.households.find((one) => homes.has(one.id)).head
})"""
DOWNLOADED = """() => {
    const [one] = performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/sync/bundle'))
    return one ? [one.duration, one.encodedBodySize] : null
}"""


def run(made: Made) -> None:
    """Measure start, download and search in milliseconds, and the taps of the commonest jobs."""
    with tempfile.TemporaryDirectory(prefix="lianfang-phone-") as folder, demo(folder, PEOPLE) as server:
        username, password = _worker(server)
        with _browser() as phone:
            _speed(phone, server, username, password)
            _taps(phone, server, username, password)
        with _browser() as phone:
            _gate(phone, server)


def _worker(server: Server) -> tuple[str, str]:
    """Return a sign-in whose villages together hold at least 300 households."""
    from lianfang.config.demo.cast import PASSWORD, TOWN, VILLAGE
    from lianfang.kernel.ids import uuid7

    duty = Session(server, "duty", PASSWORD)

    def act(name: str, given: dict[str, Any]) -> Any:
        return duty.ask("POST", f"/api/actions/{name}", {"id": str(uuid7()), "input": given})["result"]

    new = {"username": "bench-phone", "name": "测速员", "password": PASSWORD, "home_area": VILLAGE}
    account = act("accounts.add_account", new)["id"]
    villages = duty.ask("GET", f"/api/tables/areas.areas?within={TOWN}&level=village&limit=50")["rows"]
    held = 0
    for village in villages:
        if held >= HOUSEHOLDS:
            break
        path = village["area"]
        held += duty.ask("GET", f"/api/tables/people.households?within={path}&count=1&limit=1")["count"]
        grant = {"account_id": account, "role": "grid_worker", "area_path": path, "purpose": "测速"}
        act("access.grant_role", grant)
    return new["username"], PASSWORD


@dataclass
class Phone:
    """A browser with a disk of its own at a fraction of the machine's speed."""

    start: Callable[[], Any]


def slowed(page: Any) -> Any:
    """Return the page, at the phone's speed from now on."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


class _browser:  # noqa: N801  (used as `with _browser() as phone`)
    def __enter__(self) -> Phone:
        from playwright.sync_api import sync_playwright

        self.driver = sync_playwright().start()
        self.disk = tempfile.mkdtemp(prefix="lianfang-browser-")
        self.context: Any = None
        return Phone(self._start)

    def _start(self) -> Any:
        if self.context is not None:
            self.context.close()
        self.context = self.driver.chromium.launch_persistent_context(
            self.disk, executable_path=shutil.which("chromium"), viewport=PHONE, has_touch=True, locale="zh-CN",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )  # fmt: skip
        page = self.context.pages[0]
        return slowed(page)

    def __exit__(self, *_: object) -> None:
        if self.context is not None:
            self.context.close()
        self.driver.stop()
        shutil.rmtree(self.disk, ignore_errors=True)


def _speed(phone: Phone, server: Server, username: str, password: str) -> None:
    page, base = phone.start(), f"http://127.0.0.1:{server.port}/field/"
    page.goto(base, wait_until="commit")
    tell("phone", "first_screen", page.evaluate(SHOWN, "input[name=username]"), "ms", at_most=3000, slower=SLOWER)
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    started = time.perf_counter()
    page.click("button[type=submit]")
    page.wait_for_selector(".progress", timeout=60_000)
    today = (time.perf_counter() - started) * 1000
    spent, size = page.evaluate(DOWNLOADED)
    held = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")
    about = {"households": len(held["households"]), "persons": len(held["persons"]), "slots": len(held["slots"])}
    tell("phone", "first_download", spent, "ms", at_most=1000, from_sign_in_to_today=today, **about)
    tell("phone", "download_size", size / 1000, "kB", at_most=200, **about)
    page.wait_for_timeout(4000)
    scripts, _ = held_by(page)
    tell("phone", "javascript", sum(scripts.values()) / 1000, "kB", at_most=MOST_JAVASCRIPT / 1000, parts=len(scripts))
    for figure, rest, goal in (("second_start", AT_REST, 1000), ("second_start_with_the_browser", 0, None)):
        shown, ready = _starts(phone, base, rest)
        tell("phone", figure, median(shown), "ms", at_most=goal, slowest=max(shown), taps_answered=median(ready))
    page = phone.start()
    page.goto(base + "find", wait_until="networkidle")
    page.wait_for_selector("input[type=search]")
    tried = ["z", "zh", "张", "12", "王", "lj", "3号", ""]
    searches = [page.evaluate(TYPED, text) for _ in range(3) for text in tried]
    tell("phone", "search", median(searches), "ms", at_most=50, slowest=max(searches), tried=len(tried))


def _starts(phone: Phone, base: str, rest: int) -> tuple[list[float], list[float]]:
    """Return, for several starts in browsers begun anew, when the list stands and when taps are answered."""
    shown, ready = [], []
    for _ in range(TIMES):
        page = phone.start()
        page.wait_for_timeout(rest)
        page.goto(base, wait_until="commit")
        shown.append(page.evaluate(SHOWN, ".progress"))
        ready.append(page.evaluate(READY))
        page.wait_for_timeout(1500)
    return shown, ready


class Finger:
    """Taps what a person would and counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.taps = page, 0

    def tap(self, found: Any) -> None:
        found.first.tap()
        self.taps += 1

    def button(self, name: str | re.Pattern[str]) -> None:
        self.tap(self.page.get_by_role("button", name=name))


def _taps(phone: Phone, server: Server, username: str, password: str) -> None:
    page, base = phone.start(), f"http://127.0.0.1:{server.port}/field/"
    page.goto(base, wait_until="networkidle")
    page.wait_for_selector("input[name=username], .progress")
    if page.locator("input[name=username]").count():
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_selector(".progress", timeout=60_000)
    for name, job, fields in JOBS:
        page.goto(base, wait_until="networkidle")
        page.wait_for_selector(".progress", timeout=60_000)
        finger, started = Finger(page), time.perf_counter()
        if job in (_reading, _fever) and page.locator(".work:has(.mark.slot)").count() == 0:
            print(f"phone: no reading is due at this hour, so {name} is not counted", file=sys.stderr)
            continue
        job(finger)
        seconds = time.perf_counter() - started
        page.wait_for_timeout(1000)
        # in a page of its own, because the app's pages let no script of the form's run
        form, started = Finger(slowed(page.context.new_page())), time.perf_counter()
        one_question.fill(form, fields)
        form_seconds = time.perf_counter() - started
        form.page.close()
        tell("phone", f"taps_{name}", finger.taps, "taps", at_most=3 if name == "reading" else None, seconds=seconds,
             ratio_to=beside("one question a screen", form.taps, finger.taps), form_seconds=form_seconds)  # fmt: skip


def _gate(phone: Phone, server: Server) -> None:
    """Measure taps and seconds of the two commonest passages at a gate: somebody from here, and a vehicle from away."""
    from lianfang.config.demo.cast import PASSWORD

    page, base = phone.start(), f"http://127.0.0.1:{server.port}/field/"
    page.goto(base, wait_until="networkidle")
    page.fill("input[name=username]", "gate")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".progress", timeout=60_000)
    gates = page.evaluate("fetch('/api/sync/bundle').then((answer) => answer.json())")["gates"]
    tail = next(one["tails"][0] for one in gates["locals"] if one.get("tails"))
    page.goto(base + "gate", wait_until="networkidle")
    for name, job, most in (("known", _known, 5), ("stranger", _stranger, 15)):
        page.wait_for_selector("input[type=search]")
        finger, started = Finger(page), time.perf_counter()
        job(finger, tail)
        page.wait_for_selector(".result")
        tell("phone", f"gate_{name}", time.perf_counter() - started, "s", at_most=most, taps=finger.taps)
        page.locator(".foot .primary").tap()


def _known(finger: Finger, tail: str) -> None:
    finger.tap(finger.page.locator("input[type=search]"))
    finger.page.locator("input[type=search]").press_sequentially(tail)
    finger.tap(finger.page.locator(".found button"))
    finger.button(re.compile("^36.5$"))


def _stranger(finger: Finger, _: str) -> None:
    finger.tap(finger.page.locator("input[type=search]"))
    finger.page.locator("input[type=search]").press_sequentially("鄂A12345")
    finger.page.keyboard.press("Enter")
    finger.tap(finger.page.locator(".two input").nth(2))
    finger.page.locator(".two input").nth(2).press_sequentially("武汉市")
    finger.button(re.compile("^送货$"))
    finger.button(re.compile("^36.5$"))
    finger.tap(finger.page.locator(".foot .primary"))


def _slot(finger: Finger) -> None:
    finger.tap(finger.page.locator(".work:has(.mark.slot)"))


def _reading(finger: Finger) -> None:
    _slot(finger)
    finger.button(re.compile("^36.5$"))
    finger.button(re.compile("保存"))


def _fever(finger: Finger) -> None:
    _slot(finger)
    finger.button(re.compile("^38.0$"))
    finger.button(re.compile("保存"))
    finger.tap(finger.page.locator(".foot button"))


def _unwell(finger: Finger) -> None:
    # whether a reading is due or not: found by the name of the house
    head = finger.page.evaluate(HEAD_OF_OBSERVED)
    finger.tap(finger.page.locator(".tabs a").nth(1))
    finger.tap(finger.page.locator("input[type=search]"))
    finger.page.locator("input[type=search]").fill(head)
    finger.tap(finger.page.locator(".list a"))
    finger.tap(finger.page.locator("a[href*='/reading/']"))
    finger.tap(finger.page.locator(".chips").first.locator("button"))
    finger.button(re.compile("只记症状"))
    finger.tap(finger.page.locator(".foot button"))


def _house(finger: Finger) -> None:
    finger.tap(finger.page.locator(".tabs a").nth(1))
    finger.tap(finger.page.locator(".list a"))


def _visit(outcome: str) -> Callable[[Finger], None]:
    def visit(finger: Finger) -> None:
        _house(finger)
        finger.tap(finger.page.locator("a.button.primary"))
        finger.tap(finger.page.locator(".outcomes button", has_text=outcome))
        finger.tap(finger.page.locator(".foot button"))

    return visit


def _need(finger: Finger) -> None:
    _house(finger)
    finger.tap(finger.page.locator("a.button.primary"))
    finger.tap(finger.page.locator(".outcomes button"))
    finger.tap(finger.page.locator(".part > button", has_text="需要"))
    finger.tap(finger.page.locator(".part .chips button"))
    finger.tap(finger.page.locator(".part input"))
    finger.page.locator(".part input").first.fill("降压药")
    finger.tap(finger.page.locator(".foot button"))


def _search(finger: Finger) -> None:
    finger.tap(finger.page.locator(".tabs a").nth(1))
    finger.tap(finger.page.locator("input[type=search]"))
    finger.page.locator("input[type=search]").fill("z")
    finger.tap(finger.page.locator(".list a"))


def _send(finger: Finger) -> None:
    finger.tap(finger.page.locator(".tabs a").nth(2))


def _renew(finger: Finger) -> None:
    finger.button("更新")


def _correct(finger: Finger) -> None:
    _house(finger)
    finger.tap(finger.page.locator("a[href$='/edit']"))
    finger.tap(finger.page.locator("main textarea").last)
    finger.page.locator("main textarea").last.fill("有狗")
    finger.tap(finger.page.locator(".foot button"))


_PERSON: one_question.Field = ("是谁", ("王", "李", "张"))
_TAKEN: tuple[one_question.Field, ...] = (
    _PERSON, ("体温（℃）", ()), ("有什么不舒服", ("没有", "咳嗽", "腹泻")), ("怎么得知", ("上门", "电话", "本人")),
)  # fmt: skip
_SEEN: tuple[one_question.Field, ...] = (("哪一户", ("1号", "2号")), ("见到了吗", ("见到了", "无人", "拒绝")))
_NEED: tuple[one_question.Field, ...] = (*_SEEN, ("需要什么", ("买药", "买菜")), ("具体说明", ()))

# beside each job the questions that ask for the same fields
JOBS: tuple[tuple[str, Callable[[Finger], None], tuple[one_question.Field, ...]], ...] = (
    ("reading", _reading, _TAKEN),
    ("fever", _fever, _TAKEN),
    ("unwell_without_reading", _unwell, _TAKEN),
    ("visit_done", _visit("见到了"), _SEEN),
    ("visit_absent", _visit("无人"), _SEEN),
    ("need_at_the_door", _need, _NEED),
    ("correct_a_household", _correct, (_SEEN[0], ("备注", ()))),
    ("find_a_house", _search, (("姓名或门牌", ()),)),
    ("see_what_waits", _send, (("看待上传", ("看",)),)),
    ("renew", _renew, (("更新", ("更新",)),)),
)
