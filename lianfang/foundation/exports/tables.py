"""The lists of what left the house and of when nothing might."""

from __future__ import annotations

from lianfang.foundation.exports.models import ExportFreeze, NamedExport
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both

table(
    Table(
        name="privacy.exports",
        title=both("带姓名的导出", "Named exports"),
        rows=lambda viewer: NamedExport.objects.all(),
        sort="-at",
        label="mark",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
            Column("mark", both("编号", "Mark"), filterable=True),
            Column("account_name", both("导出人", "By")),
            Column("account_id", both("人员", "Person"), kind="link", link="accounts.accounts", filterable=True),
            Column("table", both("表", "Table"), filterable=True),
            Column("rows", both("行数", "Rows"), kind="int"),
            Column("purpose", both("用途", "Purpose")),
            Column("recipient", both("接收方", "Recipient")),
            Column("expires_on", both("销毁日期", "Destroyed by"), kind="date", sortable=True, filterable=True),
            Column("revoked_at", both("收回时间", "Revoked at"), kind="datetime", filterable=True),
            Column("revoke_note", both("收回说明", "Revocation note")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("columns", both("所含项", "Columns"), kind="json", hidden=True),
            Column("row_ids", both("所含行", "Rows held"), kind="json", hidden=True),
        ),
        saved=(SavedFilter("open", both("未收回", "Not revoked"), {"revoked_at": ""}),),
    )
)

table(
    Table(
        name="privacy.freezes",
        title=both("暂停导出", "Freezes of exports"),
        rows=lambda viewer: ExportFreeze.objects.all(),
        sort="-frozen_at",
        columns=(
            Column("frozen_at", both("开始", "From"), kind="datetime", sortable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("reason", both("原因", "Reason")),
            Column("ended_at", both("解除", "Ended"), kind="datetime", filterable=True),
            Column("ended_reason", both("解除原因", "Why it ended")),
        ),
        saved=(SavedFilter("now", both("生效中", "In force"), {"ended_at": ""}),),
    )
)
