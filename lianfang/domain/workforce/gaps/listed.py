"""What must hold of lists of people on duty: what they say differently is decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lianfang.domain.workforce.gaps.serving import OFFERS_WITHIN, late
from lianfang.domain.workforce.models.listed import ListedResponder
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both


def _undecided(path: str, now: datetime) -> Iterator[Open]:
    rows = ListedResponder.objects.filter(within(path), decision="open")
    return late(rows, "listed_at", OFFERS_WITHIN, timedelta(hours=1), now)


gap(
    Gap(
        name="listed_undecided",
        title=both("名单与名册不一致未核对", "Lists that differ from the register, undecided"),
        help=both(
            "名单上的人可能已在名册里：更新、另登记或保持不变。", "Update, register another person, or leave it."
        ),
        severity="soon",
        table="workforce.listed",
        find=_undecided,
        act=("action", "workforce.update_from_list", both("按名单更新", "Update")),
        facts=("workforce.responders_listed",),
    )
)
