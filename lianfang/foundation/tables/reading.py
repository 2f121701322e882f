"""Reading tables: permission, scope, filters, keyset pages and masking for every door. Masking lives only here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from lianfang.foundation.access.actor import NOT_YOURS, SYSTEM, Actor, any_within
from lianfang.foundation.privacy.classes import ORDER, Level, PrivacyClass
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.keys import ring
from lianfang.foundation.tables.offering import Offers
from lianfang.foundation.tables.registry import TABLES, Column, Table
from lianfang.kernel.clock import CHINA, now
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import has_control_characters

UNKNOWN_TABLE = refusal("table.unknown", "没有这张表：{name}。", "There is no table {name}.", status=404)
UNKNOWN_COLUMN = refusal(
    "table.unknown_column", "不能按“{name}”筛选或排序。", "Cannot filter or sort by {name}.", status=400
)
BAD_VALUE = refusal(
    "table.bad_value", "“{name}”的筛选值格式不对。", "The filter value for {name} has the wrong form.", status=400
)
BAD_CURSOR = refusal(
    "table.bad_cursor", "翻页标记已失效，请从头开始。", "The page marker is no longer valid; start again.", status=400
)
NO_ROW = refusal(
    "table.no_row", "没有这一行，或者不在您的范围内。", "No such row, or it is outside your area.", status=404
)

MAX_LIMIT = 500
LONGEST_SEARCH = 200
OPERATORS = {
    "": "", "gte": "__gte", "lte": "__lte", "lt": "__lt", "in": "__in", "contains": "__icontains",
    "gte_or_empty": "__gte",
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What a viewer asks of a table; with `offers`, also what may be done with each row."""

    where: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    search: str = ""
    sort: str = ""
    after: str = ""
    limit: int = 50
    count: bool = False
    offers: bool = False


@dataclass(frozen=True)
class Page:
    """One page of rows as plain values, the cursor of the next page, and the moment they were true."""

    rows: list[dict[str, Any]]
    next: str | None
    as_of: datetime
    count: int | None = None


def find_table(name: str) -> Table:
    """Return the declared table. Raises `table.unknown`."""
    found = TABLES.get(name)
    if found is None:
        raise UNKNOWN_TABLE(name=name[:80])
    return found


def scoped(viewer: Actor, declared: Table) -> QuerySet[Any]:
    """Return the rows this viewer may read at all. Raises `access.not_yours` when no grant reads the table."""
    if not viewer.may(declared.name):
        raise NOT_YOURS()
    rows = declared.rows(viewer)
    if declared.area:
        rows = rows.filter(any_within(viewer.prefixes(declared.name), declared.area))
    return rows


def read(viewer: Actor, name: str, query: Query = Query()) -> Page:
    """Return one page of the table, masked for the viewer."""
    declared = find_table(name)
    rows = _filtered(viewer, declared, query)
    count = _count(rows) if query.count else None
    sort = _sort(declared, query.sort, viewer)
    limit = max(1, min(query.limit, MAX_LIMIT))
    place = f"cursor:{name}:{sort}"
    if query.after:
        rows = rows.filter(_after(sort, _opened(query.after, place), _always_there(rows, sort[0])))
    offers = Offers(viewer, name) if query.offers else None
    wanted = _values(declared, sort) | (offers.columns() if offers else {})
    raw = list(_ordered(rows, sort).values(**wanted)[: limit + 1])
    page = raw[:limit]
    following = _cursor(page[-1], place) if len(raw) > limit else None
    levels = _levels(viewer, declared)
    return Page([_shown(levels, declared, row) | _offered(offers, row) for row in page], following, now(), count)


def _offered(offers: Offers | None, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"can": offers.on(row)} if offers else {}


def read_all(
    viewer: Actor, name: str, query: Query = Query(), never_clear: frozenset[PrivacyClass] = frozenset()
) -> Iterator[dict[str, Any]]:
    """Yield every row of the query, masked, in constant memory; `never_clear` are masked even for who sees them."""
    declared = find_table(name)
    sort = _sort(declared, query.sort, viewer)
    rows = _ordered(_filtered(viewer, declared, query), sort).values(**_values(declared, sort))
    levels = _levels(viewer, declared, never_clear)
    for row in rows.iterator(chunk_size=2000):
        yield _shown(levels, declared, row)


