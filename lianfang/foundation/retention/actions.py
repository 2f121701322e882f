"""Erasing what is due by hand, for those who do not wait for the night. Refuses nothing that is due, adds nothing."""

from __future__ import annotations

from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import Path
from lianfang.foundation.jobs.queue import enqueue
from lianfang.kernel.text import both


class RunRetention(Input):
    area_path: Path


@action("privacy.run_retention", both("清除到期信息", "Erase what is due"), RunRetention, danger=True)
def run_retention(call: Call, given: RunRetention) -> Result:
    """Erase or anonymise now whatever the schedules say is due in an area; certificates say what was erased (P08)."""
    call.permit(given.area_path)
    job = enqueue("retention.run", {"within": given.area_path}, account_id=call.actor.account_id,
                  area_path=given.area_path)  # fmt: skip
    call.about("privacy.retention", given.area_path)
    return {"job_id": str(job.pk)}
