"""The regular look for more changes by hand than is usual."""

from __future__ import annotations

from typing import Any

from lianfang.domain.supervision.actions import note_anomalies
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import now
from lianfang.kernel.text import both


@job("supervision.tick", both("查找异常变更", "Look for unusual changes"))
def tick(_: dict[str, Any], progress: Progress) -> dict[str, int]:
    """Count the changes by hand of each account, and keep what is unusual for somebody to look into."""
    return {"found": note_anomalies(now())}
