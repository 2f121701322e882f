"""The doors open, in order."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import PASSWORD, VILLAGE
from lianfang.foundation.audit.chain import verify

pytestmark = pytest.mark.django_db


def test_nobody_is_answered_without_signing_in(client: Any) -> None:
    response = client.get("/api/meta")
    assert response.status_code == 401
    assert response.json()["code"] == "session.none"


def test_a_worker_signs_in_and_learns_who_they_are(client: Any, accounts: Any) -> None:
    response = client.post(
        "/api/session", {"username": "secretary", "password": PASSWORD}, content_type="application/json"
    )
    assert response.status_code == 200, response.content
    assert response.json()["home_area"]["path"] == VILLAGE
    assert client.get("/api/meta").status_code == 200


def test_a_wrong_password_is_refused_with_a_sentence(client: Any, accounts: Any) -> None:
    response = client.post(
        "/api/session", {"username": "secretary", "password": "wrong"}, content_type="application/json"
    )
    assert response.status_code == 401
    assert response.json()["message"]["zh"]


def test_a_grid_is_created_once_however_often_it_is_asked(send: Any) -> None:
    from lianfang.kernel.ids import uuid7

    command = uuid7()
    first = send("secretary", "areas.create_grid", {"village": VILLAGE, "name": "第三网格"}, command)
    again = send("secretary", "areas.create_grid", {"village": VILLAGE, "name": "第三网格"}, command)
    assert first.json()["status"] == "done"
    assert again.json() == first.json() | {"status": "repeated"}
    assert list(verify()) == []


def test_a_neighbour_may_not_create_a_grid_here(send: Any) -> None:
    response = send("neighbour", "areas.create_grid", {"village": VILLAGE, "name": "第三网格"})
    assert response.status_code == 403


def test_areas_are_listed_within_ones_own_scope(signed_in: Any) -> None:
    rows = signed_in("secretary").get("/api/tables/areas.areas?limit=500").json()["rows"]
    assert rows
    assert {row["area"][:12] for row in rows} == {VILLAGE}


def test_pages_join_without_gaps_or_repeats(signed_in: Any) -> None:
    client, seen, after = signed_in("duty"), [], ""
    while after is not None:
        page = client.get(f"/api/tables/areas.areas?limit=7&sort=-name&after={after}").json()
        seen += [row["id"] for row in page["rows"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) > 50


def test_the_board_answers(signed_in: Any) -> None:
    assert signed_in("duty").get("/api/gaps").status_code == 200


def test_a_table_comes_as_a_workbook(signed_in: Any) -> None:
    response = signed_in("duty").get("/api/tables/areas.areas.xlsx")
    assert b"".join(response.streaming_content)[:2] == b"PK"
