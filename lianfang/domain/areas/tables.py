"""The area tree as a table."""

from __future__ import annotations

from django.db.models import Q

from lianfang.domain.areas.models import Area, AreaChange, AreaDecision, AreaMigration
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
            Column(
                "dropped_on", both("登记册已撤销", "Dropped by the register"), kind="date", privacy=PUBLIC, hidden=True
            ),
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

_KINDS = (
    ("split", both("拆分", "Split")), ("vanished", both("撤销，去向不明", "Dropped, no heir named")),
)  # fmt: skip
_OUTCOMES = (
    ("open", both("待定", "Open")), ("moved", both("已归入", "Moved")), ("kept", both("保留使用", "Kept")),
    ("found", both("登记册又有了", "In the register again")), ("undone", both("迁移已撤销", "Migration undone")),
)  # fmt: skip
_STATES = (("applied", both("已迁移", "Taken over")), ("undone", both("已撤销", "Undone")))

table(
    Table(
        name="areas.migrations",
        title=both("区划迁移", "Register migrations"),
        rows=lambda viewer: AreaMigration.objects.all(),
        area="area_path",
        sort="-at",
        label="source",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", sortable=True),
            Column("source", both("登记册", "Register")),
            Column("area_path", both("县（区）", "County"), kind="area"),
            Column("state", both("状态", "State"), kind="choice", choices=_STATES, filterable=True),
            Column("valid_from", both("启用", "In force from"), kind="date"),
            Column("same", both("未变", "Same"), kind="int"),
            Column("renamed", both("改名或换码", "Renamed or recoded"), kind="int"),
            Column("merged", both("合并", "Merged"), kind="int"),
            Column("split", both("拆分", "Split"), kind="int"),
            Column("vanished", both("撤销", "Dropped"), kind="int"),
            Column("added", both("新设", "New"), kind="int"),
            Column("people_moved", both("换码人数", "People recoded"), kind="int"),
            Column("undone_at", both("撤销时间", "Undone at"), kind="datetime"),
        ),
    )
)

table(
    Table(
        name="areas.decisions",
        title=both("区划变动待定", "Areas to decide about"),
        rows=lambda viewer: AreaDecision.objects.all(),
        area="area_path",
        sort="area_path",
        label="name",
        columns=(
            Column("name", both("原名称", "Old name")),
            Column("was", both("原代码", "Old code"), kind="text"),
            Column("area_path", both("现在的位置", "Where it lies now"), kind="area", sortable=True),
            Column("kind", both("变动", "What happened"), kind="choice", choices=_KINDS, filterable=True),
            Column("candidates", both("可能的去处", "May have become")),
            Column("households", both("户", "Households"), kind="int"),
            Column("people", both("人", "People"), kind="int"),
            Column("outcome", both("决定", "Decision"), kind="choice", choices=_OUTCOMES, filterable=True),
            Column("into", both("归入", "Went to"), kind="area"),
            Column("reason", both("原因", "Reason")),
            Column("opened_at", both("提出", "Since"), kind="datetime"),
            Column("decided_at", both("决定时间", "Decided at"), kind="datetime"),
        ),
        saved=(SavedFilter("open", both("待定", "Open"), {"outcome": "open"}),),
    )
)
