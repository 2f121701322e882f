"""Leads in one inbox, their batches with the clock, and pairs that a person must decide."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from lianfang.domain.people.queries import identity_index, phone_index, show_marks, shown_address
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, LeadBatch, MatchProposal
from lianfang.domain.screening.rules import EVIDENCE, LEAD_STATES, OUTCOMES, SOURCES
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel import phones
from lianfang.kernel.masks import mask_address, mask_identity, mask_name, mask_phone
from lianfang.kernel.text import both

_SOURCES = tuple(SOURCES.items())
_SEXES = (("m", both("男", "Male")), ("f", both("女", "Female")))
_STATES = tuple(LEAD_STATES.items())
_OUTCOMES = tuple((one.code, one.label) for one in OUTCOMES.values())
_PLACES = (
    ("resolved", both("已认出", "resolved")),
    ("ambiguous", both("有几种可能", "ambiguous")),
    ("unresolved", both("未认出", "unresolved")),
)
_MATCHES = (("exact", both("已比对", "exact")), ("probable", both("待判定", "probable")), ("new", both("新", "new")))
_BATCH_STATES = (
    ("open", both("核查中", "open")),
    ("partial", both("部分反馈", "partly replied")),
    ("replied", both("已反馈", "replied")),
)
_EVIDENCE = tuple((one.code, one.sentence) for one in EVIDENCE.values())
_DECISIONS = (
    ("open", both("待判定", "to decide")),
    ("same", both("同一人", "the same")),
    ("different", both("不是同一人", "different")),
)


def _leads(viewer: Actor) -> QuerySet[Lead]:
    worker = Account.objects.filter(pk=OuterRef("assignee_id")).values("name")[:1]
    address = shown_address("address", "person__household__", EncryptedText(context="lead.address"))
    return Lead.objects.annotate(assignee=Subquery(worker), shown_address=address)


def _search(text: str) -> Q:
    """Find by the beginning of name, pinyin or initials, or by a whole number."""
    checked = phones.check(text)
    found = Q(keys__icontains=f" {text.lower()}") | Q(serial=text)
    if checked.normal:
        found |= Q(phone_index=phone_index(checked.normal))
    return found | Q(identity_index=identity_index(text.upper())) if len(text) in (15, 18) else found


table(
    Table(
        name="screening.leads",
        title=both("线索", "Leads"),
        help=both("四种来源的线索在一个收件箱里。", "Leads of all four sources in one inbox."),
        rows=_leads,
        search=_search,
        label="name",
        related=(("screening.match_proposals", "lead"),),
        columns=(
            Column("name", both("姓名", "Name"), privacy=PrivacyClass.NAME, mask=mask_name),
            Column("phone", both("电话", "Phone"), privacy=PrivacyClass.CONTACT, mask=mask_phone),
            Column("identity_number", both("身份证号", "Identity number"), privacy=PrivacyClass.IDENTITY,
                   mask=mask_identity),
            Column("address", both("地址", "Address"), source="shown_address", privacy=PrivacyClass.ADDRESS,
                   mask=mask_address),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("returned_on", both("返乡日期", "Returned on"), kind="date", privacy=PrivacyClass.MOVEMENT),
            Column("source", both("来源", "Source"), kind="choice", choices=_SOURCES, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=_STATES, filterable=True),
            Column("outcome", both("核查结果", "Outcome"), kind="choice", choices=_OUTCOMES, filterable=True),
            Column("match_level", both("比对", "Match"), kind="choice", choices=_MATCHES, filterable=True),
            Column("place", both("地点", "Place"), kind="choice", choices=_PLACES, filterable=True),
            Column("assignee", both("核查人", "Worker")),
            Column("assignee_id", both("核查人编号", "Worker id"), kind="link", filterable=True, hidden=True),
            Column("due_at", both("截止", "Due"), kind="datetime", filterable=True),
            Column("received_at", both("接收时间", "Received"), kind="datetime", filterable=True),
            Column("answered_at", both("核查时间", "Answered"), kind="datetime", filterable=True),
            Column("tries", both("联系次数", "Tries"), kind="int"),
            # because it may say where somebody was: shown, never a filter (P05)
            Column("reason", both("原因", "Reason"), privacy=PrivacyClass.MOVEMENT, hidden=True),
            Column("measure", both("管控措施", "Measure"), privacy=PrivacyClass.HEALTH),
            Column("person", both("登记人员", "Registered person"), kind="link", source="person_id",
                   link="people.persons", filterable=True),
            Column("same_as", both("同一人线索", "Same person as"), kind="link", source="same_as_id",
                   link="screening.leads", filterable=True),
            Column("batch", both("批次", "Batch"), kind="link", source="batch_id", link="screening.batches",
                   filterable=True),
            Column("row", both("原行号", "Row"), kind="int", hidden=True),
            Column("sex", both("性别", "Sex"), kind="choice", choices=_SEXES, privacy=PrivacyClass.IDENTITY,
                   hidden=True),
            Column("born_on", both("出生日期", "Born on"), kind="date", privacy=PrivacyClass.IDENTITY, hidden=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("open", both("待核查", "Open"), {"state__in": ",".join(OPEN_STATES)}),
            SavedFilter("nobody", both("未分派", "With nobody"), {"state__in": "received,matched"}),
            SavedFilter("unplaced", both("地点未认出", "Not placed"), {"place__in": "ambiguous,unresolved"}),
        ),
    )
)  # fmt: skip


def _batches(viewer: Actor) -> QuerySet[LeadBatch]:
    is_open = Q(leads__state__in=OPEN_STATES)
    return LeadBatch.objects.annotate(open_leads=Count("leads", filter=is_open))


table(
    Table(
        name="screening.batches",
        title=both("线索批次", "Batches of leads"),
        help=both("每批名单的截止时间和反馈情况。", "The deadline of each list, and whether it was replied to."),
        rows=_batches,
        label="sender",
        related=(("screening.leads", "batch"),),
        columns=(
            Column("sender", both("推送单位", "Sender"), filterable=True),
            Column("source", both("来源", "Source"), kind="choice", choices=_SOURCES, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=_BATCH_STATES, filterable=True),
            Column("rows", both("条数", "Leads"), kind="int"),
            Column("open_leads", both("未核查", "Open"), kind="int"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("received_at", both("接收时间", "Received"), kind="datetime"),
            Column("due_at", both("截止", "Due"), kind="datetime", filterable=True),
            Column("replied_at", both("反馈时间", "Replied"), kind="datetime"),
        ),
        saved=(SavedFilter("open", both("未反馈", "Not replied"), {"state__in": "open,partial"}),),
    )
)  # fmt: skip


_OF_EACH = ("name", "sex", "born_on", "identity_index", "phone_index")


def _proposals(viewer: Actor) -> QuerySet[MatchProposal]:
    return MatchProposal.objects.annotate(ends=JSONObject(
        first=JSONObject(**{name: f"lead__{name}" for name in _OF_EACH}),
        second=JSONObject(**{name: f"person__{name}" for name in _OF_EACH}),
    ))  # fmt: skip


table(
    Table(
        name="screening.match_proposals",
        title=both("待判定同一人", "Matches to decide"),
        help=both("名单上的人可能就是登记中的人，由人判定。", "Somebody on a list may be registered: decide."),
        rows=_proposals,
        label="lead_name",
        columns=(
            Column("lead_name", both("名单姓名", "Name on the list"), privacy=PrivacyClass.NAME,
                   source="lead__name", mask=mask_name),
            Column("person_name", both("登记姓名", "Registered name"), privacy=PrivacyClass.NAME,
                   source="person__name", mask=mask_name),
            Column("lead_phone", both("名单电话", "Phone on the list"), privacy=PrivacyClass.CONTACT,
                   source="lead__phone", mask=mask_phone),
            Column("person_phone", both("登记电话", "Registered phone"), privacy=PrivacyClass.CONTACT,
                   source="person__phone", mask=mask_phone),
            Column("evidence", both("依据", "Evidence"), kind="json", choices=_EVIDENCE),
            Column("decision", both("判定", "Decision"), kind="choice", choices=_DECISIONS, filterable=True),
            Column("lead", both("线索", "Lead"), "link", source="lead_id", link="screening.leads", filterable=True),
            Column("person", both("登记人员", "Person"), kind="link", source="person_id", link="people.persons"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("due_at", both("线索截止", "Lead due"), kind="datetime", source="lead__due_at"),
            Column("later_at", both("推后时间", "Put off"), kind="datetime", filterable=True),
            Column("decided_by", both("由谁判定", "Decided by"), kind="link", link="accounts.accounts"),
            Column("turn", both("判定次序", "Turn"), kind="int", sortable=True, hidden=True),
            Column("marks", both("逐项比对", "Field by field"), kind="json", source="ends", show=show_marks,
                   hidden=True),
        ),
        saved=(SavedFilter("open", both("待判定", "To decide"), {"decision": "open"}),),
    )
)  # fmt: skip
