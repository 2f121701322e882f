"""Rows inserted in bulk come back as they were given, whatever their text holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.intake.inserting import Columns, Draft, insert_new, references_checked_at_once
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

TEXTS = ["", r"\N", "\\", "\t", "一行\n又一行\r\n", r"\.", "'; --", '"', "{a,b}", "王·艾力", "𠮷", "null", "a\\tb"]
MOMENT = datetime(2020, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


def test_a_key_that_is_there_is_refused(cast: dict[str, Actor]) -> None:
    known = Account.objects.get(pk=cast["duty"].account_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_new(Account, [known])


def test_no_rows_are_no_statement() -> None:
    insert_new(Account, [])


def test_text_numbers_moments_and_nothing_come_back() -> None:
    drafts = [
        Draft(
            id=uuid7(), target="screening.leads", file_id=uuid7(), file_name=text, sha256="0" * 64,
            area_path="140826", mapping={text: [text, None, 1.5, True]}, options={}, summary={}, rows=number,
            created_at=MOMENT,
        )
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip
    insert_new(IntakeBatch, drafts)
    for draft, text in zip(drafts, TEXTS, strict=True):
        row = IntakeBatch.objects.get(pk=draft.id)
        assert (row.file_name, row.mapping, row.rows) == (text, {text: [text, None, 1.5, True]}, draft.rows)
        assert (row.created_at, row.ended_at, row.account_id, row.state) == (MOMENT, None, None, "uploaded")


def test_encrypted_text_is_encrypted_and_comes_back() -> None:
    rows = [Account(username=f"u{number}", name=text or "空", phone=text) for number, text in enumerate(TEXTS)]
    insert_new(Account, rows)
    for row, text in zip(rows, TEXTS, strict=True):
        assert Account.objects.get(pk=row.pk).phone == text


def test_columns_come_in_whether_rows_say_the_same_or_not() -> None:
    ids = [uuid7() for _ in TEXTS]
    columns = Columns(
        Account, len(TEXTS), {"phone": "13800000001"},
        id=ids, username=[f"u{number}" for number in range(len(TEXTS))], name=[text or "空" for text in TEXTS],
    )  # fmt: skip
    columns.row(3).name = "改了"
    columns.row(4).phone = "13900000009"
    assert (columns.row(4).phone, columns.row(5).phone, columns.row(5).is_active) == (
        "13900000009",
        "13800000001",
        True,
    )
    insert_new(Account, columns)
    held = Account.objects.in_bulk(ids)
    names = ["改了" if place == 3 else text or "空" for place, text in enumerate(TEXTS)]
    assert [held[one].name for one in ids] == names
    assert [held[one].phone for one in ids] == [
        "13900000009" if place == 4 else "13800000001" for place in range(len(ids))
    ]


def test_what_all_rows_say_alike_is_encrypted_for_each_of_them() -> None:
    ids = [uuid7() for _ in range(3)]
    names = [f"u{number}" for number in range(3)]
    insert_new(Account, Columns(Account, 3, {"phone": "13800000001"}, id=ids, username=names, name=names))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT phone FROM {Account._meta.db_table} WHERE username IN ('u0', 'u1', 'u2')")
        assert len({sealed for (sealed,) in cursor.fetchall()}) == 3


def test_a_column_nobody_has_is_not_read() -> None:
    columns = Columns(Account, 1, id=[uuid7()])
    with pytest.raises(AttributeError):
        _ = columns.row(0).nobody_has_this
    with pytest.raises(AttributeError):
        columns.row(0).nobody_has_this = 1


def test_one_row_alone_whose_key_the_database_counts_comes_in() -> None:
    batch = IntakeBatch.objects.create(file_id=uuid7(), target="screening.leads", area_path="140826", created_at=MOMENT)
    insert_new(RefusedRow, [Draft(batch_id=batch.pk, area_path="140826", row=7, code="x")])
    assert RefusedRow.objects.get().row == 7


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite checks all of its tables at once, and late")
def test_what_rows_refer_to_can_be_checked_before_the_commit() -> None:
    stranded = Draft(batch_id=uuid7(), area_path="140826", row=7, code="x")
    with transaction.atomic():
        with pytest.raises(IntegrityError), references_checked_at_once():
            insert_new(RefusedRow, [stranded])
        transaction.set_rollback(True)
    with transaction.atomic():
        with references_checked_at_once():
            pass
        insert_new(RefusedRow, [stranded])  # and afterwards at the commit again
        transaction.set_rollback(True)
