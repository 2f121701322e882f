"""Encryption at rest: what is moved, changed or met with a wrong key stays shut; search opens nothing."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from lianfang.foundation.accounts.models import Account
from lianfang.foundation.administration.rotation import rotate
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import read_file, store
from lianfang.foundation.privacy.fields import blind
from lianfang.foundation.privacy.keeping import encrypted_columns
from lianfang.foundation.privacy.keys import KeyRing, add_key, make_keys, ring
from lianfang.kernel.errors import Refusal

PHONE = "13800005678"


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> Path:
    """A key file that only this test uses."""
    settings.LIANFANG_KEYS_FILE = str(tmp_path / "keys.json")
    make_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def _code(caught: Any) -> str:
    return str(caught.value.code)


def test_a_value_moved_to_another_column_is_unreadable(own_keys: Path) -> None:
    sealed = ring().encrypt(PHONE, "person.phone")
    with pytest.raises(Refusal) as caught:
        ring().decrypt(sealed, "household.phone")
    assert _code(caught) == "keys.unreadable"


@pytest.mark.parametrize("place", [3, 20, -1])
def test_a_value_changed_by_one_letter_is_unreadable(own_keys: Path, place: int) -> None:
    sealed = list(ring().encrypt(PHONE, "person.phone"))
    sealed[place] = "A" if sealed[place] != "A" else "B"
    with pytest.raises(Refusal):
        ring().decrypt("".join(sealed), "person.phone")


@pytest.mark.parametrize("nonsense", ["", ":", "k1", "k1:", "k9:AAAA", "k1:%%%", "k1:AAAA"])
def test_what_was_never_sealed_is_unreadable(own_keys: Path, nonsense: str) -> None:
    with pytest.raises(Refusal):
        ring().decrypt(nonsense, "person.phone")


def test_another_key_file_opens_nothing(own_keys: Path, settings: Any, tmp_path: Path) -> None:
    sealed = ring().encrypt(PHONE, "person.phone")
    settings.LIANFANG_KEYS_FILE = str(tmp_path / "other.json")
    make_keys(tmp_path / "other.json")
    with pytest.raises(Refusal) as caught:
        ring().decrypt(sealed, "person.phone")
    assert PHONE not in str(caught.value)


def test_the_key_file_is_for_its_owner_alone(own_keys: Path) -> None:
    ring()
    assert own_keys.stat().st_mode & 0o077 == 0
    add_key()
    assert own_keys.stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_go_on_with_the_same_keys(own_keys: Path) -> None:
    own_keys.unlink()
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        make_keys(own_keys)
        seen.append(own_keys.read_text())

    seen: list[str] = []
    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert [path.name for path in own_keys.parent.iterdir()] == ["keys.json"]


def test_equal_values_are_sealed_differently_and_found_by_the_same_index(own_keys: Path) -> None:
    assert ring().encrypt(PHONE, "person.phone") != ring().encrypt(PHONE, "person.phone")
    assert blind(PHONE, "person.phone") == blind(PHONE, "person.phone")
    assert blind(PHONE, "person.phone") != blind(PHONE, "household.phone")
    assert blind("", "person.phone") == ""


@pytest.mark.django_db
def test_the_database_never_sees_a_phone_in_clear(accounts: dict[str, Account]) -> None:
    Account.objects.filter(username="grid").update(phone=PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_account WHERE username = 'grid'")
        [[stored]] = cursor.fetchall()
    assert PHONE not in stored
    assert Account.objects.get(username="grid").phone == PHONE
    assert not Account.objects.filter(phone=PHONE).exists()


@pytest.mark.django_db
def test_rotation_writes_every_value_anew_and_search_still_finds_it(own_keys: Path, accounts: Any, cast: Any) -> None:
    Account.objects.filter(username__in=["grid", "town"]).update(phone=PHONE)
    file = store(cast["grid"], "表.xlsx", [b"contents"], "test")
    index, before = blind(PHONE, "account.phone"), json.loads(own_keys.read_text())["current"]

    told = rotate()

    assert told["key"] != before
    assert told["rewritten"]["accounts.Account.phone"] == 2  # type: ignore[index]
    assert told["rewritten"]["files"] == 1  # type: ignore[index]
    for model, field in encrypted_columns():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{field.column}" FROM "{model._meta.db_table}" WHERE "{field.column}" <> \'\'')
            assert all(stored.startswith(f"{told['key']}:") for (stored,) in cursor.fetchall())
    assert Account.objects.get(username="grid").phone == PHONE
    assert blind(PHONE, "account.phone") == index
    assert read_file(file.pk) == b"contents"


@pytest.mark.django_db
def test_rotation_once_more_goes_on_from_where_a_crash_left_it(own_keys: Path, accounts: Any) -> None:
    Account.objects.filter(username="grid").update(phone=PHONE)
    add_key()
    assert rotate()["rewritten"]["accounts.Account.phone"] == 1  # type: ignore[index]
    assert Account.objects.get(username="grid").phone == PHONE


def test_a_key_added_by_another_process_is_known_at_once(own_keys: Path) -> None:
    body = json.loads((ring() and own_keys).read_text())
    secret = base64.b64encode(b"2" * 32).decode()
    own_keys.write_text(json.dumps({**body, "keys": {**body["keys"], "k2": secret}}))
    elsewhere = KeyRing("k2", {"k2": AESGCM(b"2" * 32)}, b"", b"")
    assert ring().decrypt(elsewhere.encrypt(PHONE, "person.phone"), "person.phone") == PHONE


@pytest.mark.django_db
def test_a_file_without_its_key_is_unreadable_and_says_so(own_keys: Path, accounts: Any, cast: Any) -> None:
    file = store(cast["grid"], "表.xlsx", [b"contents"], "test")
    own_keys.unlink()
    make_keys(own_keys)
    ring(look=True)
    with pytest.raises(Refusal) as caught:
        read_file(file.pk)
    assert _code(caught) == "keys.unreadable"
    assert StoredFile.objects.filter(pk=file.pk).exists()
