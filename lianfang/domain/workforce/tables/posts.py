"""The register of posts (F16) with who leads each, what became of them, and the county's checklists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from lianfang.domain.organisation.queries import holder_value
from lianfang.domain.workforce.models.posts import Checklist, Post, PostStep
from lianfang.domain.workforce.queries.kinds import pattern_kinds
from lianfang.domain.workforce.rules.posts import POST_KINDS, POST_STATES, STEPS, TIERS
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.clock import today
from lianfang.kernel.masks import mask_phone
from lianfang.kernel.text import Bilingual, both


def _search(text: str) -> Q:
    return Q(name__icontains=text) | Q(keys__contains=text.lower()) | Q(number__iexact=text)


def _rows(_: Actor) -> QuerySet[Any]:
    on = today()
    return Post.objects.annotate(
        lead=holder_value("post_lead", "name", on), lead_phone=holder_value("post_lead", "phone", on)
    )


def listed(labels: dict[str, Bilingual]) -> Any:
    """Return how a list of keys is shown: their labels in a row."""

    def show(keys: Sequence[str]) -> str:
        return "、".join(labels[key].zh if key in labels else key for key in keys or ())

    return show


table(
    Table(
        name="workforce.posts",
        title=both("卡点（点位）一览表", "Posts"),
        help=both("各类卡点、门岗、值班点：位置、负责人、班制、审批号。", "Every post with lead, pattern and staff."),
        rows=_rows,
        sort="number",
        label="name",
        search=_search,
        columns=(
            Column("number", both("编号", "Number"), sortable=True, filterable=True),
            Column("name", both("名称", "Name")),
            Column("kind", both("类型", "Kind"), kind="choice", choices=tuple(POST_KINDS.items()), filterable=True),
            Column("tier", both("层级", "Tier"), kind="choice", choices=tuple(TIERS.items()), filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("position", both("位置", "Where")),
            Column("lead", both("卡口负责人", "Lead"), filterable=True),
            Column("lead_phone", both("电话", "Phone"), privacy=PrivacyClass.CONTACT, mask=mask_phone),
            Column("unit", both("负责单位", "Unit"), source="unit__name"),
            Column("pattern", both("班制", "Pattern"), kind="choice", choices=tuple(pattern_kinds().items()),
                   filterable=True),
            Column("own_pattern", both("自定班制", "Own pattern"), kind="link", link="workforce.patterns",
                   source="own_pattern_id", filterable=True, hidden=True),
            Column("own_pattern_name", both("自定班制名称", "Own pattern's name"), source="own_pattern__name_zh"),
            Column("round_the_clock", both("昼夜有人", "Round the clock"), kind="bool", filterable=True),
            Column("staff", both("每班人数", "Per shift"), kind="int", filterable=True),
            Column("skills", both("须有特长", "Skills"), show=listed(SKILLS)),
            Column("experienced", both("有经验的人", "Experienced"), kind="int", hidden=True),
            Column("exposure", both("高风险", "High exposure"), kind="bool", filterable=True, hidden=True),
            Column("standing", both("须久站", "Long standing"), kind="bool", hidden=True),
            Column("equipment", both("设备", "Equipment")),
            Column("legal_basis", both("设立依据", "Legal basis")),
            Column("approval_number", both("审批号", "Approval"), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(POST_STATES.items()), filterable=True),
            Column("set_up_on", both("启用", "Set up"), kind="date", filterable=True),
            Column("moved_on", both("移位", "Moved"), kind="date", filterable=True),
            Column("withdrawn_on", both("撤除", "Withdrawn"), kind="date", filterable=True),
            Column("opened_at", both("登记时间", "Entered"), kind="datetime", source="added_at", filterable=True,
                   hidden=True),
            Column("closed_at", both("撤除登记时间", "Withdrawal entered"), kind="datetime", filterable=True,
                   hidden=True),
            Column("longitude", both("经度", "Longitude"), kind="number", hidden=True),
            Column("latitude", both("纬度", "Latitude"), kind="number", hidden=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("standing", both("启用", "In use"), {"state": "standing"}),
            SavedFilter("leaderless", both("没有负责人的", "Without a lead"), {"state": "standing", "lead": ""}),
            SavedFilter("roads", both("公路卡点", "On roads"), {"state": "standing", "kind__in":
                                                             "trunk_road,expressway_exit,boundary"}),
        ),
        related=(("workforce.check_answers", "post"), ("workforce.post_steps", "post"),
                 ("organisation.responsibilities", "target_id")),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.post_steps",
        title=both("卡点变动", "What became of posts"),
        rows=lambda viewer: PostStep.objects.all(),
        sort="-at",
        columns=(
            Column("number", both("编号", "Number"), source="post__number"),
            Column("name", both("卡点", "Post"), source="post__name"),
            Column("what", both("变动", "What"), kind="choice", choices=tuple(STEPS.items()), filterable=True),
            Column("on", both("日期", "On"), kind="date", filterable=True),
            Column("from_position", both("原位置", "From")),
            Column("to_position", both("新位置", "To")),
            Column("reason", both("原因", "Reason")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("at", both("登记时间", "At"), kind="datetime", sortable=True),
            Column("post", both("卡点", "Post"), kind="link", link="workforce.posts", source="post_id",
                   filterable=True, hidden=True),
        ),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.checklists",
        title=both("制度清单", "Checklists of regimes"),
        help=both("“五严五防”等制度的具体要求由县里照文件录入，本系统不自带内容。",
                  "What a named regime asks is entered from its document; none comes with this software."),
        rows=lambda viewer: Checklist.objects.all(),
        sort="area_path",
        label="name",
        search=lambda text: Q(name__icontains=text) | Q(document__icontains=text),
        columns=(
            Column("name", both("名称", "Name")),
            Column("kinds", both("用于", "For"), show=listed(POST_KINDS)),
            Column("points", both("要求", "Points"), show="；".join),
            Column("document", both("文件", "Document")),
            Column("area_path", both("适用区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("added_at", both("登记时间", "Added"), kind="datetime"),
            Column("ended_at", both("停用时间", "Ended"), kind="datetime", filterable=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(SavedFilter("in_use", both("在用", "In use"), {"ended_at": ""}),),
    )
)  # fmt: skip
