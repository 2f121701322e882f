"""Which lists are still worked on: their files are not erased yet. Rows judged and never taken in go as uploads do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lianfang.foundation.attachments.storing import NEEDED
from lianfang.foundation.intake.models import IntakeBatch, StagedPortion
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _in_hand(before: datetime) -> QuerySet[Any]:
    running = Q(state__in=["mapped", "checked", "running"], created_at__gte=before) | Q(state="running")
    return IntakeBatch.objects.filter(running | Q(ended_at__gte=before) | Q(undone_at__gte=before)).values("file_id")


NEEDED.append(_in_hand)


def _left_lying(before: datetime) -> QuerySet[StagedPortion]:
    return StagedPortion.objects.filter(staged_at__lt=before)


keep(
    Kept("intake.portions", both("已核对、尚未导入的名单行", "Rows checked and not taken in"), StagedPortion,
         "retention.uploads_days", both("核对之日起", "from the day of the check"), _left_lying)
)  # fmt: skip
