"""Stored files: hostile names harmless, contents unreadable on disk, fetched by nobody but who sent them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import erase, find_file, harmless_name, read_file, store
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\windows\\system.ini", "system.ini"), ("/", "file"), ("", "file"),
        ("...", "file"), ("名单\x00.xlsx", "名单.xlsx"), ("名单\u202exslx.exe", "名单xslx.exe"),
        ("a:b|c?.xlsx", "a_b_c_.xlsx"),
        ("con/../名单.xlsx", "名单.xlsx"), ('"><script>.csv', "___script_.csv"), ("  .htaccess ", "htaccess"),
    ],
)  # fmt: skip
def test_a_hostile_name_becomes_a_harmless_one(hostile: str, harmless: str) -> None:
    assert harmless_name(hostile) == harmless


@given(st.text(max_size=400))
def test_no_name_leaves_its_folder_or_carries_what_a_system_reserves(name: str) -> None:
    kept = harmless_name(name)
    assert 0 < len(kept) <= 120
    assert not set(kept) & set('/\\<>:"|?*\x00\n\r')
    assert kept not in (".", "..")


@pytest.mark.django_db
def test_an_empty_file_and_one_too_large_are_refused_and_leave_nothing(cast: dict[str, Actor], settings: Any) -> None:
    settings.LIANFANG_MAX_UPLOAD = 10
    before = len(list(_files(settings)))
    for chunks, code in (([], "file.empty"), ([b""], "file.empty"), ([b"123456", b"78901"], "file.too_large")):
        with pytest.raises(Refusal) as caught:
            store(cast["grid"], "a", chunks, "test")
        assert caught.value.code == code
    assert not StoredFile.objects.exists()
    assert len(list(_files(settings))) == before


def _files(settings: Any) -> Any:
    folder = Path(settings.LIANFANG_FILES)
    return folder.iterdir() if folder.exists() else iter(())


@pytest.mark.django_db
def test_somebody_elses_file_is_not_handed_out(cast: dict[str, Actor]) -> None:
    file = store(cast["grid"], "名单.xlsx", [b"contents"], "test")
    for name in ("neighbour", "duty", "outsider"):
        with pytest.raises(Refusal) as caught:
            find_file(cast[name], file.pk)
        assert caught.value.code == "access.not_yours"
    assert find_file(cast["grid"], file.pk) == file
    assert find_file(SYSTEM, file.pk) == file


@pytest.mark.django_db
def test_a_file_nobody_stored_is_gone(cast: dict[str, Actor]) -> None:
    for ask in (lambda: find_file(cast["grid"], uuid4()), lambda: read_file(uuid4())):
        with pytest.raises(Refusal) as caught:
            ask()
        assert (caught.value.code, caught.value.status) == ("file.gone", 404)


@pytest.mark.django_db
def test_what_lies_on_disk_shows_nothing_and_a_change_to_it_is_noticed(cast: dict[str, Actor], settings: Any) -> None:
    contents = "王小明 13800005678".encode() * 50
    file = store(cast["grid"], "名单.xlsx", [contents[:100], contents[100:]], "test")
    path = Path(settings.LIANFANG_FILES) / file.pk.hex
    raw = path.read_bytes()
    assert "王小明".encode() not in raw
    assert "名单" not in str(path)
    assert read_file(file.pk) == contents
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(Refusal) as caught:
        read_file(file.pk)
    assert caught.value.code == "keys.unreadable"


@pytest.mark.django_db
def test_one_files_contents_do_not_pass_for_anothers(cast: dict[str, Actor], settings: Any) -> None:
    one, other = (store(cast["grid"], "a", [body], "test") for body in (b"one", b"other"))
    folder = Path(settings.LIANFANG_FILES)
    (folder / other.pk.hex).write_bytes((folder / one.pk.hex).read_bytes())
    with pytest.raises(Refusal):
        read_file(other.pk)


@pytest.mark.django_db(transaction=True)
def test_an_erased_file_is_gone_from_disk_and_stays_on_record(cast: dict[str, Actor], settings: Any) -> None:
    file = store(cast["grid"], "a", [b"contents"], "test")
    erase(file.pk, now())
    erase(file.pk, now())
    assert not (Path(settings.LIANFANG_FILES) / file.pk.hex).exists()
    assert StoredFile.objects.get(pk=file.pk).erased_at
    with pytest.raises(Refusal):
        find_file(cast["grid"], file.pk)
