"""What must hold: appeals are taken on and answered in time, and whoever a leak concerns is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.organisation.queries import answerable_ids
from lianfang.domain.supervision.models import AffectedPerson, Anomaly, Appeal
from lianfang.domain.supervision.queries import overdue_appeals
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both

APPEALS = ("supervision.appeal_raised", "supervision.appeal_taken", "supervision.appeal_answered")


def _open(rows: QuerySet[Appeal], since: str) -> Iterator[Open]:
    """Yield cases as open: whoever took one on answers, else whoever answers for the area."""
    found = list(rows)
    areas = answerable_ids({one.area_path for one in found if one.taken_by is None})
    for one in found:
        yield Open(str(one.pk), one.area_path, getattr(one, since), one.taken_by or areas.get(one.area_path),
                   {"kind": one.kind})  # fmt: skip


def _overdue(path: str, now: datetime) -> Iterator[Open]:
    return _open(Appeal.objects.filter(within(path), overdue_appeals(now)), "due_at")


def _waiting(path: str, now: datetime) -> Iterator[Open]:
    return _open(Appeal.objects.filter(within(path), state="open", due_at__gte=now), "raised_at")


def _untold(path: str, now: datetime) -> Iterator[Open]:
    late = AffectedPerson.objects.filter(within(path), told_at__isnull=True, breach__tell_by__lt=now)
    for one in late.select_related("breach"):
        yield Open(str(one.pk), one.area_path, one.breach.tell_by, one.breach.opened_by)


gap(
    Gap(
        name="appeal_overdue",
        title=both("申诉逾期未答复", "Appeals not answered in time"),
        help=both(
            "对正在执行的限制提出的申诉，24 小时内要答复。",
            "An appeal against a restriction in force is answered within 24 hours (P09).",
        ),
        severity="urgent",
        table="supervision.appeals",
        find=_overdue,
        act=("action", "supervision.answer_appeal", both("答复", "Answer")),
        facts=APPEALS,
    )
)

gap(
    Gap(
        name="appeal_waiting",
        title=both("申诉待受理", "Appeals nobody has taken on"),
        help=both("每件申诉都要有人受理并答复。", "Every case needs somebody who takes it on."),
        severity="today",
        table="supervision.appeals",
        find=_waiting,
        act=("action", "supervision.take_appeal", both("受理", "Take on")),
        facts=APPEALS,
    )
)

gap(
    Gap(
        name="breach_untold",
        title=both("受泄露影响的人未告知", "People not told of a leak"),
        help=both(
            "信息泄露后应当及时告知本人：涉及什么、可能的危害、怎样防范、找谁。",
            "After a leak those concerned are told what it was, what may follow, what to do and whom to ask (P20).",
        ),
        severity="urgent",
        table="supervision.affected",
        find=_untold,
        act=("action", "supervision.note_told", both("登记已告知", "Note as told")),
        facts=("supervision.breach_opened", "supervision.affected_told"),
    )
)


def _unusual(path: str, now: datetime) -> Iterator[Open]:
    for one in Anomaly.objects.filter(within(path), settled_at__isnull=True):
        yield Open(str(one.pk), one.area_path, one.found_at, details={"kind": one.kind})


gap(
    Gap(
        name="changes_unusual",
        title=both("人工变更异常", "Unusual changes by hand"),
        help=both(
            "一个账号短时间内大量人工变更，或非卫健单位账号变更，须由审计员或值班员核实。",
            "Many changes by hand by one account, or by one outside the health services, are looked into (P12).",
        ),
        severity="urgent",
        table="supervision.anomalies",
        find=_unusual,
        act=("action", "supervision.settle_anomaly", both("核实", "Look into it")),
        facts=("supervision.anomaly_settled",),
    )
)
