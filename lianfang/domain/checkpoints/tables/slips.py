"""The lists of slips: who was handed over to a village (F03), and who was sent to a health worker."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

STATES = (("handed", both("待接收", "Waits")), ("accepted", both("已接收", "Accepted")),
          ("settled", both("未到，去向已查明", "Did not arrive, settled")),
          ("void", both("更正后作废", "Void after a correction")))  # fmt: skip
NAME, CONTACT = PrivacyClass.NAME, PrivacyClass.CONTACT
MOVEMENT, HEALTH = PrivacyClass.MOVEMENT, PrivacyClass.HEALTH

COLUMNS = (
    Column("number", both("编号", "Number"), filterable=True),
    Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
    Column("area_path", both("目的地", "Goes to"), kind="area", filterable=True),
    Column("name", both("姓名", "Name"), privacy=NAME, mask=mask_name),
    Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
    Column("contact", both("县内联系人", "Contact in the county"), privacy=CONTACT),
    Column("came_from", both("出发地", "From"), privacy=MOVEMENT),
    Column("goes_to", both("目的地（所述）", "To, as said"), privacy=MOVEMENT),
    Column("temperature", both("体温", "Temperature"), privacy=HEALTH),
    Column("post_name", both("卡点", "Post")),
    Column("handed_at", both("移交时间", "Handed over"), kind="datetime", sortable=True, filterable=True),
    Column("expected_at", both("预计到达", "Expected"), kind="datetime", privacy=MOVEMENT),
    Column("accept_by", both("应接收", "To accept by"), kind="datetime", sortable=True, filterable=True),
    Column("accepted_at", both("接收时间", "Accepted"), kind="datetime"),
    Column("accepted_by", both("接收人", "Accepted by"), kind="link", link="organisation.workers"),
    Column("passage", both("通行记录", "Passage"), kind="link", source="passage_id", link="checkpoints.passages",
           filterable=True),
    Column("person", both("登记人员", "Registered person"), kind="link", source="person_id", link="people.persons"),
    Column("note", both("备注", "Note"), privacy=HEALTH),
    Column("version", both("版本", "Version"), kind="int", hidden=True),
)  # fmt: skip


def _declare(name: str, title: Any, help: Any, kind: str) -> None:
    table(
        Table(
            name=name, title=title, help=help, rows=lambda viewer: Slip.objects.filter(kind=kind), sort="-handed_at",
            label="number", search=lambda text: Q(number__startswith=text.upper()), columns=COLUMNS,
            saved=(SavedFilter("waiting", both("待接收", "Waiting"), {"state": "handed"}),),
            named_export=True, person="person_id",
        )
    )  # fmt: skip


_declare(
    "checkpoints.slips", both("移交单（通行卡）", "Slips to villages"),
    both("一人一号一存根：卡点移交，村（社区）接收后才算到位。",
         "One person, one number, one stub: handed over at the gate, in place once the village has accepted."),
    "village",
)  # fmt: skip
_declare(
    "checkpoints.referrals", both("卡点转诊", "Sent to a health worker by gates"),
    both("卡点发现发热或有症状的人员，医务人员接诊后才算到位。",
         "Who had a fever or symptoms at a gate; in place once a health worker has taken them on."),
    "health",
)  # fmt: skip
