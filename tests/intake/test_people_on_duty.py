"""A list of people on duty, taken in whole: who is new is registered, who is known is left, what differs is decided."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.workforce.models.listed import ListedResponder
from lianfang.domain.workforce.models.responders import Responder
from lianfang.doors.files.commands import intake_check, intake_run
from lianfang.doors.files.tests.sheets import HEADERS, identity, person, text, xls, xlsx, xlsx_text
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.actions.running import run
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moment")]

COLUMNS = [
    "序号",
    "姓名",
    "联系电话",
    "身份证号",
    "所在单位",
    "职务",
    "人员类别",
    "特长",
    "可用时段",
    "健康限制",
    "车牌号",
    "居住地址",
]
DUTY = "workforce.responders"


def line(number: int, **changes: Any) -> list[Any]:
    """Return one good line of the list."""
    row = dict.fromkeys(COLUMNS, "") | {
        "序号": number, "姓名": "值" + chr(0x4E00 + 100 + number) + "明", "联系电话": f"139{number:08d}",
        "人员类别": "下沉干部", "居住地址": "古绛镇城内村3号",
    }  # fmt: skip
    return list((row | changes).values())


def take(put: Any, who: Actor, *lines: list[Any], body: bytes = b"") -> IntakeBatch:
    intake_run(put(body or xlsx_text([COLUMNS, *lines])), "140826", who, DUTY)
    return IntakeBatch.objects.latest("pk")


def registered(who: Actor, **more: Any) -> UUID:
    given = {"area_path": VILLAGE, "name": "王建国", "phone": "13812345678", "origin": "volunteer", **more}
    return UUID(run(who, "workforce.register_responder", given)["id"])


def decide(who: Actor, action: str) -> Any:
    return run(who, f"workforce.{action}", {"line_id": str(ListedResponder.objects.get().pk)})


# --- refusals ----------------------------------------------------------------------------------------------------


def test_a_kind_of_list_nobody_declared_is_refused(put: Any, cast: dict[str, Actor]) -> None:
    for command in (intake_check, intake_run):
        with pytest.raises(Refusal) as caught:
            command(put(xlsx_text([COLUMNS, line(1)])), "140826", cast["duty"], "nothing.known")
        assert caught.value.code == "intake.no_target"


@pytest.mark.parametrize("who", ["outsider", "grid", "town"])
def test_who_may_not_take_lists_in_there_is_refused(put: Any, cast: dict[str, Actor], who: str) -> None:
    for command in (intake_check, intake_run):
        with pytest.raises(Refusal) as caught:
            command(put(xlsx_text([COLUMNS, line(1)])), "140826", cast[who], DUTY)
        assert caught.value.code == "access.not_yours"
    assert not Responder.objects.exists()


def test_who_takes_leads_in_but_registers_nobody_takes_no_people_on_duty_in(put: Any, cast: dict[str, Actor]) -> None:
    with_lists_alone = Role("lists", both("收名单的人", "Takes lists in"), ("intake.*",))
    clerk = replace(cast["duty"], grants=(Held(with_lists_alone, "140826", "名单"),))
    assert intake_check(put(xlsx_text([COLUMNS, line(1)])), "140826", clerk)["accepted"] == 1
    for command in (intake_check, intake_run):
        with pytest.raises(Refusal) as caught:
            command(put(xlsx_text([COLUMNS, line(1)])), "140826", clerk, DUTY)
        assert caught.value.code == "access.not_yours"
    batch = take(put, cast["duty"], line(1))
    with pytest.raises(Refusal) as caught:
        undo(clerk, batch)
    assert caught.value.code == "access.not_yours"


def test_a_line_without_a_name_registers_nobody_and_says_so(put: Any, cast: dict[str, Actor]) -> None:
    batch = take(put, cast["duty"], line(1), line(2, 姓名=""))
    assert (batch.summary["added"], batch.summary["unnamed"]) == (1, 1)
    [problem] = RefusedRow.objects.all()
    assert (problem.row, problem.column, problem.code) == (3, "姓名", "workforce.line_unnamed")


def test_a_phone_that_cannot_be_dialled_refuses_its_line(put: Any, cast: dict[str, Actor]) -> None:
    batch = take(put, cast["duty"], line(1), line(2, 联系电话="12"))
    assert (batch.accepted, batch.refused, Responder.objects.count()) == (1, 1, 1)


def test_what_is_not_understood_is_told_and_never_guessed(put: Any, cast: dict[str, Actor]) -> None:
    batch = take(put, cast["duty"], line(1, 特长="驾驶、舞龙", 可用时段="看情况", 所在单位="没有登记的单位"))
    assert batch.summary["unread"] == 1
    told = {one.column for one in RefusedRow.objects.filter(is_warning=True)}
    assert told == {"特长", "可用时段", "单位"}
    one = Responder.objects.get()
    assert (one.skills, one.availability, one.unit_id) == (["driving"], [], None)
    assert not any("舞龙" in said.message_zh for said in RefusedRow.objects.all())


# --- taken in ----------------------------------------------------------------------------------------------------


def test_a_check_changes_nothing_and_says_what_the_columns_mean(put: Any, cast: dict[str, Actor]) -> None:
    registered(cast["duty"])
    lines = [line(1), line(2, 姓名="王建国", 联系电话="13812345678"), line(3, 联系电话="138 1234 5678")]
    answer = intake_check(put(xlsx_text([COLUMNS, *lines])), "140826", cast["duty"], DUTY)
    assert answer["matched"] == {"exact": 1, "probable": 1, "new": 1}
    assert answer["mapping"] == {
        "序号": "serial", "姓名": "name", "联系电话": "phone", "身份证号": "identity_number", "所在单位": "workplace",
        "职务": "rank", "人员类别": "category", "特长": "skills", "可用时段": "available", "健康限制": "limits",
        "车牌号": "vehicle", "居住地址": "address",
    }  # fmt: skip
    assert (Responder.objects.count(), IntakeBatch.objects.count()) == (1, 0)


def test_a_list_of_leads_keeps_none_of_it(put: Any, cast: dict[str, Actor]) -> None:
    answer = intake_check(put(xlsx_text([COLUMNS, line(1)])), "140826", cast["duty"])
    assert not {"rank", "skills", "available", "limits", "vehicle"} & {*answer["mapping"].values()}


def test_who_is_new_is_registered_with_what_the_list_says(put: Any, cast: dict[str, Actor]) -> None:
    unit = run(cast["duty"], "organisation.add_unit", {"area_path": "140826", "kind": "department", "name": "县财政局"})
    number = identity(7, "19650304")
    take(put, cast["duty"], line(
        1, 姓名="李秀英", 身份证号=number, 所在单位="县财政局", 职务="科员", 特长="医护 开车", 可用时段="周末夜间",
        健康限制="高血压", 车牌号="晋M·12345",
    ))  # fmt: skip
    one = Responder.objects.get()
    assert (one.name, one.phone, one.state, one.origin) == ("李秀英", "13900000001", "screened", "cadre")
    assert (one.area_path, str(one.unit_id), one.rank) == (VILLAGE, unit["id"], "科员")
    assert (one.skills, one.limits, one.vehicle_plate) == (["medic", "driving"], "chronic_illness", "晋M12345")
    assert one.availability == [{"from": "", "to": "", "weekdays": [5, 6], "parts": ["night"]}]
    assert f"{one.born_on}" == "1965-03-04"
    # the number itself is kept nowhere
    assert number not in str(Responder.objects.values())
    [row] = read(cast["duty"], DUTY, Query(search="李秀英")).rows
    assert row["cells"]["unit_name"] == "县财政局"


@pytest.mark.parametrize("write", [xlsx, xlsx_text, xls, text])
def test_any_workbook_is_read(put: Any, cast: dict[str, Actor], write: Any) -> None:
    take(put, cast["duty"], body=write([COLUMNS, line(1), line(2)]))
    assert Responder.objects.count() == 2


def test_who_is_named_twice_on_a_list_is_registered_once(put: Any, cast: dict[str, Actor]) -> None:
    batch = take(put, cast["duty"], line(1), line(1))
    assert (batch.summary["added"], batch.summary["repeated"]) == (1, 1)


def test_the_same_list_again_changes_nothing(put: Any, cast: dict[str, Actor]) -> None:
    first = [line(1, 特长="驾驶", 可用时段="夜间"), line(2)]
    take(put, cast["duty"], *first)
    again = take(put, cast["duty"], *first, line(3))
    assert (again.summary["added"], again.summary["known"], again.summary["to_decide"]) == (1, 2, 0)
    assert Responder.objects.count() == 3


# --- who is known ------------------------------------------------------------------------------------------------


def test_nobody_on_the_register_is_changed_by_a_list(put: Any, cast: dict[str, Actor]) -> None:
    pk = registered(cast["duty"], rank="网格长", skills=["driving"])
    batch = take(put, cast["duty"], line(1, 姓名="王建国", 联系电话="13812345678", 职务="科员", 特长="医护"))
    assert (batch.summary["added"], batch.summary["to_decide"]) == (0, 1)
    one = Responder.objects.get()
    assert (one.pk, one.rank, one.skills, one.version) == (pk, "网格长", ["driving"], 1)
    [row] = read(cast["secretary"], "workforce.listed").rows
    assert (row["cells"]["evidence"], row["cells"]["rank"], row["cells"]["known_rank"]) == ("differs", "科员", "网格长")


def test_a_line_is_taken_over_with_what_it_says_and_no_more(put: Any, cast: dict[str, Actor]) -> None:
    registered(cast["duty"], skills=["driving"], vehicle_plate="晋M00001", limits=["pregnant"])
    take(
        put, cast["duty"], line(1, 姓名="王建国", 联系电话="13812345678", 职务="科员", 特长="医护", 健康限制="不能久站")
    )
    decide(cast["secretary"], "update_from_list")
    one = Responder.objects.get()
    assert (one.rank, one.skills, one.vehicle_plate) == ("科员", ["driving", "medic"], "晋M00001")
    assert one.limits == "no_standing pregnant"
    said = ListedResponder.objects.get()
    assert (said.decision, said.name, said.phone, said.limits) == ("updated", "", "", "")
    with pytest.raises(Refusal) as caught:
        decide(cast["secretary"], "leave_listed")
    assert caught.value.code == "workforce.no_line_to_decide"


def test_another_person_with_the_same_phone_is_registered_by_a_person_alone(put: Any, cast: dict[str, Actor]) -> None:
    registered(cast["duty"])
    take(put, cast["duty"], line(1, 姓名="李秀英", 联系电话="13812345678"))
    assert Responder.objects.count() == 1
    decide(cast["secretary"], "add_from_list")
    assert {one.name for one in Responder.objects.all()} == {"王建国", "李秀英"}


def test_one_and_the_same_person_is_not_registered_again(put: Any, cast: dict[str, Actor]) -> None:
    registered(cast["duty"])
    take(put, cast["duty"], line(1, 姓名="王建国", 联系电话="13812345678", 职务="科员"))
    with pytest.raises(Refusal) as caught:
        decide(cast["secretary"], "add_from_list")
    assert caught.value.code == "workforce.no_line_to_decide"


def test_a_namesake_without_a_phone_is_decided_about(put: Any, cast: dict[str, Actor]) -> None:
    registered(cast["duty"])
    batch = take(put, cast["duty"], line(1, 姓名="王建国", 联系电话=""))
    assert (batch.summary["added"], batch.summary["to_decide"]) == (0, 1)
    decide(cast["secretary"], "leave_listed")
    assert Responder.objects.get().version == 1


@pytest.mark.parametrize("action", ["update_from_list", "add_from_list", "leave_listed"])
def test_nobody_decides_about_another_village(put: Any, cast: dict[str, Actor], action: str) -> None:
    registered(cast["duty"])
    take(put, cast["duty"], line(1, 姓名="李秀英", 联系电话="13812345678"))
    for who in ("neighbour", "grid", "outsider"):
        with pytest.raises(Refusal) as caught:
            decide(cast[who], action)
        assert caught.value.code == "access.not_yours"


# --- taken back --------------------------------------------------------------------------------------------------


def undo(who: Actor, batch: IntakeBatch) -> Any:
    return run(who, "intake.undo_batch", {"batch_id": str(batch.pk)})


@pytest.fixture
def begun(put: Any, cast: dict[str, Actor]) -> IntakeBatch:
    registered(cast["duty"])
    return take(put, cast["duty"], line(1), line(2), line(3, 姓名="王建国", 联系电话="13812345678", 职务="科员"))


def offered(who: Actor) -> bool:
    [row] = read(who, "intake.batches", Query(offers=True)).rows
    return "intake.undo_batch" in row["can"]


def test_a_list_nobody_has_worked_with_is_taken_back_whole(begun: IntakeBatch, cast: dict[str, Actor]) -> None:
    assert offered(cast["duty"])
    assert undo(cast["duty"], begun)["taken_back"] == 2
    assert [one.name for one in Responder.objects.all()] == ["王建国"]
    assert not ListedResponder.objects.exists()


def _posted(cast: dict[str, Actor], pk: str) -> None:
    gate = {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": "村东口", "pattern": "4x6"}
    post = run(cast["secretary"], "workforce.add_post", gate)["id"]
    for step in ("note_training", "sign_undertaking"):
        run(cast["secretary"], f"workforce.{step}", {"responder_id": pk})
    given = {"post_id": post, "on": "2020-02-05", "kind": "4x6.a", "responder_id": pk}
    run(cast["secretary"], "workforce.put_on_shift", given)


def _teamed(cast: dict[str, Actor], pk: str) -> None:
    team = run(cast["town"], "workforce.set_up_team", {"area_path": VILLAGE, "kind": "volunteer", "name": "志愿队"})[
        "id"
    ]
    run(cast["town"], "workforce.add_member", {"team_id": team, "responder_id": pk})


def _changed(cast: dict[str, Actor], pk: str) -> None:
    run(cast["town"], "workforce.note_training", {"responder_id": pk})


def _decided(cast: dict[str, Actor], pk: str) -> None:
    decide(cast["town"], "leave_listed")


def test_a_list_stays_while_another_list_speaks_of_its_people(
    put: Any, cast: dict[str, Actor], begun: IntakeBatch
) -> None:
    later = take(put, cast["duty"], line(1, 职务="科员"))
    with pytest.raises(Refusal) as caught:
        undo(cast["duty"], begun)
    assert caught.value.code == "workforce.list_in_use"
    undo(cast["duty"], later)
    assert undo(cast["duty"], begun)["taken_back"] == 2


@pytest.mark.parametrize("work", [_posted, _teamed, _changed, _decided])
def test_a_list_whose_people_are_in_use_stays(begun: IntakeBatch, cast: dict[str, Actor], work: Any) -> None:
    work(cast, str(Responder.objects.filter(batch_id=begun.pk)[0].pk))
    assert not offered(cast["duty"])
    with pytest.raises(Refusal) as caught:
        undo(cast["duty"], begun)
    assert caught.value.code == "workforce.list_in_use"
    assert Responder.objects.count() == 3


def test_a_list_of_leads_is_taken_back_as_before(put: Any, cast: dict[str, Actor]) -> None:
    intake_run(put(xlsx_text([HEADERS, person(1)])), "140826", cast["duty"])
    assert undo(cast["duty"], IntakeBatch.objects.get())["taken_back"] == 1


# --- in the console ----------------------------------------------------------------------------------------------


def test_the_wizard_says_what_lists_are_for_and_takes_people_on_duty_in(signed_in: Any) -> None:
    client = signed_in("duty")
    targets = client.get("/api/intake").json()["targets"]
    assert {one["name"]: one["table"] for one in targets} == {"screening.leads": "screening.leads", DUTY: DUTY}
    file = io.BytesIO(xlsx_text([COLUMNS, line(1), line(2)]))
    file.name = "值守人员.xlsx"
    opened = client.post("/api/intake", {"file": file, "target": DUTY}).json()
    assert opened["target"]["title"]["zh"] == "参战（值守）人员名单"
    assert {"rank", "skills", "limits"} <= {one["name"] for one in opened["fields"]}
    assert "returned_on" not in {one["name"] for one in opened["fields"]}
    batch = opened["batch_id"]
    mapping = {str(one["index"]): one["field"] for one in opened["columns"] if one["field"]}
    for step, body in (("check", {"mapping": mapping, "within": "140826"}), ("run", {})):
        client.post(f"/api/intake/{batch}/{step}", body, content_type="application/json")
        run_waiting()
    seen = client.get(f"/api/intake/{batch}").json()
    assert (seen["status"], seen["summary"]["added"], seen["target"]["table"]) == ("done", 2, DUTY)
    assert len(read_by(client, batch)) == 2


def read_by(client: Any, batch: str) -> list[Any]:
    return list(client.get(f"/api/tables/{DUTY}", {"batch": batch}).json()["rows"])
