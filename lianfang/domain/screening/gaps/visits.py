"""What must hold in a running sweep: every door has an outcome, re-visits happen, refusals are taken up, it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.db.models import F, Q, QuerySet

from lianfang.domain.organisation.queries import holders
from lianfang.domain.screening.models.visits import Campaign, SweepHousehold
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import CHINA, local
from lianfang.kernel.text import both

TABLE = "screening.sweep_households"
FACTS = ("screening.visit_recorded", "screening.campaign_started", "screening.campaign_closed")


def _doors(path: str) -> QuerySet[SweepHousehold]:
    return SweepHousehold.objects.filter(within(path), campaign_state="running")


def _without_outcome(path: str, now: datetime) -> Iterator[Open]:
    unvisited = _doors(path).filter(follow_up="visit").values_list("id", "area_path", "since", "answerable_id")
    for row, area, since, answers in unvisited.iterator():
        yield Open(str(row), area, since, answers)


def _revisits(path: str, now: datetime) -> Iterator[Open]:
    due = _doors(path).filter(follow_up="revisit", due_at__lte=now)
    for row, area, since, answers, tries in due.values_list("id", "area_path", "due_at", "answerable_id", "tries"):
        yield Open(str(row), area, since or now, answers, {"tries": tries})


def _for_secretary(path: str, now: datetime) -> Iterator[Open]:
    unsettled = Q(settled_at__isnull=True) | Q(settled_at__lt=F("last_at"))
    rows: list[Any] = list(
        _doors(path).filter(unsettled, follow_up="secretary").values_list("id", "area_path", "last_at", "answerable_id")
    )
    leads = holders({area[:VILLAGE_DIGITS] for _, area, _, _ in rows}, "village_lead")
    for row, area, since, answers in rows:
        lead = leads.get(area[:VILLAGE_DIGITS])
        yield Open(str(row), area, since, lead.account_id if lead else answers)


def _past_their_end(path: str, now: datetime) -> Iterator[Open]:
    late = Campaign.objects.filter(within(path), state="running", ends_on__lt=local(now).date())
    for row, area, ends_on, owner in late.values_list("id", "area_path", "ends_on", "owner_id"):
        yield Open(str(row), area, datetime.combine(ends_on, time.max, CHINA), owner)


gap(
    Gap(
        name="sweep_household_without_outcome",
        title=both("尚未到访的住户", "Households not yet visited"),
        help=both("排查中还没有任何结果的户。", "Households of a running sweep without any outcome."),
        severity="today",
        table=TABLE,
        find=_without_outcome,
        act=("action", "screening.record_outcome", both("登记入户", "Record the visit")),
        facts=(*FACTS, "people.household_added", "people.households_moved"),
    )
)
gap(
    Gap(
        name="sweep_revisit_due",
        title=both("应再次入户", "Re-visits due"),
        help=both("上次家中无人，已到再次入户时间。", "Nobody was at home last time; the next visit is due."),
        severity="today",
        table=TABLE,
        find=_revisits,
        act=("action", "screening.record_outcome", both("登记入户", "Record the visit")),
        says=lambda told: both(f"已去 {told['tries']} 次", f"{told['tries']} tries"),
        facts=FACTS,
    )
)
gap(
    Gap(
        name="sweep_refusal_open",
        title=both("拒访或多次无人，待支书处理", "Refusals and closed doors for the secretary"),
        help=both(
            "由村支书上门沟通；只在内部处理，不公开。",
            "The village secretary calls there; handled among workers, never public.",
        ),
        severity="today",
        table=TABLE,
        find=_for_secretary,
        act=("action", "screening.settle_household", both("登记处理情况", "Say what was done")),
        facts=FACTS,
    )
)
gap(
    Gap(
        name="sweep_past_its_end",
        title=both("排查已过结束日期", "Sweeps past their last day"),
        help=both("排查不得没有期限：请结束。", "No sweep without an end: close it."),
        severity="soon",
        table="screening.campaigns",
        find=_past_their_end,
        act=("action", "screening.close_campaign", both("结束排查", "Close the sweep")),
        facts=("screening.campaign_started", "screening.campaign_closed"),
    )
)
