"""The tables of sweeps: campaigns, visits, how each household stands, coverage of every area."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.functions import Cast, Round

from lianfang.domain.people.queries import shown_address
from lianfang.domain.screening.models.visits import Campaign, SweepCount, SweepHousehold, Visit
from lianfang.domain.screening.rules import CAMPAIGN_STATES, VISIT_OUTCOMES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_address, mask_name
from lianfang.kernel.text import both

OUTCOMES = tuple(VISIT_OUTCOMES.items())
STATES = tuple(CAMPAIGN_STATES.items())
LEVELS = (
    ("county", both("县", "County")), ("town", both("乡镇", "Township")), ("village", both("村（社区）", "Village")),
    ("grid", both("网格", "Grid")), ("micro_grid", both("微网格", "Micro-grid")),
)  # fmt: skip
FOLLOW_UPS = (
    ("visit", both("入户", "Visit")),
    ("none", both("无", "Nothing")),
    ("revisit", both("再次入户", "Visit again")),
    ("secretary", both("支书处理", "Village secretary")),
    ("register", both("更正登记", "Correct the register")),
)
PUBLIC = PrivacyClass.PUBLIC


def _household_search(text: str) -> Q:
    return Q(household__head_name__startswith=text) | Q(household__number__startswith=text) | Q(
        household__keys__icontains=f" {text.lower()}"
    )  # fmt: skip


table(
    Table(
        name="screening.campaigns",
        title=both("排查任务", "Sweeps"),
        rows=lambda viewer: Campaign.objects.all(),
        sort="-planned_at",
        label="name",
        search=lambda text: Q(name__icontains=text),
        columns=(
            Column("name", both("名称", "Name"), sortable=True),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("purpose", both("目的", "Purpose")),
            Column("owner", both("负责人", "Owner"), source="owner__name"),
            Column("ends_on", both("结束日期", "Last day"), kind="date", sortable=True, filterable=True),
            Column("households", both("应排查户", "Households"), kind="int"),
            Column("questions", both("入户问题", "Questions"), kind="json"),
            Column("planned_at", both("策划时间", "Planned"), kind="datetime", sortable=True),
            Column("approved_at", both("批准时间", "Approved"), kind="datetime"),
            Column("started_at", both("开始时间", "Started"), kind="datetime", sortable=True),
            Column("closed_at", both("结束时间", "Closed"), kind="datetime"),
            Column("closed_reason", both("结束原因", "Why closed")),
            Column("rule_sources", both("规则依据", "Rules in force"), kind="json", hidden=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(SavedFilter("running", both("进行中", "Running"), {"state": "running"}),),
        related=(("screening.coverage", "campaign"), ("screening.sweep_households", "campaign")),
    )
)

table(
    Table(
        name="screening.visits",
        title=both("入户记录", "Visits"),
        rows=lambda viewer: Visit.objects.all(),
        sort="-pk",
        columns=(
            Column("happened_at", both("入户时间", "Visited"), kind="datetime", sortable=True, filterable=True),
            Column("received_at", both("收到时间", "Received"), kind="datetime", filterable=True),
            Column(
                "household",
                both("户", "Household"),
                kind="link",
                source="household_id",
                link="people.households",
                filterable=True,
            ),
            Column("number", both("门牌", "House number"), source="household__number"),
            Column(
                "head_name",
                both("户主", "Head"),
                source="household__head_name",
                privacy=PrivacyClass.NAME,
                mask=mask_name,
            ),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column(
                "campaign",
                both("排查", "Sweep"),
                kind="link",
                source="campaign_id",
                link="screening.campaigns",
                filterable=True,
            ),
            Column("campaign_name", both("排查名称", "Sweep's name"), source="campaign__name"),
            Column("outcome", both("结果", "Outcome"), kind="choice", choices=OUTCOMES, filterable=True),
            Column("returnees", both("返乡人员", "Returnees"), kind="int", filterable=True),
            Column("unwell", both("身体不适", "Unwell"), kind="int", privacy=PrivacyClass.HEALTH, filterable=True),
            Column("needs", both("需要帮助", "Needs"), kind="int", filterable=True),
            Column("roster_changes", both("人员变动", "Roster changes"), kind="int"),
            Column("message", both("已告知", "Message delivered")),
            Column("companions", both("同行人员", "Together with")),
            Column("door", both("来源", "Came in by"), hidden=True),
            Column(
                "corrects_id", both("更正的记录", "Corrects"), kind="link", link="screening.visits", filterable=True
            ),
            Column("reason", both("更正原因", "Why corrected")),
        ),
        saved=(SavedFilter("refused", both("拒访", "Refused"), {"outcome": "refused"}),),
        related=(("screening.visits", "corrects_id"),),
    )
)


table(
    Table(
        name="screening.sweep_households",
        title=both("排查户表", "Households of sweeps"),
        help=both(
            "每次排查的每一户：到访结果、下一步和责任人。拒访只由支书处理，不公开。",
            "Every household of a sweep: outcome, what is next and who answers. Refusals are the secretary's alone.",
        ),
        rows=lambda viewer: SweepHousehold.objects.annotate(
            address=shown_address("household__address", "household__")
        ),
        sort="area_path",
        label="number",
        search=_household_search,
        columns=(
            Column("campaign", both("排查", "Sweep"), kind="link", source="campaign_id", link="screening.campaigns",
                   filterable=True),
            Column("campaign_name", both("排查名称", "Sweep's name"), source="campaign__name"),
            Column("campaign_state", both("排查状态", "Sweep's state"), kind="choice", choices=STATES, filterable=True),
            Column("household", both("户", "Household"), kind="link", source="household_id", link="people.households",
                   filterable=True),
            Column("number", both("门牌", "House number"), source="household__number"),
            Column("head_name", both("户主", "Head"), source="household__head_name", privacy=PrivacyClass.NAME,
                   mask=mask_name),
            Column("address", both("地址", "Address"), privacy=PrivacyClass.ADDRESS,
                   mask=mask_address),
            Column("area_path", both("区域", "Area"), kind="area", sortable=True, filterable=True),
            Column("answerable", both("责任人", "Who answers"), source="answerable__name"),
            Column("outcome", both("结果", "Outcome"), kind="choice", choices=OUTCOMES, filterable=True),
            Column("follow_up", both("下一步", "Next"), kind="choice", choices=FOLLOW_UPS, filterable=True),
            Column("due_at", both("应完成", "Due"), kind="datetime", filterable=True),
            Column("visits", both("到访次数", "Visits"), kind="int", filterable=True),
            Column("tries", both("未遇次数", "Nobody met"), kind="int"),
            Column("last_at", both("最近到访", "Last visit"), kind="datetime", filterable=True),
            Column("since", both("列入时间", "Listed since"), kind="datetime", filterable=True),
            Column("settled_at", both("处理时间", "Settled"), kind="datetime"),
            Column("settled_note", both("处理情况", "What was done"), privacy=PrivacyClass.VULNERABILITY),
        ),
        saved=(
            SavedFilter("not_reached", both("尚未到访", "Not yet visited"),
                        {"follow_up": "visit", "campaign_state": "running"}),
            SavedFilter("revisit", both("待再次入户", "To visit again"),
                        {"follow_up": "revisit", "campaign_state": "running"}),
            SavedFilter("secretary", both("待支书处理", "For the secretary"),
                        {"follow_up": "secretary", "campaign_state": "running"}),
        ),
        related=(("screening.visits", "household"),),
    )
)  # fmt: skip


def _share(part: Any, whole: Any) -> Any:
    """Return part ÷ whole in percent with one decimal, empty where there is nothing to divide by."""
    percent = Round(Cast(part, FloatField()) * Value(100.0) / Cast(whole, FloatField()), 1)
    return Case(When(_positive, then=percent), default=None, output_field=FloatField())


_positive = Q(occupied__gt=0)


def _counts(_: Any) -> Any:
    told = F("done") + F("absent") + F("refused") + F("vacant") + F("moved") + F("wrong_address")
    counts = SweepCount.objects.annotate(
        occupied=F("households") - F("vacant") - F("moved") - F("wrong_address"),
        without_outcome=F("households") - told,
    )
    return counts.annotate(
        reached_share=_share(F("done"), F("occupied")), without_share=_share(F("without_outcome"), F("occupied"))
    )


table(
    Table(
        name="screening.coverage",
        title=both("排查覆盖", "Coverage of sweeps"),
        help=both(
            "覆盖率 = 已见到户数 ÷ 登记有人住户数（空置、搬走、地址有误的不计）。",
            "Coverage is households reached ÷ registered occupied ones, without those vacant, moved or wrongly listed.",
        ),
        rows=_counts,
        sort="area_path",
        columns=(
            Column("campaign", both("排查", "Sweep"), kind="link", source="campaign_id", link="screening.campaigns",
                   filterable=True),
            Column("campaign_name", both("排查名称", "Sweep's name"), source="campaign__name"),
            Column("campaign_state", both("排查状态", "Sweep's state"), kind="choice", source="campaign__state",
                   choices=STATES, filterable=True),
            Column("level", both("级别", "Level"), kind="choice", choices=LEVELS, privacy=PUBLIC, filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", privacy=PUBLIC, sortable=True, filterable=True),
            Column("households", both("应排查户", "Households"), kind="int", privacy=PUBLIC, sortable=True),
            Column("occupied", both("有人住户", "Occupied"), kind="int", privacy=PUBLIC),
            Column("reached", both("已见到", "Reached"), kind="int", source="done", privacy=PUBLIC, sortable=True),
            Column("reached_share", both("覆盖率 %", "Reached, %"), kind="number", privacy=PUBLIC),
            Column("without_outcome", both("尚无结果", "Without outcome"), kind="int", privacy=PUBLIC),
            Column("without_share", both("尚无结果 %", "Without outcome, %"), kind="number", privacy=PUBLIC),
            Column("absent", both("家中无人", "Nobody at home"), kind="int", privacy=PUBLIC),
            Column("refused", both("拒访", "Refused"), kind="int", privacy=PUBLIC),
            Column("vacant", both("空置", "Vacant"), kind="int", privacy=PUBLIC),
            Column("moved", both("已搬走", "Moved away"), kind="int", privacy=PUBLIC),
            Column("wrong_address", both("地址有误", "Wrong address"), kind="int", privacy=PUBLIC),
        ),
        saved=(
            SavedFilter("towns", both("按乡镇", "By township"), {"level": "town", "campaign_state": "running"}),
            SavedFilter("villages", both("按村", "By village"), {"level": "village", "campaign_state": "running"}),
            SavedFilter("grids", both("按网格", "By grid"), {"level": "grid", "campaign_state": "running"}),
        ),
    )
)  # fmt: skip
