"""What a phone recorded reaches the server once, or is kept with the reason it was refused for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.areas.queries import grids_of
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.devices.models import Device
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def grid(name: str, village: str = VILLAGE, **others: Any) -> dict[str, Any]:
    command = {"id": str(uuid7()), "action": "areas.create_grid", "input": {"village": village, "name": name}}
    return command | others


@pytest.fixture
def upload(signed_in: Any) -> Any:
    def send(who: str, commands: Any, device: str = "phone-1", version: str = "0.1.0") -> Any:
        body = {"commands": commands, "device_id": device, "app_version": version}
        return signed_in(who).post("/api/sync/upload", body, content_type="application/json")

    return send


@pytest.fixture
def bring_in(signed_in: Any) -> Any:
    def send(who: str, commands: Any, author: str = "", **others: Any) -> Any:
        body = {"format": "lianfang.outbox", "version": 1, "device_id": "phone-9", "account": author,
                "exported_at": "2020-02-03T08:00:00+08:00", "commands": commands} | others  # fmt: skip
        return signed_in(who).post("/api/sync/import", body, content_type="application/json")

    return send


def test_nobody_uploads_without_a_session(client: Any) -> None:
    response = client.post("/api/sync/upload", {"commands": []}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (401, "session.none")


def test_another_village_is_refused_and_kept_with_the_reason(upload: Any) -> None:
    command = grid("第九网格", NEIGHBOUR_VILLAGE)
    [result] = upload("secretary", [command]).json()["results"]
    assert (result["status"], result["refusal"]["code"]) == ("refused", "access.not_yours")
    kept = RefusedCommand.objects.get(command_id=command["id"])
    assert (kept.code, kept.device_id, kept.area_path) == ("access.not_yours", "phone-1", VILLAGE)
    assert "第九网格" in kept.input


def test_a_refused_command_is_kept_once_however_often_it_comes(upload: Any) -> None:
    command = grid("第九网格", NEIGHBOUR_VILLAGE)
    upload("secretary", [command, command])
    upload("secretary", [command])
    assert RefusedCommand.objects.count() == 1


def test_an_action_nobody_knows_is_kept(upload: Any) -> None:
    command = grid("第九网格", action="visits.note_down")
    [result] = upload("secretary", [command]).json()["results"]
    assert result["refusal"]["code"] == "action.unknown"
    assert RefusedCommand.objects.get().action == "visits.note_down"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"id": "7"}, "command.bad_id"),
        ({"id": None}, "command.bad_id"),
        ({"happened_at": "yesterday"}, "http.bad_value"),
        ({"happened_at": "2020-02-03T08:00:00"}, "http.bad_value"),
        ({"happened_at": "1970-01-01T00:00:00Z"}, "action.bad_time"),
        ({"input": "text"}, "input.wrong_kind"),
        ({"input": {"village": VILLAGE}}, "input.invalid"),
        ({"action": "a\u0000b"}, "action.unknown"),
        ({"action": 5}, "action.unknown"),
    ],
)
def test_one_broken_command_never_holds_up_its_neighbours(upload: Any, broken: dict[str, Any], code: str) -> None:
    response = upload("secretary", [grid("第三网格"), grid("第九网格") | broken, grid("第四网格")])
    statuses = [one["status"] for one in response.json()["results"]]
    assert statuses == ["done", "refused", "done"]
    assert response.json()["results"][1]["refusal"]["code"] == code
    assert RefusedCommand.objects.get().code == code


@pytest.mark.parametrize("commands", ["text", {"a": 1}, 7])
def test_commands_that_are_no_list_are_refused_whole(upload: Any, commands: Any) -> None:
    response = upload("secretary", commands)
    assert (response.status_code, response.json()["field"]) == (400, "commands")


@pytest.mark.parametrize("command", ["text", 7, None, []])
def test_a_command_that_is_no_object_is_refused_and_kept(upload: Any, command: Any) -> None:
    [result] = upload("secretary", [command]).json()["results"]
    assert result["status"] == "refused"
    assert RefusedCommand.objects.count() == 1


def test_too_many_at_once_are_refused_whole(upload: Any) -> None:
    assert upload("secretary", [{}] * 1001).json()["code"] == "batch.too_many"


def test_a_repeated_upload_changes_nothing(upload: Any) -> None:
    commands = [grid("第三网格"), grid("第四网格")]
    first, again = upload("secretary", commands).json(), upload("secretary", commands).json()
    assert [one["status"] for one in first["results"]] == ["done", "done"]
    assert again["results"] == [one | {"status": "repeated"} for one in first["results"]]
    assert len(grids_of(VILLAGE)) == 4
    assert list(verify()) == []


def test_a_refused_command_accepted_later_is_resolved(upload: Any) -> None:
    command = grid("第一网格")
    assert upload("secretary", [command]).json()["results"][0]["refusal"]["code"] == "areas.name_taken"
    command["input"]["name"] = "第三网格"
    assert upload("secretary", [command]).json()["results"][0]["status"] == "done"
    assert RefusedCommand.objects.get().resolution == "accepted"


def test_what_met_a_busy_server_is_left_unanswered_and_so_stays_on_the_phone(
    upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from lianfang.foundation.actions import running

    def busy(*_: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(running, "_record", busy)
    assert upload("secretary", [grid("第三网格")]).json()["results"] == []
    assert not RefusedCommand.objects.exists()
    monkeypatch.undo()
    assert len(grids_of(VILLAGE)) == 2


def test_the_phone_is_known_by_its_upload(upload: Any, accounts: Any) -> None:
    upload("secretary", [], device="phone-7", version="0.1.0\u0000<b>")
    phone = Device.objects.get(device_id="phone-7")
    assert (phone.account, phone.app_version, phone.last_upload_at is not None) == (
        accounts["secretary"],
        "0.1.0b",
        True,
    )


def test_a_lost_phone_is_told_to_wipe_and_what_it_sent_is_kept_undone(upload: Any) -> None:
    upload("secretary", [])
    Device.objects.update(lost_at=Device.objects.get().first_seen_at)
    command = grid("第三网格")
    answer = upload("secretary", [command]).json()
    assert answer["wipe"] is True
    assert answer["results"][0]["refusal"]["code"] == "devices.lost"
    assert RefusedCommand.objects.get(command_id=command["id"]).code == "devices.lost"
    assert len(grids_of(VILLAGE)) == 2
    assert Device.objects.get().wiped_at is not None


def test_what_a_lost_phone_had_sent_before_is_told_as_done_and_not_kept_again(upload: Any) -> None:
    done, waiting = grid("第三网格"), grid("第四网格")
    upload("secretary", [done])
    Device.objects.update(lost_at=Device.objects.get().first_seen_at)
    told = upload("secretary", [done, waiting]).json()["results"]
    assert [one["status"] for one in told] == ["repeated", "refused"]
    assert [one.command_id for one in RefusedCommand.objects.all()] == [UUID(waiting["id"])]


def test_a_lost_phone_cannot_hide_behind_another_name(signed_in: Any, accounts: Any) -> None:
    browser = signed_in("secretary")
    session = browser.session
    session["device_id"] = "phone-1"
    session.save()
    browser.post("/api/sync/upload", {"commands": []}, content_type="application/json")
    Device.objects.update(lost_at=Device.objects.get().first_seen_at)
    body = {"commands": [], "device_id": "phone-2"}
    assert browser.post("/api/sync/upload", body, content_type="application/json").json()["wipe"] is True
    assert browser.get("/api/session").status_code == 401


# --- a queue brought in as a file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"format": "x"}, {"version": 2}, {"version": None}])
def test_a_file_that_is_no_queue_is_refused(bring_in: Any, wrong: Any) -> None:
    response = bring_in("secretary", [], **wrong)
    assert (response.status_code, response.json()["code"]) == (422, "sync.not_a_queue")


def test_a_form_without_a_queue_is_refused(signed_in: Any) -> None:
    assert signed_in("secretary").post("/api/sync/import").json()["code"] == "sync.not_a_queue"


def test_who_brings_a_file_does_no_more_than_they_may(bring_in: Any, accounts: Any) -> None:
    author = str(accounts["secretary"].pk)
    command = grid("第三网格")
    answer = bring_in("neighbour", [command], author).json()
    assert (answer["refused"], answer["done"]) == (1, 0)
    assert RefusedCommand.objects.get(command_id=command["id"]).account_id == accounts["neighbour"].pk


def test_a_file_acts_in_the_name_of_who_brings_it_and_its_author_stays_a_claim(bring_in: Any, accounts: Any) -> None:
    author = str(accounts["secretary"].pk)
    assert bring_in("town", [grid("第三网格")], author).json()["done"] == 1
    line = AuditLine.objects.get(action="areas.create_grid")
    assert (line.account_id, line.door, line.device_id) == (accounts["town"].pk, "import", "phone-9")
    claim = AuditLine.objects.get(action="sync.import_queue")
    assert claim.details["claimed_author"] == author


def test_a_file_and_its_phone_together_change_nothing_twice(bring_in: Any, upload: Any, accounts: Any) -> None:
    author, commands = str(accounts["secretary"].pk), [grid("第三网格"), grid("第四网格")]
    upload("secretary", commands[:1])
    assert [one["status"] for one in bring_in("town", commands, author).json()["results"]] == ["repeated", "done"]
    assert [one["status"] for one in upload("secretary", commands).json()["results"]] == ["repeated", "repeated"]
    assert len(grids_of(VILLAGE)) == 4


def test_a_file_is_taken_from_a_form_too(signed_in: Any, tmp_path: Any) -> None:
    path = tmp_path / "queue.json"
    path.write_text('{"format": "lianfang.outbox", "version": 1, "commands": []}')
    with path.open("rb") as file:
        assert signed_in("town").post("/api/sync/import", {"file": file}).json()["done"] == 0
