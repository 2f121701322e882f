"""Many rows at the keyboard: pasted from a real clipboard, corrected, saved as one batch, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import VILLAGE
from lianfang.kernel.identity import compose
from tests.journeys.asking import act, rows
from tests.journeys.holding import held

pytestmark = pytest.mark.browser
SLOW = 60_000


def _rows(page: Page, table: str) -> list[dict[str, Any]]:
    return rows(page, table, within=VILLAGE)


def _open(page: Page, action: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/console/grid/{action}", wait_until="networkidle")
    expect(page.locator("td.active textarea")).to_be_focused(timeout=SLOW)


def _paste(page: Page, text: str, html: str = "") -> None:
    """Put on the clipboard what Excel puts there, and press the keys."""
    page.evaluate(
        """async ([text, html]) => {
          const parts = { 'text/plain': new Blob([text], { type: 'text/plain' }) }
          if (html) parts['text/html'] = new Blob([html], { type: 'text/html' })
          await navigator.clipboard.write([new ClipboardItem(parts)])
        }""",
        [text, html],
    )
    page.keyboard.press("Control+v")


def _press(page: Page, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def _result(page: Page, row: int) -> Any:
    return page.locator("tbody tr").nth(row).locator("td.result")


def test_a_family_is_pasted_corrected_saved_and_taken_back_without_a_mouse(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    number = _rows(page, "people.households")[0]["cells"]["number"]
    before = {row["id"] for row in _rows(page, "people.persons")}
    _open(page, "people.add_person")
    cells = [["王贴一", "男", "1980年1月2日"], ["王贴二", "女生", "二〇一〇年二月三日"], ["王贴三", "女", "2012/2/30"]]
    merged = "".join(
        f"<tr>{f'<td rowspan=3>{number}</td><td rowspan=3></td>' if at == 0 else ''}"
        f"{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
        for at, row in enumerate(cells)
    )
    _paste(page, "", f"<table>{merged}</table>")
    expect(_result(page, 0)).to_have_text("还没有保存")
    expect(_result(page, 1)).to_have_text("性别：没有这个选项")
    expect(_result(page, 2)).to_have_text("出生日期：看不懂的日期")
    _press(page, "Control+z")
    expect(_result(page, 0)).to_have_text("")
    _press(page, "Control+y")
    page.reload(wait_until="networkidle")
    expect(_result(page, 1)).to_have_text("性别：没有这个选项", timeout=SLOW)
    _press(page, "ArrowDown")
    _press(page, "Tab", 3)
    page.keyboard.type("女")
    _press(page, "Enter")
    _press(page, "ArrowRight", 3)
    page.keyboard.type("138123")  # a phone too short: only the server knows, and says it before anything is saved
    _press(page, "Enter")
    expect(_result(page, 2)).to_contain_text("电话")
    _press(page, "ArrowUp")
    _press(page, "Delete")
    _press(page, "ArrowLeft", 2)
    page.keyboard.type("2012-2-29")
    _press(page, "Tab")
    expect(page.get_by_text("行要改")).to_have_count(0)
    _press(page, "Control+s")
    for row in range(3):
        expect(_result(page, row)).to_have_text("已保存", timeout=SLOW)
    added = [row["cells"] for row in _rows(page, "people.persons") if row["id"] not in before]
    assert sorted(row["name"] for row in added) == ["王贴一", "王贴三", "王贴二"]
    assert {row["number"] for row in added} == {number}
    page.get_by_role("button", name="撤回已保存的 3 行").press("Enter")
    expect(_result(page, 0)).to_have_text("还没有保存", timeout=SLOW)
    assert {row["id"] for row in _rows(page, "people.persons")} == before


def test_households_are_put_into_grids_by_filling_down_and_taken_back(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    before = {row["id"]: row["cells"]["area_path"] for row in _rows(page, "people.households")}
    _open(page, "people.edit_household")
    page.keyboard.type("第二网格")
    _press(page, "Enter")
    _press(page, "ArrowUp")
    _press(page, "Shift+ArrowDown", 2)
    _press(page, "Control+d")
    expect(page.get_by_role("button", name="保存 ")).to_have_text("保存 3 行")
    _press(page, "Control+s")
    expect(_result(page, 2)).to_have_text("已保存", timeout=SLOW)
    after = {row["id"]: row["cells"]["area_path"] for row in _rows(page, "people.households")}
    assert sum(after[one] != before[one] for one in before) == 3
    page.get_by_role("button", name="撤回已保存的 3 行").press("Enter")
    expect(_result(page, 2)).to_have_text("", timeout=SLOW)
    assert {row["id"]: row["cells"]["area_path"] for row in _rows(page, "people.households")} == before


def test_what_somebody_else_wrote_in_between_is_shown_and_not_written_over(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    _open(page, "people.edit_household")
    first = page.locator("tbody tr").first
    label = first.locator("th").inner_text()
    house = next(row for row in _rows(page, "people.households") if row["cells"]["number"] in label)
    notes = page.locator("tbody tr").first.locator("td[data-column=note]")
    _press(page, "End")
    page.keyboard.type("门朝南")
    _press(page, "Enter")
    version = house["cells"]["version"]
    act(page, "people.edit_household", household_id=house["id"], version=version, note="门朝北")
    _press(page, "Control+s")
    expect(_result(page, 0)).to_contain_text("别人刚改过这一行", timeout=SLOW)
    expect(notes).to_have_text("门朝北")
    present = {row["id"]: row["cells"]["note"] for row in _rows(page, "people.households")}
    assert present[house["id"]] == "门朝北"
    _result(page, 0).get_by_role("link").press("Enter")
    expect(page.get_by_text("门朝南").first).to_be_visible(timeout=SLOW)


def test_new_households_are_withdrawn_again_unless_somebody_lives_there_by_then(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    before = {row["id"] for row in _rows(page, "people.households")}
    _open(page, "people.add_household")
    _paste(page, "第一网格\t撤一号\r\n第一网格\t撤二号\r\n")
    _press(page, "Control+s")
    expect(_result(page, 1)).to_have_text("已保存", timeout=SLOW)
    made = {row["cells"]["number"]: row["id"] for row in _rows(page, "people.households") if row["id"] not in before}
    assert set(made) == {"撤一号", "撤二号"}
    act(page, "people.add_person", household_id=made["撤二号"], name="王住下")
    page.get_by_role("button", name="撤回已保存的 2 行").press("Enter")
    expect(_result(page, 0)).to_have_text("还没有保存", timeout=SLOW)
    expect(_result(page, 1)).to_contain_text("名下也没有人和记录的住户")
    states = {row["cells"]["number"]: row["cells"]["status"] for row in _rows(page, "people.households")
              if row["id"] in made.values()}  # fmt: skip
    assert states == {"撤二号": "occupied"}


def test_a_row_edited_beside_a_masked_cell_keeps_the_true_value(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    house = next(row["id"] for row in _rows(page, "people.households") if row["cells"]["status"] == "occupied")
    number = compose("14082619770707" + "011")
    given = {"household_id": house, "name": "王遮住", "identity_number": number}
    person = act(page, "people.add_person", **given)["id"]
    _open(page, "people.edit_person?q=王遮住")
    masked = page.locator("td[data-column=identity_number]")
    expect(masked).to_have_text(f"{'*' * 14}{number[-4:]}")
    _press(page, "End")
    page.keyboard.type("住东屋")
    _press(page, "Enter")
    _press(page, "Control+s")
    expect(_result(page, 0)).to_have_text("已保存", timeout=SLOW)
    again = act(page, "people.add_person", **given | {"name": "王再来"})
    assert [{one["first"], one["second"]} for one in again["duplicates"]] == [{person, again["id"]}]


def test_a_thousand_rows_are_pasted_and_only_those_in_view_are_drawn(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    _open(page, "people.add_household")
    _paste(page, "\r\n".join(f"第一网格\t长{number}号" for number in range(1000)))
    expect(page.get_by_role("button", name="保存 ")).to_have_text("保存 1000 行", timeout=SLOW)
    assert page.locator("tbody tr").count() < 100
    _press(page, "Control+End")
    last = page.locator("tbody tr[aria-rowindex='1001']")
    expect(last.locator("td[data-column=number]")).to_have_text("长999号")
    expect(last).to_be_in_viewport()
    expect(page.locator("td.active textarea")).to_be_focused()
    page.keyboard.type("末行")
    _press(page, "Enter")
    _press(page, "Control+Home")
    expect(page.locator("tbody tr[aria-rowindex='2']")).to_be_in_viewport()
    expect(page.locator("td.active textarea")).to_be_focused()
    _press(page, "Control+z")
    _press(page, "Control+z")
    expect(page.get_by_role("button", name="保存 ")).to_have_text("保存 0 行")


def test_rows_are_counted_while_they_are_taken_back_and_it_is_stopped_and_gone_on_with_at_the_keyboard(
    visit: Callable[..., Page],
) -> None:
    page = visit("secretary", "/console/")
    before = {row["id"] for row in _rows(page, "people.households")}
    _open(page, "people.add_household")
    _paste(page, "\r\n".join(f"第一网格\t数{number}号" for number in range(250)))
    expect(page.get_by_role("button", name="保存 ")).to_have_text("保存 250 行", timeout=SLOW)
    _press(page, "Control+s")
    page.get_by_role("button", name="撤回已保存的 250 行").wait_for(timeout=SLOW)
    counted = page.get_by_role("status").filter(has_text=re.compile("已撤回 .* / "))
    with held(page, "**/api/batch"):
        page.get_by_role("button", name="撤回已保存的 250 行").press("Enter")
        expect(page.get_by_role("button", name="停下")).to_be_focused()
        expect(counted).to_have_text("已撤回 0 / 250 行")
        _press(page, "Escape")
        expect(page.get_by_role("button", name="这一批做完就停")).to_be_focused()
    rest = page.get_by_role("button", name="撤回已保存的 150 行")
    expect(rest).to_be_enabled(timeout=SLOW)
    expect(page.locator("td.active textarea")).to_be_focused()
    with held(page, "**/api/batch", after=1):
        rest.press("Enter")
        expect(counted).to_have_text("已撤回 100 / 150 行", timeout=SLOW)
    expect(page.get_by_role("button", name="撤回已保存的")).to_have_count(0, timeout=SLOW)
    assert {row["id"] for row in _rows(page, "people.households")} == before


def test_a_draft_is_gone_after_signing_out(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/")
    _open(page, "people.add_household")
    _paste(page, '第一网格\t"贴九\n号"\n')
    expect(_result(page, 0)).to_have_text("还没有保存")
    drafts = "Object.keys(sessionStorage).filter((key) => key.startsWith('lianfang.draft.')).length"
    assert page.evaluate(drafts) == 1
    page.get_by_role("button", name="我的账号").press("Enter")
    page.get_by_role("button", name="退出").press("Enter")
    expect(page.get_by_role("heading", name="登录")).to_be_visible(timeout=SLOW)
    assert page.evaluate(drafts) == 0


def test_any_register_of_single_rows_can_be_filled_as_a_grid(visit: Callable[..., Page]) -> None:
    page = visit("secretary", "/console/tables/places.places")
    page.get_by_role("button", name="成批填写").press("Enter")
    page.get_by_role("link", name="登记场所").press("Enter")
    expect(page.locator("td.active textarea")).to_be_focused(timeout=SLOW)
    _paste_places(page)
    for row in range(2):
        expect(_result(page, row)).to_have_text("还没有保存")
    _press(page, "Control+s")
    expect(_result(page, 1)).to_have_text("已保存", timeout=SLOW)
    kept = {row["cells"]["name"]: row["cells"]["kind"] for row in _rows(page, "places.places")}
    assert {kept["贴一超市"], kept["贴二超市"]} == {"shop"}


def _paste_places(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    kind = next(one["label"]["zh"] for one in _kinds(page) if one["value"] == "shop")
    _paste(page, f"第一网格\t{kind}\t贴一超市\r\n第一网格\t{kind}\t贴二超市\r\n")


def _kinds(page: Page) -> list[dict[str, Any]]:
    action = next(one for one in page.request.get("/api/meta").json()["actions"] if one["name"] == "places.add_place")
    return list(action["input"]["properties"]["kind"]["x-choices"])
