"""Inserting rows that are new for certain, as fast as each database takes them, in the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from lianfang.foundation.actions.guard import require_writing
from lianfang.foundation.privacy.fields import EncryptedText

# Their values go to the database as they are; asking each field about each value costs more than the insert.
_AS_THEY_ARE = (models.CharField, models.IntegerField, models.BooleanField, models.FloatField)
_NULL = r"\N"
# what COPY would take for the end of a value or of a row
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


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


def insert_new(model: type[models.Model], rows: Sequence[Draft | models.Model], using: str = "default") -> None:
    """Insert rows by COPY on PostgreSQL, by one prepared statement for all on SQLite.

    Their ids are made here, unless the database counts them.
    Fields must not turn their values when saved, except encrypted ones. Raises IntegrityError as any insert does.
    """
    if not rows:
        return
    connection = connections[using]
    if connection.vendor == "postgresql":
        _copy(model, rows, connection)
        return
    fields = _given(model)
    columns, marks = ", ".join(f'"{field.column}"' for field in fields), ", ".join("%s" for _ in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608
    values = zip(*(_column(rows, field, connection) for field in fields), strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(into, list(values))


def _given(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns that a row brings; a counted key is the database's."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _column(
    rows: Sequence[Draft | models.Model], field: models.Field[Any, Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    """Return one column of all rows as the database takes it; equal moments and ids are turned once."""
    raw = list(map(attrgetter(field.attname), rows))
    if isinstance(field, _AS_THEY_ARE):
        return raw
    turn: Callable[[Any], Any] = lambda value: field.get_db_prep_save(value, connection)  # noqa: E731
    if isinstance(field, (EncryptedText, models.JSONField)):
        return [turn(value) for value in raw]
    known = {value: turn(value) for value in set(raw)}
    return [known[value] for value in raw]


def _copy(model: type[models.Model], rows: Sequence[Draft | models.Model], connection: BaseDatabaseWrapper) -> None:
    """Write rows by COPY: half the work of an INSERT for the database, which need not take a text of JSON apart."""
    require_writing(model._meta.db_table)
    fields = _given(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    lines = map("\t".join, zip(*(_as_copied(rows, field) for field in fields), strict=True))
    into = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(into) as sent:
        sent.write("\n".join(lines))


def _as_copied(rows: Sequence[Draft | models.Model], field: models.Field[Any, Any]) -> list[str]:
    """Return one column of all rows as COPY reads it."""
    raw = list(map(attrgetter(field.attname), rows))
    if isinstance(field, EncryptedText):
        return [field.get_prep_value(value) for value in raw]
    if isinstance(field, models.JSONField):
        return [_NULL if value is None else _escaped(orjson.dumps(value).decode()) for value in raw]
    known = {value: _written(value) for value in set(raw)}
    return [known[value] for value in raw]


def _written(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, str):
        return _escaped(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED) if _SPECIAL.search(text) else text
