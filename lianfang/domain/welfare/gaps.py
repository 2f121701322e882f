"""What must hold: help is taken on, comes in time, and the one who asked says that it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from lianfang.domain.organisation.queries import answerable_by_home
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.domain.welfare.queries import UNHELPED
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both

# a day for the one who asked to say so before somebody asks them
ASK_AFTER = timedelta(hours=24)
FACTS = ("welfare.request_raised", "welfare.request_accepted", "welfare.request_delivered", "welfare.request_confirmed",
         "welfare.request_reopened", "welfare.request_withdrawn")  # fmt: skip


def _open(rows: QuerySet[ServiceRequest], since: str) -> Iterator[Open]:
    """Yield requests as open: whoever took it on answers, else the household's contact."""
    found = list(rows)
    who = answerable_by_home((row.household_id, row.area_path) for row in found)
    for row in found:
        home = who.get((row.household_id, row.area_path))
        yield Open(str(row.pk), row.area_path, getattr(row, since), row.accepted_by or home)


def _overdue(path: str, now: datetime) -> Iterator[Open]:
    return _open(ServiceRequest.objects.filter(within(path), state__in=UNHELPED, due_at__lt=now), "due_at")


def _unaccepted(path: str, now: datetime) -> Iterator[Open]:
    waiting = ServiceRequest.objects.filter(within(path), state__in=("raised", "not_delivered"), due_at__gte=now)
    return _open(waiting, "raised_at")


def _unconfirmed(path: str, now: datetime) -> Iterator[Open]:
    silent = ServiceRequest.objects.filter(within(path), state="delivered", delivered_at__lt=now - ASK_AFTER)
    return _open(silent, "delivered_at")


gap(
    Gap(
        name="request_overdue",
        title=both("需求超时未办", "Help overdue"),
        help=both("超过规定时限还没有送达。", "Past its time and not delivered."),
        severity="urgent",
        table="welfare.requests",
        find=_overdue,
        act=("action", "welfare.deliver_request", both("登记送达", "Deliver")),
        facts=FACTS,
    )
)

gap(
    Gap(
        name="request_unaccepted",
        title=both("需求没人接", "Help nobody took on"),
        help=both("提出后还没有人受理。", "Asked for, and nobody has taken it on."),
        severity="today",
        table="welfare.requests",
        find=_unaccepted,
        act=("action", "welfare.accept_request", both("受理", "Take on")),
        facts=FACTS,
    )
)

gap(
    Gap(
        name="request_unconfirmed",
        title=both("送达未经本人确认", "Delivered but not confirmed"),
        help=both(
            "送达一天后本人还没有确认，请另一人核实。", "A day after delivery nobody asked them whether it came."
        ),
        severity="soon",
        table="welfare.requests",
        find=_unconfirmed,
        act=("action", "welfare.confirm_request", both("核实确认", "Confirm")),
        facts=FACTS,
    )
)
