"""Lists that were taken in, and the cells that refused their rows."""

from __future__ import annotations

from lianfang.foundation.intake.actions import STATES
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both

_STATES = tuple((state.value, label) for state, label in STATES.items())

table(
    Table(
        name="intake.batches",
        title=both("导入批次", "Lists taken in"),
        help=both("名单从上传到导入的经过，可取消、可撤销。", "Lists from upload to intake; they can be taken back."),
        rows=lambda viewer: IntakeBatch.objects.all(),
        label="file_name",
        columns=(
            Column("file_name", both("文件", "File")),
            Column("sender", both("报送单位", "Sender"), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=_STATES, filterable=True),
            Column("rows", both("行数", "Rows"), kind="int"),
            Column("accepted", both("接收", "Accepted"), kind="int"),
            Column("refused", both("退回", "Refused"), kind="int"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("due_at", both("核查截止", "Deadline"), kind="datetime"),
            Column("created_at", both("上传时间", "Uploaded"), kind="datetime"),
            Column("ended_at", both("完成时间", "Ended"), kind="datetime"),
        ),
        saved=(SavedFilter("open", both("未完成", "Not finished"), {"state__in": "uploaded,mapped,checked,running"}),),
        related=(("intake.refused_rows", "batch"),),
    )
)  # fmt: skip

table(
    Table(
        name="intake.refused_rows",
        title=both("退回的行", "Refused rows"),
        rows=lambda viewer: RefusedRow.objects.all(),
        columns=(
            Column("batch", both("批次", "Batch"), "link", source="batch_id", link="intake.batches", filterable=True),
            Column("row", both("行号", "Row"), kind="int"),
            Column("column", both("列", "Column")),
            Column("code", both("代码", "Code"), filterable=True),
            Column("message_zh", both("原因", "Reason (Chinese)")),
            Column("message_en", both("原因（英文）", "Reason"), hidden=True),
            Column("is_warning", both("仅提醒", "Warning only"), kind="bool", filterable=True),
        ),
    )
)  # fmt: skip
