"""Destroying what has expired."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.jobs.queue import Progress, job
from lianfang.foundation.retention.erasing import erase_due
from lianfang.kernel.clock import now
from lianfang.kernel.text import both


@job("exports.tick", both("销毁到期的导出", "Destroy expired exports"))
def destroy_expired(_: dict[str, Any], progress: Progress) -> None:
    """Erase the files of named exports whose day has come, with a certificate; the log keeps the export."""
    erase_due(now(), names=("exports.files",), job_id=progress.job.pk)
