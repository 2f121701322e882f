"""Codes of communities' check-in pages, and what was sent by them and waits for an answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from lianfang.domain.workforce.models.check_ins import CheckInCode, CheckInRequest
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.offers import PARTS, REQUEST_STATES
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.domain.workforce.tables.offers import AREA, PERSON, counted
from lianfang.domain.workforce.tables.responders import CONTACT, NAME
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both


def _codes(_: Actor) -> QuerySet[Any]:
    sent = CheckInRequest.objects.filter(code_id=OuterRef("pk"))
    return CheckInCode.objects.annotate(
        sent=counted(sent, "code_id"),
        waiting=counted(sent.filter(state="waiting"), "code_id"),
        accepted=counted(sent.filter(state="accepted"), "code_id"),
    )


table(
    Table(
        name="workforce.check_in_codes",
        title=both("社区报到码", "Codes to check in by"),
        help=both(
            "手机相机扫码就能报到，不用登录。打印后贴在社区门口；换新码后旧码作废。",
            "Anybody reports with a phone's camera, without login. Print it for the door; a new code ends the old one.",
        ),
        rows=_codes,
        sort="-issued_at",
        label="area_path",
        columns=(
            AREA,
            Column("issued_at", both("开通", "Made"), kind="datetime", filterable=True, sortable=True),
            Column("expires_at", both("有效期至", "Valid until"), kind="datetime", filterable=True, sortable=True),
            Column("waiting", both("待确认", "To be confirmed"), kind="int", filterable=True),
            Column("accepted", both("已接受", "Accepted"), kind="int"),
            Column("sent", both("收到", "Received"), kind="int"),
            Column("revoked_at", both("作废", "Revoked"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("standing", both("未作废", "Not revoked"), {"revoked_at": ""}),),
        related=(("workforce.check_in_requests", "code"),),
    )
)


def _requests(_: Actor) -> QuerySet[Any]:
    same = Responder.objects.filter(name=OuterRef("name"), phone_index=OuterRef("phone_index")).exclude(state="ended")
    return CheckInRequest.objects.annotate(known=Exists(same.exclude(phone_index="")))


table(
    Table(
        name="workforce.check_in_requests",
        title=both("待确认的报到", "Check-ins to be confirmed"),
        help=both(
            "本人扫码填写的报到，打电话核实后接受或不接受；答复后不再留姓名和电话。",
            "Sent by people themselves. Ring them, then accept or refuse; name and phone go with the answer.",
        ),
        rows=_requests,
        sort="-received_at",
        label="name",
        columns=(
            Column("name", both("姓名", "Name"), privacy=NAME, mask=mask_name),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("unit_name", both("单位（本人填写）", "Unit as they wrote it")),
            Column("skills", both("能做什么", "What they can do"), kind="json", choices=tuple(SKILLS.items())),
            Column("part", both("什么时间可以", "When they can"), kind="choice", choices=tuple(PARTS.items())),
            Column("known", both("已在名册", "On the list already"), kind="bool", filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(REQUEST_STATES.items()),
                   filterable=True),
            AREA,
            Column("received_at", both("收到", "Received"), kind="datetime", filterable=True, sortable=True),
            Column("times", both("提交次数", "Times sent"), kind="int"),
            Column("answered_at", both("答复", "Answered"), kind="datetime", filterable=True),
            Column("code", both("报到码编号", "Code id"), kind="link", link="workforce.check_in_codes",
                   source="code_id", filterable=True, hidden=True),
            PERSON,
        ),
        saved=(SavedFilter("waiting", both("待确认", "To be confirmed"), {"state": "waiting"}),),
    )
)  # fmt: skip
