"""Storing and opening files: size-bounded, encrypted on disk, hostile names made harmless."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.privacy.keys import UNREADABLE, ring
from lianfang.kernel.clock import now
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import clean

TOO_LARGE = refusal(
    "file.too_large", "文件太大，最多 {limit} MB。", "The file is too large: at most {limit} MB.", status=413
)
EMPTY = refusal("file.empty", "文件是空的。", "The file is empty.")
GONE = refusal(
    "file.gone", "文件不存在或已按期限销毁。", "The file does not exist or was erased on schedule.", status=404
)


def harmless_name(name: str) -> str:
    """Return the last part of a file name without path, control or reserved characters."""
    last = clean(name).replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r'[<>:"|?*\x00-\x1f]', "_", last).strip(". ")[-120:] or "file"


def _folder() -> Path:
    folder = Path(settings.LIANFANG_FILES)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def store(actor: Actor, name: str, chunks: Iterable[bytes], kind: str, area_path: str = "") -> StoredFile:
    """Store a file, encrypted. Raises `file.too_large`, `file.empty`."""
    limit = settings.LIANFANG_MAX_UPLOAD
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TOO_LARGE(limit=limit // 2**20, field="file")
        parts.append(chunk)
    body = b"".join(parts)
    if not body:
        raise EMPTY(field="file")
    kept = StoredFile(name=harmless_name(name), size=size, sha256=hashlib.sha256(body).hexdigest(), kind=kind,
                      account_id=actor.account_id, area_path=area_path or actor.home_area, at=now())  # fmt: skip
    _write(kept.id, body)
    kept.save()
    return kept


def _write(file_id: UUID, body: bytes) -> None:
    keys = ring()
    name = keys.current
    nonce = hashlib.sha256(file_id.bytes + name.encode()).digest()[:12]
    sealed = keys.encryption[name].encrypt(nonce, body, file_id.bytes)
    target = _folder() / file_id.hex
    fresh = target.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(name.encode().ljust(8) + nonce)
        file.write(sealed)  # on its own, because to put it behind the rest would be one more copy of a large file
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def rewrite_files() -> int:
    """Write every stored file anew under the current key and return how many there were; safe to run again."""
    current, count = ring().current, 0
    for file_id in StoredFile.objects.filter(erased_at__isnull=True).values_list("pk", flat=True).iterator():
        path = _folder() / file_id.hex
        if not path.exists():
            continue
        with path.open("rb") as file:
            name = file.read(8).decode().strip()
        if name != current:
            _write(file_id, read_file(file_id))
            count += 1
    return count


def read_file(file_id: UUID) -> bytes:
    """Return the clear bytes of a stored file. Raises `file.gone`."""
    path = _folder() / file_id.hex
    if not path.exists():
        raise GONE()
    with path.open("rb") as file:
        name, nonce, sealed = file.read(8), file.read(12), file.read()
    try:
        key: AESGCM = ring().encryption[name.decode().strip()]
        return key.decrypt(nonce, sealed, file_id.bytes)
    except (InvalidTag, KeyError, UnicodeDecodeError, ValueError) as trouble:
        raise UNREADABLE() from trouble


def erase(file_id: UUID, at: datetime) -> None:
    """Remove a file's contents for good; that there was one stays on record."""
    if StoredFile.objects.filter(pk=file_id, erased_at__isnull=True).update(erased_at=at):
        transaction.on_commit(lambda: (_folder() / file_id.hex).unlink(missing_ok=True))


# each yields the ids of files that something stood on at or after a moment: retention leaves them
NEEDED: list[Callable[[datetime], QuerySet[Any]]] = []

Condition = Callable[[Actor, StoredFile], None]

# by kind of file: called before its owner gets it, and may refuse
CONDITIONS: dict[str, Condition] = {}


def own_file(actor: Actor, file_id: UUID) -> StoredFile:
    """Return what is known of a file to its owner. Raises `file.gone`, `access.not_yours`."""
    found = StoredFile.objects.filter(pk=file_id, erased_at__isnull=True).first()
    if found is None:
        raise GONE()
    if not actor.system and found.account_id != actor.account_id:
        raise NOT_YOURS()
    return found


def find_file(actor: Actor, file_id: UUID) -> StoredFile:
    """Return a file its owner asks for. Raises as `own_file` does, and what its kind adds."""
    found = own_file(actor, file_id)
    if found.kind in CONDITIONS:
        CONDITIONS[found.kind](actor, found)
    return found
