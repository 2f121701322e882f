"""Counting a table's rows for many areas at once, narrowed as its list is, so that number and list cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.db.models.functions import Substr

from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.reading import UNKNOWN_COLUMN, condition, find_table, narrowed
from lianfang.foundation.tables.registry import Table
from lianfang.kernel.areas import COUNTY_DIGITS

Number = int | float


@dataclass(frozen=True, slots=True)
class Asked:
    """A number asked of a table: how many rows meet the filters or, with `adding`, what a column sums to."""

    where: Mapping[str, str] = field(default_factory=dict)
    adding: str = ""


def counted(name: str, where: Mapping[str, str], path: str, length: int) -> dict[str, Number]:
    """Return how many rows each area has, as `counted_many` does, for one number."""
    return counted_many(name, {"rows": Asked(where)}, path, length)["rows"]


def counted_many(name: str, asked: Mapping[str, Asked], path: str, length: int) -> dict[str, dict[str, Number]]:
    """Return each number asked for, by area: the first `length` digits of the path. Areas with nought are left out.

    One question to the database however many numbers: filters they share narrow the rows, the others each its own
    count. Counts as the house, not as a viewer: whoever shows the numbers has asked whether they may be shown.
    Raises `table.unknown`, `table.unknown_column`, `table.bad_value`.
    """
    declared = find_table(name)
    shared = _shared(asked)
    rows = narrowed(declared, _inside(declared, path), shared).order_by()
    amounts = {f"n{place}": _amount(declared, one, shared) for place, one in enumerate(asked.values())}
    found: dict[str, dict[str, Number]] = {key: {} for key in asked}
    for row in _grouped(rows, declared, path, length, amounts):
        for place, key in enumerate(asked):
            if row[f"n{place}"]:
                found[key][row["_unit"]] = _plain(row[f"n{place}"])
    return found


def _inside(declared: Table, path: str) -> QuerySet[Any]:
    """Return the rows below an area. SQLite has to be kept from fetching a whole county row by row through an index."""
    rows = declared.rows(SYSTEM)
    if path and len(path) <= COUNTY_DIGITS and connection.vendor == "sqlite":
        return rows.alias(_top=Substr(declared.area, 1, len(path))).filter(_top=path)
    return rows.filter(within(path, declared.area))


def _shared(asked: Mapping[str, Asked]) -> dict[str, str]:
    first, *others = (one.where for one in asked.values())
    return {key: text for key, text in first.items() if all(one.get(key) == text for one in others)}


def _amount(declared: Table, one: Asked, shared: Mapping[str, str]) -> Aggregate:
    meets = Q()
    for key, text in one.where.items():
        if key not in shared:
            meets &= condition(declared, key, text)
    only = meets or None
    return Sum(_column(declared, one.adding), filter=only) if one.adding else Count("pk", filter=only)


def _column(declared: Table, name: str) -> str:
    column = declared.column(name)
    if column is None or column.kind not in ("int", "number"):
        raise UNKNOWN_COLUMN(name=name[:60], field=name[:60])
    return column.path


def _grouped(
    rows: QuerySet[Any], declared: Table, path: str, length: int, amounts: Mapping[str, Aggregate]
) -> list[dict[str, Any]]:
    """Return a row per area; for one area alone nothing need be grouped."""
    if path and len(path) == length:
        return [{"_unit": path, **rows.aggregate(**amounts)}]
    return list(rows.values(_unit=Substr(declared.area, 1, length)).annotate(**amounts))


def _plain(amount: Any) -> Number:
    return amount if isinstance(amount, int) else float(amount)
