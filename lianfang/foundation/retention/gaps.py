"""What must hold: nothing is kept longer than its schedule and the days of grace allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.retention.models import RetentionState
from lianfang.kernel.text import both


def _overdue(path: str, now: datetime) -> Iterator[Open]:
    for one in RetentionState.objects.filter(within(path), overdue__gt=0):
        yield Open(str(one.pk), one.area_path, one.overdue_since or now, details={"kind": one.kind})


gap(
    Gap(
        name="erasure_overdue",
        title=both("到期信息未清除", "Records kept too long"),
        help=both(
            "超过保存期限的个人信息应当删除或去标识；事件结束前必须清零。",
            "Personal records past their time are to be erased; an incident closes only when none is left (P08).",
        ),
        severity="today",
        table="privacy.retention",
        find=_overdue,
        act=("action", "privacy.run_retention", both("立即清除", "Erase now")),
    )
)
