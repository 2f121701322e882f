"""The page of a call to serve: open without login while the call is, small, braked, and silent about everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.doors.public import joining, verifying
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import read

pytestmark = pytest.mark.django_db
SMALL = 15 * 1024
SAID = {"name": "王建国", "phone": "138 1234 5678", "origin": "student", "skills": ["driving"], "part": "night"}


@pytest.fixture(autouse=True)
def _fresh(moment: Any) -> Iterator[None]:
    for brake in (joining.visits, joining.answers, verifying.tries):
        brake.forget()
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def opened(cast: Any) -> dict[str, Any]:
    given = {"area_path": VILLAGE, "title": "志愿者招募令", "text": "卡点值守，两周。", "page": True}
    return run(cast["town"], "workforce.open_call", given)


def people() -> list[dict[str, Any]]:
    return [one["cells"] for one in read(SYSTEM, "workforce.responders").rows]


@pytest.mark.parametrize("code", ["00000000", "..", "x" * 300, "' OR 1=1 --"])
def test_a_page_nobody_opened_is_not_there(client: Any, county: str, code: str) -> None:
    assert client.get(f"/join/{code}").status_code == 404


def test_a_call_without_a_page_has_none(client: Any, cast: Any) -> None:
    assert run(cast["town"], "workforce.open_call", {"area_path": VILLAGE, "title": "突击队"})["path"] == ""


def test_a_closed_call_has_no_page(client: Any, cast: Any, opened: dict[str, Any]) -> None:
    run(cast["town"], "workforce.close_call", {"call_id": opened["id"]})
    assert client.get(opened["path"]).status_code == 404
    assert client.post(opened["path"], SAID).status_code == 404
    assert people() == []


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "1"), ("phone", ""), ("phone", "12")])
def test_what_cannot_be_read_is_said_and_kept_in_the_form(
    client: Any, opened: dict[str, Any], field: str, value: str
) -> None:
    response = client.post(opened["path"], SAID | {"text": "我想帮忙", field: value})
    assert response.status_code == 422
    assert "没有保存" in response.content.decode()
    assert "我想帮忙" in response.content.decode()
    assert people() == []


def test_a_hundred_offers_from_one_address_are_braked(client: Any, opened: dict[str, Any]) -> None:
    statuses = [client.post(opened["path"], SAID | {"name": ""}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_is_small_and_has_no_script(client: Any, opened: dict[str, Any], language: str) -> None:
    body = client.get(opened["path"], {"lang": language}).content
    assert len(body) <= SMALL
    assert b"<script" not in body
    assert b"javascript" not in body


def test_an_answer_becomes_an_offer_that_waits_for_its_answer(client: Any, opened: dict[str, Any]) -> None:
    response = client.post(opened["path"], SAID)
    assert response.status_code == 303
    assert "会有人联系您" in client.get(response["Location"]).content.decode()
    [one] = people()
    assert (one["name"], one["phone"], one["state"], one["origin"]) == ("王建国", "13812345678", "offered", "student")
    assert (one["skills"], one["availability"]) == (["driving"], ["夜间 At night"])
    assert "1 小时：0 支队伍，1 人" in client.get(opened["path"]).content.decode()


def test_the_same_form_sent_twice_counts_once(client: Any, opened: dict[str, Any]) -> None:
    sent = re.search(r'name="id" value="([^"]+)"', client.get(opened["path"]).content.decode())
    assert sent
    for _ in range(2):
        assert client.post(opened["path"], SAID | {"id": sent[1]}).status_code == 303
    assert len(people()) == 1


def test_the_page_does_not_tell_who_is_on_the_list_already(client: Any, opened: dict[str, Any]) -> None:
    first, second = (client.post(opened["path"], SAID) for _ in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert len(people()) == 1


# --- certificates of service ---


def test_a_certificate_of_service_is_checked_by_anybody(client: Any, cast: Any) -> None:
    given = {"area_path": VILLAGE, "name": "王建国", "origin": "volunteer", "phone": "13812345678"}
    row = run(cast["town"], "workforce.register_responder", given)["id"]
    run(cast["town"], "workforce.record_hours", {"responder_id": row, "hours": 6, "what": "卡点值守"})
    number = run(cast["town"], "workforce.issue_certificate", {"responder_id": row})["number"]
    shown = client.get("/verify/", {"serial": number.lower()})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "王*国" in text
    assert "6.0" in text
    assert not [secret for secret in ("王建国", "13812345678", VILLAGE) if secret in text]


def test_a_number_of_service_nobody_issued_is_not_genuine(client: Any, county: str) -> None:
    assert client.get("/verify/S140826-20200203-ABCDEF12").status_code == 404
