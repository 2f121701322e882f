"""Whom a list may mean, decided at the keyboard alone: the same, somebody else, later, taken back; so the database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lianfang.config.demo.cast import VILLAGE

from .asking import act
from .deciding import left_to_decide

pytestmark = pytest.mark.browser
SLOW = 30
# in the register, and as a list has them: written alike, heard alike, turned round, the name alone
MATCHES = (
    ("褚未然", "褚末然", "13900710001", "电话相同，姓名有一字形近（末/未），同一村（社区）"),
    ("卫文章", "卫文张", "13900710002", "电话相同，姓名同音不同字（张/章），同一村（社区）"),
    ("沈玉石", "玉石沈", "13900710003", "电话相同，姓和名颠倒，同一村（社区）"),
    ("韩梅香", "韩梅香", "", "姓名相同，同一村（社区）"),
)
KEYS = (("s", "same"), ("d", "different"), ("l", "open"), ("1", "same"))


def _reported(page: Page, name: str, phone: str) -> str:
    return str(act(page, "screening.report_lead", area_path=VILLAGE, name=name, phone=phone)["id"])


def _lead(database: sqlite3.Connection, lead: str) -> dict[str, Any]:
    """Return what is known of a lead and decided about each of its candidates, without what every write moves on."""
    key = (lead.replace("-", ""),)
    [row] = database.execute("SELECT * FROM screening_lead WHERE id = ?", key)
    proposals = database.execute(
        "SELECT id, person_id, decision, decided_at, decided_by, later_at, later_by FROM screening_matchproposal"
        " WHERE lead_id = ? ORDER BY rank, id", key
    )  # fmt: skip
    told = {name: row[name] for name in row.keys() if name != "version"}  # noqa: SIM118
    return told | {"proposals": [dict(one) for one in proposals]}


def _settled(database: sqlite3.Connection, lead: str) -> dict[str, Any]:
    """Return the lead once it has been sent out by itself, so that nothing but the keyboard changes it from here."""
    for _ in range(SLOW * 10):
        if (told := _lead(database, lead))["state"] != "received":
            return told
        time.sleep(0.1)
    raise TimeoutError(lead)


def _open(page: Page, proposal: str) -> None:
    key = f"{proposal[:8]}-{proposal[8:12]}-{proposal[12:16]}-{proposal[16:20]}-{proposal[20:]}"
    page.goto(f"/console/pairs/matches?pair={key}", wait_until="networkidle")


def test_matches_are_decided_and_taken_back_at_the_keyboard_and_the_database_follows(
    visit: Callable[..., Page], database: sqlite3.Connection
) -> None:
    page = visit("secretary", "/console/")
    leads = []
    for registered, written, phone, _ in MATCHES:
        act(page, "people.add_person", area_path=VILLAGE, name=registered, phone=phone)
        leads.append(_reported(page, written, phone))
    before = [_settled(database, one) for one in leads]
    assert [[one["decision"] for one in lead["proposals"]] for lead in before] == [["open"]] * len(MATCHES)

    for lead, told, (key, decision), (*_, words) in zip(leads, before, KEYS, MATCHES, strict=True):
        [own] = told["proposals"]
        _open(page, own["id"])
        left = left_to_decide(page)
        expect(page.locator(".evidence")).to_contain_text(words)
        page.keyboard.press(key)
        expect(page.get_by_role("status").filter(has_text=f"还剩 {left - (key != 'l')} 对")).to_be_visible()
        expect(page.locator(".evidence")).not_to_contain_text(words)
        after = _lead(database, lead)
        [now] = after["proposals"]
        assert (now["decision"], now["later_at"] is not None) == (decision, key == "l")
        assert (now["decided_at"] is not None) == (decision != "open")
        # only who is the same is joined to the register; nobody else's lead changes
        assert after["person_id"] == (own["person_id"] if decision == "same" else told["person_id"])
        assert after["match_level"] == {"same": "exact", "different": "new", "open": "probable"}[decision]
        assert [_lead(database, one) for one in leads if one != lead] == [
            one for one in before if one["id"] != told["id"]
        ]
        page.keyboard.press("u")
        expect(page.locator(".evidence")).to_contain_text(words)
        assert left_to_decide(page) == left
        assert _lead(database, lead) == told


def test_whoever_was_found_is_not_asked_about_again_until_it_is_taken_back(
    visit: Callable[..., Page], database: sqlite3.Connection
) -> None:
    page = visit("secretary", "/console/")
    for registered in ("杨柳青", "杨柳清"):
        act(page, "people.add_person", area_path=VILLAGE, name=registered, phone="13900710009")
    lead = _reported(page, "杨柳轻", "13900710009")
    before = _settled(database, lead)
    first, second = before["proposals"]
    _open(page, second["id"])
    left = left_to_decide(page)
    page.keyboard.press("s")
    expect(page.get_by_role("status").filter(has_text="本次已判定 1 对")).to_be_visible()
    # waited for, because the page asks the server what is left only once the answer is in
    expect(page.get_by_role("status").filter(has_text=f"还剩 {left - 2} 对")).to_be_visible()
    after = _lead(database, lead)
    assert {one["id"]: one["decision"] for one in after["proposals"]} == {
        first["id"]: "different",
        second["id"]: "same",
    }
    assert after["person_id"] == second["person_id"]
    page.keyboard.press("z")
    expect(page.get_by_text("已拆回两条，请重新判定")).to_be_visible()
    assert left_to_decide(page) == left
    assert _lead(database, lead) == before
