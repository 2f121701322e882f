"""Teams with their numbers counted from the list (F20), and who belongs to them."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from lianfang.domain.workforce.models.teams import Membership, Team
from lianfang.domain.workforce.rules.teams import TEAM_KINDS, TEAM_STATES
from lianfang.domain.workforce.tables.responders import NAME
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name
from lianfang.kernel.text import both


def counted_teams() -> QuerySet[Any]:
    """Return teams with `members`, counted, and whether a stated number `differs` from it."""
    live = Membership.objects.filter(team_id=OuterRef("pk"), until_on__isnull=True).order_by()
    rows = Team.objects.annotate(
        members=Coalesce(Subquery(live.values("team_id").annotate(n=Count("pk")).values("n")), 0)
    )
    other = When(Q(stated__isnull=False) & ~Q(stated=F("members")), then=Value(True))
    return rows.annotate(differs=Case(other, default=Value(False), output_field=BooleanField()))


def _teams(_: Actor) -> QuerySet[Any]:
    return counted_teams()


table(
    Table(
        name="workforce.teams",
        title=both("队伍与临时组织", "Teams and temporary units"),
        help=both(
            "人数一律由名单算出；上报的人数只用来和名单对照。",
            "Numbers are counted from the list; a stated number is only compared with it.",
        ),
        rows=_teams,
        sort="-set_up_on",
        label="name",
        search=lambda text: Q(name__icontains=text) | Q(place__icontains=text),
        columns=(
            Column("name", both("名称", "Name")),
            Column("kind", both("类别", "Kind"), kind="choice", choices=tuple(TEAM_KINDS.items()), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(TEAM_STATES.items()), filterable=True),
            Column("lead", both("负责人", "Lead"), privacy=NAME, source="lead__name", mask=mask_name),
            Column("members", both("成员数（名单）", "Members (counted)"), kind="int", filterable=True),
            Column("stated", both("上报人数", "Stated"), kind="int"),
            Column("differs", both("与名单不符", "Differs from the list"), kind="bool", filterable=True),
            Column("place", both("依托点位", "Based at")),
            Column("purpose", both("任务", "Purpose")),
            Column("unit_name", both("来源单位", "From"), source="unit__name"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("nights", both("有夜班", "Nights"), kind="bool", filterable=True),
            Column("exposed", both("高风险", "High exposure"), kind="bool", filterable=True),
            Column("set_up_on", both("成立日", "Set up"), kind="date", filterable=True, sortable=True),
            Column("dissolved_on", both("撤销日", "Dissolved"), kind="date", filterable=True),
            Column("dissolved_reason", both("撤销原因", "Why")),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("standing", both("现有", "Standing"), {"dissolved_on": ""}),
            SavedFilter("differing", both("人数与名单不符", "Numbers that differ"), {"differs": "true"}),
        ),
        related=(("workforce.memberships", "team"),),
    )
)

table(
    Table(
        name="workforce.memberships",
        title=both("队员", "Members of teams"),
        rows=lambda viewer: Membership.objects.all(),
        sort="-from_on",
        search=lambda text: Q(team__name__icontains=text) | Q(responder__keys__icontains=text),
        columns=(
            Column("name", both("姓名", "Name"), privacy=NAME, source="responder__name", mask=mask_name),
            Column("home_unit", both("单位", "Unit"), source="responder__unit__name"),
            Column("team_name", both("队伍", "Team"), source="team__name"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("from_on", both("加入", "From"), kind="date", filterable=True, sortable=True),
            Column("until_on", both("退出", "Until"), kind="date", filterable=True),
            Column("reason", both("退出原因", "Why")),
            Column("despite", both("确需安排的理由", "Reason to go on all the same")),
            Column("team", both("队伍编号", "Team id"), kind="link", link="workforce.teams", source="team_id",
                   filterable=True, hidden=True),
            Column("responder", both("人员编号", "Person id"), kind="link", link="workforce.responders",
                   source="responder_id", filterable=True, hidden=True),
        ),
        saved=(SavedFilter("live", both("在队", "Members now"), {"until_on": ""}),),
    )
)  # fmt: skip
