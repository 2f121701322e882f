"""Destroying what has expired."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.attachments.storing import erase
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import now, today
from lianfang.kernel.text import both


@job("exports.tick", both("销毁到期的导出", "Destroy expired exports"))
def destroy_expired(_: dict[str, Any], progress: Progress) -> None:
    """Erase the files of named exports whose day has come; the log keeps the export."""
    for file_id in NamedExport.objects.filter(expires_on__lt=today()).values_list("file_id", flat=True):
        erase(file_id, now())
