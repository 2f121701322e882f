"""Makes the wrong path fail: a write to a domain table outside an action, a job or a migration raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_WRITE = re.compile(
    r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|INSERT OR IGNORE INTO|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE
)


class WriteAroundActionError(RuntimeError):
    """Code wrote to a domain table without going through an action."""


@cache
def _guarded_tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("lianfang.domain.")
    )


def _watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not _writing.get() and isinstance(sql, str):
        match = _WRITE.match(sql)
        if match:
            require_writing(match[1])
    return execute(sql, params, many, context)


def require_writing(table: str) -> None:
    """Raise WriteAroundActionError for a domain table outside an action; for writes that are no statement: COPY."""
    if not _writing.get() and table in _guarded_tables():
        raise WriteAroundActionError(f"write to {table} outside an action")


@contextmanager
def writing() -> Iterator[None]:
    """Allow domain writes here: the action runner, jobs that carry out an action's work, migrations and fixtures."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def install() -> None:
    """Watch every database connection from its first query."""

    def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
        if _watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(_watch)

    connection_created.connect(watch, weak=False, dispatch_uid="lianfang.guard")
    pre_migrate.connect(lambda **_: _writing.set(True), weak=False, dispatch_uid="lianfang.guard.migrate")
    post_migrate.connect(lambda **_: _writing.set(False), weak=False, dispatch_uid="lianfang.guard.migrated")
