"""Files with names under a password: opened with it alone, told to who made them and to nobody else (P06)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from django.db import connection
from msoffcrypto.exceptions import InvalidKeyError
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook, PasswordError

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.models import Command
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.exports.keeping import Leaving, keep_export, new_mark
from lianfang.foundation.exports.locking import lock, locked, new_password
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import both

from .unlocking import unlocked

T = both("人员", "People")
NAME = "赵网格"
EXPORTER = Role("exporter", T, ("test.people", "tables.export_named", "privacy.*"), {PrivacyClass.NAME: Level.CLEAR})


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append([NAME, "一巷1号"])
    book.save(out)
    return out.getvalue()


def letter() -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(NAME)
    document.save(out)
    return out.getvalue()


def paper() -> bytes:
    out = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Keywords": NAME})
    writer.write(out)
    return out.getvalue()


# files


@pytest.mark.parametrize(("name", "made"), [("名单.xlsx", workbook), ("名单.XLSX", workbook), ("函.docx", letter)])
def test_a_workbook_or_letter_opens_with_its_password_alone(name: str, made: Any) -> None:
    body, password = made(), new_password()
    away = locked(name, body, password)
    assert NAME.encode() not in away
    assert unlocked(away, password) == body
    with pytest.raises(InvalidKeyError):
        unlocked(away, password[:-1])


def test_a_reader_of_workbooks_by_another_hand_asks_for_the_password(tmp_path: Path) -> None:
    away = locked("名单.xlsx", workbook(), "k7mp3xwt9r")
    (tmp_path / "名单.xlsx").write_bytes(away)
    with pytest.raises(PasswordError):
        CalamineWorkbook.from_path(str(tmp_path / "名单.xlsx"))
    assert load_workbook(io.BytesIO(unlocked(away, "k7mp3xwt9r"))).worksheets[0]["A1"].value == NAME


def test_a_print_opens_with_its_password_alone() -> None:
    away = locked("名单.pdf", paper(), "k7mp3xwt9r")
    found = pypdf.PdfReader(io.BytesIO(away))
    assert found.is_encrypted
    assert not found.decrypt("k7mp3xwt9s")
    assert found.decrypt("k7mp3xwt9r")
    assert found.metadata is not None
    assert found.metadata["/Keywords"] == NAME


@pytest.mark.parametrize("name", ["名单.csv", "名单", "名单.xls", "名单.zip"])
def test_what_cannot_be_locked_does_not_leave(name: str) -> None:
    with pytest.raises(ValueError, match="名单"):
        locked(name, b"x", "k7mp3xwt9r")


def test_passwords_differ_and_hold_no_sign_that_is_taken_for_another() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("ilo01 ")
    assert {len(one) for one in made} == {10}


# who is told


@pytest.fixture
def exporter(declaring: None, cast: dict[str, Actor], moment: datetime) -> Actor:
    table(
        Table(name="test.people", title=T, rows=lambda viewer: Account.objects.filter(home_area=GRID), area="home_area",
              sort="username", label="name", named_export=True,
              columns=(Column("name", T, privacy=PrivacyClass.NAME),))
    )  # fmt: skip
    return replace(cast["duty"], grants=(Held(EXPORTER, COUNTY),), _prefixes={})


ASKED = {"table": "test.people", "purpose": "转运接收核对", "recipient": "县卫健局 梁卫健", "expires_on": "2020-02-10"}


@pytest.mark.django_db
def test_the_password_is_said_once_and_kept_in_no_result(exporter: Actor) -> None:
    asked = Request(exporter, "tables.export_named", ASKED, uuid7(), None)
    done = [run_many([asked])[0] for _ in range(2)]
    export = NamedExport.objects.get()
    assert [one.status for one in done] == ["done", "repeated"]
    assert done[0].result is not None
    assert done[0].result["password"] == export.password
    assert "password" not in (done[1].result or {})
    assert "password" not in Command.objects.get(pk=asked.id).result
    assert export.password not in str(list(AuditLine.objects.values()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM exports_namedexport")
        assert export.password not in cursor.fetchone()[0]


def kept(owner: Actor, at: datetime) -> NamedExport:
    leaving = Leaving(owner, at, COUNTY, "转运接收核对", "县卫健局", at.date() + timedelta(days=7), new_mark())
    return keep_export(leaving, uuid7(), lock("名单.xlsx", workbook()), "accounts.accounts", [], ["name"], [])


def ask(browser: Any, export: NamedExport) -> Any:
    return browser.get(f"/api/files/{export.file_id}/password")


@pytest.mark.django_db
def test_who_made_it_reads_the_password_again_and_nobody_else(
    signed_in: Any, cast: dict[str, Actor], moment: datetime
) -> None:
    export = kept(cast["duty"], moment)
    told = ask(signed_in("duty"), export)
    assert told.json() == {"password": export.password}
    assert told["Cache-Control"] == "no-store"
    for other in ("leader", "auditor", "grid", "town"):
        refused = ask(signed_in(other), export)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.not_yours")
    line = AuditLine.objects.get(action="privacy.tell_password")
    assert (line.subject, line.account_id) == (f"privacy.exports/{export.pk}", cast["duty"].account_id)
    assert not AuditLine.objects.filter(action="privacy.fetch_export").exists()


@pytest.mark.django_db
def test_no_password_of_a_file_that_was_called_back_or_is_to_be_destroyed(
    signed_in: Any, cast: dict[str, Actor], moment: datetime
) -> None:
    revoked, expired = kept(cast["duty"], moment), kept(cast["duty"], moment)
    run(cast["duty"], "privacy.revoke_export", {"export_id": str(revoked.pk), "note": "发错接收方"})
    assert ask(signed_in("duty"), revoked).json()["code"] == "file.gone"
    with clock.fixed(moment + timedelta(days=8)):
        assert ask(signed_in("duty"), expired).json()["code"] == "file.gone"
        enqueue("exports.tick", {})
        run_waiting()
    assert list(NamedExport.objects.values_list("password", flat=True)) == ["", ""]
    assert not StoredFile.objects.filter(pk=expired.file_id, erased_at__isnull=True).exists()


@pytest.mark.django_db
def test_no_password_while_exports_are_frozen_nor_of_files_that_are_no_export(
    signed_in: Any, cast: dict[str, Actor], moment: datetime
) -> None:
    export = kept(cast["duty"], moment)
    other = store(cast["duty"], "名单.xlsx", [b"x"], "upload")
    browser = signed_in("duty")
    assert browser.get(f"/api/files/{other.pk}/password").json()["code"] == "file.gone"
    older = kept(cast["duty"], moment)
    NamedExport.objects.filter(pk=older.pk).update(password="")
    assert ask(browser, older).json()["code"] == "privacy.no_password"
    run(cast["duty"], "privacy.freeze_exports", {"area_path": COUNTY, "reason": "名单外泄"})
    refused = ask(browser, export)
    assert (refused.status_code, refused.json()["code"]) == (423, "privacy.exports_frozen")
