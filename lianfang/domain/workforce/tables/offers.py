"""Calls and what they brought, offers, pledges, secondments, check-ins, recalls. Every number is counted from rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianfang.domain.organisation.queries import standing_units
from lianfang.domain.workforce.models.offers import (
    CheckIn,
    Offer,
    Pledge,
    PledgeSignature,
    Recall,
    RecalledResponder,
    Secondment,
    ServiceCall,
)
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.teams import Team
from lianfang.domain.workforce.queries.calls import course
from lianfang.domain.workforce.rules.offers import (
    CALL_STATES,
    CHANNELS,
    CHECK_IN_WAYS,
    RANKS,
    RECALL_STATES,
    SECONDMENT_STATES,
)
from lianfang.domain.workforce.tables.responders import CONTACT, NAME
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

NOBODY = UUID(int=0)
AREA = Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True)
PERSON = Column("responder", both("人员编号", "Person id"), kind="link", link="workforce.responders",
                source="responder_id", filterable=True, hidden=True)  # fmt: skip
WHO = Column("name", both("姓名", "Name"), privacy=NAME, source="responder__name", mask=mask_name)


def counted(rows: QuerySet[Any], by: str) -> Any:
    """Return how many rows belong to the outer row, as something a list selects."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def _calls(_: Actor) -> QuerySet[Any]:
    people = Responder.objects.filter(offer__call_id=OuterRef("pk"))
    teams = Team.objects.filter(call_id=OuterRef("pk"))
    return ServiceCall.objects.annotate(
        people=counted(people, "offer__call_id"),
        teams_made=counted(teams, "call_id"),
        people_in_time=counted(people.filter(offer__received_at__lte=OuterRef("due_at")), "offer__call_id"),
        teams_in_time=counted(teams.filter(made_at__lte=OuterRef("due_at")), "call_id"),
    )


table(
    Table(
        name="workforce.calls",
        title=both("号召与响应", "Calls and what they brought"),
        help=both(
            "人数和队伍数由报名和组队记录算出；“时限内”按发出号召的时刻计。",
            "People and teams are counted from their records; “in time” counts from when the call went out.",
        ),
        rows=_calls,
        sort="-opened_at",
        label="title",
        columns=(
            Column("title", both("标题", "Title")),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(CALL_STATES.items()), filterable=True),
            AREA,
            Column("opened_at", both("发出", "Opened"), kind="datetime", filterable=True, sortable=True),
            Column("within_hours", both("时限（小时）", "Within hours"), kind="int"),
            Column("teams_in_time", both("时限内队伍", "Teams in time"), kind="int"),
            Column("people_in_time", both("时限内人数", "People in time"), kind="int"),
            Column("teams", both("队伍合计", "Teams"), kind="int", source="teams_made"),
            Column("people", both("人数合计", "People"), kind="int"),
            Column(
                "course",
                both("响应进度（小时：队伍/人）", "Course (hours: teams / people)"),
                kind="json",
                source="pk",
                show=course,
            ),
            Column("target_teams", both("目标队伍", "Teams wanted"), kind="int"),
            Column("target_people", both("目标人数", "People wanted"), kind="int"),
            Column("due_at", both("截止", "Due"), kind="datetime", filterable=True),
            Column("code", both("招募页面 /join/", "Page /join/")),
            Column("text", both("内容", "Text")),
            Column("closed_at", both("结束时间", "Closed"), kind="datetime", filterable=True),
        ),
        related=(("workforce.offers", "call"),),
    )
)


def _offers(_: Actor) -> QuerySet[Any]:
    people = Responder.objects.filter(offer_id=OuterRef("pk"))
    return Offer.objects.annotate(
        made_by=counted(people, "offer_id"), waiting=counted(people.filter(state="offered"), "offer_id")
    )


table(
    Table(
        name="workforce.offers",
        title=both("请战与报名", "Offers to serve"),
        rows=_offers,
        sort="-received_at",
        label="channel",
        columns=(
            Column("received_at", both("收到", "Received"), kind="datetime", filterable=True, sortable=True),
            Column("channel", both("渠道", "Channel"), kind="choice", choices=tuple(CHANNELS.items()), filterable=True),
            Column("people", both("签名人数", "People"), kind="int", source="made_by"),
            Column("waiting", both("待审核", "To be answered"), kind="int", filterable=True),
            Column("unit_name", both("单位", "Unit"), source="unit__name"),
            AREA,
            Column("text", both("内容", "What it says"), privacy=CONTACT),
            Column("call_title", both("响应的号召", "Call"), source="call__title"),
            Column(
                "call",
                both("号召编号", "Call id"),
                kind="link",
                link="workforce.calls",
                source="call_id",
                filterable=True,
                hidden=True,
            ),
        ),
        saved=(SavedFilter("waiting", both("待审核", "To be answered"), {"waiting__gte": "1"}),),
        related=(("workforce.responders", "offer"),),
    )
)


