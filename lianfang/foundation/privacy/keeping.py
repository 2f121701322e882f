"""Key file and database belong together: the first keys are made for an empty database only.

Refuses to go on with a key file that is gone, or that is not the one this database was sealed with.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.privacy.keys import KeyRing, ring
from lianfang.foundation.privacy.models import KeyMark
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal, refusal

LOST = refusal(
    "keys.lost",
    "找不到密钥文件，而数据库里已有用它加密的内容。没有生成新密钥：请把备份的密钥文件放回原处（LIANFANG_KEYS_FILE）再启动。",
    "The key file is gone, and the database holds what it sealed. No new keys were made: put the backup of the file "
    "back in its place (LIANFANG_KEYS_FILE) and start again.",
    status=500,
)
FOREIGN = refusal(
    "keys.foreign",
    "密钥文件不是加密这个数据库的那一份（缺少或不符的密钥：{name}）。请恢复与数据库对应的密钥文件。",
    "The key file is not the one this database was sealed with (missing or different key: {name}). Restore the file "
    "that belongs to the database.",
    status=500,
)

CONTEXT, PROOF = "key.mark", "lianfang"


def encrypted_columns() -> list[tuple[type[models.Model], EncryptedText]]:
    """Return every model field that is encrypted at rest."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedText)
    ]


def refuse_if_sealed() -> None:
    """Raise `keys.lost` when the database holds anything that only an earlier key file opens or proves."""
    tables = set(connection.introspection.table_names())
    keyed = [model for model in apps.get_models() if getattr(model, "needs_keys", False)]
    if any(model._default_manager.exists() for model in keyed if model._meta.db_table in tables):
        raise LOST()
    if next(_sealed_values(tables), None) is not None:
        raise LOST()


def keep_keys() -> None:
    """Hold the key file against the database, and mark each of its keys there; the first keys are made on the way.

    Raises `keys.lost`, `keys.foreign`.
    """
    tables = set(connection.introspection.table_names())
    if KeyMark._meta.db_table not in tables:
        return
    try:
        keys = ring(look=True)
    except Refusal as no:
        no.details["file"] = str(Path(settings.LIANFANG_KEYS_FILE))
        raise
    known = dict(KeyMark.objects.values_list("name", "proof"))
    for name, proof in known.items():
        if not _proves(keys, name, proof):
            raise FOREIGN(name=name, details={"file": str(Path(settings.LIANFANG_KEYS_FILE))})
    if not known:
        _try_values(keys, tables)
    missing = [name for name in (*keys.encryption, "blind", "audit") if name not in known]
    marks = [KeyMark(name=name, proof=_proof(keys, name), made_at=now()) for name in missing]
    KeyMark.objects.bulk_create(marks, ignore_conflicts=True)


def _try_values(keys: KeyRing, tables: set[str]) -> None:
    """Open one value of each encrypted column of a database that has no marks yet. Raises `keys.foreign`."""
    for sealed, context in _sealed_values(tables):
        try:
            keys.decrypt(sealed, context)
        except Refusal:
            raise FOREIGN(name=sealed.partition(":")[0]) from None


def _sealed_values(tables: set[str]) -> Iterator[tuple[str, str]]:
    """Yield one stored value of each encrypted column, as it stands in the database, with its context."""
    for model, field in encrypted_columns():
        table, column = model._meta.db_table, field.column
        if table not in tables:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\' LIMIT 1')  # noqa: S608
            found = cursor.fetchone()
        if found:
            yield found[0], field.context


def _proof(keys: KeyRing, name: str) -> str:
    if name in ("blind", "audit"):
        return hmac.new(getattr(keys, name), f"{CONTEXT}\0{PROOF}".encode(), hashlib.sha256).hexdigest()
    return keys.encrypt(PROOF, f"{CONTEXT}.{name}", name)


def _proves(keys: KeyRing, name: str, proof: str) -> bool:
    if name in ("blind", "audit"):
        return hmac.compare_digest(_proof(keys, name), proof)
    if name not in keys.encryption:
        return False
    try:
        return keys.decrypt(proof, f"{CONTEXT}.{name}") == PROOF
    except Refusal:
        return False
