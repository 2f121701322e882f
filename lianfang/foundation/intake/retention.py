"""Which lists are still worked on: their files are not erased yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lianfang.foundation.attachments.storing import NEEDED
from lianfang.foundation.intake.models import IntakeBatch


def _in_hand(before: datetime) -> QuerySet[Any]:
    running = Q(state__in=["mapped", "checked", "running"], created_at__gte=before) | Q(state="running")
    return IntakeBatch.objects.filter(running | Q(ended_at__gte=before) | Q(undone_at__gte=before)).values("file_id")


NEEDED.append(_in_hand)
