"""A list's whole way: checked without a trace, taken in whole or not at all, matched, sent out, marked, replied to."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from lianfang.domain.screening.actions import receiving
from lianfang.domain.screening.models.leads import Lead, LeadBatch, MatchProposal
from lianfang.domain.screening.queries import leads as known
from lianfang.doors.files.batches import silent, take_in
from lianfang.doors.files.commands import intake_check, intake_run, marked_path
from lianfang.doors.files.tests.sheets import HEADERS, identity, person, text, xls, xlsx, xlsx_text
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.storing import read_file
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.tests.unlocking import unlocked
from lianfang.foundation.exports.watermark import find_marks
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import CancelledJob, run_waiting
from lianfang.foundation.privacy.models import Reveal
from lianfang.kernel.errors import Refusal
from lianfang.kernel.places import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moment")]

VILLAGE = "140826100201"
GRID = f"{VILLAGE}001"
GOOD = [HEADERS, person(1), person(2), person(3, 目的地详细地址="火星基地")]
MIXED = [*GOOD, person(4, 身份证号码=140826198001150011), person(5, 手机号码="12", 返乡时间="昨天")]


def registered(name: str, *, number: str = "", phone: str = "", path: str = GRID) -> UUID:
    """Put a person of a household into the register; returns the id."""
    home = run(SYSTEM, "people.add_household", {"area_path": path, "number": name + phone[-4:], "address": "1号"})
    given = {"household_id": home["id"], "name": name, "phone": phone, "identity_number": number}
    return UUID(run(SYSTEM, "people.add_person", given)["id"])


def taken_in(put: Any, duty: Actor, rows: list[list[Any]] = MIXED) -> IntakeBatch:
    intake_run(put(xlsx_text(rows)), "140826", duty)
    return IntakeBatch.objects.latest("created_at")


# --- at the command line -----------------------------------------------------------------------------------------


def test_a_check_answers_as_agreed_and_changes_nothing(put: Any, cast: dict[str, Actor]) -> None:
    answer = intake_check(put(xlsx_text(MIXED)), "140826", cast["duty"])
    assert set(answer) == {"rows", "accepted", "rejected", "mapping", "matched", "places"}
    assert (answer["rows"], answer["accepted"]) == (5, 3)
    assert [(one["row"], one["column"], one["code"]) for one in answer["rejected"]] == [
        (5, "身份证号码", "identity.lost_digits"), (6, "手机号码", "phone.length"), (6, "返乡时间", "date.relative"),
    ]  # fmt: skip
    assert all(set(one) == {"row", "column", "code", "message"} for one in answer["rejected"])
    assert answer["mapping"]["目的地详细地址"] == "destination"
    assert answer["matched"] == {"exact": 0, "probable": 0, "new": 3}
    assert answer["places"] == {"resolved": 2, "ambiguous": 0, "unresolved": 1}
    assert not any(model.objects.exists() for model in (Lead, IntakeBatch, RefusedRow, Job, AuditLine))


@pytest.mark.parametrize(
    ("who", "within"), [("outsider", "140826"), ("grid", "140826"), ("town", "140826"), ("duty", "1408")]
)
def test_who_may_not_take_lists_in_there_is_refused(put: Any, cast: dict[str, Actor], who: str, within: str) -> None:
    for command in (intake_check, intake_run):
        with pytest.raises(Refusal) as caught:
            command(put(xlsx_text(GOOD)), within, cast[who])
        assert caught.value.code == "access.not_yours"
    assert not IntakeBatch.objects.exists()


def test_a_missing_file_and_an_unknown_area_are_refused(put: Any, cast: dict[str, Actor], tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        intake_check(tmp_path / "none.xlsx", "140826", cast["duty"])
    assert caught.value.code == "intake.no_file"
    with pytest.raises(Refusal) as caught:
        intake_check(put(xlsx_text(GOOD)), "999999", cast["duty"])
    assert caught.value.code == "area.unknown_code"


def test_a_run_takes_the_good_rows_in_and_marks_the_others(put: Any, cast: dict[str, Actor]) -> None:
    path = put(xlsx_text(MIXED))
    answer = intake_run(path, "140826", cast["duty"])
    assert answer["accepted"] == Lead.objects.count() == 3
    page = openpyxl.load_workbook(marked_path(path))["名单"]
    assert "末几位已丢失" in str(page["C5"].comment.text)
    assert page["C5"].fill.fgColor.rgb == "FFFFC7CE"
    assert page["D6"].comment is not None
    assert page["B2"].comment is None


def test_the_same_file_again_doubles_nothing(put: Any, cast: dict[str, Actor]) -> None:
    path = put(xlsx_text(MIXED))
    first, second = intake_run(path, "140826", cast["duty"]), intake_run(path, "140826", cast["duty"])
    assert first == second
    assert (Lead.objects.count(), LeadBatch.objects.count()) == (3, 1)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (xls, "旧.xls"),
        (text, "表.csv"),
        (lambda rows: text(rows, "gb18030"), "表2.csv"),
        (xls, "假.xlsx"),
        (xlsx, "x.csv"),
    ],
)
def test_every_kind_of_file_is_taken_in_by_its_content(put: Any, cast: dict[str, Actor], make: Any, name: str) -> None:
    assert intake_run(put(make(GOOD), name), "140826", cast["duty"])["accepted"] == 3


def test_personal_values_stand_nowhere_in_clear(put: Any, cast: dict[str, Actor]) -> None:
    batch = taken_in(put, cast["duty"])
    raw = Lead.objects.order_by("row").extra(select={"sealed": "identity_number"}).values_list("phone_index", flat=True)
    assert "13800000001" not in str(list(raw))
    for kept in (*RefusedRow.objects.values(), *AuditLine.objects.values(), batch.summary):
        assert identity(1) not in str(kept)
        assert "13800000001" not in str(kept)


# --- matching ----------------------------------------------------------------------------------------------------


def test_rows_are_matched_exactly_by_number_and_by_name_with_phone(put: Any, cast: dict[str, Actor]) -> None:
    by_number = registered(person(1)[1], number=identity(1))
    by_phone = registered(person(2)[1], phone="13800000002")
    answer = intake_run(put(xlsx_text(GOOD)), "140826", cast["duty"])
    assert answer["matched"] == {"exact": 2, "probable": 0, "new": 1}
    matched = dict(Lead.objects.filter(person__isnull=False).values_list("row", "person_id"))
    assert matched == {2: by_number, 3: by_phone}


def test_a_namesake_of_the_same_village_is_for_a_person_to_decide(put: Any, cast: dict[str, Actor]) -> None:
    rows = [["姓名", "电话", "乡镇", "村"], ["王小明", "13800000009", "古绛镇", "城内村"]]
    body = xlsx_text(rows)
    namesake = registered("王小明", path=Register.open("140826").resolve("古绛镇城内村").code or "")
    answer = intake_run(put(body), "140826", cast["duty"])
    assert answer["matched"] == {"exact": 0, "probable": 1, "new": 0}
    [proposal] = MatchProposal.objects.all()
    assert proposal.person_id == namesake
    assert {"name_same", "village_same"} <= set(proposal.evidence)
    run(cast["duty"], "screening.decide_match", {"proposal_id": str(proposal.pk), "same": True})
    assert Lead.objects.get().person_id == namesake


def test_two_namesakes_are_both_proposed_and_one_decision_settles_them(put: Any, cast: dict[str, Actor]) -> None:
    first, second = (registered("王小明", phone="13800000009", path=GRID) for _ in range(2))
    rows = [["姓名", "电话"], ["王小明", "13800000009"]]
    intake_run(put(xlsx_text(rows)), "140826", cast["duty"])
    proposals = {one.person_id: one for one in MatchProposal.objects.all()}
    assert set(proposals) == {first, second}
    run(cast["duty"], "screening.decide_match", {"proposal_id": str(proposals[second].pk), "same": True})
    assert set(MatchProposal.objects.values_list("decision", flat=True)) == {"same", "different"}
    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "screening.decide_match", {"proposal_id": str(proposals[first].pk), "same": True})
    assert caught.value.code == "screening.unknown_proposal"


# --- sending out -------------------------------------------------------------------------------------------------


def test_leads_go_to_who_works_at_their_place_and_unplaced_ones_stay(put: Any, cast: dict[str, Actor]) -> None:
    registered(person(1)[1], number=identity(1), path=GRID)
    home = f"古绛镇{Register.open('140826').name(VILLAGE)}"
    taken_in(put, cast["duty"], [HEADERS, person(1, 目的地详细地址=home), *GOOD[2:]])
    leads = {lead.row: lead for lead in Lead.objects.all()}
    assert leads[2].assignee_id == cast["grid"].account_id
    assert leads[2].area_path == GRID
    assert (leads[3].state, leads[3].assignee_id) == ("dispatched", cast["town"].account_id)
    assert (leads[4].state, leads[4].assignee_id, leads[4].area_path) == ("received", None, "140826")


def test_a_person_listed_twice_is_sent_out_once(put: Any, cast: dict[str, Actor]) -> None:
    taken_in(put, cast["duty"], [HEADERS, person(1), person(1)])
    first, second = Lead.objects.order_by("row")
    assert second.same_as_id == first.pk
    assert (first.assignee_id is None, second.assignee_id) == (False, None)


def test_another_source_s_lead_on_the_same_person_follows_the_open_one(put: Any, cast: dict[str, Actor]) -> None:
    taken_in(put, cast["duty"], GOOD)
    done = run(cast["town"], "screening.report_lead", {
        "source": "tip", "area_path": "140826100", "name": person(1)[1], "phone": "13800000001",
        "informant": "保密", "reason": "看见有人从外地回来",
    })  # fmt: skip
    assert done["same_as"] == str(Lead.objects.get(row=2).pk)


# a short portion; a long one while leads are few, so that their numbers are known; and when they are many
@pytest.mark.parametrize(("at_once", "few"), [(2000, 20_000), (1, 20_000), (1, 2)])
def test_a_row_that_repeats_one_about_somebody_answered_for_is_answered_with_it(
    put: Any, cast: dict[str, Actor], at_once: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "AT_ONCE", at_once)
    monkeypatch.setattr(known, "FEW", few)
    taken_in(put, cast["duty"], GOOD)
    earlier = Lead.objects.get(row=2)
    run(
        cast["duty"], "screening.answer_lead", {"lead_id": str(earlier.pk), "outcome": "wrong_info", "note": "查无此人"}
    )
    # the third row has the number of the second and nothing else of the person the earlier list speaks of
    taken_in(put, cast["duty"], [HEADERS, person(7), person(1), person(8, 身份证号码=identity(1))])
    batch = IntakeBatch.objects.exclude(pk=earlier.batch_id).get()
    leads = Lead.objects.filter(batch_id=batch.pk, same_as__isnull=False)
    assert [(lead.row, lead.same_as_id, lead.state, lead.outcome) for lead in leads.order_by("row")] == [
        (row, earlier.pk, "verified", "wrong_info") for row in (3, 4)
    ]
    assert run(cast["duty"], "intake.undo_batch", {"batch_id": str(batch.pk)})["taken_back"] == 3


# --- stopping and taking back ------------------------------------------------------------------------------------


def queued(put: Any, duty: Actor, rows: list[list[Any]]) -> IntakeBatch:
    """Return a batch that is about to be taken in by a job."""
    batch = taken_in(put, duty, rows)
    run(duty, "intake.undo_batch", {"batch_id": str(batch.pk)})
    job = Job.objects.create(name="intake.run", created_at=batch.created_at, run_after=batch.created_at)
    IntakeBatch.objects.filter(pk=batch.pk).update(state="running", job_id=job.pk)
    return IntakeBatch.objects.get(pk=batch.pk)


def test_a_cancel_in_the_middle_leaves_nothing(put: Any, cast: dict[str, Actor]) -> None:
    batch = queued(put, cast["duty"], GOOD)
    run(cast["duty"], "intake.cancel_batch", {"batch_id": str(batch.pk)})
    with pytest.raises(CancelledJob):
        take_in(batch, batch.created_at, silent)
    assert not Lead.objects.exists()
    assert not LeadBatch.objects.exists()
    assert IntakeBatch.objects.get().state == "cancelled"


def test_work_done_twice_by_two_workers_is_done_once(put: Any, cast: dict[str, Actor]) -> None:
    batch = queued(put, cast["duty"], GOOD)
    again = IntakeBatch.objects.get(pk=batch.pk)
    take_in(batch, batch.created_at, silent)
    take_in(again, batch.created_at, silent)
    assert (Lead.objects.count(), LeadBatch.objects.count()) == (3, 1)


def test_a_batch_is_taken_back_whole_until_work_has_started(put: Any, cast: dict[str, Actor]) -> None:
    batch = taken_in(put, cast["duty"], [HEADERS, person(1), person(1), person(2)])
    assert run(cast["duty"], "intake.undo_batch", {"batch_id": str(batch.pk)})["taken_back"] == 3
    assert not Lead.objects.exists()
    assert IntakeBatch.objects.get().state == "undone"


def test_a_batch_somebody_has_answered_is_not_taken_back(put: Any, cast: dict[str, Actor]) -> None:
    batch = taken_in(put, cast["duty"], GOOD)
    answered = {"lead_id": str(Lead.objects.get(row=2).pk), "outcome": "wrong_info", "note": "号码是空号"}
    run(cast["town"], "screening.answer_lead", answered)
    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "intake.undo_batch", {"batch_id": str(batch.pk)})
    assert caught.value.code == "screening.work_started"
    assert Lead.objects.count() == 3


@pytest.mark.parametrize(
    "action", ["intake.check_batch", "intake.run_batch", "intake.cancel_batch", "intake.undo_batch"]
)
def test_a_neighbour_may_not_touch_a_batch(put: Any, cast: dict[str, Actor], action: str) -> None:
    batch = taken_in(put, cast["duty"], GOOD)
    for who in ("outsider", "neighbour", "town", "secretary"):
        with pytest.raises(Refusal) as caught:
            run(cast[who], action, {"batch_id": str(batch.pk)})
        assert caught.value.code == "access.not_yours"


def test_a_neighbour_does_not_stop_a_list_that_is_being_written(put: Any, cast: dict[str, Actor]) -> None:
    batch = queued(put, cast["duty"], GOOD)
    for who in ("outsider", "neighbour", "town", "secretary"):
        with pytest.raises(Refusal) as caught:
            run(cast[who], "intake.cancel_batch", {"batch_id": str(batch.pk)})
        assert caught.value.code == "access.not_yours"
    take_in(batch, batch.created_at, silent)
    assert Lead.objects.count() == 3


# --- what goes back ----------------------------------------------------------------------------------------------


def test_above_five_thousand_rows_the_refused_ones_come_back_alone(put: Any, cast: dict[str, Actor]) -> None:
    rows = [HEADERS, *(["", f"王{chr(0x4E00 + i % 3000)}", "", f"138{i:08d}", "", ""] for i in range(5001))]
    rows[4000][3] = "12"
    path = put(xlsx_text(rows))
    intake_run(path, "140826", cast["duty"])
    page = openpyxl.load_workbook(marked_path(path)).active
    assert page is not None
    table = [[cell.value for cell in row] for row in page.iter_rows()]
    assert table[0][:4] == ["原行号", "退回原因", "序号", "姓名"]
    assert len(table) == 2
    assert table[1][0] == 4001
    assert "位数不对" in str(table[1][1])


def test_no_formula_or_link_of_a_stranger_is_passed_on(put: Any, cast: dict[str, Actor]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["姓名", "电话", "备注"], ["王明", "12", '=WEBSERVICE("http://example.invalid")']]:
        sheet.append(row)
    sheet["A2"].hyperlink = "http://example.invalid"
    out = io.BytesIO()
    book.save(out)
    path = put(out.getvalue())
    intake_run(path, "140826", cast["duty"])
    raw = marked_path(path).read_bytes()
    page = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert page is not None
    assert page["C2"].value is None
    assert page["A2"].hyperlink is None


def test_no_rule_outside_reference_or_table_of_a_stranger_is_passed_on(put: Any, cast: dict[str, Actor]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["姓名", "电话", "备注"], ["王明", "12", "x"]]:
        sheet.append(row)
    sheet["C2"].data_type, sheet["C2"]._value = "s", "=cmd|' /C calc'!A1"
    for kind, formula in (("custom", '=WEBSERVICE("http://example.invalid")'), ("list", '"甲,乙"')):
        rule = DataValidation(type=kind, formula1=formula)
        rule.add("C2")
        sheet.add_data_validation(rule)
    sheet.conditional_formatting.add("A1:C2", FormulaRule(formula=["[1]Sheet1!$A$1>0"]))
    sheet.add_table(Table(displayName="Facts", ref="A1:C2"))
    out = io.BytesIO()
    book.save(out)
    path = put(out.getvalue())
    intake_run(path, "140826", cast["duty"])
    with zipfile.ZipFile(marked_path(path)) as marked:
        names, page = marked.namelist(), marked.read("xl/worksheets/sheet1.xml").decode()
    assert not [name for name in names if "externalLink" in name or "tables/" in name]
    assert not any(word in page for word in ("<f>", "WEBSERVICE", "conditionalFormatting", "[1]"))
    assert "甲,乙" in html.unescape(page)  # because with lxml at hand the same is written in numbers
    kept = openpyxl.load_workbook(marked_path(path)).active
    assert kept is not None
    assert (kept["C2"].data_type, kept["C2"].value) == ("s", "=cmd|' /C calc'!A1")


# --- through HTTP ------------------------------------------------------------------------------------------------


def upload(client: Any, rows: list[list[Any]], **more: str) -> Any:
    file = io.BytesIO(xlsx_text(rows))
    file.name = "../../名单<1>.xlsx"
    return client.post("/api/intake", {"file": file, **more})


def post(client: Any, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(path, body or {}, content_type="application/json")


def test_the_wizard_goes_from_upload_to_undo(signed_in: Any) -> None:
    client = signed_in("duty")
    opened = upload(client, MIXED, sender="县大数据局").json()
    batch = opened["batch_id"]
    assert opened["header_rows"] == [1]
    assert [one["field"] for one in opened["columns"]][:4] == ["serial", "name", "identity_number", "phone"]
    assert not re.search(r"\d{9}", str([one["sample"] for one in opened["columns"]]))
    mapping = {str(one["index"]): one["field"] for one in opened["columns"] if one["field"]}
    job = post(client, f"/api/intake/{batch}/check", {"mapping": mapping, "within": "140826", "sheet": "名单"}).json()
    assert job["state"] == "waiting"
    run_waiting()
    assert client.get(f"/api/jobs/{job['id']}").json()["state"] == "done"
    seen = client.get(f"/api/intake/{batch}").json()
    assert (seen["status"], seen["file"]) == ("checked", "名单_1_.xlsx")
    assert (seen["summary"]["rows"], seen["summary"]["accepted"], seen["summary"]["rejected_count"]) == (5, 3, 2)
    assert seen["summary"]["rejected"][0]["message"]["en"]
    assert not Lead.objects.exists()
    post(client, f"/api/intake/{batch}/run")
    run_waiting()
    assert client.get(f"/api/intake/{batch}").json()["status"] == "done"
    assert Lead.objects.count() == 3
    marked = b"".join(client.get(f"/api/intake/{batch}/marked.xlsx").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(marked))["名单"]["C5"].comment is not None
    assert post(client, f"/api/intake/{batch}/undo").status_code == 200
    assert not Lead.objects.exists()


def test_pasted_cells_are_taken_like_a_file(signed_in: Any) -> None:
    opened = post(signed_in("duty"), "/api/intake", {"text": "姓名\t电话\n王明\t13800000001"}).json()
    assert [one["field"] for one in opened["columns"]] == ["name", "phone"]


def test_a_confirmed_mapping_comes_back_for_the_same_sender_only(signed_in: Any) -> None:
    client = signed_in("duty")
    rows = [["姓名", "联系", "代号"], ["王明", "13800000001", "甲"]]
    opened = upload(client, rows, sender="县局").json()
    post(client, f"/api/intake/{opened['batch_id']}/check", {"mapping": {"0": "name", "1": "phone", "2": "batch"}})
    again = upload(client, rows, sender="县局").json()
    assert [(one["field"], one["remembered"]) for one in again["columns"]] == [
        ("name", True), ("phone", True), ("batch", True),
    ]  # fmt: skip
    assert not any(one["remembered"] for one in upload(client, rows, sender="别的局").json()["columns"])


def test_a_cancelled_check_may_be_begun_again(signed_in: Any) -> None:
    client = signed_in("duty")
    batch = upload(client, GOOD).json()["batch_id"]
    job = post(client, f"/api/intake/{batch}/check").json()
    post(client, f"/api/jobs/{job['id']}/cancel")
    run_waiting()
    assert post(client, f"/api/intake/{batch}/check").status_code == 200
    run_waiting()
    assert client.get(f"/api/intake/{batch}").json()["status"] == "checked"


@pytest.mark.parametrize("who", ["outsider", "grid", "neighbour", "gate", "auditor", "leader"])
def test_the_wizard_is_closed_to_others(signed_in: Any, who: str) -> None:
    batch = upload(signed_in("duty"), GOOD).json()["batch_id"]
    client = signed_in(who)
    assert upload(client, GOOD).status_code == 403
    for path in ("", "/marked.xlsx"):
        assert client.get(f"/api/intake/{batch}{path}").status_code == 403
    for path in ("check", "run", "undo", "cancel"):
        assert post(client, f"/api/intake/{batch}/{path}").status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "intake.empty"), (b"PK\x03\x04rest", "intake.damaged"), (b"%PDF-1.4", "intake.unsupported")],
)
def test_a_bad_file_is_refused_by_code_and_leaves_no_batch(signed_in: Any, body: bytes, code: str) -> None:
    file = io.BytesIO(body)
    file.name = "x.xlsx"
    response = signed_in("duty").post("/api/intake", {"file": file})
    assert (response.status_code, response.json()["code"]) in [(422, code), (422, "file.empty")]
    assert not IntakeBatch.objects.exists()


def test_files_go_to_their_owner_only(signed_in: Any) -> None:
    file = io.BytesIO(b"hello")
    file.name = "a/b\\c.txt"
    kept = signed_in("duty").post("/api/files", {"file": file}).json()
    assert (kept["name"], kept["size"]) == ("c.txt", 5)
    assert signed_in("duty").get(f"/api/files/{kept['id']}").content == b"hello"
    assert signed_in("grid").get(f"/api/files/{kept['id']}").status_code == 403


def test_no_list_comes_down_while_exports_are_frozen(signed_in: Any) -> None:
    client = signed_in("duty")
    batch = IntakeBatch.objects.get(pk=upload(client, MIXED, sender="县大数据局").json()["batch_id"])
    run(SYSTEM, "privacy.freeze_exports", {"area_path": "140826", "reason": "名单外传，正在核查"})
    for address in (f"/api/intake/{batch.pk}/marked.xlsx", f"/api/files/{batch.file_id}"):
        refused = client.get(address)
        assert (refused.status_code, refused.json()["code"]) == (423, "privacy.exports_frozen")
    assert not AuditLine.objects.filter(action__in=("intake.marked", "file.fetch")).exists()


def test_who_fetched_the_raw_list_and_the_marked_one_is_written_down(signed_in: Any) -> None:
    client = signed_in("duty")
    batch = IntakeBatch.objects.get(pk=upload(client, MIXED, sender="县大数据局").json()["batch_id"])
    raw = client.get(f"/api/files/{batch.file_id}")
    assert raw["Content-Disposition"].startswith("attachment; ")
    client.get(f"/api/intake/{batch.pk}/marked.xlsx")
    lines = {line.action: line for line in AuditLine.objects.filter(action__in=("intake.marked", "file.fetch"))}
    assert lines["file.fetch"].details["kind"] == "intake"
    assert lines["intake.marked"].details == {"recipient": "县大数据局", "rows": batch.rows}


# --- the reply ---------------------------------------------------------------------------------------------------


SENDER = "县大数据局"


@pytest.fixture
def answered(signed_in: Any, cast: dict[str, Actor]) -> LeadBatch:
    """A list of three rows on two people, taken in from its sender and answered."""
    client = signed_in("duty")
    batch = upload(client, [HEADERS, person(1), person(2), person(1)], sender=SENDER).json()["batch_id"]
    for step in ("check", "run"):
        post(client, f"/api/intake/{batch}/{step}")
        run_waiting()
    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "screening.reply_batch", {"batch_id": batch})
    assert caught.value.code == "screening.batch_unanswered"
    for row in (2, 3):
        given = {"lead_id": str(Lead.objects.get(row=row).pk), "outcome": "not_resident", "note": "已回武汉"}
        run(cast["town"], "screening.answer_lead", given)
    return LeadBatch.objects.get(pk=batch)


def reply(actor: Actor, batch: LeadBatch, **more: Any) -> dict[str, Any]:
    return run(actor, "screening.reply_batch", {"batch_id": str(batch.pk), **more})


def no_reply(actor: Actor, batch: LeadBatch, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        reply(actor, batch, **more)
    assert not NamedExport.objects.exists()
    assert LeadBatch.objects.get(pk=batch.pk).state == "open"
    return caught.value


def test_no_reply_goes_out_while_exports_are_frozen(answered: LeadBatch, cast: dict[str, Actor]) -> None:
    run(SYSTEM, "privacy.freeze_exports", {"area_path": "140826", "reason": "名单外传，正在核查"})
    assert no_reply(cast["duty"], answered).code == "privacy.exports_frozen"


def test_a_reply_made_before_a_freeze_does_not_come_down_in_it(
    answered: LeadBatch, cast: dict[str, Actor], signed_in: Any
) -> None:
    address = f"/api/files/{reply(cast['duty'], answered)['file_id']}"
    run(SYSTEM, "privacy.freeze_exports", {"area_path": "140826", "reason": "名单外传，正在核查"})
    assert signed_in("duty").get(address).json()["code"] == "privacy.exports_frozen"


@pytest.mark.parametrize("expires_on", ["2020-02-02", "2021-01-01"])
def test_a_reply_is_to_be_destroyed_within_a_fortnight(
    answered: LeadBatch, cast: dict[str, Actor], expires_on: str
) -> None:
    assert no_reply(cast["duty"], answered, expires_on=expires_on).field == "expires_on"


def test_to_the_sender_goes_the_whole_list_and_to_anybody_else_what_every_export_may_hold(
    answered: LeadBatch, cast: dict[str, Actor], settings: Any
) -> None:
    settings.LIANFANG_NAMED_EXPORT_ROWS = 2
    assert no_reply(cast["duty"], answered, recipient="某公司").code == "privacy.too_many_rows"
    assert reply(cast["duty"], answered)["rows"] == 3
    line = AuditLine.objects.get(action="screening.reply_batch")
    assert {name: line.details[name] for name in ("rows", "limit")} == {"rows": 3, "limit": 3}


def test_a_list_that_names_no_sender_is_replied_to_only_where_one_is_named_who_stays_its_sender(
    answered: LeadBatch, cast: dict[str, Actor], settings: Any
) -> None:
    settings.LIANFANG_NAMED_EXPORT_ROWS = 2
    with writing():
        LeadBatch.objects.update(sender="")
    assert no_reply(cast["duty"], answered).field == "recipient"
    assert reply(cast["duty"], answered, recipient=SENDER)["rows"] == 3
    assert LeadBatch.objects.get().sender == SENDER
    with pytest.raises(Refusal) as caught:
        reply(cast["duty"], answered, recipient="某公司")
    assert caught.value.code == "privacy.too_many_rows"


def test_the_reply_holds_every_row_of_the_sender_in_order(
    answered: LeadBatch, cast: dict[str, Actor], signed_in: Any
) -> None:
    told = reply(cast["duty"], answered)
    assert told["replied"] == 3
    fetched = signed_in("duty").get(f"/api/files/{told['file_id']}")
    page = openpyxl.load_workbook(io.BytesIO(unlocked(fetched.content, told["password"]))).worksheets[0]
    lines = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    # What a machine looks rows up by is as it was sent; the unseen mark follows words only.
    assert [line[7] for line in lines] == ["not_resident"] * 3
    assert lines[0][3:5] == ["13800000001", identity(1)]
    assert [line[2].startswith(person(number)[1]) for line, number in zip(lines, (1, 2, 1), strict=True)] == [True] * 3
    assert lines[2][11].startswith("李协调")
    assert {mark for line in lines for mark in find_marks(line[2])} == {told["mark"]}


def test_a_reply_is_a_named_export_with_both_marks_in_the_log_and_told_to_whom_it_concerns(
    answered: LeadBatch, cast: dict[str, Actor]
) -> None:
    told = reply(cast["duty"], answered)
    export = NamedExport.objects.get()
    assert (export.mark, export.table, export.rows, export.recipient) == (told["mark"], "screening.leads", 3, SENDER)
    assert (str(export.expires_on), str(answered.pk)[:8] in export.purpose) == ("2020-02-17", True)
    assert Reveal.objects.filter(via="export", via_id=export.pk).count() == 3
    book = openpyxl.load_workbook(io.BytesIO(unlocked(read_file(export.file_id), told["password"])))
    for part in (export.mark, "2020-02-17 前销毁", SENDER):
        assert part in book.worksheets[0].oddHeader.center.text
    assert book["lianfang"].sheet_state == "veryHidden"


def test_a_reply_made_again_is_another_export_with_its_own_mark(answered: LeadBatch, cast: dict[str, Actor]) -> None:
    marks = {reply(cast["duty"], answered)["mark"] for _ in range(2)}
    assert marks == set(NamedExport.objects.values_list("mark", flat=True))
    assert len(marks) == 2
