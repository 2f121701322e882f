"""The other pages without login: certificates, health, and the shells of the apps."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.queries.letters import serial
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.doors.public import health, pages, verifying
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import enqueue
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    verifying.tries.forget()
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def order(cast: Any, moment: datetime) -> Any:
    make_incident()
    return observed(cast["secretary"], make_person())


def release(cast: Any, order: Any, moment: datetime) -> str:
    """Release the person on the day after the last, and return the number on the certificate."""
    with clock.fixed(moment + timedelta(days=14)):
        run(cast["secretary"], "observation.confirm_release", {"order_id": str(order.pk), "gaps_seen": True})
    return serial(order)


# --- certificates ---


@pytest.mark.parametrize("text", ["1", "140826100-20200203-ABCDEF", "140826100-20209999-ABCDEF", "' OR 1=1 --"])
def test_a_number_nobody_printed_is_not_genuine(client: Any, county: str, text: str) -> None:
    response = client.get("/verify/", {"serial": text})
    assert response.status_code == 404
    assert "没有查到" in response.content.decode()


def test_an_observation_that_still_runs_has_no_certificate(client: Any, order: Any) -> None:
    assert client.get(f"/verify/{serial(order)}").status_code == 404


def test_guessing_numbers_is_braked(client: Any, county: str) -> None:
    statuses = {client.get(f"/verify/{number}").status_code for number in range(61)}
    assert statuses == {404, 429}


def test_a_genuine_certificate_shows_dates_and_part_of_the_name(
    client: Any, cast: Any, order: Any, moment: datetime
) -> None:
    response = client.get(f"/verify/{release(cast, order, moment).lower()}")
    text = response.content.decode()
    assert response.status_code == 200
    assert "证明有效" in text
    assert "2020-02-17" in text
    assert "张*燕" in text
    assert "张小燕" not in text
    assert "城内村12号" not in text
    assert len(response.content) <= 15_000


def test_without_a_number_one_is_asked_for(client: Any) -> None:
    assert client.get("/verify/").status_code == 200
    assert client.post("/verify/").status_code == 405


# --- health ---


def test_a_server_whose_database_does_not_answer_is_not_well(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(health, "_state", broken)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, False)


def test_a_server_whose_jobs_stand_still_is_not_well(client: Any, moment: datetime) -> None:
    enqueue("gaps.sweep", {})
    assert client.get("/healthz").status_code == 200
    Job.objects.update(run_after=moment - timedelta(hours=1))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["jobs"] == {"waiting": 1, "failed": 0, "oldest_waits_seconds": 3600}


def test_a_server_that_is_well_tells_when_it_last_swept(client: Any, county: str) -> None:
    sweep_all()
    body = client.get("/healthz").json()
    assert body["ok"] is True
    assert body["last_sweep_at"]


# --- shells ---


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pages, "DIST", tmp_path)
    return tmp_path


def test_web_parts_that_are_not_built_are_said_to_be_missing(client: Any, dist: Path) -> None:
    for app in ("console", "field"):
        response = client.get(f"/{app}/today")
        assert response.status_code == 503
        assert "make run" in response.content.decode()


@pytest.mark.parametrize("rest", ["../secret", "%2e%2e/secret", "..%2f..%2fsecret", "assets/../../secret", "none.js"])
def test_nothing_outside_the_web_parts_is_served(client: Any, dist: Path, rest: str) -> None:
    (dist / "console").mkdir()
    (dist / "console" / "index.html").write_text("shell")
    (dist / "secret").write_text("key")
    response = client.get(f"/console/{rest}")
    assert response.content != b"key"


def test_every_address_of_an_app_is_its_page_and_is_asked_for_again(client: Any, dist: Path) -> None:
    (dist / "field").mkdir()
    (dist / "field" / "index.html").write_text("shell")
    for address in ("/field/", "/field/today", "/field/house/1"):
        response = client.get(address)
        assert response.content == b"shell"
        assert response["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert response["Content-Type"].startswith("text/html")


def test_a_new_build_is_served_at_once(client: Any, dist: Path) -> None:
    import os

    (dist / "field").mkdir()
    page = dist / "field" / "index.html"
    page.write_text("old")
    client.get("/field/")
    page.write_text("new")
    os.utime(page, ns=(1, 1))
    assert client.get("/field/").content == b"new"


def test_the_worker_of_the_field_app_is_served_in_its_scope(client: Any, dist: Path) -> None:
    (dist / "field").mkdir()
    (dist / "field" / "sw.js").write_text("self")
    response = client.get("/field/sw.js")
    assert response.content == b"self"
    assert "javascript" in response["Content-Type"]


def test_the_root_leads_to_the_console(client: Any) -> None:
    assert client.get("/")["Location"] == "/console/"
    assert client.get("/field")["Location"] == "/field/"
