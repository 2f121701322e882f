"""Key rotation: a new key for what comes, and every stored value written anew under it, in resumable steps."""

from __future__ import annotations

from django.db import connection, models, transaction

from lianfang.foundation.actions.guard import writing
from lianfang.foundation.attachments.storing import rewrite_files
from lianfang.foundation.privacy.appendonly import erasing
from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.privacy.keeping import encrypted_columns, keep_keys
from lianfang.foundation.privacy.keys import add_key, ring

STEP = 1000


def rotate() -> dict[str, object]:
    """Add a key, re-encrypt every value, and say what was done. Safe to run again after a crash."""
    name = add_key()
    keep_keys()
    counts = {f"{model._meta.label}.{field.name}": _rewrite(model, field, name) for model, field in encrypted_columns()}
    return {"key": name, "rewritten": counts | {"files": rewrite_files()}}


def _rewrite(model: type[models.Model], field: EncryptedText, name: str) -> int:
    table, column, key = model._meta.db_table, field.column, model._meta.pk.column
    read = f'SELECT "{key}", "{column}" FROM "{table}" WHERE "{column}" <> \'\' AND "{column}" NOT LIKE %s LIMIT {STEP}'  # noqa: S608
    # because somebody may correct a value between our reading and our writing, and theirs must stand
    write = f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s AND "{column}" = %s'  # noqa: S608
    total = 0
    while True:
        with writing(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(read, [f"{name}:%"])
            rows = cursor.fetchall()
            if not rows:
                return total
            fresh = [
                (ring().encrypt(ring().decrypt(sealed, field.context), field.context), row, sealed)
                for row, sealed in rows
            ]
            if getattr(model, "append_only", False):
                with erasing():
                    cursor.executemany(write, fresh)
            else:
                cursor.executemany(write, fresh)
        total += len(rows)
