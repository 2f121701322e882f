"""The area tree as a table."""

from __future__ import annotations

from django.db.models import Q

from lianfang.domain.areas.models import Area, AreaChange
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both

LEVELS = (
    ("province", both("省", "Province")), ("city", both("市", "City")),
    ("county", both("县", "County")), ("town", both("乡镇", "Township")), ("village", both("村（社区）", "Village")),
    ("grid", both("网格", "Grid")), ("micro_grid", both("微网格", "Micro-grid")),
)  # fmt: skip
PUBLIC = PrivacyClass.PUBLIC


def _search(text: str) -> Q:
    return Q(name__icontains=text) | Q(keys__icontains=text.lower()) | Q(path__startswith=text)


table(
    Table(
        name="areas.areas",
        title=both("区域", "Areas"),
        rows=lambda viewer: Area.objects.filter(valid_to__isnull=True),
        area="path",
        sort="path",
        label="name",
        search=_search,
        columns=(
            Column("path", both("代码", "Code"), privacy=PUBLIC, sortable=True),
            Column("name", both("名称", "Name"), privacy=PUBLIC, sortable=True),
            Column("level", both("级别", "Level"), kind="choice", choices=LEVELS, privacy=PUBLIC, filterable=True),
            Column("parent", both("上级", "Parent"), kind="text", privacy=PUBLIC, filterable=True),
            Column("longitude", both("经度", "Longitude"), kind="number", privacy=PUBLIC, hidden=True),
            Column("latitude", both("纬度", "Latitude"), kind="number", privacy=PUBLIC, hidden=True),
            Column("valid_from", both("启用", "Since"), kind="date", privacy=PUBLIC),
            Column("version", both("版本", "Version"), kind="int", privacy=PUBLIC, hidden=True),
        ),
        saved=(
            SavedFilter("villages", both("村（社区）", "Villages"), {"level": "village"}),
            SavedFilter("grids", both("网格", "Grids"), {"level": "grid"}),
        ),
    )
)

table(
    Table(
        name="areas.changes",
        title=both("区域变更", "Area changes"),
        rows=lambda viewer: AreaChange.objects.all(),
        area="path",
        sort="-at",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", sortable=True),
            Column("path", both("区域", "Area"), kind="area", filterable=True),
            Column("kind", both("变更", "Change"), filterable=True),
            Column("before", both("变更前", "Before"), kind="json"),
            Column("after", both("变更后", "After"), kind="json"),
            Column("reason", both("原因", "Reason")),
        ),
    )
)