def _pledges(_: Actor) -> QuerySet[Any]:
    signed = PledgeSignature.objects.filter(pledge_id=OuterRef("pk")).order_by()
    units = signed.values("pledge_id").annotate(n=Count("unit_id", distinct=True)).values("n")
    return Pledge.objects.annotate(signed=counted(signed, "pledge_id"), units=Coalesce(Subquery(units), 0))


table(
    Table(
        name="workforce.pledges",
        title=both("承诺书", "Pledges"),
        rows=_pledges,
        sort="-made_at",
        label="title",
        columns=(
            Column("title", both("名称", "Title")),
            Column("is_example", both("示例文本", "Example text"), kind="bool", filterable=True),
            Column("signed", both("签名人数", "Signatures"), kind="int"),
            Column("units", both("单位数", "Units"), kind="int"),
            AREA,
            Column("text", both("内容", "Text")),
            Column("made_at", both("拟定", "Written"), kind="datetime", filterable=True, sortable=True),
            Column("withdrawn_at", both("停用", "Withdrawn"), kind="datetime", filterable=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        related=(("workforce.pledge_signatures", "pledge"),),
    )
)

table(
    Table(
        name="workforce.pledge_signatures",
        title=both("承诺书签名册", "Who signed a pledge"),
        rows=lambda viewer: PledgeSignature.objects.all(),
        sort="-recorded_at",
        named_export=True,
        columns=(
            Column("name", both("姓名", "Name"), privacy=NAME, mask=mask_name),
            Column("unit_name", both("单位", "Unit"), source="unit__name"),
            Column("pledge_title", both("承诺书", "Pledge"), source="pledge__title"),
            Column("signed_on", both("签名日期", "Signed on"), kind="date", filterable=True),
            AREA,
            Column("recorded_at", both("登记", "Recorded"), kind="datetime", filterable=True, sortable=True),
            Column(
                "pledge",
                both("承诺书编号", "Pledge id"),
                kind="link",
                link="workforce.pledges",
                source="pledge_id",
                filterable=True,
                hidden=True,
            ),
            Column(
                "unit",
                both("单位编号", "Unit id"),
                kind="link",
                link="organisation.units",
                source="unit_id",
                filterable=True,
                hidden=True,
            ),
        ),
    )
)

table(
    Table(
        name="workforce.secondments",
        title=both("抽调下沉", "Secondments"),
        help=both("每人一行；按职务层级的合计由各行相加。", "One row a person; sums by rank are added from the rows."),
        rows=lambda viewer: Secondment.objects.all(),
        sort="-requested_at",
        named_export=True,
        search=lambda text: Q(responder__keys__icontains=text) | Q(from_unit__name__icontains=text),
        columns=(
            WHO,
            Column("from_unit", both("派出单位", "From unit"), source="from_unit__name"),
            Column("rank", both("职务层级", "Rank"), kind="choice", choices=tuple(RANKS.items()), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(SECONDMENT_STATES.items()),
                   filterable=True),
            Column("post", both("岗位", "Post")),
            Column("to_unit", both("接收单位", "To unit"), source="to_unit__name"),
            AREA,
            Column("phone", both("电话", "Phone"), privacy=CONTACT, source="responder__phone", mask=mask_phone),
            Column("from_on", both("计划开始", "From"), kind="date", filterable=True, sortable=True),
            Column("until_on", both("计划结束", "Until"), kind="date", filterable=True),
            Column("released_at", both("单位同意", "Released"), kind="datetime", filterable=True),
            Column("arrived_on", both("到岗", "Arrived"), kind="date", filterable=True),
            Column("ended_on", both("离岗", "Ended"), kind="date", filterable=True),
            Column("requested_at", both("提出", "Asked"), kind="datetime", filterable=True, sortable=True),
            Column("reason", both("说明", "Note")),
            PERSON,
            Column("unit", both("单位编号", "Unit id"), kind="link", link="organisation.units", source="from_unit_id",
                   filterable=True, hidden=True),
        ),
        saved=(
            SavedFilter("live", both("未结束", "Running"), {"ended_on": ""}),
            SavedFilter("asked", both("待单位同意", "To be released"), {"state": "requested"}),
            SavedFilter("coming", both("待到岗", "To arrive"), {"state": "released"}),
        ),
    )
)  # fmt: skip


def _units(_: Actor) -> QuerySet[Any]:
    people = Responder.objects.filter(unit_id=OuterRef("pk")).exclude(state="ended")
    away = Secondment.objects.filter(from_unit_id=OuterRef("pk")).exclude(state="ended")
    signed = PledgeSignature.objects.filter(unit_id=OuterRef("pk"))
    reported = CheckIn.objects.filter(unit_id=OuterRef("pk"))
    return standing_units().annotate(
        people=counted(people, "unit_id"),
        serving=counted(people.filter(state="serving"), "unit_id"),
        away=counted(away, "from_unit_id"),
        signed=counted(signed, "unit_id"),
        reported=counted(reported, "unit_id"),
    )


table(
    Table(
        name="workforce.units",
        title=both("各单位人数（由名单算出）", "Units and their people"),
        rows=_units,
        sort="area_path",
        label="name",
        search=lambda text: Q(name__icontains=text),
        columns=(
            Column("name", both("单位", "Unit")),
            Column("people", both("在册", "On the list"), kind="int", filterable=True),
            Column("serving", both("在岗", "Serving"), kind="int", filterable=True),
            Column("away", both("抽调下沉", "Seconded"), kind="int", filterable=True),
            Column("signed", both("签承诺书", "Pledges signed"), kind="int", filterable=True),
            Column("reported", both("社区报到人次", "Check-ins"), kind="int", filterable=True),
            AREA,
        ),
        related=(("workforce.responders", "unit"), ("workforce.secondments", "unit")),
    )
)

table(
    Table(
        name="workforce.check_ins",
        title=both("社区双报到", "Check-ins at communities"),
        rows=lambda viewer: CheckIn.objects.all(),
        sort="-recorded_at",
        columns=(
            Column("name", both("姓名（空为整个单位）", "Name (empty: the whole unit)"), privacy=NAME, mask=mask_name),
            Column("unit_name", both("单位", "Unit"), source="unit__name"),
            AREA,
            Column("way", both("方式", "Way"), kind="choice", choices=tuple(CHECK_IN_WAYS.items()), filterable=True),
            Column("on", both("日期", "Day"), kind="date", filterable=True),
            Column("recorded_at", both("登记", "Recorded"), kind="datetime", sortable=True),
        ),
    )
)


def _recalls(_: Actor) -> QuerySet[Any]:
    people = RecalledResponder.objects.filter(recall_id=OuterRef("pk"))
    return Recall.objects.annotate(
        called=counted(people, "recall_id"),
        silent=counted(people.filter(state="called"), "recall_id"),
        coming=counted(people.filter(state__in=("acknowledged", "on_the_way")), "recall_id"),
        there=counted(people.filter(state="arrived"), "recall_id"),
    )


table(
    Table(
        name="workforce.recalls",
        title=both("召回", "Recalls"),
        rows=_recalls,
        sort="-called_at",
        label="reason",
        columns=(
            Column("reason", both("原因", "Reason")),
            AREA,
            Column("called_at", both("发出", "Called"), kind="datetime", filterable=True, sortable=True),
            Column("called", both("召回人数", "Called"), kind="int"),
            Column("silent", both("未回应", "No answer"), kind="int", filterable=True),
            Column("coming", both("已知悉、在路上", "Coming"), kind="int"),
            Column("there", both("已到岗", "Arrived"), kind="int"),
            Column("report_to", both("报到地点", "Report to")),
        ),
        related=(("workforce.recalled", "recall"),),
    )
)


def _recalled(viewer: Actor) -> QuerySet[Any]:
    own = Q(responder__account_id=viewer.account_id or NOBODY)
    return RecalledResponder.objects.filter(viewer.scope("workforce.call_back") | own)


table(
    Table(
        name="workforce.recalled",
        title=both("召回人员", "People called back"),
        rows=_recalled,
        sort="-called_at",
        columns=(
            WHO,
            Column("state", both("回应", "Answer"), kind="choice", choices=tuple(RECALL_STATES.items()),
                   filterable=True),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, source="responder__phone", mask=mask_phone),
            Column("recall_reason", both("原因", "Reason"), source="recall__reason"),
            Column("report_to", both("报到地点", "Report to"), source="recall__report_to"),
            AREA,
            Column("called_at", both("召回", "Called"), kind="datetime", filterable=True, sortable=True),
            Column("acknowledged_at", both("知悉", "Acknowledged"), kind="datetime"),
            Column("on_the_way_at", both("出发", "On the way"), kind="datetime"),
            Column("arrived_at", both("到岗", "Arrived"), kind="datetime"),
            Column("note", both("备注", "Note")),
            Column("recall", both("召回编号", "Recall id"), kind="link", link="workforce.recalls", source="recall_id",
                   filterable=True, hidden=True),
            PERSON,
        ),
        saved=(SavedFilter("silent", both("未回应", "No answer"), {"state": "called"}),),
    )
)  # fmt: skip
