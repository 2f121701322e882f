"""One-time codes at sign-in: refused without one, with a wrong one and with a used one; taken off by another only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from lianfang.config.demo.cast import PASSWORD
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.models import Command
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock, onetime
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def sign_in(client: Client, code: str = "", username: str = "secretary", password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password, **({"code": code} if code else {})}
    return client.post("/api/session", body, content_type="application/json")


def said(response: Any) -> str:
    return str(response.json()["code"])


def code_of(secret: str, at: Any) -> str:
    return onetime.code_at(onetime.read(secret), onetime.step_at(at.timestamp()))


def refused(actor: Actor, action: str, **given: Any) -> str:
    with pytest.raises(Refusal) as caught:
        run(actor, f"accounts.{action}", given)
    return caught.value.code


@pytest.fixture
def secret(cast: dict[str, Actor], moment: Any) -> str:
    """The secret of the secretary, who turned codes on two minutes ago."""
    with clock.fixed(moment - timedelta(minutes=2)):
        told = run(cast["secretary"], "accounts.begin_codes", {"password": PASSWORD})
        code = code_of(told["secret"], clock.now())
        run(cast["secretary"], "accounts.confirm_codes", {"password": PASSWORD, "code": code})
    return str(told["secret"])


def test_without_a_code_the_right_password_opens_nothing(client: Client, secret: str) -> None:
    response = sign_in(client)
    assert (response.status_code, said(response)) == (401, "session.code_needed")
    assert response.json()["field"] == "code"
    assert client.get("/api/session").status_code == 401


def test_a_wrong_password_does_not_say_that_there_are_codes(client: Client, secret: str) -> None:
    assert said(sign_in(client, password="wrong")) == "session.wrong"


def test_wrong_codes_lock_out_like_wrong_passwords(client: Client, secret: str, moment: Any) -> None:
    codes = [said(sign_in(client, "000000")) for _ in range(8)]
    assert set(codes[:7]) == {"session.wrong_code"}
    assert said(sign_in(client, code_of(secret, moment))) == "session.locked"


def test_a_code_opens_once(client: Client, secret: str, moment: Any) -> None:
    assert sign_in(client, code_of(secret, moment)).status_code == 200
    assert client.get("/api/session").json()["account"]["codes"] is True
    assert said(sign_in(Client(), code_of(secret, moment))) == "session.wrong_code"
    earlier = code_of(secret, moment - timedelta(seconds=30))
    assert said(sign_in(Client(), earlier)) == "session.wrong_code"


def test_who_is_signed_in_gives_the_password_again_without_a_code(client: Client, secret: str, moment: Any) -> None:
    sign_in(client, code_of(secret, moment))
    assert sign_in(client).status_code == 200


def test_codes_are_asked_for_only_after_one_was_confirmed(client: Client, cast: dict[str, Actor], moment: Any) -> None:
    assert refused(cast["secretary"], "begin_codes", password="wrong") == "accounts.wrong_password"
    assert refused(cast["secretary"], "confirm_codes", password=PASSWORD, code="123456") == "accounts.codes_not_begun"
    told = run(cast["secretary"], "accounts.begin_codes", {"password": PASSWORD})
    assert told["address"].startswith("otpauth://totp/")
    assert refused(cast["secretary"], "confirm_codes", password=PASSWORD, code="000000") == "accounts.wrong_code"
    assert sign_in(client).status_code == 200


def test_the_secret_is_told_once_and_stored_sealed(secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT codes_secret FROM accounts_account WHERE username = 'secretary'")
        assert secret not in cursor.fetchone()[0]
    assert all(secret not in str(one.result) for one in Command.objects.all())


def test_codes_are_not_turned_off_with_the_password_alone(cast: dict[str, Actor], secret: str, moment: Any) -> None:
    assert refused(cast["secretary"], "begin_codes", password=PASSWORD) == "accounts.codes_on"
    assert refused(cast["secretary"], "end_codes", password=PASSWORD, code="000000") == "accounts.wrong_code"
    run(cast["secretary"], "accounts.end_codes", {"password": PASSWORD, "code": code_of(secret, moment)})
    assert Account.objects.get(username="secretary").codes_since is None


def test_an_administrator_takes_codes_off_a_lost_phone(
    client: Client, cast: dict[str, Actor], secret: str, moment: Any
) -> None:
    sign_in(client, code_of(secret, moment))
    mine = str(cast["secretary"].account_id)
    assert refused(cast["grid"], "reset_codes", account_id=mine, reason="手机丢失") == "access.not_yours"
    run(cast["duty"], "accounts.reset_codes", {"account_id": mine, "reason": "手机丢失，已当面核实"})
    assert client.get("/api/session").status_code == 401
    assert sign_in(Client()).status_code == 200
    assert refused(cast["duty"], "reset_codes", account_id=mine, reason="再来一次") == "accounts.codes_off"


def test_nobody_takes_off_the_own_codes(cast: dict[str, Actor], moment: Any) -> None:
    mine = str(cast["duty"].account_id)
    assert refused(cast["duty"], "reset_codes", account_id=mine, reason="方便登录") == "accounts.codes_own"
