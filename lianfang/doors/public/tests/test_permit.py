"""A permit on the phone: shown while it holds, refused with the reason after, never more than the card says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock

TERM = {"first_on": "2020-02-03", "last_on": "2020-02-09"}


@pytest.fixture
def made(cast: dict[str, Actor], moment: datetime) -> dict[str, Any]:
    home = {"area_path": GRID, "number": "12号", "head_name": "单小明", "address": "北街12号"}
    household = run(cast["system"], "people.add_household", home)["id"]
    given = {"household_id": household, **TERM}
    return dict(run(cast["secretary"], "checkpoints.issue_household_permit", given))


@pytest.mark.parametrize("address", ["/p/abc", "/p/%20", "/p/0000", "/p/" + "A" * 190])
def test_an_address_nobody_issued_shows_no_permit(client: Any, county: str, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "<svg" not in answer.content.decode()


def test_an_altered_address_is_refused(client: Any, made: dict[str, Any]) -> None:
    address = made["page"]
    other = address[:-20] + ("A" if address[-20] != "A" else "B") + address[-19:]
    answer = client.get(other)
    assert answer.status_code == 404
    assert "被改过" in answer.content.decode()


def test_a_revoked_permit_shows_its_reason_and_no_code(client: Any, cast: Any, made: dict[str, Any]) -> None:
    run(cast["secretary"], "checkpoints.revoke_permit", {"permit_id": made["id"], "because": "lost"})
    text = client.get(made["page"]).content.decode()
    assert "已作废" in text
    assert "<svg" not in text


def test_an_expired_permit_shows_no_code(client: Any, made: dict[str, Any]) -> None:
    with clock.fixed(datetime(2020, 2, 9, 16, 0, tzinfo=UTC)):
        text = client.get(made["page"] + "?lang=en").content.decode()
    assert "expired" in text
    assert "<svg" not in text


def test_what_a_leaked_key_signed_is_refused(client: Any, cast: Any, made: dict[str, Any]) -> None:
    [key] = read(cast["duty"], "checkpoints.permit_keys").rows
    run(cast["duty"], "checkpoints.withdraw_permit_key", {"key": key["id"], "reason": "密钥文件外泄"})
    assert client.get(made["page"]).status_code == 404


def test_a_valid_permit_shows_its_code_and_no_name(client: Any, made: dict[str, Any]) -> None:
    answer = client.get(made["page"])
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<svg" in text
    assert "12号" in text
    assert "2020-02-09" in text
    assert "单小明" not in text
    assert "北街" not in text
    assert len(answer.content) <= 15_000
