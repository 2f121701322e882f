"""What is due where, and the certificates of what was erased."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.privacy.retaining import KEPT
from lianfang.foundation.retention.models import ErasureCertificate, InventoryLine, RetentionState
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import Bilingual, both

WAYS: tuple[tuple[str, Bilingual], ...] = (
    ("erase", both("删除", "Erased")),
    ("anonymise", both("去标识", "Made anonymous")),
)


def _title(kind: Any) -> str:
    return KEPT[kind].title.zh if kind in KEPT else str(kind)


table(
    Table(
        name="privacy.retention",
        title=both("保存期限", "Retention"),
        help=both(
            "各类信息按规定期限保存，到期自动删除或去标识。",
            "Each kind of record is kept for its time, then erased or made anonymous by itself.",
        ),
        rows=lambda viewer: RetentionState.objects.all(),
        sort="kind",
        columns=(
            Column("kind", both("类别", "Kind"), sortable=True, filterable=True, show=_title),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("rule_days", both("保存天数", "Days kept"), kind="number"),
            Column("rule_source", both("依据", "Source")),
            Column("due", both("到期", "Due"), kind="int"),
            Column("overdue", both("逾期未清除", "Overdue"), kind="int"),
            Column("overdue_since", both("逾期自", "Overdue since"), kind="datetime", filterable=True),
            Column("looked_at", both("最近核查", "Last looked at"), kind="datetime"),
            Column("erased_at", both("最近清除", "Last erased"), kind="datetime"),
        ),
        label="kind",
    )
)

table(
    Table(
        name="privacy.certificates",
        title=both("个人信息清除证明", "Erasure certificates"),
        rows=lambda viewer: ErasureCertificate.objects.filter(closed_at__isnull=False),
        sort="-closed_at",
        columns=(
            Column("closed_at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
            Column("kind", both("类别", "Kind"), filterable=True, show=_title),
            Column("way", both("方式", "Way"), kind="choice", choices=WAYS, filterable=True),
            Column("count", both("条数", "Records"), kind="int"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("rule_days", both("保存天数", "Days kept"), kind="number"),
            Column("rule_edition", both("版本", "Edition")),
            Column("rule_source", both("依据", "Source")),
            Column("needed_before", both("最后需要早于", "Last needed before"), kind="datetime"),
            Column("job_id", both("任务", "Job"), kind="link", link="jobs.jobs"),
            Column("digest", both("校验值", "Digest")),
        ),
        saved=(SavedFilter("anonymised", both("去标识", "Made anonymous"), {"way": "anonymise"}),),
        label="kind",
    )
)

table(
    Table(
        name="privacy.inventory",
        title=both("个人信息清单", "Inventory of personal fields"),
        help=both(
            "影响评估用：每一项个人信息的类别、用途、依据、可见角色和保存期限。",
            "For the impact assessment: class, purpose, basis, recipients and retention of every personal field (P19).",
        ),
        rows=lambda viewer: InventoryLine.objects.all(),
        area="",
        sort="pk",
        label="field",
        columns=(
            Column("record", both("信息", "Record"), filterable=True),
            Column("field", both("字段", "Field")),
            Column("privacy_class", both("类别", "Class"), filterable=True),
            Column("encrypted", both("加密存储", "Encrypted"), kind="bool", filterable=True),
            Column("purpose_zh", both("用途", "Purpose")),
            Column("basis_zh", both("法律依据", "Legal basis")),
            Column("seen_clear", both("可见明文的角色", "Roles that see it clear"), kind="json"),
            Column("seen_masked", both("可见脱敏的角色", "Roles that see it masked"), kind="json"),
            Column("kept_zh", both("保存期限", "Retention")),
            Column("purpose_en", both("用途（英文）", "Purpose (English)"), hidden=True),
            Column("basis_en", both("法律依据（英文）", "Legal basis (English)"), hidden=True),
            Column("kept_en", both("保存期限（英文）", "Retention (English)"), hidden=True),
        ),
    )
)
