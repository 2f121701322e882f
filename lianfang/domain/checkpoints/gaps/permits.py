"""What must hold: a permit that is about to end is renewed before its holder stands at the gate with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lianfang.domain.checkpoints.models.permits import Permit
from lianfang.domain.checkpoints.queries.permits import LIVE
from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.queries import answerable_by_home
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import both


def _ending(path: str, now: datetime) -> Iterator[Open]:
    warn = timedelta(days=rule("permit.warn_days_before_end", path, local(now).date(), PRODUCT).value)
    ending = Permit.objects.filter(LIVE, within(path), valid_until__gt=now, valid_until__lte=now + warn)
    found = list(ending.exclude(issued_at__gt=now - warn))
    who = answerable_by_home((row.household_id, row.area_path) for row in found)
    for row in found:
        yield Open(str(row.pk), row.area_path, row.valid_until - warn, who.get((row.household_id, row.area_path)))


gap(
    Gap(
        name="permit_ending",
        title=both("出入证快到期", "Permit about to end"),
        help=both(
            "请确认是否续发，别让人到了卡点才知道。", "Decide whether it goes on before its holder is at the gate."
        ),
        severity="soon",
        table="checkpoints.permits",
        find=_ending,
        act=("table", "checkpoints.permits", both("出入证", "Permits")),
        facts=("checkpoints.permits_issued", "checkpoints.permit_revoked"),
    )
)
