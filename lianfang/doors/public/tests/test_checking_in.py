"""The check-in page of a community: by a code that can expire, braked, silent about everybody, nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.doors.public import checking_in
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.cards import issue_sign
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db
SMALL = 15 * 1024
SAID = {"name": "王建国", "phone": "138 1234 5678", "unit_name": "县财政局", "skills": ["driving"], "part": "night"}


@pytest.fixture(autouse=True)
def _fresh(moment: Any) -> Iterator[None]:
    for brake in (checking_in.visits, checking_in.sent):
        brake.forget()
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def code(cast: Any) -> dict[str, Any]:
    return run(cast["secretary"], "workforce.issue_check_in_code", {"area_path": VILLAGE})


def waiting() -> list[dict[str, Any]]:
    return [one["cells"] for one in read(SYSTEM, "workforce.check_in_requests").rows]


def send(client: Any, path: str, **more: Any) -> Any:
    return client.post(path, SAID | {"step": "send"} | more)


@pytest.mark.parametrize("token", ["x", "a.b", "x" * 500, "' OR 1=1 --", VILLAGE])
def test_a_code_nobody_signed_has_no_page(client: Any, county: str, token: str) -> None:
    assert client.get(f"/checkin/{token}").status_code == 404


def test_an_altered_code_has_no_page(client: Any, code: dict[str, Any]) -> None:
    head, dot, tail = code["path"].rpartition(".")
    for altered in (head[:-4] + "AAAA" + dot + tail, head + dot + tail[:-4] + "AAAA"):
        assert client.get(altered).status_code == 404
        assert send(client, altered).status_code == 404
    assert waiting() == []


def test_a_sign_of_something_else_is_no_code(client: Any, code: dict[str, Any]) -> None:
    assert client.get(f"/checkin/{issue_sign('post', code['id'], '')}").status_code == 404


def test_an_expired_code_has_no_page(client: Any, code: dict[str, Any], moment: Any) -> None:
    with clock.fixed(moment + timedelta(days=30)):
        assert client.get(code["path"]).status_code == 404
        assert send(client, code["path"]).status_code == 404
    assert waiting() == []


def test_a_revoked_code_has_no_page(client: Any, cast: Any, code: dict[str, Any]) -> None:
    run(cast["secretary"], "workforce.revoke_check_in_code", {"code_id": code["id"]})
    response = client.get(code["path"])
    assert response.status_code == 404
    assert "已失效" in response.content.decode()
    assert send(client, code["path"]).status_code == 404


def test_a_renewed_code_ends_the_sheets_printed_before(client: Any, cast: Any, code: dict[str, Any]) -> None:
    newer = run(cast["secretary"], "workforce.issue_check_in_code", {"area_path": VILLAGE})
    assert client.get(code["path"]).status_code == 404
    assert client.get(newer["path"]).status_code == 200


def test_the_form_cannot_name_another_community(client: Any, code: dict[str, Any]) -> None:
    send(client, code["path"], area_path=NEIGHBOUR_VILLAGE, code_id=code["id"])
    assert [one["area_path"] for one in waiting()] == [VILLAGE]


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "1"), ("phone", ""), ("phone", "12")])
def test_what_cannot_be_read_is_said_and_kept_in_the_form(
    client: Any, code: dict[str, Any], field: str, value: str
) -> None:
    for step in ("", "send"):
        response = send(client, code["path"], **{"step": step, field: value})
        assert response.status_code == 422
        assert "没有保存" in response.content.decode()
        assert "县财政局" in response.content.decode()
    assert waiting() == []


def test_a_flood_from_one_address_is_braked(client: Any, code: dict[str, Any]) -> None:
    statuses = [send(client, code["path"], name="").status_code for _ in range(61)]
    assert statuses == [422] * 60 + [429]


def test_more_than_a_community_can_answer_do_not_wait(client: Any, cast: Any, code: dict[str, Any]) -> None:
    few = {"profile": "covid19", "key": "serving.check_ins_waiting_at_most", "value": "2", "area_path": VILLAGE,
           "until_on": "2020-03-01", "document": "县指挥部通知"}  # fmt: skip
    opened = {"name": "疫情", "disease": "covid19", "area_path": "140826", "level": "I", "trigger": "通知",
              "legal_basis": "传染病防治法", "rules_as_of": "2020-02-03"}  # fmt: skip
    run(cast["duty"], "incidents.open_incident", opened)
    run(cast["duty"], "incidents.set_local_rule", few)
    phones = ["13812345671", "13812345672", "13812345673"]
    assert [send(client, code["path"], phone=one).status_code for one in phones] == [303, 303, 422]
    assert "打电话" in send(client, code["path"], phone=phones[2]).content.decode()
    # who waits already is joined with themselves, full or not
    assert send(client, code["path"], phone=phones[0]).status_code == 303
    assert sorted(one["times"] for one in waiting()) == [1, 2]


def test_what_was_typed_is_looked_over_before_anything_is_kept(client: Any, code: dict[str, Any]) -> None:
    response = client.post(code["path"], SAID)
    text = response.content.decode()
    assert response.status_code == 200
    for shown in ("请核对", "王建国", "县财政局", "驾驶", "夜间"):
        assert shown in text
    assert waiting() == []
    again = client.post(code["path"], SAID | {"step": "change"}).content.decode()
    assert 'value="王建国"' in again
    assert waiting() == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_is_small_has_no_script_and_says_what_for_and_how_long(
    client: Any, code: dict[str, Any], language: str
) -> None:
    body = client.get(code["path"], {"lang": language}).content
    assert len(body) <= SMALL
    assert b"<script" not in body
    for word in {
        "zh-hans": ("城内村", "只收集", "14 天", "1095 天"),
        "en": ("城内村", "Only name", "14 days", "1095 days"),
    }[language]:
        assert word in body.decode()


def test_what_is_sent_waits_and_is_no_check_in_yet(client: Any, code: dict[str, Any]) -> None:
    response = send(client, code["path"])
    assert response.status_code == 303
    shown = client.get(response["Location"]).content.decode()
    assert "社区会打电话" in shown
    assert not [said for said in ("王建国", "13812345678", "138 1234 5678") if said in shown]
    [one] = waiting()
    assert (one["name"], one["phone"], one["state"], one["unit_name"]) == (
        "王建国",
        "13812345678",
        "waiting",
        "县财政局",
    )
    assert (one["skills"], one["part"], one["times"]) == (["driving"], "night", 1)
    assert read(SYSTEM, "workforce.check_ins").rows == []
    assert read(SYSTEM, "workforce.responders").rows == []


def test_the_same_form_sent_twice_counts_once(client: Any, code: dict[str, Any]) -> None:
    looked = client.post(code["path"], SAID).content.decode()
    sent = re.search(r'name="id" value="([^"]+)"', looked)
    assert sent
    for _ in range(2):
        assert send(client, code["path"], id=sent[1]).status_code == 303
    assert [one["times"] for one in waiting()] == [1]


def test_the_page_does_not_tell_who_is_known(client: Any, cast: Any, code: dict[str, Any]) -> None:
    given = {"area_path": VILLAGE, "name": "王建国", "origin": "volunteer", "phone": "13812345678"}
    run(cast["town"], "workforce.register_responder", given)
    first, second = send(client, code["path"]), send(client, code["path"])
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    [one] = waiting()
    assert (one["times"], one["known"]) == (2, True)
