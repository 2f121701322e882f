"""Signing in and out: who is locked out, what ends with a session, and that no other site's page can act."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lianfang.config.demo.cast import GRID, PASSWORD, VILLAGE
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.audit.models import AuditLine
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

CREATE = {"village": VILLAGE, "name": "第三网格"}


def _sign_in(client: Client, username: str = "secretary", password: str = PASSWORD, **more: Any) -> Any:
    body = {"username": username, "password": password, **more}
    return client.post("/api/session", body, content_type="application/json")


def _act(client: Client, **headers: str) -> Any:
    body = {"id": str(uuid7()), "input": CREATE}
    return client.post("/api/actions/areas.create_grid", body, content_type="application/json", headers=headers)


def _code(response: Any) -> str:
    return str(response.json()["code"])


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\x00", "x" * 100_000])
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(client: Client, accounts: Any, password: str) -> None:
    known, unknown = _sign_in(client, "secretary", password), _sign_in(client, "nobody", password)
    assert (known.status_code, _code(known)) == (401, "session.wrong")
    assert known.json() == unknown.json()


@pytest.mark.parametrize(
    "body", ['{"username": ["a"], "password": {}}', "[]", "null", "{", '{"username": "\\u0000"}', ""]
)
def test_a_strange_sign_in_is_refused_without_trouble(client: Client, accounts: Any, body: str) -> None:
    response = client.post("/api/session", body, content_type="application/json")
    assert response.status_code in (400, 401)


def test_a_form_of_a_foreign_page_signs_nobody_in(client: Client, accounts: Any) -> None:
    response = client.post("/api/session", {"username": "secretary", "password": PASSWORD})
    assert response.status_code in (400, 401)


def test_after_eight_failures_even_the_right_password_is_refused(client: Client, accounts: Any) -> None:
    codes = [_code(_sign_in(client, password="wrong")) for _ in range(8)]
    assert set(codes[:7]) == {"session.wrong"}
    response = _sign_in(client)
    assert (response.status_code, _code(response)) == (429, "session.locked")
    assert _sign_in(client, "grid").status_code == 200, "others are not locked out with them"


def test_a_right_password_clears_the_failures_before_it(client: Client, accounts: Any) -> None:
    for _ in range(3):
        for _ in range(5):
            _sign_in(client, password="wrong")
        assert _sign_in(client).status_code == 200


def test_an_inactive_account_does_not_sign_in_and_its_session_ends(client: Client, accounts: Any) -> None:
    assert _sign_in(client).status_code == 200
    Account.objects.filter(username="secretary").update(is_active=False)
    assert client.get("/api/session").status_code == 401
    assert _code(_sign_in(client)) == "session.wrong"


@pytest.mark.parametrize("device", ["x" * 65, "a\x00b", "a\u202eb"])
def test_a_device_with_an_impossible_name_is_refused(client: Client, accounts: Any, device: str) -> None:
    assert _code(_sign_in(client, device_id=device)) == "http.bad_value"


def test_signing_out_ends_the_session_at_once_even_where_it_is_remembered(
    client: Client, accounts: Any, settings: Any
) -> None:
    settings.LIANFANG_ACTOR_SECONDS = 60
    _sign_in(client)
    assert client.get("/api/meta").status_code == 200
    cookie = client.cookies["lianfang_session"].value
    assert client.delete("/api/session").status_code == 204
    client.cookies["lianfang_session"] = cookie
    assert client.get("/api/meta").status_code == 401
    assert _act(client).status_code == 401


def test_a_made_up_session_cookie_opens_nothing(client: Client, accounts: Any, settings: Any) -> None:
    settings.LIANFANG_ACTOR_SECONDS = 60
    for cookie in ("", "x", "a" * 32, "../../x", "0" * 4000):
        client.cookies["lianfang_session"] = cookie
        assert client.get("/api/meta").status_code == 401


def test_a_changed_password_ends_every_other_session(accounts: Any) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        _sign_in(client)
    body = {"id": str(uuid7()), "input": {"old": PASSWORD, "new": "绛县 2020 春"}}
    assert here.post("/api/actions/accounts.change_password", body, content_type="application/json").status_code == 200
    assert there.get("/api/session").status_code == 401
    assert _sign_in(there, password="绛县 2020 春").status_code == 200


def test_an_ended_grant_ends_what_the_session_may_do(client: Client, accounts: Any) -> None:
    _sign_in(client)
    Grant.objects.filter(account=accounts["secretary"]).update(ended_at="2020-02-03T00:00:00Z")
    assert _act(client).status_code == 403


# other sites


def test_without_the_pages_token_nothing_is_done(accounts: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    _sign_in(client)
    for response in (_act(client), _act(client, **{"X-CSRFToken": "x" * 32}), client.post("/api/batch", {})):
        assert (response.status_code, _code(response)) == (403, "session.foreign")
        assert response.json()["message"]["zh"]
    assert not AuditLine.objects.filter(action="areas.create_grid").exists()


def test_with_the_pages_token_it_is(accounts: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    token = _sign_in(client).json()["csrf"]
    assert _act(client, **{"X-CSRFToken": token}).status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: Client, accounts: Any) -> None:
    _sign_in(client)
    cookie = client.cookies["lianfang_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# what is told


def test_who_signs_in_learns_what_they_may_do_and_it_is_written_down(client: Client, accounts: Any) -> None:
    me = _sign_in(client, device_id="phone-1").json()
    assert me["home_area"]["path"] == VILLAGE
    assert "areas.create_grid" in me["can"]
    assert "access.grant_role" not in me["can"]
    line = AuditLine.objects.get(action="session.sign_in")
    assert (line.account_id, line.device_id, line.area_path) == (accounts["secretary"].pk, "phone-1", VILLAGE)
    assert PASSWORD not in str(line.details)


def test_a_language_is_chosen_for_oneself(client: Client, accounts: Any) -> None:
    _sign_in(client, "grid")
    choose = "/api/session/language"
    assert client.post(choose, {"language": "fr"}, content_type="application/json").status_code == 422
    assert client.post(choose, {"language": "en"}, content_type="application/json").status_code == 204
    assert client.get("/api/session").json()["account"]["language"] == "en"
    assert Account.objects.get(username="grid").home_area == GRID
