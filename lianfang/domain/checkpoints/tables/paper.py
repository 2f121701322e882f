"""The list of numbered paper: which sheets of which post, to be printed."""

from __future__ import annotations

from lianfang.domain.checkpoints.models.sheets import SheetRun
from lianfang.domain.checkpoints.rules.paper import FORMS
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.kernel.text import both

table(
    Table(
        name="checkpoints.paper",
        title=both("带编号的登记表", "Numbered paper"),
        help=both(
            "每个卡点一个号段，一号一张；补录时写明表号和行号，同一行不会录两次。",
            "One series a post, each number once. Whoever types a sheet in names its number and line; no line twice.",
        ),
        rows=lambda viewer: SheetRun.objects.all(),
        sort="-numbered_at",
        label="first_no",
        columns=(
            Column("post", both("卡点", "Post"), kind="link", source="post_id", link="workforce.posts",
                   filterable=True),
            Column("post_name", both("卡点名称", "Post's name")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("form", both("表格", "Form"), kind="choice", choices=tuple(FORMS.items()), filterable=True),
            Column("first_no", both("首张编号", "First sheet")),
            Column("last_no", both("末张编号", "Last sheet")),
            Column("lines", both("每张行（联）数", "Lines on each"), kind="int"),
            Column("numbered_at", both("编号时间", "Numbered"), kind="datetime", sortable=True, filterable=True),
            Column("numbered_by", both("经办人", "By"), kind="link", link="organisation.workers"),
        ),
    )
)  # fmt: skip
