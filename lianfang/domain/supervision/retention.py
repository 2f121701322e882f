"""How long what somebody objected to is kept: that there was a case, and its result, stay as figures."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.supervision.models import Appeal
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _answered(before: datetime) -> QuerySet[Appeal]:
    return Appeal.objects.filter(answered_at__lt=before).exclude(what="", answer="")


keep(
    Kept("supervision.appeals", both("申诉和投诉的内容", "What appeals said"), Appeal, "retention.requests_days",
         both("答复之日起", "from when it was answered"), _answered, blank={"what": "", "answer": ""})
)  # fmt: skip
