"""Counting a table's rows for many areas at once, narrowed as its list is, so that number and list cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Substr

from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.reading import UNKNOWN_COLUMN, find_table, narrowed

Number = int | float


def counted(name: str, where: Mapping[str, str], path: str, length: int, adding: str = "") -> dict[str, Number]:
    """Return how many rows each area has, by the first `length` digits of its path; areas without rows are left out.

    Counts as the house, not as a viewer: whoever shows the numbers has asked whether they may be shown. `adding`
    names a column to add up instead. Raises `table.unknown`, `table.unknown_column`, `table.bad_value`.
    """
    declared = find_table(name)
    rows: QuerySet[Any] = narrowed(declared, declared.rows(SYSTEM).filter(within(path, declared.area)), where)
    amount = Sum(_summed(name, adding)) if adding else Count("pk")
    grouped = rows.order_by().values(_unit=Substr(declared.area, 1, length)).annotate(_amount=amount)
    return {row["_unit"]: _plain(row["_amount"]) for row in grouped if row["_amount"] is not None}


def _summed(name: str, column_name: str) -> str:
    column = find_table(name).column(column_name)
    if column is None or column.kind not in ("int", "number"):
        raise UNKNOWN_COLUMN(name=column_name[:60], field=column_name[:60])
    return column.path


def _plain(amount: Any) -> Number:
    return amount if isinstance(amount, int) else float(amount)
