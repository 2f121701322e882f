"""How long it is known who served: hours stay as figures, for as long as a claim can be made (P08, P22)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift
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


def _served(before: datetime) -> QuerySet[Shift]:
    return Shift.objects.filter(ends_at__lt=before).exclude(worker="")


keep(
    Kept("workforce.shifts", both("排班中的姓名", "Names on rosters"), Shift, "retention.duty_days",
         both("班次结束之日起", "from the day the shift ended"), _served, blank={"worker": ""})
)  # fmt: skip


def _handed_over(before: datetime) -> QuerySet[HandOverNote]:
    return HandOverNote.objects.filter(written_at__lt=before, anonymised_at__isnull=True)


keep(
    Kept("workforce.hand_over_notes", both("交接班记录中的人员和车辆", "People and vehicles in hand-over notes"),
         HandOverNote, "retention.hand_overs_days", both("交班之日起", "from the day it was written"), _handed_over,
         blank={"open_people": "", "open_vehicles": "", "anonymised_at": lambda at: at})
)  # fmt: skip
