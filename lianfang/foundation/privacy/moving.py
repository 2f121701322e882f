"""Bringing rows from area to area where a register gives areas other codes: whatever the model, as it lies.

Every model with an area path moves, facts too: the path says where a thing is found and who answers for it, and a
code may be another village's tomorrow. What must stay as it was written says so in STAY, what is counted anew in
COUNTED.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from lianfang.foundation.privacy.appendonly import erasing
from lianfang.foundation.privacy.fields import AreaPathField, is_area_path, within
from lianfang.kernel.text import Bilingual, both

Moves = Mapping[str, str]
# (model, field, row) → where this row alone goes
Single = dict[str, dict[str, str]]
Tell = Callable[[str, int], None]
# who is told how far the moving is: a column and how many of its rows came along
TOLD: ContextVar[Tell] = ContextVar("told", default=lambda column, rows: None)

STAY: dict[str, Bilingual] = {
    "areas.Area": both("区划迁移自己改写区域", "the migration rewrites areas itself"),
    "areas.AreaChange": both("变更历史记的是当时的代码", "history names the codes of its time"),
    "areas.AreaMigration": both("迁移记录记的是县", "a migration is about the county"),
    "areas.AreaStep": both("撤销要用当时的代码", "undoing needs the codes of its time"),
    "audit.AuditLine": both("审计链封存了当时的代码", "the audit chain has sealed the codes of its time"),
    "events.Event": both("事实记的是当时的代码", "facts told name the codes of their time"),
    "retention.ErasureCertificate": both("销毁证明已封存", "certificates are sealed"),
}
COUNTED: dict[str, Bilingual] = {
    "gaps.GapCount": both("由缺口明细重新合计", "added up again from the gaps"),
    "reports.CoverageCount": both("由清单重新统计", "counted again from the lists"),
    "screening.SweepCount": both("由排查户表重新合计", "added up again from the doors of the sweeps"),
    "retention.RetentionState": both("下次检查时重新统计", "counted again at the next look"),
}
# columns that hold an area path without being an AreaPathField
OTHER_COLUMNS = (("jobs.Job", "area_path"), ("gaps.GapItem", "subject_id"))
# JSON that names areas: what waits to be done, and how lists are looked at
JSON_COLUMNS = (("workbench.SavedView", "where"), ("jobs.Job", "body"))
_WAY, _ALONE = "~", "!"  # marks of rows on their way; no path begins with them


@dataclass(frozen=True)
class PathColumn:
    """A column of a model that says where its rows are."""

    model: type[models.Model]
    field: str

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def sql(self) -> tuple[str, str]:
        """Return table and column, quoted."""
        column = next(one.column for one in self.model._meta.concrete_fields if one.name == self.field)
        return f'"{self.model._meta.db_table}"', f'"{column}"'

    @property
    def rules(self) -> list[models.UniqueConstraint]:
        """Return the rules that let a path stand once."""
        return [
            one
            for one in self.model._meta.constraints
            if isinstance(one, models.UniqueConstraint) and self.field in one.fields
        ]

    def rows(self) -> models.QuerySet[Any]:
        return self.model._base_manager.all()


def path_columns() -> list[PathColumn]:
    """Return every column that moves with its area, in the order of the apps."""
    skipped = {*STAY, *COUNTED}
    found = [
        PathColumn(model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, AreaPathField) and model._meta.label not in skipped
    ]
    return found + [PathColumn(apps.get_model(label), field) for label, field in OTHER_COLUMNS]


def paths_in_use(within_path: str) -> set[str]:
    """Return every path at or below an area that some row stands at."""
    found: set[str] = set()
    for column in path_columns():
        if isinstance(column.model._meta.get_field(column.field), AreaPathField):
            rows = column.rows().filter(within(within_path, column.field)).order_by()
            found |= set(rows.values_list(column.field, flat=True).distinct())
    return {path for path in found if is_area_path(path)}


def count_at(label: str, paths: Iterable[str]) -> dict[str, int]:
    """Return how many rows of a model stand at each of these paths."""
    wanted = set(paths)
    if not wanted:
        return {}
    rows = apps.get_model(label)._base_manager.order_by().values_list("area_path")
    low, high = min(wanted), max(wanted) + _WAY
    counted = rows.filter(area_path__gte=low, area_path__lt=high).annotate(n=models.Count("pk"))
    return {path: number for path, number in counted if path in wanted}


def rows_at(paths: Iterable[str]) -> Single:
    """Return every row that stands at one of these paths, with that path: what a journal must know one by one."""
    wanted = sorted(set(paths))
    found: Single = {}
    for column in path_columns() if wanted else ():
        rows = column.rows().filter(**{f"{column.field}__in": wanted}).order_by()
        told = {str(pk): path for pk, path in rows.values_list("pk", column.field)}
        if told:
            found[column.name] = told
    return found


def move_rows(moves: Moves, alone: Single) -> int:
    """Bring every row from its old path to the new one, all at once, so that codes may change hands; return how many.

    `alone` names rows that go elsewhere than their path does. The caller has opened the transaction.
    """
    moved = 0
    with _table_of(moves):
        for column in path_columns():
            with erasing() if getattr(column.model, "append_only", False) else nullcontext():
                number = _move_column(column, alone.get(column.name, {}))
            moved += number
            if number:
                TOLD.get()(column.name, number)
    _move_json(moves)
    return moved


def clashes(moves: Moves, shared: Iterable[str], rest: Moves, alone: Single | None = None) -> Single:
    """Return the rows that cannot stand beside others where their areas become one, with where they stay instead.

    `shared` are the paths that several old ones lead to; `rest` says for an old path where its remains lie. Rows of
    `alone` go their own way and stand in nobody's.
    """
    targets = set(shared)
    sources = {path for path, to in moves.items() if to in targets} | targets
    found: Single = {}
    for column in path_columns() if targets else ():
        for rule in column.rules:
            gone = (alone or {}).get(column.name, {})
            for pk, path in _second_ones(column, rule, sources, moves, rest, gone):
                found.setdefault(column.name, {})[pk] = rest[path]
    return found


def _second_ones(
    column: PathColumn, rule: models.UniqueConstraint, sources: set[str], moves: Moves, rest: Moves, gone: Moves
) -> Iterator[tuple[str, str]]:
    """Yield the rows that would stand second under a rule; those of the area that goes on come first."""
    rows = column.rows().filter(**{f"{column.field}__in": sorted(sources)})
    if rule.condition is not None:
        rows = rows.filter(rule.condition)
    others = [name for name in rule.fields if name != column.field]
    seen = set()
    told = rows.values_list("pk", column.field, *others)
    staying = (one for one in told if str(one[0]) not in gone)
    for pk, path, *values in sorted(staying, key=lambda one: (one[1] in rest, one[1], str(one[0]))):
        key = (moves.get(path, path), *values)
        if key in seen:
            yield str(pk), path
        seen.add(key)


# --- one column ---------------------------------------------------------------------------------------------------


def _move_column(column: PathColumn, alone: Mapping[str, str]) -> int:
    """Move one column in two strokes: away from every old path, then to the new ones.

    In one stroke a database would see two villages under one code in between, where a rule forbids that.
    """
    table, field = column.sql
    with connection.cursor() as cursor:
        if alone:
            _lift(cursor, column, alone)
        if not column.rules:
            cursor.execute(_to_new(table, field, "area_moving.was"))
            number = cursor.rowcount
        else:
            cursor.execute(
                f"UPDATE {table} SET {field} = '{_WAY}' || {field} "  # noqa: S608
                f"WHERE {field} IN (SELECT was{_collated()} FROM area_moving)"
            )
            cursor.execute(_to_new(table, field, f"'{_WAY}' || area_moving.was"))
            number = cursor.rowcount
        if alone:
            cursor.execute(
                f"UPDATE {table} SET {field} = substr({field}, 2) "  # noqa: S608
                f"WHERE substr({field}, 1, 1) = '{_ALONE}'"
            )
    return max(number, 0) + len(alone)


def _to_new(table: str, field: str, was: str) -> str:
    match = f"{table}.{field} = ({was}){_collated()}"
    return f"UPDATE {table} SET {field} = area_moving.now FROM area_moving WHERE {match}"  # noqa: S608


def _collated() -> str:
    """Return what tells PostgreSQL how to compare: not every column with a path is sorted byte by byte."""
    return ' COLLATE "C"' if connection.vendor == "postgresql" else ""


def _lift(cursor: Any, column: PathColumn, alone: Mapping[str, str]) -> None:
    """Take rows that go their own way out of reach of the others."""
    table, field = column.sql
    key = column.model._meta.pk
    assert key is not None
    pairs = [(_ALONE + path, key.get_db_prep_save(key.to_python(pk), connection)) for pk, path in alone.items()]
    cursor.executemany(f'UPDATE {table} SET {field} = %s WHERE "{key.column}" = %s', pairs)  # noqa: S608


@contextmanager
def _table_of(moves: Moves) -> Iterator[None]:
    """Lay the moves into a table of this transaction, so that one statement moves a whole column."""
    column = f"varchar(24){_collated()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE area_moving (was {column} PRIMARY KEY, now {column})")
        cursor.executemany("INSERT INTO area_moving (was, now) VALUES (%s, %s)", list(moves.items()))
        yield
        cursor.execute("DROP TABLE area_moving")


# --- JSON ---------------------------------------------------------------------------------------------------------


def _move_json(moves: Moves) -> None:
    """Rewrite the paths in views, and in what waits to be done: jobs and the facts that reactions still read."""
    for label, name in JSON_COLUMNS:
        rows = apps.get_model(label)._base_manager.all()
        if label == "jobs.Job":
            rows = rows.filter(state="waiting")
            _move_told_facts(rows, moves)
        _rewrite(rows, name, moves)


def _move_told_facts(waiting: models.QuerySet[Any], moves: Moves) -> None:
    told = [body["event"] for body in waiting.filter(name="events.react").values_list("body", flat=True)]
    if told:
        with erasing():
            _rewrite(apps.get_model("events.Event")._base_manager.filter(pk__in=told), "body", moves)


def _rewrite(rows: models.QuerySet[Any], name: str, moves: Moves) -> None:
    changed = []
    for row in rows:
        after = _with(getattr(row, name), moves)
        if after != getattr(row, name):
            setattr(row, name, after)
            changed.append(row)
    rows.model._base_manager.bulk_update(changed, [name], batch_size=500)


def _with(value: Any, moves: Moves) -> Any:
    if isinstance(value, str):
        return moves.get(value, value)
    if isinstance(value, Mapping):
        return {key: _with(one, moves) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_with(one, moves) for one in value]
    return value