def read_named(viewer: Actor, name: str, permission: str, query: Query) -> list[dict[str, Any]]:
    """Return the first `query.limit` rows with what is masked shown clear, where the table and the permission reach.

    The one place besides the reveal of a single value that unmasks; what is hidden stays hidden. The caller logs it.
    """
    declared = find_table(name)
    if not declared.area:
        raise NOT_YOURS()
    sort = _sort(declared, query.sort, viewer)
    rows = _filtered(viewer, declared, query).filter(any_within(viewer.prefixes(permission), declared.area))
    raw = _ordered(rows, sort).values(**_values(declared, sort))[: query.limit]
    levels = _levels(viewer, declared)
    return [_shown(levels, declared, row, named=True) for row in raw]


def read_one(viewer: Actor, name: str, row_id: str) -> dict[str, Any]:
    """Return one row, masked, with what may be done with it.

    Raises `table.no_row` when it is not there or not in the viewer's scope.
    """
    declared, offers = find_table(name), Offers(viewer, name)
    raw = _raw_row(viewer, declared, row_id, offers)
    return _shown(_levels(viewer, declared), declared, raw) | _offered(offers, raw)


def reveal_value(viewer: Actor, name: str, row_id: str, column_name: str) -> tuple[Any, str]:
    """Return the clear value of one masked cell and the row's area; the caller records the look.

    Raises `access.not_yours` when the viewer's roles hide the class of the column.
    """
    declared = find_table(name)
    column = declared.column(column_name)
    if column is None:
        raise UNKNOWN_COLUMN(name=column_name[:60], field="column")
    raw = _raw_row(viewer, declared, row_id)
    path = raw["_area"] or ""
    if viewer.level(column.privacy, name, path) is Level.HIDDEN:
        raise NOT_YOURS(field="column")
    return _clear(column, raw[f"c_{column.name}"]), path


def _raw_row(viewer: Actor, declared: Table, row_id: str, offers: Offers | None = None) -> dict[str, Any]:
    wanted = _values(declared, _sort(declared, "", viewer)) | (offers.columns() if offers else {})
    try:
        row = scoped(viewer, declared).filter(**{declared.key: row_id}).values(**wanted).first()
    except (ValueError, ValidationError, OverflowError):
        row = None
    if row is None:
        raise NO_ROW()
    return dict(row)


def _values(declared: Table, sort: tuple[str, bool]) -> dict[str, F]:
    """Return what to select: key, area, sort value and each column, under names that cannot meet model fields."""
    wanted = {f"c_{column.name}": F(column.path) for column in declared.columns}
    return {
        "_id": F(declared.key),
        "_sort": F(sort[0]),
        **({"_area": F(declared.area)} if declared.area else {}),
        **wanted,
    }


def _filtered(viewer: Actor, declared: Table, query: Query) -> QuerySet[Any]:
    rows = scoped(viewer, declared)
    if query.within and declared.area:
        if has_control_characters(query.within):
            raise BAD_VALUE(name="within", field="within")
        rows = rows.filter(within(query.within, declared.area))
    if query.search and declared.search:
        if has_control_characters(query.search) or len(query.search) > LONGEST_SEARCH:
            raise BAD_VALUE(name="q", field="q")
        rows = rows.filter(declared.search(query.search.strip()))
    for key in query.where:
        _may_narrow(viewer, declared, key)
    return narrowed(declared, rows, query.where)


def _may_narrow(viewer: Actor, declared: Table, key: str) -> None:
    """Refuse a filter that would tell what the column does not: any on a hidden one, all but equality on a masked.

    Raises `table.unknown_column`.
    """
    name, _, operator = key.partition("__")
    column = declared.column(name)
    if column is None:
        return
    level = _least_level(viewer, declared, column)
    guessing = operator not in ("", "in") and not (operator == "contains" and column.kind in ("choice", "json"))
    if level is Level.HIDDEN or (level is Level.MASKED and guessing):
        raise UNKNOWN_COLUMN(name=key[:60], field=key[:60])


