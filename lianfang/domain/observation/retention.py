"""How long observation is kept: readings and slots a month after its end, the record until cases are handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianfang.domain.observation.models import (
    Awaited,
    Escalation,
    Extension,
    Need,
    Order,
    OrderStep,
    Proposal,
    Reading,
    Referral,
    ResidentLink,
    Slot,
    StatusChange,
    Timetable,
)
from lianfang.domain.observation.rules import CLOSED_STATES
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

OBSERVED = both("观察结束之日起", "from the end of observation")
CLOSED = both("结案之日起", "from when the record was closed")


def _still_needed(before: datetime) -> Exists:
    """Say whether the person is under observation, or was at the moment."""
    running = Timetable.objects.filter(person=OuterRef("person_id"))
    return Exists(running.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=before)))


def _readings(before: datetime) -> QuerySet[Reading]:
    return Reading.objects.filter(~_still_needed(before), received_at__lt=before)


def _slots(before: datetime) -> QuerySet[Slot]:
    return Slot.objects.filter(~_still_needed(before), late_until__lt=before)


def _links(before: datetime) -> QuerySet[ResidentLink]:
    return ResidentLink.objects.filter(Q(revoked_at__lt=before) | Q(expires_on__lt=local(before).date()))


def _awaited(before: datetime) -> QuerySet[Awaited]:
    return Awaited.objects.filter(settled_at__lt=before, last_there_on__isnull=False)


def _closed_orders(before: datetime) -> QuerySet[Order]:
    """Return orders closed before: no step of theirs is newer."""
    since = OrderStep.objects.filter(order=OuterRef("pk"), at__gte=before)
    return Order.objects.filter(~Exists(since), state__in=CLOSED_STATES, ordered_at__lt=before)


def _of_closed_orders(model: Any) -> Any:
    return lambda before: model.objects.filter(order__in=_closed_orders(before))


def _timetables(before: datetime) -> QuerySet[Timetable]:
    return Timetable.objects.filter(closed_at__lt=before, order__in=_closed_orders(before))


def _orders(before: datetime) -> QuerySet[Order]:
    return _closed_orders(before).exclude(Exists(Timetable.objects.filter(order=OuterRef("pk"))))


def _referrals(before: datetime) -> QuerySet[Referral]:
    return Referral.objects.filter(closed_at__lt=before)


def _escalations(before: datetime) -> QuerySet[Escalation]:
    return Escalation.objects.filter(resolved_at__lt=before)


for name, title, model, rule, since, due in (
    ("readings", both("体温读数", "Readings"), Reading, "retention.readings_days", OBSERVED, _readings),
    ("slots", both("测温时段", "Reading slots"), Slot, "retention.readings_days", OBSERVED, _slots),
    ("links", both("个人自报链接", "Personal links"), ResidentLink, "retention.links_days",
     both("失效之日起", "from when it ended"), _links),
    ("escalations", both("漏测上报", "Escalations"), Escalation, "retention.orders_days", CLOSED, _escalations),
    ("referrals", both("转诊", "Referrals"), Referral, "retention.orders_days", CLOSED, _referrals),
    # what names an order goes before the order itself
    *(
        (name, title, model, "retention.orders_days", CLOSED, _of_closed_orders(model))
        for name, title, model in (
            ("needs", both("观察前需求核查", "Needs found before observation"), Need),
            ("proposals", both("解除建议", "Proposals of release"), Proposal),
            ("changes", both("人工变更", "Changes by hand"), StatusChange),
            ("extensions", both("延长", "Extensions"), Extension),
        )
    ),
    ("timetables", both("观察日程", "Timetables"), Timetable, "retention.orders_days", CLOSED, _timetables),
    ("steps", both("观察经过", "Steps of observation"), OrderStep, "retention.orders_days", CLOSED,
     _of_closed_orders(OrderStep)),
    ("orders", both("观察档案", "Observation orders"), Order, "retention.orders_days", CLOSED, _orders),
):  # fmt: skip
    keep(Kept(f"observation.{name}", title, model, rule, since, due))

keep(
    Kept("observation.awaited", both("待定观察人员的离开日期", "When those awaited left"), Awaited,
         "retention.leads_days", both("作出决定之日起", "from the decision"), _awaited, blank={"last_there_on": None})
)  # fmt: skip
