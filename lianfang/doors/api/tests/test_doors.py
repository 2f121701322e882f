"""The HTTP door itself: whatever is sent, the answer is a refusal with its code or a result, never a bare error."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.areas.queries import children
from lianfang.doors.api import views
from lianfang.foundation.actions.models import Command
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.models import Job
from lianfang.kernel.errors import CATALOGUE
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

JSON = "application/json"


def _command(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "action": "areas.create_grid", "input": {"village": VILLAGE, "name": "新网格"}, **more}


def _results(client: Any, commands: list[Any], **more: Any) -> list[Any]:
    response = client.post("/api/batch", {"commands": commands, **more}, content_type=JSON)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


@pytest.mark.parametrize(
    "address",
    ["/api/nothing", "/nothing", "/api/tables/areas.areas/a/b", "/api/jobs/x", "/api/jobs/../../etc", "/api/"],
)
def test_an_address_that_leads_nowhere_is_refused_in_two_languages(signed_in: Any, address: str) -> None:
    response = signed_in("duty").get(address)
    assert response.status_code == 404
    assert response.json()["code"] in CATALOGUE
    assert response.json()["message"]["en"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_a_method_that_an_operation_does_not_know_is_refused(signed_in: Any, method: str) -> None:
    response = getattr(signed_in("duty"), method)("/api/actions/areas.create_grid")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert response.json()["code"] == "http.method"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"id": 1e400}', b"NaN"]
)
def test_a_body_that_is_no_command_is_refused(signed_in: Any, body: bytes) -> None:
    response = signed_in("duty").post("/api/actions/areas.create_grid", body, content_type=JSON)
    assert response.status_code == 400
    assert response.json()["code"] in ("http.bad_json", "command.bad_id")


@pytest.mark.parametrize("id", [None, "", "x", 7, [], {}, "0" * 33, "0197c0de-0000-7000-8000-0000000000000"])
def test_a_command_without_a_proper_id_is_refused(signed_in: Any, id: Any) -> None:
    response = signed_in("duty").post("/api/actions/areas.create_grid", _command(id=id), content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "command.bad_id")


@pytest.mark.parametrize(
    "moment", ["yesterday", "2020-02-03", "2020-02-03T08:00:00", "2020-13-45T00:00:00Z", 7, [], {}]
)
def test_a_time_without_zone_or_sense_is_refused(signed_in: Any, moment: Any) -> None:
    response = signed_in("duty").post("/api/actions/areas.create_grid", _command(happened_at=moment), content_type=JSON)
    assert response.json()["field"] == "happened_at"


def test_one_bad_command_of_a_batch_is_refused_alone(signed_in: Any) -> None:
    batch = [_command(), _command(id="x"), _command(happened_at="never"), _command(action="\x00"),
             _command(device_id="\x00"), _command(input=None),
             _command(input={"village": VILLAGE, "name": "又一格"})]  # fmt: skip
    results = _results(signed_in("secretary"), batch)
    assert [one["id"] for one in results] == [one["id"] for one in batch]
    assert [one["status"] for one in results] == ["done", *["refused"] * 5, "done"]
    assert all(one["refusal"]["code"] in CATALOGUE for one in results[1:6])


def test_a_rehearsal_says_what_would_be_refused_and_changes_nothing(signed_in: Any) -> None:
    def state() -> list[int]:
        return [len(children(VILLAGE)), *(model.objects.count() for model in (AuditLine, Command, Event, Job))]

    client, before = signed_in("secretary"), state()
    batch = [_command(), _command(input={"village": "999999999999", "name": "外村"})]
    first, second = _results(client, batch, rehearse=True)
    assert first == {"id": batch[0]["id"], "status": "rehearsed", "result": {}}
    assert (second["status"], second["refusal"]["code"]) == ("refused", "access.not_yours")
    assert state() == before
    assert _results(client, batch[:1])[0]["status"] == "done"
    assert list(verify()) == []


@pytest.mark.parametrize("commands", [None, {}, "x", [1], [[]], [None]])
def test_a_batch_that_is_no_list_of_commands_is_refused(signed_in: Any, commands: Any) -> None:
    response = signed_in("duty").post("/api/batch", {"commands": commands}, content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "http.bad_value")


def test_a_batch_of_more_than_a_thousand_is_refused_whole(signed_in: Any) -> None:
    response = signed_in("duty").post("/api/batch", {"commands": [{}] * 1001}, content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (413, "batch.too_many")


def test_a_body_of_thirty_megabytes_is_refused(signed_in: Any) -> None:
    response = signed_in("duty").post("/api/batch", b'{"a": "' + b"x" * 30 * 2**20 + b'"}', content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (413, "http.too_big")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1e3", "9" * 20, "1.5", ""])
def test_an_odd_page_size_is_refused_or_bounded(signed_in: Any, limit: str) -> None:
    response = signed_in("duty").get("/api/tables/areas.areas", {"limit": limit})
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert len(response.json()["rows"]) == 1


@pytest.mark.parametrize(
    "query", ["q=%00", "within=%00", "sort=%00", "after=%00", "level=%ff%fe", "name__regex=.*", "q=%F0%9F"]
)
def test_odd_questions_of_a_list_are_answered_or_refused(signed_in: Any, query: str) -> None:
    assert signed_in("duty").get(f"/api/tables/areas.areas?{query}").status_code in (200, 400)


@pytest.mark.parametrize("within", ["1408261", "14", "~", "%00", "9" * 30, "../x"])
def test_the_board_of_an_area_that_is_not_ones_own_is_refused(signed_in: Any, within: str) -> None:
    response = signed_in("grid").get(f"/api/gaps?within={within}")
    assert response.status_code in (200, 400, 403)
    if response.status_code == 200:
        assert all(line["count"] == 0 for line in response.json()["gaps"])


def test_a_busy_database_is_said_to_be_busy(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(views, "read", locked)
    response = signed_in("duty").get("/api/tables/areas.areas")
    assert (response.status_code, response.json()["code"]) == (503, "action.busy")


def test_a_bug_is_answered_without_its_message(signed_in: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("王小明 13800005678")

    monkeypatch.setattr(views, "read", broken)
    response = signed_in("duty").get("/api/tables/areas.areas")
    assert (response.status_code, response.json()["code"]) == (500, "server.trouble")
    assert "王小明" not in caplog.text + response.content.decode()


def test_the_same_fact_sent_by_thirty_at_once_is_answered_to_each_and_done_once(signed_in: Any) -> None:
    command = _command()
    results = _results(signed_in("secretary"), [command] * 30)
    assert [one["status"] for one in results] == ["done", *["repeated"] * 29]
