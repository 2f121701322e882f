"""What must hold of teams: each has a lead, and what was stated of it is what its list says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianfang.domain.organisation.queries import answerable_ids
from lianfang.domain.workforce.models.teams import Team
from lianfang.domain.workforce.rules.teams import TEAM_KINDS, differs
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both

CHANGES = ("workforce.team_changed", "workforce.responder_changed")


def _standing(path: str) -> QuerySet[Team]:
    return Team.objects.filter(within(path)).exclude(state="dissolved")


def _leaderless(path: str, now: datetime) -> Iterator[Open]:
    rows = list(_standing(path).filter(lead__isnull=True))
    answerable = answerable_ids({one.area_path for one in rows})
    for one in rows:
        yield Open(str(one.pk), one.area_path, one.made_at, answerable.get(one.area_path), {"kind": one.kind})


gap(
    Gap(
        name="team_no_lead",
        title=both("没有负责人的队伍", "Teams without a lead"),
        help=both("每支队伍、每个临时组织都要有负责人。", "Every team and temporary unit has somebody who leads it."),
        severity="today",
        table="workforce.teams",
        find=_leaderless,
        act=("action", "workforce.name_team_lead", both("指定负责人", "Name the lead")),
        facts=CHANGES,
        says=lambda told: TEAM_KINDS[told["kind"]],
    )
)


def _differing(path: str, now: datetime) -> Iterator[Open]:
    live = Count("memberships", filter=Q(memberships__until_on__isnull=True))
    rows = [one for one in _stated(path, live) if differs(one.stated, one.members)]
    answerable = answerable_ids({one.area_path for one in rows})
    for one in rows:
        yield Open(str(one.pk), one.area_path, one.made_at, answerable.get(one.area_path),
                   {"stated": one.stated, "listed": one.members})  # fmt: skip


def _stated(path: str, live: Count) -> QuerySet[Any]:
    return _standing(path).filter(stated__isnull=False).annotate(members=live)


gap(
    Gap(
        name="team_number_differs",
        title=both("上报人数与名单不符的队伍", "Teams whose stated number is not the list's"),
        help=both(
            "说有七人，名单上六人：补齐名单，或更正上报的数。", "Seven stated, six named: complete or correct it."
        ),
        severity="soon",
        table="workforce.teams",
        find=_differing,
        act=("action", "workforce.edit_team", both("核对", "Compare")),
        facts=CHANGES,
        says=lambda told: both(
            f"上报 {told['stated']} 人，名单 {told['listed']} 人", f"{told['stated']} stated, {told['listed']} listed"
        ),
    )
)
