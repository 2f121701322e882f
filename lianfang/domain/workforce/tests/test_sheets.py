"""The sign of a post and the printed roster: for who runs posts there, with the code and the names, on the trail."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from lianfang.config.demo.cast import VILLAGE
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.jobs.queue import run_one

pytestmark = pytest.mark.django_db
WISHES = "workforce.wishes"
NAMES = {f"高值{letter}" for letter in "东南西北春夏秋冬"}


def words(response: Any) -> str:
    pages = PdfReader(io.BytesIO(response.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


@pytest.fixture
def post(cast: Any, moment: Any) -> str:
    given = {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": "城内村东口", "pattern": "4x6"}
    return str(run(cast["secretary"], "workforce.add_post", given)["id"])


@pytest.fixture
def roster(cast: Any, post: str) -> str:
    for name in NAMES:
        about = {"area_path": VILLAGE, "name": name, "origin": "volunteer", "experienced": True,
                 "trained_on": "2020-02-01", "undertaking_on": "2020-02-01"}  # fmt: skip
        run(cast["town"], "workforce.register_responder", about)
    given = {"post_id": post, "starts_on": "2020-02-04", "days": 2, "seconds": 0}
    made = run(cast["secretary"], "workforce.plan_roster", given)
    while run_one():
        pass
    return str(made["id"])


@pytest.mark.parametrize("who", ["neighbour", "gate", "grid", "desk", "outsider"])
def test_who_does_not_run_posts_there_prints_nothing(signed_in: Any, post: str, roster: str, who: str) -> None:
    of_roster = [f"/api/rosters/{roster}{end}" for end in (".pdf", ".xlsx", "/grid")]
    for address in (f"/api/posts/{post}/sign.pdf", *of_roster):
        assert signed_in(who).get(address).status_code == 404


def test_a_sign_without_a_lead_is_refused_and_says_so(signed_in: Any, post: str) -> None:
    response = signed_in("secretary").get(f"/api/posts/{post}/sign.pdf")
    assert response.status_code == 422
    assert "联系人姓名" in response.content.decode()


def test_a_sign_names_the_lead_and_is_on_the_trail(
    signed_in: Any, post: str, cast: Any, accounts: dict[str, Account]
) -> None:
    Account.objects.filter(pk=accounts["secretary"].pk).update(phone="13900001234")
    named = {"post_id": post, "account_id": str(accounts["secretary"].pk), "agreed": True}
    run(cast["secretary"], "workforce.name_lead", named)
    told = words(signed_in("secretary").get(f"/api/posts/{post}/sign.pdf"))
    assert "城内村东口" in told
    assert "王支书" in told
    assert "13900001234" in told.replace("-", "").replace("\u2009", "").replace("\xa0", "")
    assert AuditLine.objects.filter(action="workforce.print_sign").count() == 1


def test_a_printed_roster_has_every_day_and_every_name(signed_in: Any, roster: str, cast: Any) -> None:
    told = words(signed_in("secretary").get(f"/api/rosters/{roster}.pdf"))
    assert "草稿，未发布" in told
    assert "02-04二" in told.replace("\u200b", "")
    assert "夜班00:00–06:00" in told
    assert {told[at : at + 3] for at in range(len(told))} >= NAMES
    run(cast["secretary"], "workforce.publish_roster", {"roster_id": roster})
    assert "草稿" not in words(signed_in("secretary").get(f"/api/rosters/{roster}.pdf"))


def test_a_roster_as_a_workbook_has_days_across_and_says_what_is_short(
    signed_in: Any, roster: str, cast: Any, do: Any
) -> None:
    grid = signed_in("secretary").get(f"/api/rosters/{roster}/grid").json()
    gone = grid["posts"][0]["lines"][1]["cells"][0]["people"][0]
    do("secretary", "workforce.take_off_shift", shift_id=gone["shift"], reason="家中有事")
    response = signed_in("secretary").get(f"/api/rosters/{roster}.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    said = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    [head] = [row for row in said if "2020-02-04" in row]
    [short] = [row for row in said if "早班 06:00–12:00" in row or ("上午" in row[1] and "06:00" in row[1])]
    assert "缺人员 1" in short[head.index("2020-02-04")]
    assert AuditLine.objects.filter(action="workforce.print_roster").count() == 1


def test_a_roster_is_not_worked_out_for_who_may_not_see_it(
    signed_in: Any, roster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("roster_grid", "printed_roster", "wishes_on_roster"):
        monkeypatch.setattr(f"lianfang.doors.files.duty_sheets.{name}", lambda _, name=name: asked.append(name))
    for end in (".pdf", ".xlsx", "/grid"):
        assert signed_in("neighbour").get(f"/api/rosters/{roster}{end}").status_code == 404
    assert asked == []
    assert signed_in("secretary").get(f"/api/rosters/{roster}/grid").status_code == 404
    assert asked == ["roster_grid"]


def test_a_roster_names_the_wishes_it_does_not_keep_for_who_may_see_wishes(
    signed_in: Any, roster: str, do: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = signed_in("secretary").get(f"/api/rosters/{roster}/grid").json()
    assert grid["wishes"] == {"wished": 0, "kept": 0, "broken": []}
    who = grid["posts"][0]["lines"][1]["cells"][0]["people"][0]
    do("secretary", "workforce.enter_wish_for", responder_id=who["who"], from_on="2020-02-04")
    told = signed_in("secretary").get(f"/api/rosters/{roster}/grid").json()["wishes"]
    assert (told["wished"], told["kept"]) == (1, 0)
    assert [(one["name"], one["on"]) for one in told["broken"]] == [(who["name"], "2020-02-04")]
    may = Actor.may
    monkeypatch.setattr(Actor, "may", lambda self, name, path=None: name != WISHES and may(self, name, path))
    assert signed_in("secretary").get(f"/api/rosters/{roster}/grid").json()["wishes"] is None