def _least_level(viewer: Actor, declared: Table, column: Column) -> Level:
    """Return the least this viewer sees of the column anywhere: it must hold for every row a filter touches."""
    if not declared.area:
        return viewer.level(column.privacy, declared.name, "")
    levels = [viewer.level(column.privacy, declared.name, path) for path in viewer.prefixes(declared.name)]
    return min(levels, key=ORDER.__getitem__, default=Level.HIDDEN)


def narrowed(declared: Table, rows: QuerySet[Any], where: Mapping[str, str]) -> QuerySet[Any]:
    """Return the rows that meet the filters: what a list shows and what a figure counts are both narrowed here.

    Raises `table.unknown_column`, `table.bad_value`.
    """
    for key, text in where.items():
        try:
            rows = rows.filter(condition(declared, key, text))
        except (ValidationError, ValueError, TypeError, OverflowError):
            raise BAD_VALUE(name=key[:60], field=key[:60]) from None
    return rows


def condition(declared: Table, key: str, text: str) -> Q:
    """Return one filter as a condition. Raises `table.unknown_column`, `table.bad_value`."""
    name, _, operator = key.partition("__")
    if has_control_characters(text):
        raise BAD_VALUE(name=key[:60], field=key[:60])
    if name == "id" and operator in ("", "in"):
        return _by_key(declared, text)
    column = declared.column(name)
    if column is None or operator not in OPERATORS or not column.filterable:
        raise UNKNOWN_COLUMN(name=key[:60], field=key[:60])
    if text == "" and operator == "":
        return Q(**{f"{column.path}__isnull": True}) | (
            Q(**{column.path: ""}) if column.kind in ("text", "choice") else Q()
        )
    value: Any = [_typed(column, one) for one in text.split(",")] if operator == "in" else _typed(column, text)
    if column.kind == "area" and operator == "":
        return within(text, column.path)
    if column.kind == "datetime" and operator == "lte" and len(text) == 10:
        return Q(**{f"{column.path}__lt": value + timedelta(days=1)})
    met = Q(**{f"{column.path}{OPERATORS[operator]}": value})
    return met | Q(**{f"{column.path}__isnull": True}) if operator == "gte_or_empty" else met


def _by_key(declared: Table, text: str) -> Q:
    """Return the condition for rows by their keys, separated by commas."""
    field = declared.rows(SYSTEM).model._meta.pk
    try:
        return Q(**{f"{declared.key}__in": [field.to_python(one) for one in text.split(",")[:MAX_LIMIT]]})
    except (ValidationError, ValueError, OverflowError):
        raise BAD_VALUE(name="id", field="id") from None


def _typed(column: Column, text: str) -> Any:
    """Return the filter value in the column's type. Raises `table.bad_value`."""
    try:
        if column.kind == "int":
            number = int(text)
            if abs(number) > 2**31:
                raise ValueError
            return number
        if column.kind == "number":
            return _number(text)
        if column.kind == "bool":
            return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if column.kind == "date":
            return parse_date(text) or _bad()
        if column.kind == "datetime":
            return _moment(text)
        if column.kind == "link":
            return UUID(text) if "-" in text else text
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        raise BAD_VALUE(name=column.name, field=column.name) from None
    return text


def _bad() -> Any:
    raise ValueError


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number) > 10**12:
        raise ValueError(text)
    return number


def _moment(text: str) -> datetime:
    """Return the moment, in China's time where the text does not say; a day alone is its first moment."""
    day = parse_date(text) if len(text) == 10 else None
    moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text) or _bad()  # noqa: DTZ001
    if not 1900 <= moment.year <= 2200:
        raise ValueError(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)


def _sort(declared: Table, asked: str, viewer: Actor) -> tuple[str, bool]:
    """Return the ORM path to sort by and whether descending. Raises `table.unknown_column`."""
    chosen = asked or declared.sort
    descending, name = chosen.startswith("-"), chosen.removeprefix("-")
    if not asked:
        column = declared.column(name)
        return (column.path if column else name), descending
    column = declared.column(name)
    if column is None or not column.sortable or _least_level(viewer, declared, column) is Level.HIDDEN:
        raise UNKNOWN_COLUMN(name=name[:60], field="sort")
    return column.path, descending


