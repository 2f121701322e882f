"""Inserting rows that are new for certain, as fast as each database takes them, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connections, models

from lianfang.foundation.privacy.fields import EncryptedText

# Their values go to the database as they are; asking each field about each value costs more than the insert.
_AS_THEY_ARE = (models.CharField, models.IntegerField, models.BooleanField, models.FloatField)


class Draft:
    """A row on its way to its table: every column by name, without the weight of a model instance."""

    def __init__(self, model: type[models.Model], **values: Any) -> None:
        self.__dict__.update(_blank(model))
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value


@cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    """Return what a column holds when nothing is said; the key and what each row makes anew must be given."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    made_anew = [field for field in fields if field.has_default() and callable(field.default)]
    return {field.attname: field.get_default() for field in fields if field not in made_anew}


def insert_new(model: type[models.Model], rows: Sequence[Draft], using: str = "default") -> None:
    """Insert rows under ids made here: one statement on PostgreSQL, one prepared statement for all on SQLite."""
    if not rows:
        return
    connection = connections[using]
    fields = list(model._meta.concrete_fields)
    values = _values(rows, fields, connection)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{str(field.db_type(connection)).split('(')[0]}[]" for field in fields)
            lists = [list(one) for one in zip(*values, strict=True)]
            cursor.execute(f"{into} SELECT * FROM unnest({arrays})", lists)  # noqa: S608
        else:
            marks = ", ".join("%s" for _ in fields)
            cursor.executemany(f"{into} VALUES ({marks})", values)


def _values(rows: Sequence[Draft], fields: Sequence[models.Field[Any, Any]], connection: Any) -> list[list[Any]]:
    columns = [_column(rows, field, connection) for field in fields]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(rows: Sequence[Draft], field: models.Field[Any, Any], connection: Any) -> list[Any]:
    """Return one column of all rows as the database takes it; equal moments and ids are turned once."""
    raw = list(map(attrgetter(field.attname), rows))
    if isinstance(field, _AS_THEY_ARE):
        return raw
    turn: Callable[[Any], Any] = lambda value: field.get_db_prep_save(value, connection)  # noqa: E731
    if isinstance(field, (EncryptedText, models.JSONField)):
        return [turn(value) for value in raw]
    known = {value: turn(value) for value in set(raw)}
    return [known[value] for value in raw]
