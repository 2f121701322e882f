"""Passages, slips and what gates remember are erased after their days; the count stays on the certificate (P08)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.checkpoints.models.passages import GateMemory, Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _passages(before: datetime) -> QuerySet[Passage]:
    return Passage.objects.filter(happened_at__lt=before)


def _slips(before: datetime) -> QuerySet[Slip]:
    return Slip.objects.filter(accepted_at__lt=before)


def _remembered(before: datetime) -> QuerySet[GateMemory]:
    return GateMemory.objects.filter(happened_at__lt=before)


keep(
    Kept("checkpoints.passages", both("卡点通行记录", "Passages at gates"), Passage, "retention.passages_days",
         both("通行之日起", "from the passage"), _passages)
)  # fmt: skip
keep(
    Kept("checkpoints.slips", both("移交单", "Slips"), Slip, "retention.slips_days",
         both("接收之日起", "from when it was accepted"), _slips)
)  # fmt: skip
keep(
    Kept("checkpoints.gate_memory", both("卡点间提醒", "What gates remember"), GateMemory,
         "retention.gate_memory_days", both("处置之时起", "from the decision"), _remembered)
)  # fmt: skip
