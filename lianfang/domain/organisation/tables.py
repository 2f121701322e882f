"""Who answers for what (F18), how much each worker carries, units, and what is covered grid by grid (F19)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from lianfang.domain.areas.queries import areas_in_force
from lianfang.domain.organisation.models import LIVE, DayHandOver, Responsibility, Unit
from lianfang.domain.organisation.rules import LEVELS, REGIMES, RESPONSIBILITY_KINDS, STATES, TARGETS, UNIT_KINDS
from lianfang.domain.people.queries import households_within, vulnerable_within
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_phone
from lianfang.kernel.text import both

CONTACT = PrivacyClass.CONTACT


def _holder_search(text: str) -> Q:
    return Q(account__name__icontains=text) | Q(target_label__icontains=text) | Q(account__unit__icontains=text)


table(
    Table(
        name="organisation.responsibilities",
        title=both("包保责任一览表", "Responsibilities"),
        rows=lambda viewer: Responsibility.objects.all(),
        sort="area_path",
        label="target_label",
        search=_holder_search,
        columns=(
            Column("kind", both("责任类别", "Kind"), kind="choice", choices=tuple(RESPONSIBILITY_KINDS.items()),
                   filterable=True),
            Column("name", both("责任人", "Worker"), source="account__name"),
            Column("title", both("职务", "Title"), source="account__title"),
            Column("unit", both("单位", "Unit"), source="account__unit", filterable=True),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, source="account__phone", mask=mask_phone),
            Column("level", both("级别", "Level"), kind="choice", choices=tuple(LEVELS.items()), filterable=True),
            Column("target_kind", both("对象类别", "Kind of target"), kind="choice", choices=tuple(TARGETS.items()),
                   filterable=True),
            Column("target_label", both("责任对象", "Target")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("regime", both("责任制", "Regime"), kind="choice", filterable=True,
                   choices=tuple((name, one.label) for name, one in REGIMES.items())),
            Column("starts_on", both("开始", "From"), kind="date", filterable=True),
            Column("ends_on", both("结束", "Until"), kind="date", filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(STATES.items()), filterable=True),
            Column("reason", both("原因", "Reason")),
            Column("ended_at", both("结束时间", "Ended at"), kind="datetime", filterable=True),
            Column("ended_reason", both("结束原因", "Why it ended")),
            Column("active", both("责任人在用", "Worker is active"), kind="bool", source="account__is_active",
                   filterable=True),
            Column("account", both("责任人账号", "Account"), kind="link", link="organisation.workers",
                   source="account_id", filterable=True, hidden=True),
            Column("target_id", both("对象编号", "Target id"), kind="link", filterable=True, hidden=True),
        ),
        saved=(
            SavedFilter("live", both("有效", "In force"), {"ended_at": ""}),
            SavedFilter("proposed", both("待确认", "Proposed"), {"state": "proposed"}),
            SavedFilter("households", both("联户", "Households"), {"kind": "primary_contact", "ended_at": ""}),
            SavedFilter("leaders", both("领导包联", "Leaders"), {"kind": "leader", "ended_at": ""}),
        ),
    )
)  # fmt: skip


def _workers(_: Actor) -> QuerySet[Any]:
    mine = Responsibility.objects.filter(account_id=OuterRef("pk"), state__in=LIVE).order_by()
    homes = mine.filter(kind="primary_contact", target_kind="household")
    return Account.objects.annotate(households=_counted(homes), held=_counted(mine))


def _counted(rows: QuerySet[Any]) -> Any:
    return Coalesce(Subquery(rows.values("account_id").annotate(n=Count("pk")).values("n")), 0)


table(
    Table(
        name="organisation.workers",
        title=both("工作人员与联户数", "Workers and what they carry"),
        rows=_workers,
        area="home_area",
        sort="home_area",
        label="name",
        search=lambda text: Q(name__icontains=text) | Q(title__icontains=text) | Q(unit__icontains=text),
        columns=(
            Column("name", both("姓名", "Name")),
            Column("title", both("职务", "Title")),
            Column("unit", both("单位", "Unit"), filterable=True),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("home_area", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("households", both("联户数", "Households"), kind="int", filterable=True),
            Column("held", both("责任总数", "Responsibilities"), kind="int", filterable=True),
            Column("is_active", both("在用", "Active"), kind="bool", filterable=True),
            Column("deactivated_at", both("停用时间", "Deactivated"), kind="datetime"),
        ),
        saved=(
            SavedFilter("active", both("在用", "Active"), {"is_active": "true"}),
            SavedFilter("idle", both("没有责任的", "Without any"), {"is_active": "true", "held": "0"}),
        ),
        related=(("organisation.responsibilities", "account"),),
    )
)

table(
    Table(
        name="organisation.units",
        title=both("单位与工作组", "Units"),
        rows=lambda viewer: Unit.objects.filter(closed_on__isnull=True),
        sort="area_path",
        label="name",
        search=lambda text: Q(name__icontains=text),
        columns=(
            Column("name", both("名称", "Name")),
            Column("kind", both("类别", "Kind"), kind="choice", choices=tuple(UNIT_KINDS.items()), filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("parent", both("上级单位", "Belongs to"), source="parent__name"),
            Column("duty", both("职责", "Duty")),
            Column("phone", both("值班电话", "Duty phone"), privacy=CONTACT, mask=mask_phone),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
    )
)


table(
    Table(
        name="organisation.day_hand_overs",
        title=both("当天工作交接（代班）", "Days handed over"),
        help=both(
            "没有网络时，一部手机把当天未办的事交给另一部手机。接手的人到期自动失去该区域的权限。",
            "Open work that one phone handed to another without a network; the right to the area ends by itself.",
        ),
        rows=lambda viewer: DayHandOver.objects.all(),
        sort="-handed_at",
        columns=(
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("from_name", both("交出", "Handed over by"), source="from_account__name"),
            Column("to_name", both("接手", "Taken over by"), source="to_account__name"),
            Column("households", both("户数", "Households"), kind="int"),
            Column("handed_at", both("交接时间", "At"), kind="datetime", filterable=True, sortable=True),
            Column("until_at", both("到", "Until"), kind="datetime", filterable=True),
            Column("reported_at", both("上报时间", "Reported at"), kind="datetime"),
            Column("ended_at", both("提前结束", "Ended early at"), kind="datetime", filterable=True),
            Column(
                "to_account_id",
                both("接手人账号", "Account"),
                kind="link",
                link="organisation.workers",
                filterable=True,
                hidden=True,
            ),
        ),
    )
)


def _below(rows: QuerySet[Any]) -> Any:
    """Return how many of the rows lie at or below the area of the outer row."""
    inside = rows.filter(area_path__gte=OuterRef("path"), area_path__lt=Concat(OuterRef("path"), Value("~"))).order_by()
    return Coalesce(Subquery(inside.annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")), 0)


def _coverage(_: Actor) -> QuerySet[Any]:
    live = Responsibility.objects.filter(state__in=LIVE)
    covering = live.filter(kind="primary_contact", target_kind="household", account__is_active=True)
    lead = live.filter(target_kind="area", area_path=OuterRef("path"), kind__in=("grid_lead", "village_lead"))
    return areas_in_force(("village", "grid")).annotate(
        households=_below(households_within()),
        covered=_below(covering),
        vulnerable=_below(vulnerable_within()),
        has_lead=Exists(lead),
        lead=Subquery(lead.order_by("pk").values("account__name")[:1]),
    )


table(
    Table(
        name="organisation.coverage",
        title=both("责任覆盖（网格台账）", "Coverage of responsibility"),
        help=both("每个区域的户数、已落实联户责任人的户数和负责人。", "Households, those with a contact, the lead."),
        rows=_coverage,
        area="path",
        sort="path",
        label="name",
        columns=(
            Column("path", both("区域", "Area"), kind="area", privacy=PrivacyClass.PUBLIC, filterable=True),
            Column("name", both("名称", "Name"), privacy=PrivacyClass.PUBLIC),
            Column("level", both("级别", "Level"), kind="choice", privacy=PrivacyClass.PUBLIC, filterable=True,
                   choices=tuple((name, LEVELS[name]) for name in ("village", "grid"))),
            Column("lead", both("负责人", "Lead")),
            Column("households", both("户数", "Households"), kind="int"),
            Column("covered", both("已落实", "With a contact"), kind="int"),
            Column("vulnerable", both("重点人员", "Need care"), kind="int"),
            Column("has_lead", both("有负责人", "Has a lead"), kind="bool", filterable=True),
        ),
        saved=(
            SavedFilter("grids", both("网格", "Grids"), {"level": "grid"}),
            SavedFilter("villages", both("村（社区）", "Villages"), {"level": "village"}),
            SavedFilter("leaderless", both("没有网格长的网格", "Grids without a lead"),
                        {"level": "grid", "has_lead": "false"}),
        ),
    )
)  # fmt: skip