def _ordered(rows: QuerySet[Any], sort: tuple[str, bool]) -> QuerySet[Any]:
    path, descending = sort
    if path == "pk":
        return rows.order_by("-pk" if descending else "pk")
    sign = "-" if descending else ""
    if _always_there(rows, path):
        return rows.order_by(f"{sign}{path}", f"{sign}pk")
    first = F(path).desc(nulls_last=True) if descending else F(path).asc(nulls_last=True)
    return rows.order_by(first, f"{sign}pk")


def _always_there(rows: QuerySet[Any], path: str) -> bool:
    """Say whether every row has a value to sort by: only then does an index give the order in both directions."""
    if path in rows.query.annotations:
        return False
    try:
        return not rows.model._meta.get_field(path).null
    except FieldDoesNotExist:
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    return value


_TO_ADDRESS, _FROM_ADDRESS = str.maketrans("+/:", "-_."), str.maketrans("-_.", "+/:")


def _cursor(row: Mapping[str, Any], place: str) -> str:
    """Return where the page ended, sealed: the value sorted by may be one that the viewer sees only masked."""
    ended = orjson.dumps([_plain(row["_sort"]), _plain(row["_id"])]).decode()
    return ring().encrypt(ended, place).translate(_TO_ADDRESS).rstrip("=")


def _opened(cursor: str, place: str) -> tuple[Any, Any]:
    """Return the sort value and key a cursor names. Raises `table.bad_cursor` for one of another table or sort."""
    sealed = cursor.translate(_FROM_ADDRESS)
    body = sealed.partition(":")[2]
    try:
        value, key = orjson.loads(ring().decrypt(sealed + "=" * (-len(body) % 4), place))
    except Refusal:
        raise BAD_CURSOR(field="after") from None
    return value, key


def _after(sort: tuple[str, bool], end: tuple[Any, Any], always_there: bool) -> Q:
    """Return the condition for rows behind a page's end: a comparison on (sort value, key), never an offset."""
    path, descending = sort
    value, key = end
    step = "lt" if descending else "gt"
    behind = Q(**{f"pk__{step}": key})
    if path == "pk":
        return behind
    if value is None:
        return Q(**{f"{path}__isnull": True}) & behind
    later = Q(**{f"{path}__{step}": value}) | (Q(**{path: value}) & behind)
    # because a database finds the place in its index by a plain bound, not by a choice
    return Q(**{f"{path}__{step}e": value}) & later if always_there else later | Q(**{f"{path}__isnull": True})


def _count(rows: QuerySet[Any]) -> int | None:
    """Return the exact number of rows up to 10,000, and None above: a number nobody reads is not worth its query."""
    bound = 10_001
    found = rows.order_by().values("pk")[:bound].count()
    return None if found == bound else found


Levels = Callable[[PrivacyClass, str], Level]


def _levels(viewer: Actor, declared: Table, never_clear: frozenset[PrivacyClass] = frozenset()) -> Levels:
    """Return what the viewer sees of a class in an area, asked once for all rows that share both."""

    @cache
    def level(cls: PrivacyClass, path: str) -> Level:
        sees = viewer.level(cls, declared.name, path)
        return Level.MASKED if sees is Level.CLEAR and cls in never_clear else sees

    return level


def _shown(levels: Levels, declared: Table, row: Mapping[str, Any], named: bool = False) -> dict[str, Any]:
    """Return a row as this viewer may see it."""
    path = row.get("_area") or ""
    cells = {
        column.name: _cell(levels(column.privacy, path), column, row[f"c_{column.name}"], named)
        for column in declared.columns
    }
    return {"id": _plain(row["_id"]), "area": path, "cells": cells}


def _cell(level: Level, column: Column, raw: Any, named: bool) -> Any:
    if level is Level.HIDDEN or raw is None:
        return None
    value = _clear(column, raw)
    if named or level is Level.CLEAR or value in ("", None):
        return value
    return column.mask(value) if isinstance(value, str) else None


def _clear(column: Column, raw: Any) -> Any:
    value = column.show(raw) if column.show else raw
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    return value
