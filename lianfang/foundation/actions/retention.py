"""How long uploads that were refused are kept."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _resolved(before: datetime) -> QuerySet[RefusedCommand]:
    return RefusedCommand.objects.filter(resolved_at__lt=before)


keep(
    Kept("actions.refused_commands", both("退回的上传", "Refused uploads"), RefusedCommand,
         "retention.refused_commands_days", both("处理完毕之日起", "from when it was resolved"), _resolved)
)  # fmt: skip
