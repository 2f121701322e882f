"""Lists with names: who may take them out, how much, what they carry, and that a breach stops them at once."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import find_file, read_file
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.exports.models import ExportFreeze, NamedExport
from lianfang.foundation.exports.tests.unlocking import unlocked
from lianfang.foundation.exports.tracing import exports_behind
from lianfang.foundation.exports.watermark import find_marks, hide
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db

T = both("人员", "People")
PHONE = "13800005678"
MASKS = {PrivacyClass.IDENTITY: Level.MASKED, PrivacyClass.CONTACT: Level.MASKED}
EXPORTER = Role("exporter", T, ("test.people", "tables.export_named", "privacy.*"), MASKS)
READER = Role("reader", T, ("test.people",), MASKS)


@pytest.fixture
def people(declaring: None, cast: dict[str, Actor], moment: datetime) -> None:
    """Workers as a list that may leave the house with names in it; what they suffer from may not."""
    Account.objects.filter(username__in=["grid", "neighbour"]).update(phone=PHONE, title="咳嗽")
    table(
        Table(
            name="test.people", title=T, rows=lambda viewer: Account.objects.filter(home_area__startswith=VILLAGE[:9]),
            area="home_area", sort="username", label="name", search=lambda text: Q(name__contains=text),
            named_export=True,
            columns=(
                Column("username", T, filterable=True),
                Column("name", T, privacy=PrivacyClass.IDENTITY, mask=mask_name),
                Column("phone", T, privacy=PrivacyClass.CONTACT, mask=mask_phone),
                Column("ill", T, source="title", privacy=PrivacyClass.HEALTH),
            ),
        )
    )  # fmt: skip


@pytest.fixture
def exporter(cast: dict[str, Actor]) -> Actor:
    return replace(cast["duty"], grants=(Held(EXPORTER, COUNTY),), _prefixes={})


def _asked(**more: Any) -> dict[str, Any]:
    return {"table": "test.people", "where": {"username": "grid"}, "purpose": "转运接收核对",
            "recipient": "县卫健局 梁卫健", "expires_on": "2020-02-10", **more}  # fmt: skip


def _refused(actor: Actor, name: str, given: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run(actor, name, given)
    return caught.value


def _export(actor: Actor, **more: Any) -> tuple[NamedExport, bytes]:
    told = run(actor, "tables.export_named", _asked(**more))
    export = NamedExport.objects.get(pk=told["id"])
    return export, unlocked(read_file(export.file_id), told["password"])


def _cells(book: bytes) -> list[str]:
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    return [str(cell.value) for row in sheet.iter_rows(min_row=3) for cell in row if cell.value]


# who and how much


@pytest.mark.parametrize(
    "name", ["grid", "secretary", "town", "auditor", "outsider", "doctor", "gate", "desk", "leader"]
)
def test_hardly_anybody_takes_a_list_with_names_out(people: None, cast: dict[str, Actor], name: str) -> None:
    assert _refused(cast[name], "tables.export_named", _asked(within=GRID)).code == "access.not_yours"


@pytest.mark.parametrize("field", ["purpose", "recipient", "expires_on", "table"])
def test_without_purpose_recipient_and_expiry_there_is_no_export(people: None, exporter: Actor, field: str) -> None:
    given = _asked()
    del given[field]
    assert _refused(exporter, "tables.export_named", given).field == field


@pytest.mark.parametrize("expires_on", ["2020-02-02", "2020-02-18", "2021-01-01", "soon"])
def test_an_export_expires_within_a_fortnight(people: None, exporter: Actor, expires_on: str) -> None:
    assert _refused(exporter, "tables.export_named", _asked(expires_on=expires_on)).field == "expires_on"


def test_a_table_not_meant_for_it_is_never_exported_with_names(people: None, exporter: Actor) -> None:
    seeing = replace(exporter, grants=(Held(Role("x", T, ("*",)), COUNTY),), _prefixes={})
    assert _refused(seeing, "tables.export_named", _asked(table="accounts.accounts")).code == "privacy.not_exportable"
    assert _refused(seeing, "tables.export_named", _asked(table="no.such")).code == "table.unknown"


def test_more_rows_than_allowed_are_refused_and_nothing_is_stored(people: None, exporter: Actor, settings: Any) -> None:
    settings.LIANFANG_NAMED_EXPORT_ROWS = 2
    no = _refused(exporter, "tables.export_named", _asked(where={}))
    assert no.code == "privacy.too_many_rows"
    assert not StoredFile.objects.exists()


def test_an_export_of_nobody_is_refused(people: None, exporter: Actor) -> None:
    assert (
        _refused(exporter, "tables.export_named", _asked(where={"username": "x"})).code == "privacy.nothing_to_export"
    )


def test_an_export_reaches_only_where_table_and_permission_both_do(people: None, cast: dict[str, Actor]) -> None:
    grants = (Held(READER, COUNTY), Held(EXPORTER, NEIGHBOUR_GRID))
    actor = replace(cast["duty"], grants=grants, home_area=NEIGHBOUR_GRID, _prefixes={})
    assert _refused(actor, "tables.export_named", _asked(where={}, within=TOWN)).code == "access.not_yours"
    _, book = _export(actor, where={}, within=NEIGHBOUR_GRID)
    assert any("钱邻村" in cell for cell in _cells(book))
    assert not any("赵网格" in cell for cell in _cells(book))


def test_what_a_class_hides_stays_hidden_with_names_too(people: None, exporter: Actor) -> None:
    _, book = _export(exporter)
    shown = "".join(_cells(book))
    assert "赵网格" in shown
    assert PHONE in shown
    assert "咳嗽" not in shown


# what it carries


def test_every_export_says_on_its_face_who_when_what_for_and_to_whom(people: None, exporter: Actor) -> None:
    export, book = _export(exporter)
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    said = str(sheet["A1"].value)
    for part in ("周值班", "2020-02-03 09:00", "转运接收核对", "梁卫健", "2020-02-10", export.mark):
        assert part in said
    assert export.mark in str(sheet.oddHeader.center.text)


def test_a_long_purpose_pushes_neither_number_nor_day_nor_recipient_off_the_page(people: None, exporter: Actor) -> None:
    export, book = _export(exporter, purpose="核&查" * 66, recipient="卫健局传染病科" * 17)
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    for said in (sheet.oddHeader.center.text, sheet.oddFooter.left.text):
        for part in (export.mark, "2020-02-10 前销毁", export.recipient):
            assert part in str(said)
    assert len(f"&C&8{sheet.oddHeader.center.text}") <= 255
    assert export.purpose in str(sheet["A1"].value)


def test_every_export_says_it_again_where_nobody_looks(people: None, exporter: Actor) -> None:
    export, book = _export(exporter)
    loaded = load_workbook(io.BytesIO(book))
    hidden = loaded["lianfang"]
    assert hidden.sheet_state == "veryHidden"
    facts = {row[0].value: row[1].value for row in hidden.iter_rows()}
    assert (facts["mark"], facts["user"], facts["purpose"]) == (export.mark, "周值班", "转运接收核对")
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert export.mark in parts.read("docProps/custom.xml").decode()


def test_a_cell_copied_elsewhere_still_tells_which_export_it_came_from(people: None, exporter: Actor) -> None:
    export, book = _export(exporter)
    copied = next(cell for cell in _cells(book) if "赵网格" in cell)
    assert copied != "赵网格"
    leaked = f"转发：{copied}，请核实"
    assert find_marks(leaked) == {export.mark}
    [traced] = exports_behind(leaked)
    assert (traced["by"], traced["recipient"]) == ("周值班", "县卫健局 梁卫健")
    assert list(exports_behind("没有记号的文字")) == []


@given(st.integers(0, 2**32 - 1), st.text("名单abc，。 ", max_size=10))
def test_every_mark_is_read_back_from_any_text_around_it(number: int, around: str) -> None:
    mark = f"{number:08x}"
    assert find_marks(f"{around}{hide(mark)}{around}") == {mark}
    assert find_marks(around) == set()


def test_every_export_is_logged_with_its_rows_and_no_names(people: None, exporter: Actor, accounts: Any) -> None:
    export, _ = _export(exporter)
    assert (export.account_id, export.rows, export.area_path) == (exporter.account_id, 1, COUNTY)
    assert export.row_ids == [str(accounts["grid"].pk)]
    line = AuditLine.objects.get(action="tables.export_named")
    assert line.details["mark"] == export.mark
    for text in (line.details, export.filters):
        assert "赵网格" not in str(text)
        assert PHONE not in str(text)


# afterwards


def test_only_who_made_it_fetches_it_and_every_fetch_is_written_down(people: None, exporter: Actor, cast: Any) -> None:
    export, _ = _export(exporter)
    with pytest.raises(Refusal):
        find_file(cast["town"], export.file_id)
    find_file(exporter, export.file_id)
    assert AuditLine.objects.filter(action="privacy.fetch_export", subject=f"privacy.exports/{export.pk}").count() == 1


def _gone(actor: Actor, export: NamedExport) -> str:
    with pytest.raises(Refusal) as caught:
        find_file(actor, export.file_id)
    return caught.value.code


def test_an_expired_export_is_not_fetched_and_then_destroyed(people: None, exporter: Actor, moment: datetime) -> None:
    export, _ = _export(exporter)
    with clock.fixed(moment + timedelta(days=8)):
        assert _gone(exporter, export) == "file.gone"
        enqueue("exports.tick", {})
        run_waiting()
    assert StoredFile.objects.get(pk=export.file_id).erased_at is not None
    assert NamedExport.objects.get().expires_on == date(2020, 2, 10)


def test_a_revoked_export_is_gone_and_says_why(people: None, exporter: Actor, cast: Any) -> None:
    export, _ = _export(exporter)
    given = {"export_id": str(export.pk), "note": "发错接收方，对方已删除并书面确认"}
    assert _refused(cast["grid"], "privacy.revoke_export", given).code == "access.not_yours"
    run(exporter, "privacy.revoke_export", given)
    assert _gone(exporter, export) == "file.gone"
    assert NamedExport.objects.get().revoke_note.startswith("发错")
    assert _refused(exporter, "privacy.revoke_export", given).code == "privacy.no_export"


# breach


@pytest.mark.parametrize(("frozen", "stopped"), [(COUNTY, True), (TOWN, True), (GRID, True), ("140827", False)])
def test_a_freeze_stops_exports_above_at_and_below_it(
    people: None, exporter: Actor, cast: Any, frozen: str, stopped: bool
) -> None:
    house = replace(exporter, grants=(*exporter.grants, Held(EXPORTER, "140827")), _prefixes={})
    run(house, "privacy.freeze_exports", {"area_path": frozen, "reason": "名单外泄"})
    for path in (COUNTY, TOWN, VILLAGE):
        if stopped:
            assert _refused(exporter, "tables.export_named", _asked(within=path)).code == "privacy.exports_frozen"
    if not stopped:
        _export(exporter)


def test_a_freeze_holds_back_files_already_made_and_masked_downloads(
    people: None, exporter: Actor, signed_in: Any, moment: datetime
) -> None:
    export, _ = _export(exporter)
    run(exporter, "privacy.freeze_exports", {"area_path": COUNTY, "reason": "名单外泄"})
    assert _gone(exporter, export) == "privacy.exports_frozen"
    response = signed_in("duty").get("/api/tables/areas.areas.xlsx")
    assert (response.status_code, response.json()["code"]) == (423, "privacy.exports_frozen")


def test_a_freeze_ends_with_a_reason_and_stays_on_record(people: None, exporter: Actor) -> None:
    given = {"area_path": COUNTY, "reason": "名单外泄"}
    freeze = run(exporter, "privacy.freeze_exports", given)["id"]
    assert _refused(exporter, "privacy.freeze_exports", given).code == "privacy.already_frozen"
    end = {"freeze_id": freeze, "reason": "已查清"}
    assert _refused(replace(exporter, grants=()), "privacy.unfreeze_exports", end).code == "access.not_yours"
    run(exporter, "privacy.unfreeze_exports", end)
    assert _refused(exporter, "privacy.unfreeze_exports", end).code == "privacy.no_freeze"
    _export(exporter)
    assert ExportFreeze.objects.get().ended_reason == "已查清"


@pytest.mark.parametrize(("name", "may"), [("duty", True), ("auditor", True), ("town", False), ("grid", False)])
def test_whoever_watches_over_privacy_may_freeze(cast: dict[str, Actor], name: str, may: bool) -> None:
    assert cast[name].may("privacy.freeze_exports", COUNTY) is may
    assert cast[name].may("privacy.unfreeze_exports", COUNTY) is (name == "duty")
