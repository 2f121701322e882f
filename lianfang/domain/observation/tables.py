"""Observation as lists: the ledger (F05), timetables (F06), slots, readings, referrals, needs, decisions to take."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lianfang.domain.observation import rules
from lianfang.domain.observation.models import (
    Awaited,
    Escalation,
    Need,
    Order,
    OrderStep,
    Proposal,
    Reading,
    Referral,
    ResidentLink,
    Slot,
    StatusChange,
    Timetable,
)
from lianfang.domain.observation.rules.referrals import REFERRAL_OUTCOMES, WITHDRAWN
from lianfang.domain.organisation.queries import shown_team, team_names
from lianfang.domain.people.queries import shown_address, shown_care
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.ages import age_on
from lianfang.kernel.clock import today
from lianfang.kernel.masks import mask_address, mask_name, mask_phone
from lianfang.kernel.text import Bilingual, both

NAME, IDENTITY = PrivacyClass.NAME, PrivacyClass.IDENTITY
HEALTH, VULNERABILITY = PrivacyClass.HEALTH, PrivacyClass.VULNERABILITY
STATES = tuple(rules.STATES.items())
SEXES = (("m", both("男", "male")), ("f", both("女", "female")))
CATEGORIES = tuple(rules.CATEGORIES.items())
SLOT_NAMES = tuple(rules.SLOT_NAMES.items())
SLOT_STATES = tuple(rules.SLOT_STATES.items())
WAYS = tuple(rules.WAYS.items())
CLASSES = (
    ("life_threatening", both("危及生命", "life in danger")),
    ("medicine", both("用药就医", "medicine")),
    ("food", both("食品和生活必需品", "food")),
    ("other", both("其他", "other")),
)


def _by_person(text: str) -> Q:
    return Q(person__name__icontains=text) | Q(person__keys__icontains=text.lower())


def _age(born_on: date) -> int:
    return age_on(born_on, today())


def _symptoms(codes: str) -> str:
    return "、".join(rules.SYMPTOMS[one].zh for one in codes.split(",") if one in rules.SYMPTOMS)


def _person(link: bool = True) -> tuple[Column, ...]:
    """Return the columns that say who it is about."""
    name = Column("name", both("姓名", "Name"), source="person__name", privacy=NAME, mask=mask_name)
    where = Column("area_path", both("区域", "Area"), kind="area", filterable=True)
    who = Column(
        "person",
        both("人员", "Person"),
        kind="link",
        link="people.persons",
        source="person_id",
        filterable=True,
        hidden=True,
    )
    return (name, who, where) if link else (name, where)


def _worker(name: str, label: Bilingual) -> Column:
    return Column(name, label, kind="link", link="accounts.accounts", filterable=True)


PHONE = Column("phone", both("电话", "Phone"), source="person__phone", privacy=PrivacyClass.CONTACT, mask=mask_phone)
ORDER = Column(
    "order",
    both("观察通知", "Order"),
    kind="link",
    link="observation.orders",
    source="order_id",
    filterable=True,
)


table(
    Table(
        name="observation.orders",
        title=both("居家观察台账", "Home observation ledger"),
        help=both(
            "每人每个原因一条；期限由规则确定，不能手填。", "One line per person and reason; the length is the rule's."
        ),
        rows=lambda viewer: Order.objects.annotate(
            shown_address=shown_address("address", "household__"),
            home=shown_address("household__address", "household__"),
            team=team_names(today()),
            shown_care_note=shown_care(viewer, "care_note", "person__"),
        ),
        sort="-ends_on",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column("sex", both("性别", "Sex"), kind="choice", choices=SEXES, source="person__sex", privacy=IDENTITY),
            Column("age", both("年龄", "Age"), kind="int", source="person__born_on", privacy=VULNERABILITY, show=_age),
            PHONE,
            Column(
                "address",
                both("观察地址", "Address"),
                source="shown_address",
                privacy=PrivacyClass.ADDRESS,
                mask=mask_address,
            ),
            Column(
                "home",
                both("户籍地址", "Registered address"),
                privacy=PrivacyClass.ADDRESS,
                mask=mask_address,
                hidden=True,
            ),
            Column("category", both("类别", "Category"), kind="choice", choices=CATEGORIES, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column(
                "last_exposure_on",
                both("末次暴露或返回日", "Last exposure"),
                kind="date",
                privacy=PrivacyClass.MOVEMENT,
            ),
            Column("starts_on", both("开始日", "First day"), kind="date", sortable=True, filterable=True),
            Column("ends_on", both("拟解除日", "Planned end"), kind="date", sortable=True, filterable=True),
            Column("released_on", both("实际解除日", "Released"), kind="date", filterable=True),
            Column("basis", both("依据", "Basis")),
            Column("rule_days", both("规定天数", "Days by rule"), kind="int"),
            Column("rule_edition", both("规则版本", "Edition"), filterable=True),
            Column("rule_source", both("规则来源", "Source"), hidden=True),
            Column("team", both("包保组", "Who answers"), show=shown_team),
            Column(
                "care_note", both("监护与困难情况", "Care and needs"), privacy=VULNERABILITY, source="shown_care_note"
            ),
            Column("notified_at", both("告知时间", "Notified"), kind="datetime", filterable=True),
            Column("signed_by", both("签收人", "Signed by"), privacy=NAME, mask=mask_name, hidden=True),
            Column("ordered_at", both("下达时间", "Ordered"), kind="datetime", hidden=True),
            Column(
                "incident",
                both("事件", "Incident"),
                kind="link",
                link="incidents.incidents",
                source="incident_id",
                filterable=True,
                hidden=True,
            ),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter(
                "running",
                both("观察中", "Under observation"),
                {"state__in": "under_observation,symptomatic,referred,lost"},
            ),
            SavedFilter("waiting", both("已下达未开始", "Not begun"), {"state__in": "ordered,notified"}),
            SavedFilter("ended", both("期满待确认", "To be confirmed"), {"state": "ended"}),
            SavedFilter("released", both("已解除", "Released"), {"state": "released"}),
        ),
        related=(
            ("observation.needs", "order"),
            ("observation.steps", "order"),
            ("observation.proposals", "order"),
            ("observation.changes", "order"),
        ),
        named_export=True,
    )
)

table(
    Table(
        name="observation.timetable",
        title=both("正在观察的人", "People under observation"),
        help=both(
            "一人一表：几份观察合并成一个时间表，按最晚的合法结束日。", "One line per person, several orders merged."
        ),
        rows=lambda viewer: Timetable.objects.annotate(address=shown_address("order__address", "household__")),
        sort="ends_on",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column(
                "address",
                both("观察地址", "Address"),
                privacy=PrivacyClass.ADDRESS,
                mask=mask_address,
            ),
            PHONE,
            Column(
                "state",
                both("状态", "State"),
                kind="choice",
                filterable=True,
                choices=(("live", both("进行中", "running")), ("closed", both("已结束", "over"))),
            ),
            Column(
                "order_state",
                both("观察状态", "Order"),
                kind="choice",
                choices=STATES,
                source="order__state",
                filterable=True,
            ),
            Column("starts_on", both("第一天", "First day"), kind="date"),
            Column("ends_on", both("最后一天", "Last day"), kind="date", sortable=True, filterable=True),
            Column("live_from", both("开始观察", "Began"), kind="datetime", filterable=True),
            Column("closed_at", both("结束时间", "Over"), kind="datetime", filterable=True),
            Column("orders", both("合并的观察数", "Orders merged"), kind="int"),
            Column(
                "order",
                both("观察通知", "Order"),
                kind="link",
                link="observation.orders",
                source="order_id",
                hidden=True,
            ),
        ),
        saved=(SavedFilter("live", both("进行中", "Running"), {"state": "live"}),),
        related=(
            ("observation.slots", "person"),
            ("observation.readings", "person"),
            ("observation.referrals", "person"),
            ("observation.orders", "person"),
            ("observation.links", "person"),
        ),
    )
)

table(
    Table(
        name="observation.slots",
        title=both("测温时段", "Slots"),
        rows=lambda viewer: Slot.objects.all(),
        sort="-pk",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column("day_on", both("日期", "Day"), kind="date", filterable=True),
            Column("day_number", both("第几天", "Day no."), kind="int"),
            Column("slot", both("时段", "Slot"), kind="choice", choices=SLOT_NAMES, source="name", filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=SLOT_STATES, filterable=True),
            Column("opens_at", both("开始", "Opens"), kind="datetime", filterable=True),
            Column("late_until", both("截止", "Closes"), kind="datetime"),
            Column("recorded_at", both("测量时间", "Taken at"), kind="datetime"),
            Column("how", both("方式", "How"), kind="choice", choices=WAYS, filterable=True),
            Column(
                "reading",
                both("记录", "Reading"),
                kind="link",
                link="observation.readings",
                source="reading_id",
                hidden=True,
            ),
        ),
        saved=(
            SavedFilter("due", both("待测", "Due"), {"state": "due"}),
            SavedFilter("missed", both("漏测", "Missed"), {"state": "missed"}),
        ),
    )
)

table(
    Table(
        name="observation.readings",
        title=both("体温与症状记录", "Readings"),
        rows=lambda viewer: Reading.objects.all(),
        sort="-pk",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column("happened_at", both("测量时间", "Taken at"), kind="datetime", filterable=True),
            Column("temperature_c", both("体温 ℃", "Temperature °C"), kind="number", privacy=HEALTH),
            Column("symptoms", both("症状", "Symptoms"), privacy=HEALTH, show=_symptoms),
            Column("fever", both("需转诊", "To be referred"), kind="bool", privacy=HEALTH),
            Column("how", both("方式", "How"), kind="choice", choices=WAYS, filterable=True),
            Column("slot_on", both("计入日期", "Counts for day"), kind="date", filterable=True),
            Column("slot", both("计入时段", "Counts for slot"), kind="choice", choices=SLOT_NAMES, filterable=True),
            Column("note", both("备注", "Note"), privacy=HEALTH),
            _worker("account_id", both("记录人", "By")),
            Column("received_at", both("上传时间", "Received"), kind="datetime", hidden=True),
            Column(
                "corrects",
                both("更正", "Corrects"),
                kind="link",
                link="observation.readings",
                source="corrects_id",
                hidden=True,
            ),
        ),
    )
)

table(
    Table(
        name="observation.referrals",
        title=both("转诊", "Referrals"),
        rows=lambda viewer: Referral.objects.annotate(address=shown_address("household__address", "household__")),
        sort="-refer_by",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column(
                "address",
                both("地址", "Address"),
                privacy=PrivacyClass.ADDRESS,
                mask=mask_address,
            ),
            PHONE,
            Column("reasons", both("原因", "Reasons"), privacy=HEALTH),
            Column(
                "found_in",
                both("发现方式", "Found by"),
                kind="choice",
                filterable=True,
                choices=(
                    ("reading", both("测温", "reading")),
                    ("visit", both("入户", "visit")),
                    ("gate", both("卡点", "gate")),
                ),
            ),
            Column(
                "state",
                both("状态", "State"),
                kind="choice",
                filterable=True,
                choices=(
                    ("open", both("待接收", "open")),
                    ("accepted", both("已接收", "accepted")),
                    ("closed", both("已办结", "closed")),
                ),
            ),
            Column("opened_at", both("发现时间", "Opened"), kind="datetime", filterable=True),
            Column("refer_by", both("转诊时限", "Refer by"), kind="datetime", sortable=True, filterable=True),
            Column("accepted_at", both("接收时间", "Accepted"), kind="datetime"),
            _worker("accepted_by", both("接收人", "Accepted by")),
            Column("closed_at", both("办结时间", "Closed"), kind="datetime"),
            Column(
                "outcome",
                both("结果", "Outcome"),
                kind="choice",
                choices=(*REFERRAL_OUTCOMES.items(), *WITHDRAWN.items()),
                privacy=HEALTH,
            ),
            Column("destination", both("送往", "Taken to"), privacy=HEALTH),
            Column("note", both("诊断或处置", "Finding"), privacy=HEALTH),
        ),
        saved=(
            SavedFilter("open", both("待接收", "Open"), {"state": "open"}),
            SavedFilter("going", both("未办结", "Not closed"), {"state__in": "open,accepted"}),
        ),
    )
)

table(
    Table(
        name="observation.needs",
        title=both("观察前的困难与照护", "Needs before observation"),
        rows=lambda viewer: Need.objects.filter(yes=True),
        sort="-raised_at",
        label="name",
        columns=(
            *_person(),
            Column(
                "code",
                both("困难", "Need"),
                kind="choice",
                privacy=VULNERABILITY,
                choices=tuple((need.code, need.question) for need in rules.NEEDS),
            ),
            Column("request_class", both("类别", "Class"), kind="choice", choices=CLASSES, filterable=True),
            _worker("owner_id", both("负责人", "Owner")),
            Column("note", both("怎么解决", "How"), privacy=VULNERABILITY),
            Column("raised_at", both("提出时间", "Raised"), kind="datetime", sortable=True),
            Column("settled_at", both("落实时间", "Settled"), kind="datetime", filterable=True),
            ORDER,
        ),
        saved=(SavedFilter("unowned", both("未落实", "Without owner"), {"owner_id": ""}),),
    )
)

table(
    Table(
        name="observation.escalations",
        title=both("连续漏测", "Missed in a row"),
        rows=lambda viewer: Escalation.objects.all(),
        sort="-since",
        label="name",
        columns=(
            *_person(),
            Column(
                "to",
                both("报告到", "Told to"),
                kind="choice",
                filterable=True,
                choices=(("village", both("村支书", "village secretary")), ("town", both("乡镇", "town"))),
            ),
            Column("since", both("自", "Since"), kind="datetime", sortable=True),
            Column("missed", both("漏测时段", "Missed"), kind="json"),
            Column("told_village_at", both("报村时间", "Village told"), kind="datetime"),
            Column("told_town_at", both("报镇时间", "Town told"), kind="datetime"),
            Column("acted_at", both("处理时间", "Acted"), kind="datetime", filterable=True),
            _worker("acted_by", both("处理人", "By")),
            Column("done", both("处理情况", "What was done")),
            Column("resolved_at", both("恢复时间", "Over"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("open", both("未恢复", "Open"), {"resolved_at": ""}),),
    )
)

table(
    Table(
        name="observation.proposals",
        title=both("解除建议", "Release proposals"),
        rows=lambda viewer: Proposal.objects.all(),
        sort="-proposed_at",
        label="name",
        columns=(
            *_person(),
            Column(
                "kind",
                both("理由", "Why"),
                kind="choice",
                filterable=True,
                choices=(("full_term", both("期满", "complete")), ("edition", both("新规定缩短", "shorter rule"))),
            ),
            Column("sentence", both("说明", "Because"), kind="json"),
            Column("was_to_end_on", both("原结束日", "Was to end"), kind="date"),
            Column("ends_on", both("建议结束日", "Proposed end"), kind="date", filterable=True),
            Column("missed", both("漏测次数", "Missed"), kind="int"),
            Column("gaps", both("漏测时段", "Which"), kind="json"),
            Column("edition", both("规则版本", "Edition"), filterable=True),
            Column("source", both("来源", "Source"), hidden=True),
            Column("proposed_at", both("建议时间", "Proposed"), kind="datetime", sortable=True),
            Column("decided_at", both("决定时间", "Decided"), kind="datetime", filterable=True),
            _worker("decided_by", both("决定人", "By")),
            Column(
                "decision",
                both("决定", "Decision"),
                kind="choice",
                filterable=True,
                choices=(
                    ("confirmed", both("已解除", "released")),
                    ("accepted", both("同意提前", "accepted")),
                    ("declined", both("不同意", "declined")),
                    ("withdrawn", both("已撤回", "withdrawn")),
                ),
            ),
            ORDER,
        ),
        saved=(SavedFilter("open", both("待决定", "Undecided"), {"decided_at": ""}),),
    )
)

table(
    Table(
        name="observation.changes",
        title=both("状态变更（两人复核）", "Changes of status"),
        rows=lambda viewer: StatusChange.objects.all(),
        sort="-proposed_at",
        label="name",
        columns=(
            *_person(),
            Column("then", both("改为", "Becomes"), kind="choice", choices=STATES, filterable=True),
            Column(
                "reason",
                both("事由", "Fact"),
                kind="choice",
                privacy=HEALTH,
                choices=tuple((code, label) for code, (label, _) in rules.CHANGE_REASONS.items()),
            ),
            Column("evidence", both("依据材料", "Evidence"), privacy=HEALTH),
            Column("proposed_at", both("提出时间", "Proposed"), kind="datetime", sortable=True),
            _worker("proposed_by", both("提出人", "Proposed by")),
            Column("decided_at", both("复核时间", "Decided"), kind="datetime", filterable=True),
            _worker("decided_by", both("复核人", "Decided by")),
            Column(
                "decision",
                both("结果", "Decision"),
                kind="choice",
                filterable=True,
                choices=(("confirmed", both("同意", "confirmed")), ("rejected", both("不同意", "rejected"))),
            ),
            ORDER,
        ),
        saved=(SavedFilter("open", both("待复核", "Waiting"), {"decided_at": ""}),),
    )
)

table(
    Table(
        name="observation.steps",
        title=both("观察经过", "History of orders"),
        rows=lambda viewer: OrderStep.objects.all(),
        sort="-pk",
        columns=(
            Column("at", both("时间", "At"), kind="datetime"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("before", both("由", "From"), kind="choice", choices=STATES),
            Column("after", both("到", "To"), kind="choice", choices=STATES, filterable=True),
            Column("reason", both("原因", "Reason"), privacy=HEALTH),
            Column("edition", both("规则版本", "Edition")),
            _worker("account_id", both("经办人", "By")),
            Column("happened_at", both("发生时间", "Happened"), kind="datetime", hidden=True),
            ORDER,
        ),
    )
)

table(
    Table(
        name="observation.links",
        title=both("自报链接", "Personal links"),
        rows=lambda viewer: ResidentLink.objects.all(),
        sort="-issued_at",
        label="name",
        columns=(
            *_person(),
            Column("issued_at", both("发放时间", "Issued"), kind="datetime", sortable=True),
            _worker("issued_by", both("发放人", "By")),
            Column("expires_on", both("失效日期", "Expires"), kind="date"),
            Column("revoked_at", both("撤销时间", "Withdrawn"), kind="datetime", filterable=True),
        ),
    )
)


table(
    Table(
        name="observation.awaited",
        title=both("待定是否观察", "Undecided"),
        help=both("线索已核实、还没有下达观察也没有说明理由的人。", "Confirmed by a lead; neither ordered nor waived."),
        rows=lambda viewer: Awaited.objects.all(),
        sort="-since",
        label="name",
        search=_by_person,
        columns=(
            *_person(),
            Column("last_there_on", both("末次停留日期", "Last there"), kind="date", privacy=PrivacyClass.MOVEMENT),
            Column("since", both("核实时间", "Confirmed"), kind="datetime", sortable=True),
            Column("settled_at", both("决定时间", "Decided"), kind="datetime", filterable=True),
            Column("settled_how", both("决定", "Decision"), kind="choice",
                   choices=(("ordered", both("已下达观察", "Ordered")), ("waived", both("不需要", "Waived")))),
            Column("reason", both("理由", "Reason")),
        ),
        saved=(SavedFilter("open", both("待定", "Undecided"), {"settled_at": ""}),),
    )
)  # fmt: skip
