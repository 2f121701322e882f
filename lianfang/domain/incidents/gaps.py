"""What must hold: incidents are reviewed in time, and expired measures are gone from gates and notice boards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from lianfang.domain.incidents.models import Incident, Measure
from lianfang.domain.incidents.queries import RUNNING
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import CHINA, local
from lianfang.kernel.text import both


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _unreviewed(path: str, now: datetime) -> Iterator[Open]:
    due = Incident.objects.filter(within(path), state__in=RUNNING, review_on__lte=local(now).date())
    for one in due:
        yield Open(str(one.pk), one.area_path, _start_of(one.review_on))


def _past_end(path: str, now: datetime) -> Iterator[Open]:
    over = Measure.objects.filter(within(path), lifted_on__isnull=True, ends_on__lt=local(now).date())
    for one in over:
        yield Open(str(one.pk), one.area_path, _start_of(one.ends_on + timedelta(days=1)), one.issued_by)


gap(
    Gap(
        name="incident_unreviewed",
        title=both("事件该复核", "Incidents due for review"),
        help=both(
            "每 14 天复核一次事件的结束日期和级别，不能无限期延续。",
            "End date and level are reviewed every 14 days (P23).",
        ),
        severity="today",
        table="incidents.incidents",
        find=_unreviewed,
        act=("action", "incidents.review_incident", both("复核", "Review")),
        facts=("incidents.incident_opened", "incidents.incident_reviewed", "incidents.incident_closed"),
    )
)

gap(
    Gap(
        name="measure_past_end",
        title=both("到期措施待撤除", "Expired measures not yet taken down"),
        help=both(
            "措施到期自动失效；请确认现场限制和公告已撤除。",
            "The measure expired by itself: confirm that it is gone on the ground too.",
        ),
        severity="today",
        table="incidents.measures",
        find=_past_end,
        act=("action", "incidents.lift_measure", both("确认解除", "Confirm")),
        facts=("incidents.measure_issued", "incidents.measure_lifted"),
    )
)  # fmt: skip
