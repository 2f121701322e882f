"""Appending facts in bulk: one statement for a whole batch, telling which rows were new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

Fact = TypeVar("Fact", bound=models.Model)


def append_facts(rows: Sequence[Fact]) -> set[UUID]:
    """Insert fact rows whose primary key is a client-made id; return the ids that were not there before."""
    if not rows:
        return set()
    model = type(rows[0])
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table, key = model._meta.db_table, str(model._meta.pk.column)
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    if connection.vendor == "postgresql":
        return _unnest(table, columns, fields, values, key)
    return _row_by_row(table, columns, values, key)


def _unnest(
    table: str, columns: str, fields: Sequence[models.Field[Any, Any]], values: list[list[Any]], key: str
) -> set[UUID]:
    """One INSERT … SELECT FROM unnest(…): the fastest durable way measured, one round trip for any number of rows."""
    arrays = ", ".join(f"%s::{_pg_type(field)}[]" for field in fields)
    sql = f'INSERT INTO "{table}" ({columns}) SELECT * FROM unnest({arrays}) {_unless_there(key)}'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*values, strict=True)])
        return {row[0] for row in cursor.fetchall()}


def _pg_type(field: models.Field[Any, Any]) -> str:
    return str(field.db_type(connection)).split("(")[0]


def _unless_there(key: str) -> str:
    """Return the clause that skips a repeat. Only the key: a clash with any other rule of the table must be heard."""
    return f'ON CONFLICT ("{key}") DO NOTHING RETURNING "{key}"'


def _row_by_row(table: str, columns: str, values: list[list[Any]], key: str) -> set[UUID]:
    marks = ", ".join("%s" for _ in values[0])
    sql = f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) {_unless_there(key)}'  # noqa: S608
    fresh: set[UUID] = set()
    with connection.cursor() as cursor:
        for row in values:
            cursor.execute(sql, row)
            found = cursor.fetchone()
            if found:
                fresh.add(UUID(str(found[0])))
    return fresh
