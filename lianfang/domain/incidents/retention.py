"""Which uploads a stricter local rule stands on: its document is kept as long as the rule is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lianfang.domain.incidents.models import LocalRule
from lianfang.foundation.attachments.storing import NEEDED
from lianfang.kernel.clock import local


def _documents(before: datetime) -> QuerySet[Any]:
    holding = Q(ended_at__isnull=True, until_on__gte=local(before).date()) | Q(ended_at__gte=before)
    return LocalRule.objects.filter(holding, file_id__isnull=False).values("file_id")


NEEDED.append(_documents)
