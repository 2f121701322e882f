"""Incidents, their reviews, measures, and every rule value with source, edition and date."""

from __future__ import annotations

from django.db.models import BooleanField, Case, CharField, Q, QuerySet, Value, When

from lianfang.domain.incidents import rules
from lianfang.domain.incidents.models import (
    Adoption,
    Incident,
    IncidentReview,
    LocalRule,
    Measure,
    RulebookEdition,
    RulebookEntry,
)
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.clock import today
from lianfang.kernel.text import both

PUBLIC = PrivacyClass.PUBLIC
STATES = tuple(rules.INCIDENT_STATES.items())
KINDS = tuple(rules.MEASURE_KINDS.items())
LEVELS = tuple(rules.RESPONSE_LEVELS.items())
MEASURE_STATES = (
    ("issued", both("已发布，未开始", "issued")), ("in_force", both("执行中", "in force")),
    ("expired", both("已到期，待确认撤除", "expired, to be confirmed")), ("lifted", both("已解除", "lifted")),
)  # fmt: skip

table(
    Table(
        name="incidents.incidents",
        title=both("事件", "Incidents"),
        rows=lambda viewer: Incident.objects.all(),
        sort="-started_on",
        label="name",
        search=lambda text: Q(name__icontains=text),
        columns=(
            Column("name", both("名称", "Name"), privacy=PUBLIC, sortable=True),
            Column("disease", both("病种", "Disease"), privacy=PUBLIC, filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", privacy=PUBLIC, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, privacy=PUBLIC, filterable=True),
            Column("level", both("响应级别", "Level"), kind="choice", choices=LEVELS, privacy=PUBLIC, filterable=True),
            Column("started_on", both("启动日期", "Started"), kind="date", privacy=PUBLIC, sortable=True),
            Column("planned_end_on", both("计划结束", "Planned end"), kind="date", privacy=PUBLIC, sortable=True),
            Column(
                "review_on",
                both("下次复核", "Next review"),
                kind="date",
                privacy=PUBLIC,
                sortable=True,
                filterable=True,
            ),
            Column("closed_on", both("结束日期", "Closed"), kind="date", privacy=PUBLIC),
            Column("trigger", both("启动依据", "Trigger"), privacy=PUBLIC),
            Column("legal_basis", both("法律依据", "Legal basis"), privacy=PUBLIC),
            Column("office", both("受理单位", "Office"), privacy=PUBLIC),
            Column("hotline", both("值班电话", "Duty phone"), privacy=PUBLIC),
            Column("rules_as_of", both("演练规则日", "Exercise as of"), kind="date", privacy=PUBLIC, hidden=True),
            Column("version", both("版本", "Version"), kind="int", privacy=PUBLIC, hidden=True),
        ),
        saved=(SavedFilter("running", both("响应中", "Running"), {"state__in": "preparing,active,de_escalating"}),),
        related=(
            ("incidents.measures", "incident"),
            ("incidents.reviews", "incident"),
            ("incidents.adoptions", "incident"),
        ),
    )
)

table(
    Table(
        name="incidents.reviews",
        title=both("事件复核", "Incident reviews"),
        rows=lambda viewer: IncidentReview.objects.all(),
        sort="-reviewed_at",
        columns=(
            Column(
                "incident",
                both("事件", "Incident"),
                kind="link",
                link="incidents.incidents",
                source="incident_id",
                filterable=True,
            ),
            Column("reviewed_at", both("复核时间", "Reviewed at"), kind="datetime", sortable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("state_after", both("状态", "State"), kind="choice", choices=STATES),
            Column("level_after", both("级别", "Level"), kind="choice", choices=LEVELS),
            Column("planned_end_on", both("计划结束", "Planned end"), kind="date"),
            Column("next_review_on", both("下次复核", "Next review"), kind="date"),
            Column("reason", both("理由", "Reason")),
            Column("account_id", both("复核人", "By"), kind="link", link="accounts.accounts"),
        ),
    )
)


def _measures(_: object) -> QuerySet[Measure]:
    """Return measures with the state they are in today: they expire by themselves."""
    on = today()
    return Measure.objects.annotate(
        state=Case(
            When(lifted_on__isnull=False, then=Value("lifted")),
            When(ends_on__lt=on, then=Value("expired")),
            When(starts_on__gt=on, then=Value("issued")),
            default=Value("in_force"),
            output_field=CharField(),
        )
    )


table(
    Table(
        name="incidents.measures",
        title=both("措施", "Measures"),
        help=both(
            "每项限制措施都有依据、范围和结束日期，到期自动失效。", "Every restriction has a basis, a scope and an end."
        ),
        rows=_measures,
        sort="-ends_on",
        label="scope",
        columns=(
            Column("kind", both("措施", "Kind"), kind="choice", choices=KINDS, privacy=PUBLIC, filterable=True),
            Column("scope", both("适用范围", "Scope"), privacy=PUBLIC),
            Column("area_path", both("区域", "Area"), kind="area", privacy=PUBLIC, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=MEASURE_STATES, privacy=PUBLIC,
                   filterable=True),
            Column("starts_on", both("开始", "From"), kind="date", privacy=PUBLIC, sortable=True),
            Column("ends_on", both("计划结束", "Until"), kind="date", privacy=PUBLIC, sortable=True, filterable=True),
            Column("legal_basis", both("法律依据", "Legal basis"), privacy=PUBLIC),
            Column("authority", both("发布机关", "Authority"), privacy=PUBLIC),
            Column("exemptions", both("豁免情形", "Exemptions"), privacy=PUBLIC),
            Column("notice_text", both("告知内容", "Notice"), privacy=PUBLIC),
            Column("lifted_on", both("解除日期", "Lifted"), kind="date", privacy=PUBLIC, filterable=True),
            Column("lifted_reason", both("解除原因", "Why lifted"), privacy=PUBLIC),
            Column("incident", both("事件", "Incident"), kind="link", link="incidents.incidents", source="incident_id",
                   privacy=PUBLIC, filterable=True),
        ),
        saved=(SavedFilter("now", both("执行中", "In force"), {"state": "in_force"}),
               SavedFilter("expired", both("已到期待确认", "Expired"), {"state": "expired"})),
    )
)  # fmt: skip

_RULE_KINDS = (
    ("published", both("公开文件", "published")), ("default", both("系统默认", "product default")),
    ("local", both("本地规定", "local")),
)  # fmt: skip

table(
    Table(
        name="incidents.rule_values",
        title=both("规则值", "Rule values"),
        help=both(
            "每个数字都写明来源、版本和日期；各版本都保留。",
            "Every number with source, edition and date; every edition is kept.",
        ),
        rows=lambda viewer: RulebookEntry.objects.all(),
        area="",
        sort="-from_on",
        label="label_zh",
        search=lambda text: Q(key__icontains=text) | Q(label_zh__icontains=text) | Q(label_en__icontains=text),
        columns=(
            Column("profile", both("规则包", "Profile"), privacy=PUBLIC, filterable=True),
            Column("key", both("规则项", "Key"), privacy=PUBLIC, filterable=True),
            Column("label_zh", both("含义", "Meaning"), privacy=PUBLIC),
            Column("label_en", both("英文含义", "Meaning (English)"), privacy=PUBLIC, hidden=True),
            Column("value", both("值", "Value"), kind="json", privacy=PUBLIC),
            Column("unit", both("单位", "Unit"), privacy=PUBLIC),
            Column("from_on", both("执行日期", "From"), kind="date", privacy=PUBLIC, sortable=True, filterable=True),
            Column("edition", both("版本", "Edition"), source="edition__edition", privacy=PUBLIC, filterable=True),
            Column("source", both("来源", "Source"), privacy=PUBLIC),
            Column("verified", both("已核实", "Verified"), kind="bool", privacy=PUBLIC, filterable=True),
            Column("kind", both("性质", "Kind"), kind="choice", choices=_RULE_KINDS, privacy=PUBLIC, filterable=True),
            Column("note_zh", both("说明", "Note"), privacy=PUBLIC),
            Column("note_en", both("英文说明", "Note (English)"), privacy=PUBLIC, hidden=True),
        ),
        saved=(SavedFilter("unverified", both("未核实", "Unverified"), {"verified": "false"}),),
    )
)

table(
    Table(
        name="incidents.editions",
        title=both("规则版本", "Rule editions"),
        rows=lambda viewer: RulebookEdition.objects.exclude(profile="product"),
        area="",
        sort="-from_on",
        label="edition",
        search=lambda text: Q(edition__icontains=text) | Q(profile_name__icontains=text),
        columns=(
            Column("profile", both("规则包", "Profile"), privacy=PUBLIC, filterable=True),
            Column("profile_name", both("病种", "Disease"), privacy=PUBLIC),
            Column("edition", both("版本", "Edition"), privacy=PUBLIC),
            Column("from_on", both("执行日期", "From"), kind="date", privacy=PUBLIC, sortable=True, filterable=True),
            Column("source", both("来源", "Source"), privacy=PUBLIC),
        ),
    )
)

table(
    Table(
        name="incidents.adoptions",
        title=both("执行记录", "Adopted editions"),
        rows=lambda viewer: Adoption.objects.all(),
        sort="-adopted_at",
        columns=(
            Column("incident", both("事件", "Incident"), kind="link", link="incidents.incidents", source="incident_id",
                   privacy=PUBLIC, filterable=True),
            Column("edition", both("版本", "Edition"), source="edition__edition", privacy=PUBLIC),
            Column("from_on", both("执行日期", "From"), kind="date", source="edition__from_on", privacy=PUBLIC),
            Column("document", both("执行文件", "Document"), privacy=PUBLIC),
            Column("adopted_at", both("登记时间", "Adopted at"), kind="datetime", privacy=PUBLIC, sortable=True),
            Column("area_path", both("区域", "Area"), kind="area", privacy=PUBLIC, filterable=True),
        ),
    )
)  # fmt: skip


def _local_rules(_: object) -> QuerySet[LocalRule]:
    on = today()
    running = Q(ended_at__isnull=True, from_on__lte=on, until_on__gte=on)
    return LocalRule.objects.annotate(
        in_force=Case(When(running, then=Value(True)), default=Value(False), output_field=BooleanField())
    )


table(
    Table(
        name="incidents.local_rules",
        title=both("本地从严规定", "Stricter local rules"),
        rows=_local_rules,
        sort="-until_on",
        label="document",
        columns=(
            Column("profile", both("规则包", "Profile"), privacy=PUBLIC, filterable=True),
            Column("key", both("规则项", "Key"), privacy=PUBLIC, filterable=True),
            Column("value", both("值", "Value"), kind="json", privacy=PUBLIC),
            Column("area_path", both("区域", "Area"), kind="area", privacy=PUBLIC, filterable=True),
            Column("from_on", both("开始", "From"), kind="date", privacy=PUBLIC, sortable=True),
            Column("until_on", both("失效", "Until"), kind="date", privacy=PUBLIC, sortable=True, filterable=True),
            Column("document", both("文件", "Document"), privacy=PUBLIC),
            Column("in_force", both("执行中", "In force"), kind="bool", privacy=PUBLIC, filterable=True),
            Column("set_at", both("登记时间", "Set at"), kind="datetime", privacy=PUBLIC),
            Column("ended_at", both("终止时间", "Ended at"), kind="datetime", privacy=PUBLIC),
        ),
        saved=(SavedFilter("now", both("执行中", "In force"), {"in_force": "true"}),),
    )
)
