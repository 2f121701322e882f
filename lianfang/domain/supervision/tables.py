"""The lists of appeals, of leaks, and of the people a leak concerns."""

from __future__ import annotations

from typing import Any

from lianfang.domain.supervision.models import AffectedPerson, Anomaly, Appeal, Breach
from lianfang.domain.supervision.rules import ANOMALIES, DECISIONS, KINDS, STATES, WAYS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import Bilingual, both

NAME, CONTACT, CARE = PrivacyClass.NAME, PrivacyClass.CONTACT, PrivacyClass.VULNERABILITY


def _options(labels: dict[str, Bilingual]) -> Any:
    return tuple(labels.items())


table(
    Table(
        name="supervision.appeals",
        title=both("申诉和投诉", "Appeals and complaints"),
        rows=lambda viewer: Appeal.objects.all(),
        sort="due_at",
        label="kind",
        columns=(
            Column("due_at", both("答复期限", "Answer by"), kind="datetime", sortable=True, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=_options(STATES), filterable=True),
            Column("kind", both("事项", "Kind"), kind="choice", choices=_options(KINDS), filterable=True),
            Column("person", both("姓名", "Name"), privacy=NAME, source="person__name", mask=mask_name),
            Column("what", both("内容", "What"), privacy=CARE),
            Column("how", both("提出方式", "How"), kind="choice", choices=_options(WAYS)),
            Column("raised_at", both("提出时间", "Raised at"), kind="datetime", sortable=True),
            Column("taken_by", both("办理人", "Taken on by"), kind="link", link="accounts.accounts", filterable=True),
            Column("answered_at", both("答复时间", "Answered at"), kind="datetime", sortable=True),
            Column("decision", both("结果", "Decision"), kind="choice", choices=_options(DECISIONS), filterable=True),
            Column("answer", both("答复", "Answer"), privacy=CARE),
            Column("area_path", both("网格", "Grid"), kind="area", filterable=True),
            Column("person_id", both("人员", "Person"), kind="link", link="people.persons", filterable=True),
            Column("order_id", both("观察", "Order"), kind="link", link="observation.orders"),
        ),
        saved=(
            SavedFilter("open", both("待受理", "Open"), {"state": "open"}),
            SavedFilter("taken", both("办理中", "Taken on"), {"state": "taken"}),
        ),
    )
)

table(
    Table(
        name="supervision.breaches",
        title=both("信息泄露", "Leaks of data"),
        rows=lambda viewer: Breach.objects.all(),
        sort="-opened_at",
        label="what",
        columns=(
            Column("opened_at", both("登记时间", "Opened at"), kind="datetime", sortable=True),
            Column("what", both("发生了什么", "What happened")),
            Column("kinds", both("涉及信息", "Which information")),
            Column("measures", both("补救措施", "What was done")),
            Column("contact", both("联系方式", "Whom to ask")),
            Column("persons", both("受影响人数", "People concerned"), kind="int"),
            Column("tell_by", both("告知期限", "To be told by"), kind="datetime", sortable=True),
            Column("marks", both("导出编号", "Exports"), kind="json"),
            Column("account_id", both("账号", "Account"), kind="link", link="accounts.accounts"),
            Column("device", both("设备", "Device"), kind="link", link="devices.devices"),
            Column("from_at", both("起", "From"), kind="datetime"),
            Column("until_at", both("止", "Until"), kind="datetime"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
        ),
        related=(("supervision.affected", "breach_id"),),
    )
)

table(
    Table(
        name="supervision.affected",
        title=both("受泄露影响的人", "People a leak concerns"),
        rows=lambda viewer: AffectedPerson.objects.all(),
        sort="area_path",
        label="person",
        columns=(
            Column("person", both("姓名", "Name"), privacy=NAME, source="person__name", mask=mask_name),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, source="person__phone", mask=mask_phone),
            Column("area_path", both("网格", "Grid"), kind="area", filterable=True, sortable=True),
            Column("ways", both("途径", "How"), kind="json"),
            Column("told_at", both("告知时间", "Told at"), kind="datetime", filterable=True),
            Column("told_how", both("告知方式", "Told how"), kind="choice", choices=_options(WAYS)),
            Column("person_id", both("人员", "Person"), kind="link", link="people.persons", filterable=True),
            Column("breach_id", both("泄露", "Leak"), kind="link", link="supervision.breaches", filterable=True),
        ),
        saved=(SavedFilter("untold", both("未告知", "Not told"), {"told_at": ""}),),
        named_export=True,
    )
)


table(
    Table(
        name="supervision.anomalies",
        title=both("异常变更", "Unusual changes"),
        rows=lambda viewer: Anomaly.objects.all(),
        sort="-found_at",
        label="kind",
        columns=(
            Column("found_at", both("发现时间", "Found at"), kind="datetime", sortable=True),
            Column(
                "kind", both("异常", "What is unusual"), kind="choice", choices=_options(ANOMALIES), filterable=True
            ),
            Column("account_id", both("人员", "Account"), kind="link", link="accounts.accounts", filterable=True),
            Column("count", both("变更次数", "Changes"), kind="int"),
            Column("limit", both("提醒界限", "Limit"), kind="int"),
            Column("since", both("自", "Since"), kind="datetime"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("settled_at", both("核实时间", "Looked into at"), kind="datetime", filterable=True),
            Column("finding", both("核实情况", "What it was")),
        ),
        saved=(SavedFilter("open", both("待核实", "Open"), {"settled_at": ""}),),
    )
)
