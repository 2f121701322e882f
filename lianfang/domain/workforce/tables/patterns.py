"""The patterns of shifts a county made itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from lianfang.domain.workforce.models.patterns import OwnPattern
from lianfang.domain.workforce.rules.patterns import line_of
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both


def _lines(shifts: Iterable[Any]) -> str:
    return "；".join(map(line_of, shifts))


table(
    Table(
        name="workforce.patterns",
        title=both("自定班制", "Own patterns of shifts"),
        help=both("四班倒、三班倒、上 12 休 24、上 24 休 48 已有；其他班制在这里自定，设立卡点时选用。",
                  "4×6, 3×8, 12/24 and 24/48 are there already; others are made here and chosen for posts."),
        rows=lambda viewer: OwnPattern.objects.all(),
        sort="code",
        label="code",
        search=lambda text: Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text),
        columns=(
            Column("code", both("代号", "Code"), filterable=True, sortable=True),
            Column("name_zh", both("中文名称", "Name in Chinese")),
            Column("name_en", both("英文名称", "Name in English")),
            Column("shifts", both("班次", "Shifts"), show=_lines),
            Column("rest_hours", both("班后休息（时）", "Rest, hours"), kind="int"),
            Column("most_hours_in_24", both("每 24 小时最长（时）", "Most hours in 24"), kind="int"),
            Column("area_path", both("适用区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("added_at", both("登记时间", "Added"), kind="datetime"),
            Column("ended_at", both("停用时间", "Ended"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("in_use", both("在用", "In use"), {"ended_at": ""}),),
    )
)  # fmt: skip
