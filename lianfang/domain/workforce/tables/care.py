"""Care, injuries, the care fund, thanks, hours and certificates (F35). Who cares for nobody sees only their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet

from lianfang.domain.workforce.models.care import (
    CareRequest,
    FundEntry,
    Injury,
    Recognition,
    ServiceCertificate,
    ServiceHours,
)
from lianfang.domain.workforce.rules.care import CARE_KINDS, CARE_STATES, FUND_STATES, INJURY_STATES, RECOGNITION_KINDS
from lianfang.domain.workforce.tables.offers import AREA, NOBODY, PERSON, WHO
from lianfang.domain.workforce.tables.responders import FITNESS, NAME, hours
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both

UNIT = Column("unit_name", both("单位", "Unit"), source="responder__unit__name")


def own_or(permission: str, model: type[Model]) -> Callable[[Actor], QuerySet[Any]]:
    """Return the rows for who may do what the permission names, and for everybody else those about themselves."""

    def rows(viewer: Actor) -> QuerySet[Any]:
        own = Q(responder__account_id=viewer.account_id or NOBODY)
        return model._default_manager.filter(viewer.scope(permission) | own)

    return rows


def yuan(fen: int | None) -> str:
    """Return fen as yuan: 50000 → 500.00."""
    return f"{(fen or 0) / 100:.2f}"


table(
    Table(
        name="workforce.care_requests",
        title=both("在岗人员求助", "What people on duty ask for"),
        rows=own_or("workforce.take_care_request", CareRequest),
        sort="-asked_at",
        columns=(
            WHO,
            Column("kind", both("需要", "Needed"), kind="choice", choices=tuple(CARE_KINDS.items()), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(CARE_STATES.items()), filterable=True),
            Column("what", both("说明", "In words"), privacy=FITNESS),
            AREA,
            Column("asked_at", both("提出", "Asked"), kind="datetime", filterable=True, sortable=True),
            Column("taken_at", both("受理", "Taken on"), kind="datetime"),
            Column("done_at", both("解决", "Done"), kind="datetime", filterable=True),
            Column("answer", both("怎样解决的", "What was done"), privacy=FITNESS),
            PERSON,
        ),
        saved=(SavedFilter("open", both("未解决", "Open"), {"done_at": ""}),),
    )
)

table(
    Table(
        name="workforce.injuries",
        title=both("工伤备案", "Injuries on duty"),
        rows=own_or("workforce.record_injury", Injury),
        sort="-happened_at",
        named_export=True,
        columns=(
            WHO,
            UNIT,
            Column("happened_at", both("发生时间", "When"), kind="datetime", filterable=True, sortable=True),
            Column("place", both("地点", "Where")),
            Column("duty", both("岗位、班次", "On what duty")),
            Column("what", both("经过和伤情", "What happened"), privacy=FITNESS),
            Column("witness", both("证明人", "Witnesses"), privacy=NAME),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(INJURY_STATES.items()),
                   filterable=True),
            Column("claim_number", both("报案（认定）号", "Claim number")),
            Column("settled_on", both("认定日期", "Settled"), kind="date", filterable=True),
            AREA,
            PERSON,
        ),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.fund_entries",
        title=both("关爱基金台账（只记录）", "Care fund: a record only"),
        rows=own_or("workforce.nominate_help", FundEntry),
        sort="-nominated_at",
        columns=(
            WHO,
            UNIT,
            Column("amount", both("金额（元）", "Amount (yuan)"), source="amount_fen", show=yuan),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(FUND_STATES.items()), filterable=True),
            Column("basis", both("事由", "Why"), privacy=FITNESS),
            AREA,
            Column("nominated_at", both("提名", "Nominated"), kind="datetime", filterable=True, sortable=True),
            Column("decided_at", both("审批", "Decided"), kind="datetime", filterable=True),
            Column("paid_on", both("发放", "Paid"), kind="date", filterable=True),
            Column("voucher", both("票据号", "Voucher")),
            PERSON,
        ),
    )
)

table(
    Table(
        name="workforce.recognitions",
        title=both("表扬表彰", "Recognition"),
        help=both("依据是本人看得到的记录；不评分、不排名。", "Grounds are records the person sees; nobody is ranked."),
        rows=own_or("workforce.give_recognition", Recognition),
        sort="-given_on",
        columns=(
            WHO,
            UNIT,
            Column("kind", both("类别", "Kind"), kind="choice", choices=tuple(RECOGNITION_KINDS.items()),
                   filterable=True),
            Column("deed", both("事迹", "For what")),
            Column("grounds", both("依据（班次/任务编号）", "Grounds"), kind="json"),
            Column("given_on", both("日期", "Day"), kind="date", filterable=True, sortable=True),
            Column("approved_by", both("审批", "Approved by")),
            AREA,
            PERSON,
        ),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.hours",
        title=both("服务时长记录（排班以外）", "Hours outside any roster"),
        rows=own_or("workforce.record_hours", ServiceHours),
        sort="-on",
        columns=(
            WHO,
            Column("on", both("日期", "Day"), kind="date", filterable=True, sortable=True),
            Column("hours", both("小时", "Hours"), source="minutes", show=hours),
            Column("what", both("做什么", "At what")),
            AREA,
            PERSON,
        ),
    )
)

table(
    Table(
        name="workforce.certificates",
        title=both("服务证书", "Certificates of service"),
        help=both("任何人可在 /verify/ 按编号核验。", "Anybody can check a number at /verify/."),
        rows=own_or("workforce.issue_certificate", ServiceCertificate),
        sort="-issued_on",
        label="number",
        columns=(
            Column("number", both("证书号", "Number")),
            WHO,
            Column("hours", both("小时", "Hours"), source="minutes", show=hours),
            Column("from_on", both("从", "From"), kind="date", filterable=True),
            Column("until_on", both("到", "Until"), kind="date", filterable=True),
            Column("issued_on", both("出具", "Issued"), kind="date", filterable=True, sortable=True),
            Column("withdrawn_on", both("作废", "Withdrawn"), kind="date", filterable=True),
            Column("withdrawn_reason", both("作废原因", "Why")),
            AREA,
            PERSON,
        ),
        saved=(SavedFilter("valid", both("有效", "In force"), {"withdrawn_on": ""}),),
    )
)
