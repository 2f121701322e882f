"""Requests for help as a list (F25)."""

from __future__ import annotations

from django.db.models import Q

from lianfang.domain.people.queries import shown_address
from lianfang.domain.welfare import rules
from lianfang.domain.welfare.models import RequestStep, ServiceRequest
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_address, mask_name, mask_phone
from lianfang.kernel.text import both

NAME, CONTACT, ADDRESS = PrivacyClass.NAME, PrivacyClass.CONTACT, PrivacyClass.ADDRESS
VULNERABILITY = PrivacyClass.VULNERABILITY
STATES = tuple(rules.STATES.items())
KINDS = tuple((code, label) for code, (label, _) in rules.KINDS.items())
ACCOUNTS = "accounts.accounts"


def _search(text: str) -> Q:
    return Q(household__head_name__icontains=text) | Q(person__name__icontains=text) | Q(what__icontains=text)


table(
    Table(
        name="welfare.requests",
        title=both("生活服务需求", "Requests for help"),
        help=both("送达后由提出需求的人确认才算办结。", "A request is done when the one who asked says so."),
        rows=lambda viewer: ServiceRequest.objects.annotate(
            address=shown_address("household__address", "household__")
        ),
        sort="due_at",
        label="kind",
        search=_search,
        columns=(
            Column("kind", both("类别", "Kind"), kind="choice", choices=KINDS, filterable=True),
            Column("what", both("内容", "What"), privacy=VULNERABILITY),
            Column("quantity", both("数量", "Quantity"), privacy=VULNERABILITY),
            Column("head_name", both("户", "Home of"), source="household__head_name", privacy=NAME, mask=mask_name),
            Column("address", both("地址", "Address"), privacy=ADDRESS, mask=mask_address),
            Column("name", both("本人", "Person"), source="person__name", privacy=NAME, mask=mask_name),
            Column("phone", both("电话", "Phone"), source="person__phone", privacy=CONTACT, mask=mask_phone),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column(
                "request_class",
                both("轻重", "Class"),
                kind="choice",
                choices=tuple(rules.CLASSES.items()),
                filterable=True,
            ),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column("raised_at", both("提出时间", "Raised"), kind="datetime", filterable=True),
            Column("due_at", both("期限", "Due"), kind="datetime", sortable=True, filterable=True),
            Column("accepted_by", both("承办人", "Taken on by"), kind="link", link=ACCOUNTS, filterable=True),
            Column("accepted_at", both("受理时间", "Taken on"), kind="datetime"),
            Column("delivered_at", both("送达时间", "Delivered"), kind="datetime", filterable=True),
            Column("delivered_by", both("送达人", "Delivered by"), kind="link", link=ACCOUNTS),
            Column("fee_yuan", both("费用（元）", "Cost (yuan)"), kind="number"),
            Column("confirmed_at", both("本人确认", "Confirmed"), kind="datetime", filterable=True),
            Column("how_asked", both("怎样核实", "How asked"), privacy=VULNERABILITY, hidden=True),
            Column("times_reopened", both("反映未送达次数", "Times reopened"), kind="int"),
            Column("source", both("来源", "Source"), filterable=True, hidden=True),
            Column("household", both("户编号", "Household"), kind="link", link="people.households",
                   source="household_id", filterable=True, hidden=True),
            Column("person", both("人员编号", "Person"), kind="link", link="people.persons", source="person_id",
                   filterable=True, hidden=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("waiting", both("待受理", "Waiting"), {"state__in": "raised,not_delivered"}),
            SavedFilter("going", both("办理中", "Taken on"), {"state": "accepted"}),
            SavedFilter("unconfirmed", both("待本人确认", "To be confirmed"), {"state": "delivered"}),
            SavedFilter("done", both("已办结", "Done"), {"state": "confirmed"}),
        ),
        related=(("welfare.steps", "request"),),
    )
)  # fmt: skip

table(
    Table(
        name="welfare.steps",
        title=both("需求办理经过", "History of requests"),
        rows=lambda viewer: RequestStep.objects.all(),
        sort="-pk",
        columns=(
            Column("at", both("时间", "At"), kind="datetime"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("before", both("由", "From"), kind="choice", choices=STATES),
            Column("after", both("到", "To"), kind="choice", choices=STATES, filterable=True),
            Column("reason", both("说明", "Reason"), privacy=VULNERABILITY),
            Column("account_id", both("经办人", "By"), kind="link", link=ACCOUNTS, filterable=True),
            Column(
                "request",
                both("需求", "Request"),
                kind="link",
                link="welfare.requests",
                source="request_id",
                filterable=True,
            ),
        ),
    )
)
