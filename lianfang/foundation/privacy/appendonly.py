"""Facts and audit lines are appended, never changed: triggers on both databases refuse update and delete.

A model says `append_only = True`; its triggers are laid after every migration. Erasure by retention is the one
exception; it opens the door inside its own transaction and closes it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION lianfang_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM privacy_erasing) THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only_models() -> list[type[models.Model]]:
    """Return every model whose rows may never be changed."""
    return [model for model in apps.get_models() if getattr(model, "append_only", False)]


def lay_triggers(using: str = "default", **_: Any) -> None:
    """Lay the triggers of every append-only table that exists; safe to repeat."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    tables = [model._meta.db_table for model in append_only_models() if model._meta.db_table in present]
    statements = _postgres(tables) if connection.vendor == "postgresql" else _sqlite(tables)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _postgres(tables: list[str]) -> Iterator[str]:
    yield POSTGRES_FUNCTION
    for table in tables:
        yield (
            f'CREATE OR REPLACE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION lianfang_refuse_change()"
        )


def _sqlite(tables: list[str]) -> Iterator[str]:
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '  # noqa: S608
                "WHEN NOT EXISTS (SELECT 1 FROM privacy_erasing) "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} is refused'); END"
            )


@contextmanager
def erasing(connection: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Allow erasure inside this transaction only; nobody else's transaction sees the open door."""
    chosen = connection or connections["default"]
    with transaction.atomic(using=chosen.alias), chosen.cursor() as cursor:
        cursor.execute("INSERT INTO privacy_erasing (id) VALUES (1)")
        yield
        cursor.execute("DELETE FROM privacy_erasing")
