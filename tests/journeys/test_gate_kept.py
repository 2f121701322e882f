"""A gate's phone without a network: passages corrected, what it was told and who rests kept, codes read and typed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lianfang.config.demo.cast import VILLAGE
from lianfang.kernel.clock import today
from lianfang.kernel.identity import compose
from tests.journeys.asking import act
from tests.journeys.conftest import PHONE
from tests.journeys.test_field_work import ROWS, _all_sent
from tests.journeys.test_gate import _at_the_gate, _measure, _next, _passed
from tests.journeys.test_hand_over import _screen, have_reader

pytestmark = pytest.mark.browser


def _plate() -> str:
    return f"鄂A{uuid4().hex[:5].upper()}"


def _comes(page: Page, plate: str) -> None:
    page.locator("input[type=search]").fill(plate)
    page.keyboard.press("Enter")
    expect(page.locator("input.plate")).to_have_value(plate)


def _a_permit(visit: Callable[..., Page], plate: str) -> str:
    """Issue a permit to a vehicle as the secretary; returns its code."""
    secretary = visit("secretary", "/console/")
    first, last = today().isoformat(), (today() + timedelta(days=2)).isoformat()
    made = act(secretary, "checkpoints.issue_vehicle_permit", area_path=VILLAGE, plate=plate, use="保供车辆",
                first_on=first, last_on=last)  # fmt: skip
    return str(made["code"])


def test_a_passage_is_corrected_while_they_still_stand_there_and_nobody_becomes_stopped(
    phones: list[BrowserContext],
) -> None:
    page, _ = _at_the_gate(phones[0])
    phones[0].set_offline(True)
    page.reload()
    wrong, right = _plate(), _plate()
    _comes(page, wrong)
    _measure(page, "36.5")
    page.get_by_role("button", name="登记放行 · 记下").tap()
    _passed(page, "登记放行")
    page.get_by_role("button", name="更正", exact=True).tap()
    keep = page.get_by_role("button", name="更正为：登记放行")
    page.locator("input.plate").fill(right)
    expect(keep).to_be_disabled()
    page.get_by_role("button", name="看错、听错了").tap()
    keep.tap()
    _passed(page, "登记放行")
    _next(page)
    page.reload()
    page.get_by_role("button", name="更正刚登记的").tap()
    expect(page.locator(".recent")).to_contain_text(right)
    expect(page.locator(".recent")).not_to_contain_text(wrong)

    page.get_by_role("button", name="必须放行").tap()
    page.get_by_role("button", name="救护车").tap()
    page.locator("input.plate").fill("晋MA120Y")
    page.locator(".foot .primary").tap()
    _passed(page, "必须放行")
    page.get_by_role("button", name="更正", exact=True).tap()
    page.get_by_role("button", name="不属于“救护车”").tap()
    page.get_by_role("button", name="移交村（社区）接收").tap()
    page.get_by_label("移交到哪个村").fill("城内")
    page.get_by_role("button", name="城内村").first.tap()
    page.get_by_role("button", name="情况问清了").tap()
    expect(page.get_by_role("alert")).to_contain_text("不得拦阻")
    expect(page.locator(".foot .primary")).to_be_disabled()
    page.get_by_role("button", name="取消").tap()

    _all_sent(phones[0], page)
    told = page.evaluate(ROWS, "/api/tables/checkpoints.passages?sort=-happened_at&limit=2")
    assert [one["decision"] for one in told] == ["must_pass", "pass_registered"]
    assert told[1]["why_corrected"] == "看错、听错了"
    before = page.evaluate(ROWS, "/api/tables/checkpoints.corrected_passages?sort=-happened_at&limit=1")
    assert before[0]["why_corrected"] == ""


def test_what_another_gate_showed_and_who_rests_survive_a_reload_without_a_network(
    cameras: list[BrowserContext],
) -> None:
    (shows, _), (sees, _) = _at_the_gate(cameras[0]), _at_the_gate(cameras[1])
    have_reader(sees)
    for context, page in zip(cameras, (shows, sees), strict=True):
        context.set_offline(True)
        page.reload()
    plate, rests = _plate(), _plate()
    _comes(shows, plate)
    _measure(shows, "36.5")
    shows.get_by_role("button", name="咳嗽").tap()
    shows.locator(".foot .primary").tap()
    _passed(shows, "转诊")
    shows.get_by_role("button", name="给下一个卡点扫").tap()
    expect(shows.locator("svg.qr")).to_be_visible()

    sees.get_by_role("button", name="扫出入证").tap()
    sees.evaluate("(png) => holdBefore(png)", _screen(shows))
    expect(sees.locator(".scanner")).to_have_count(0, timeout=60_000)
    _comes(sees, rests)
    _measure(sees, "38.1")
    sees.get_by_role("button", name="先登记下一位").tap()
    again = sees.get_by_role("button", name=re.compile(f"{rests}.*复测"))
    expect(again).to_be_visible()
    sees.reload()
    expect(again).to_be_visible()
    _comes(sees, plate)
    expect(sees.get_by_text(re.compile("已转诊"))).to_be_visible()
    sees.get_by_role("button", name="取消").tap()
    again.tap()
    _measure(sees, "36.8")
    _passed(sees, "登记放行")
    sees.reload()
    expect(sees.locator("input[type=search]")).to_be_visible()
    expect(sees.get_by_text(rests)).to_have_count(0)


def test_readers_type_into_any_field_and_into_none(phones: list[BrowserContext], visit: Callable[..., Page]) -> None:
    plate = f"晋M{uuid4().hex[:5].upper()}"
    code = _a_permit(visit, plate)
    number = compose("11010119491231002")
    page, _ = _at_the_gate(phones[0])
    phones[0].set_offline(True)
    page.get_by_role("button", name="外来人员、车辆").tap()
    name = page.get_by_label("姓名（可不填）")
    name.fill("李远")
    name.press("End")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(f"身份证号后六位：{number[-6:]}"))).to_be_visible()
    expect(name).to_have_value("李远")
    page.get_by_role("button", name="上班").tap()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"出入证有效，核对：{plate}")).to_be_visible()
    _measure(page, "36.5")
    _passed(page, "放行")
    _next(page)
    page.locator("input[type=search]").focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"出入证有效，核对：{plate}")).to_be_visible()
    page.get_by_role("button", name="取消").tap()
    _all_sent(phones[0], page)
    [told] = page.evaluate(ROWS, "/api/tables/checkpoints.passages?sort=-happened_at&limit=1")
    assert (told["decision"], told["permit"] is not None) == ("pass_known", True)


@pytest.fixture
def watching(chromium: Browser, server: str, tmp_path: Path) -> Iterator[Callable[[str], BrowserContext]]:
    """Start a browser whose camera sees nothing but a code."""
    started: list[Browser] = []

    def start(code: str) -> BrowserContext:
        film = tmp_path / "code.mjpeg"
        film.write_bytes(_picture_of(chromium, code) * 10)
        browser = chromium.browser_type.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
                  "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"],
        )  # fmt: skip
        started.append(browser)
        context = browser.new_context(base_url=server, viewport=PHONE, has_touch=True, locale="zh-CN",
                                      permissions=["camera"])  # fmt: skip
        context.set_default_timeout(30_000)
        return context

    yield start
    for browser in started:
        browser.close()


def _picture_of(chromium: Browser, code: str) -> bytes:
    page = chromium.new_page(viewport={"width": 640, "height": 480})
    drawn = segno.make(code, error="m", micro=False).svg_inline(scale=6, border=4)
    page.set_content(f'<body style="margin:0;display:grid;place-items:center;height:480px;background:#fff">{drawn}')
    taken = page.screenshot(type="jpeg", quality=95)
    page.close()
    return taken


def test_the_camera_reads_a_permit(watching: Callable[[str], BrowserContext], visit: Callable[..., Page]) -> None:
    plate = f"晋M{uuid4().hex[:5].upper()}"
    page, _ = _at_the_gate(watching(_a_permit(visit, plate)))
    page.get_by_role("button", name="扫出入证").tap()
    expect(page.get_by_text(f"出入证有效，核对：{plate}")).to_be_visible()


@pytest.mark.parametrize(("points", "language"), [(30, "zh-CN"), (22, "en-GB")])
def test_no_page_at_a_gate_is_wider_than_the_phone_at_any_size_of_text(
    visit: Callable[..., Page], points: int, language: str
) -> None:
    page = visit("gate", "/field/", phone=True, language=language)
    page.evaluate(f"localStorage.setItem('lianfang.points', '{points}')")
    page.goto("/field/duty", wait_until="networkidle")
    _fits(page, "duty")
    page.goto("/field/gate", wait_until="networkidle")
    _fits(page, "gate")
    page.locator("input[type=search]").fill(_plate())
    page.keyboard.press("Enter")
    expect(page.locator(".foot .primary")).to_be_visible()
    _fits(page, "somebody from away")
    narrow = page.locator(".foot .primary").evaluate("(one) => one.getBoundingClientRect().width / innerWidth")
    assert narrow > 0.4, "what the button says stands letter under letter"


def _fits(page: Page, named: str) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{named} is {over} px wider than the phone"
