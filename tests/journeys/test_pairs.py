"""Doubles decided at the keyboard alone: the same, two people, later, each taken back; the database tells the same."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import GRID

from .asking import act
from .deciding import left_to_decide

pytestmark = pytest.mark.browser
SLOW = 30_000
# the same person each time: heard alike, written alike, turned round, one digit wrong in the day of birth
PAIRS = (
    (("章建国", "1962-03-15"), ("张建国", "1962-03-15"), "姓名同音（(章/张|张/章)），出生日期相同，同村"),
    (("李小晴", "1980-01-02"), ("李小睛", "1980-01-02"), "姓名有一字形近（(晴/睛|睛/晴)），出生日期相同，同村"),
    (("王志强", "1975-11-30"), ("志强王", "1975-11-30"), "姓和名颠倒，出生日期相同，同村"),
    (("赵玉梅", "1958-02-11"), ("赵玉梅", "1958-11-02"), "姓名相同，出生日期相差一位或日月颠倒，同村"),
)


def _register(page: Page, name: str, born_on: str, **more: str) -> str:
    made = act(page, "people.add_person", area_path=GRID, name=name, born_on=born_on, **more)
    return str(made["id"])


def _told(database: sqlite3.Connection, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return entries and what is decided about them, without what every write moves on."""
    keys = tuple(one.replace("-", "") for one in ids)
    marks = ",".join("?" * len(keys))
    people = database.execute(f"SELECT * FROM people_person WHERE id IN ({marks}) ORDER BY id", keys)
    pairs = database.execute(
        f"SELECT outcome, settled_at, later_at, second_id FROM people_duplicatesuggestion"
        f" WHERE first_id IN ({marks}) AND second_id IN ({marks})", keys * 2
    )  # fmt: skip
    moving = {"version", "edits", "updated_at"}
    return [{name: row[name] for name in row.keys() if name not in moving} for row in [*people, *pairs]]  # noqa: SIM118


def _outcomes(database: sqlite3.Connection, ids: tuple[str, ...]) -> tuple[str, bool]:
    pair = _told(database, ids)[-1]
    return pair["outcome"], pair["later_at"] is not None


def test_pairs_are_decided_and_taken_back_at_the_keyboard_and_the_database_follows(
    visit: Callable[..., Page], database: sqlite3.Connection
) -> None:
    page = visit("secretary", "/console/")
    ids = [tuple(_register(page, *one) for one in pair[:2]) for pair in PAIRS]
    before = [_told(database, pair) for pair in ids]
    assert all(len(one) == 3 for one in before)

    page.goto("/console/pairs", wait_until="networkidle")
    left = left_to_decide(page)
    assert left >= len(PAIRS)
    for (key, outcome), pair, (_, _, words) in zip(
        (("s", "merged"), ("d", "two"), ("3", ""), ("1", "merged")), ids, PAIRS, strict=True
    ):
        own, evidence = before[ids.index(pair)], re.compile(words)
        name = str(own[0]["name"])
        page.goto(f"/console/pairs?pair={_suggestion(page, pair)}", wait_until="networkidle")
        expect(page.locator(".evidence")).to_contain_text(evidence)
        page.keyboard.press(key)
        expect(page.locator(".evidence")).not_to_contain_text(evidence)
        assert _outcomes(database, pair) == (outcome, key == "3")
        expect(page.get_by_role("status").filter(has_text=f"还剩 {left - (key != '3')} 对")).to_be_visible()
        page.keyboard.press("u")
        expect(page.locator(".evidence")).to_contain_text(evidence)
        expect(page.locator(".pair")).to_contain_text(name)
        assert _told(database, pair) == own
    assert left_to_decide(page) == left


def _suggestion(page: Page, pair: tuple[str, ...]) -> str:
    first, second = sorted(pair)
    script = "address => fetch(address).then((answer) => answer.json()).then((page) => page.rows[0].id)"
    return str(page.evaluate(script, f"/api/tables/people.duplicates?first={first}&second={second}"))


def test_which_entry_is_kept_and_which_value_is_chosen_before_they_are_merged(
    visit: Callable[..., Page], database: sqlite3.Connection
) -> None:
    page = visit("secretary", "/console/")
    fuller = _register(page, "孙丽华", "1966-06-06", phone="13811112222", sex="f")
    other = _register(page, "孙莉华", "1966-06-06", phone="13833334444")
    page.goto(f"/console/pairs?pair={_suggestion(page, (fuller, other))}", wait_until="networkidle")
    mine, theirs = ("记录一", "记录二") if fuller < other else ("记录二", "记录一")
    expect(page.locator(".head.kept")).to_contain_text(mine)
    page.keyboard.press("x")
    expect(page.locator(".head.kept")).to_contain_text(theirs)
    for _ in range(2):  # into the fields: first which entry, then the name
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=f"姓名 {theirs}")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name=f"姓名 {mine}")).to_be_checked()
    page.keyboard.press("s")
    expect(page.locator(".pair", has_text="孙莉华")).to_have_count(0)
    told = {row["id"]: row for row in _told(database, (fuller, other)) if "name" in row}
    merged, kept = (told[one.replace("-", "")] for one in (fuller, other))
    assert (merged["status"], kept["status"], kept["name"], kept["sex"]) == ("merged", "resident", "孙丽华", "f")


def test_the_register_of_an_area_is_searched_and_the_page_says_what_to_do_when_nothing_is_left(
    visit: Callable[..., Page],
) -> None:
    page = visit("neighbour", "/console/")
    for _ in range(2):
        act(page, "people.add_person", area_path=f"{GRID[:9]}202001", name="郑大山", born_on="1949-10-01")
    page = visit("town", "/console/pairs")
    page.get_by_role("button", name="在本区域查找重复").click()
    expect(page.get_by_text(re.compile("查找完毕：共有 [1-9]"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".pair")).to_be_visible()
    page = visit("duty", "/console/pairs/doubles?within=140826105")
    expect(page.get_by_role("heading", name="没有待核对的重复")).to_be_visible()
    expect(page.get_by_text("也可以点“在本区域查找重复”")).to_be_visible()
