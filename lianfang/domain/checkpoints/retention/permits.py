"""How long a permit is known after it ended; by then the list of revoked ones has long left it out."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.checkpoints.models.permits import Permit, PermitHold
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _ended(before: datetime) -> QuerySet[Permit]:
    return Permit.objects.filter(valid_until__lt=before)


def _holds(before: datetime) -> QuerySet[PermitHold]:
    return PermitHold.objects.filter(since__lt=before)


keep(
    Kept("checkpoints.permits", both("出入证", "Permits"), Permit, "retention.permits_days",
         both("到期之日起", "from the day they ended"), _ended)
)  # fmt: skip
keep(
    Kept("checkpoints.permit_holds", both("暂不成批发证的户", "Households held back"), PermitHold,
         "retention.permits_days", both("返乡登记之时起", "from when the returnee registered"), _holds)
)  # fmt: skip
