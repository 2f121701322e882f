"""A newer division register from the console: looked at, taken over, decided about, given back; nobody gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import COUNTY, TOWN
from lianfang.kernel.places.register import areas_within
from tests.journeys.asking import rows
from tests.journeys.holding import held

pytestmark = pytest.mark.browser
SLOW = 60_000
NEW_NAME = "新名村委会"
KNOWN = {area.code: area.name for area in areas_within(COUNTY) if len(area.code) > len(COUNTY)}
# three villages of a town where nobody of the cast works: one is dropped, one renamed, one takes people in
ELSEWHERE = min(code for code in KNOWN if len(code) == len(TOWN) and code != TOWN)
DROPPED, RENAMED, HEIR = sorted(code for code in KNOWN if code.startswith(ELSEWHERE) and code != ELSEWHERE)[:3]


def _homes(page: Page) -> dict[str, str]:
    """Return where every household of the town lies."""
    return {row["id"]: row["area"] for row in rows(page, "people.households", within=ELSEWHERE)}


def _names(page: Page) -> dict[str, str]:
    areas = rows(page, "areas.areas", within=ELSEWHERE)
    return {row["cells"]["path"]: row["cells"]["name"] for row in areas}


def _ended(page: Page, job: str) -> dict[str, Any]:
    """Return a job once it has ended."""
    for _ in range(SLOW // 500):
        card: dict[str, Any] = page.request.get(f"/api/jobs/{job}").json()
        if card["state"] in ("done", "failed"):
            return card
        page.wait_for_timeout(500)
    raise TimeoutError(job)


@pytest.fixture
def office(visit: Callable[..., Page]) -> Iterator[Page]:
    """The county's duty officer; what a failing test took over is given back, for the sake of the other journeys."""
    page = visit("duty", "/console/registers")
    yield page
    if any(row["cells"]["state"] == "applied" for row in rows(page, "areas.migrations")):
        token = page.request.get("/api/session").json()["csrf"]
        queued = page.request.post("/api/registers/undo", data={"within": COUNTY}, headers={"X-CSRFToken": token})
        assert _ended(page, queued.json()["id"])["state"] == "done"


def _look(page: Page, file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)


def _newer() -> list[str]:
    renamed = {**KNOWN, RENAMED: NEW_NAME}
    return ["代码,名称", *(f"{code},{name}" for code, name in renamed.items() if code != DROPPED)]


def _figure(page: Page, name: str) -> str:
    return page.locator("dl.figures div").filter(has=page.get_by_text(name, exact=True)).locator("dd").inner_text()


def _begin(page: Page, button: str, heading: str) -> dict[str, Any]:
    """Press what begins the job, see its progress while it goes on, and return the job once it has ended."""
    with held(page, "**/api/jobs/*"):
        with page.expect_response("**/api/registers/**") as queued:
            page.get_by_role("button", name=button, exact=True).press("Enter")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        expect(page.get_by_role("progressbar", name=heading)).to_be_visible()
        expect(page.locator("input[type=file]")).to_have_count(0)
    expect(page.get_by_role("heading", name=heading)).to_be_hidden(timeout=SLOW)
    return _ended(page, queued.value.json()["id"])


def _take_over(page: Page, folder: Path) -> None:
    _look(page, folder / "新区划.csv", _newer())
    page.get_by_role("button", name="迁移到新区划…").click()
    job = _begin(page, "现在迁移", "正在迁移到新区划")
    assert job["state"] == "done"
    assert job["total"] > 0
    expect(page.get_by_role("status").filter(has_text="已迁移到新区划")).to_be_visible()


def _give_back(page: Page) -> None:
    page.goto("/console/registers", wait_until="networkidle")
    page.get_by_role("button", name="撤销…").press("Enter")
    assert _begin(page, "撤销迁移", "正在撤销迁移")["state"] == "done"
    expect(page.get_by_role("status").filter(has_text="已撤销")).to_be_visible()


def _decide(page: Page) -> None:
    """Say at the row of the dropped village where its people go."""
    page.locator("main tbody").get_by_text(KNOWN[DROPPED], exact=True).first.click()
    page.locator(".el-drawer:visible").get_by_role("button", name="决定去向", exact=True).first.click()
    form = page.locator(".el-dialog:visible")
    form.locator("#field-into").click()
    form.locator("#field-into").fill(KNOWN[HEIR])
    page.locator(".el-select-dropdown__item:visible").filter(has_text=KNOWN[HEIR]).first.click()
    form.locator("#field-reason").fill("并入邻村")
    form.get_by_role("button", name="提交").click()
    expect(form).to_have_count(0, timeout=SLOW)


def test_a_register_is_looked_at_and_left_and_one_that_is_none_is_refused_in_words(
    office: Page, tmp_path: Path
) -> None:
    before = _names(office)
    _look(office, tmp_path / "名单.csv", ["姓名,电话", "王明,13800000000"])
    expect(office.get_by_role("alert")).to_contain_text("代码")
    _look(office, tmp_path / "新区划.csv", _newer())
    expect(office.get_by_role("heading", name="新区划.csv")).to_be_visible(timeout=SLOW)
    assert [_figure(office, name) for name in ("改名或换码", "撤销", "待定区域")] == ["1", "1", "1"]
    lines = office.get_by_role("region", name="有变动的村（社区）").locator("tbody tr")
    expect(lines.filter(has_text=NEW_NAME)).to_contain_text(KNOWN[RENAMED])
    expect(lines.filter(has_text=DROPPED)).to_contain_text("撤销")
    office.get_by_role("button", name="迁移到新区划…").press("Enter")
    expect(office.get_by_role("alert")).to_contain_text("暂停保存")
    office.get_by_role("button", name="取消").press("Enter")
    office.get_by_role("button", name="先不迁移").press("Enter")
    expect(office.get_by_role("heading", name="新区划.csv")).to_be_hidden()
    assert _names(office) == before


def test_a_register_is_taken_over_decided_about_and_given_back(office: Page, tmp_path: Path) -> None:
    homes, names = _homes(office), _names(office)
    dropped = {pk for pk, area in homes.items() if area.startswith(DROPPED)}
    assert dropped
    _take_over(office, tmp_path)
    assert _names(office)[RENAMED] == NEW_NAME
    assert _homes(office).keys() == homes.keys()

    office.get_by_role("link", name="1 个区域待定").click()
    _decide(office)
    moved = _homes(office)
    assert all(moved[pk].startswith(HEIR) for pk in dropped)
    assert [row["cells"]["name"] for row in rows(office, "areas.decisions", outcome="moved")] == [KNOWN[DROPPED]]

    _give_back(office)
    assert (_homes(office), _names(office)) == (homes, names)
    expect(office.get_by_role("row").filter(has_text="新区划.csv").first).to_contain_text("已撤销")
