"""What must hold of check-ins by a community's page: everybody who reported is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lianfang.domain.workforce.gaps.serving import OFFERS_WITHIN, late
from lianfang.domain.workforce.models.check_ins import CheckInRequest
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both


def _unanswered(path: str, now: datetime) -> Iterator[Open]:
    rows = CheckInRequest.objects.filter(within(path), state="waiting")
    return late(rows, "received_at", OFFERS_WITHIN, timedelta(hours=1), now)


gap(
    Gap(
        name="check_in_unanswered",
        title=both("扫码报到未答复", "Check-ins by the page not answered"),
        help=both("打电话核实后接受或不接受。", "Ring them, then accept or refuse."),
        severity="today",
        table="workforce.check_in_requests",
        find=_unanswered,
        act=("action", "workforce.accept_check_in", both("接受", "Accept")),
        facts=("workforce.check_in_changed",),
    )
)
