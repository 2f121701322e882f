"""How long it is known who served: hours stay as figures, for as long as a claim can be made (P08, P22)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.workforce.models.responders import Responder
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.clock import local
from lianfang.kernel.text import both


def _ended(before: datetime) -> QuerySet[Responder]:
    return Responder.objects.filter(ended_on__lt=local(before).date(), anonymised_at__isnull=True)


keep(
    Kept("workforce.responders", both("参战人员", "People who served"), Responder, "retention.duty_days",
         both("结束服务之日起", "from the day their service ended"), _ended,
         blank={"name": "", "keys": "", "phone": "", "phone_index": "", "born_on": None, "limits": "",
                "anonymised_at": lambda at: at})
)  # fmt: skip
