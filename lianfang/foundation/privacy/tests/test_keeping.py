"""A lost or foreign key file stops every command before anything is written; an empty database gets its first keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lianfang.config.cli import main
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.administration.rotation import rotate
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.privacy.keeping import encrypted_columns, keep_keys
from lianfang.foundation.privacy.keys import make_keys, ring
from lianfang.foundation.privacy.models import KeyMark
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

COMMANDS = (
    ["serve"], ["demo", "--no-serve"], ["work"], ["migrate"], ["keys", "rotate"], ["audit", "verify"],
    ["intake", "check", "none.xlsx", "--within", "140826"], ["intake", "run", "none.xlsx", "--within", "140826"],
    ["table", "areas.areas"], ["do", "areas.create_grid", "{}"], ["exports", "trace", "x"],
)  # fmt: skip


@pytest.fixture
def keys_file(settings: Any, tmp_path: Path) -> Path:
    """Where this test's key file would be; there is none yet."""
    settings.LIANFANG_KEYS_FILE = str(tmp_path / "own" / "keys.json")
    return tmp_path / "own" / "keys.json"


def _refused(asked: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        asked()
    return caught.value.code


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_without_the_key_file_no_command_begins(
    command: list[str], keys_file: Path, accounts: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_keys()
    keys_file.unlink()
    assert main(command) == 1
    said = json.loads(capsys.readouterr().err)
    assert said["code"] == "keys.lost"
    assert said["details"]["file"] == str(keys_file)
    assert "密钥" in said["message"]["zh"]
    assert "backup" in said["message"]["en"]
    assert not keys_file.exists(), "no new keys were made"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_with_another_key_file_no_command_begins(
    command: list[str], keys_file: Path, accounts: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_keys()
    keys_file.unlink()
    make_keys(keys_file)
    other = keys_file.read_text()
    assert main(command) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "keys.foreign"
    assert keys_file.read_text() == other


def test_a_file_that_lacks_one_of_the_keys_is_refused(keys_file: Path, accounts: Any) -> None:
    keep_keys()
    first = keys_file.read_text()
    rotate()
    keys_file.write_text(first)
    assert _refused(keep_keys) == "keys.foreign"


@pytest.mark.parametrize("part", ["blind", "audit"])
def test_a_file_with_another_search_or_audit_key_is_refused(part: str, keys_file: Path, tmp_path: Path) -> None:
    keep_keys()
    make_keys(tmp_path / "other.json")
    other = json.loads((tmp_path / "other.json").read_text())
    keys_file.write_text(json.dumps({**json.loads(keys_file.read_text()), part: other[part]}))
    assert _refused(keep_keys) == "keys.foreign"


def _seal_a_phone(_: Any) -> None:
    Account.objects.filter(username="grid").update(phone="13800005678")


def _store_a_file(cast: Any) -> None:
    store(cast["grid"], "表.xlsx", [b"contents"], "test")


def _write_an_audit_line(_: Any) -> None:
    append([Entry("test.look_around", None, "inside")])


@pytest.mark.parametrize("leave", [_seal_a_phone, _store_a_file, _write_an_audit_line])
def test_whatever_was_sealed_or_proved_with_keys_forbids_new_ones(
    leave: Callable[[Any], None], keys_file: Path, cast: Any
) -> None:
    leave(cast)
    assert not KeyMark.objects.exists()
    keys_file.unlink(missing_ok=True)
    assert _refused(lambda: ring(look=True)) == "keys.lost"
    assert not keys_file.exists()


def test_a_running_server_that_loses_its_key_file_makes_no_other(keys_file: Path, accounts: Any) -> None:
    keep_keys()
    keys_file.unlink()
    assert _refused(lambda: ring(look=True)) == "keys.lost"


def test_an_unmarked_database_is_held_against_one_of_its_values(keys_file: Path, accounts: Any) -> None:
    _seal_a_phone(None)
    keys_file.unlink()
    make_keys(keys_file)
    ring(look=True)
    assert _refused(keep_keys) == "keys.foreign"


def test_a_fresh_empty_database_gets_its_keys(keys_file: Path) -> None:
    keep_keys()
    assert keys_file.exists()
    assert set(KeyMark.objects.values_list("name", flat=True)) == {"k1", "blind", "audit"}
    keep_keys()
    assert KeyMark.objects.count() == 3


def test_rotation_marks_the_new_key(keys_file: Path) -> None:
    keep_keys()
    assert set(KeyMark.objects.values_list("name", flat=True)) == {"k1", "blind", "audit"}
    name = rotate()["key"]
    assert KeyMark.objects.filter(name=name).exists()
    keep_keys()


def test_a_mark_says_nothing_of_the_key(keys_file: Path) -> None:
    keep_keys()
    secrets = json.loads(keys_file.read_text())
    stored = " ".join(KeyMark.objects.values_list("proof", flat=True))
    assert all(secret not in stored for secret in (*secrets["keys"].values(), secrets["blind"], secrets["audit"]))


def test_every_sealed_column_is_looked_at() -> None:
    tables = set(connection.introspection.table_names())
    assert all(model._meta.db_table in tables for model, _ in encrypted_columns())
