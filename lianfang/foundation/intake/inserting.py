"""Inserting rows that are new for certain, as fast as each database takes them, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connections, models

from lianfang.foundation.actions.facts import insert_of_json, rows_as_json
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
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(insert_of_json(model), [rows_as_json(model, rows)])
        else:
            fields = list(model._meta.concrete_fields)
            columns, marks = ", ".join(f'"{field.column}"' for field in fields), ", ".join("%s" for _ in fields)
            into = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608
            cursor.executemany(into, _values(rows, fields, connection))


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
