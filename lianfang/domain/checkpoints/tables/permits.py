"""Permits and the keys that sign them, as lists."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from lianfang.domain.checkpoints.models.permits import Permit, PermitHold, PermitKey
from lianfang.domain.checkpoints.rules.permits.kinds import KINDS, REASONS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.clock import local, now
from lianfang.kernel.masks import mask_name
from lianfang.kernel.text import both

NAME, CONTACT = PrivacyClass.NAME, PrivacyClass.CONTACT
ACCOUNTS = "accounts.accounts"
STANDING = (
    ("valid", both("有效", "Valid")),
    ("coming", both("未到期开始", "Not begun")),
    ("expired", both("已过期", "Expired")),
    ("revoked", both("已作废", "Revoked")),
)
KEY_STATES = (
    ("signing", both("在用", "Signing")),
    ("trusted", both("已更换，旧证仍有效", "Replaced; older permits hold")),
    ("ended", both("已停用", "Ended")),
    ("withdrawn", both("因泄露停用", "Given up")),
)


def _day(moment: datetime) -> date:
    return local(moment).date()


def _last_day(ends_at: datetime) -> date:
    """Return the day before the first moment on which a permit holds no more."""
    return _day(ends_at - timedelta(seconds=1))


def _limit(number: int) -> int | None:
    """Return a limit, nothing where there is none."""
    return number or None


def _permits() -> QuerySet[Any]:
    moment = now()
    return Permit.objects.annotate(
        standing=Case(
            When(state="revoked", then=Value("revoked")),
            When(Q(state="expired") | Q(valid_until__lte=moment), then=Value("expired")),
            When(valid_from__gt=moment, then=Value("coming")),
            default=Value("valid"),
            output_field=CharField(),
        )
    )


def _keys() -> QuerySet[Any]:
    return PermitKey.objects.annotate(
        standing=Case(
            When(withdrawn_at__isnull=False, then=Value("withdrawn")),
            When(retired_at__isnull=True, then=Value("signing")),
            When(trusted_until__gt=now(), then=Value("trusted")),
            default=Value("ended"),
            output_field=CharField(),
        )
    )


def _search(text: str) -> Q:
    number = Q(serial=int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else Q(pk__in=[])
    return number | Q(household__number=text) | Q(household__head_name__icontains=text) | Q(use__icontains=text)


table(
    Table(
        name="checkpoints.permits",
        title=both("出入证", "Permits"),
        help=both(
            "出入证不含姓名和证件号码。急病、分娩等必须放行的情形不看出入证。",
            "A permit carries no name and no identity number. Whoever must pass, passes without one.",
        ),
        rows=lambda viewer: _permits(),
        sort="-serial",
        label="serial",
        search=_search,
        columns=(
            Column("serial", both("证号", "Number"), kind="int", sortable=True, filterable=True),
            Column("kind", both("种类", "Kind"), kind="choice", choices=tuple(KINDS.items()), filterable=True),
            Column("standing", both("状态", "State"), kind="choice", choices=STANDING, filterable=True),
            Column("number", both("户号", "Door"), source="household__number"),
            Column("head_name", both("户", "Home of"), source="household__head_name", privacy=NAME, mask=mask_name),
            Column("holder_name", both("持证人", "Holder"), privacy=NAME, mask=mask_name),
            Column("mark", both("核对项", "Compared at the gate"), privacy=CONTACT),
            Column("use", both("单位和事由", "Unit and purpose")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("holds_in", both("适用范围", "Holds in"), kind="area"),
            Column("first_on", both("开始日期", "First day"), kind="date", source="valid_from", show=_day),
            Column("last_on", both("截止日期", "Last day"), kind="date", source="valid_until", sortable=True,
                   show=_last_day),
            Column("persons", both("可外出人次", "People out"), kind="int", show=_limit),
            Column("per_days", both("几天内", "In so many days"), kind="int", show=_limit),
            Column("minutes_out", both("最长外出（分钟）", "Out at most (minutes)"), kind="int", show=_limit),
            Column("issued_at", both("发放时间", "Issued"), kind="datetime", filterable=True),
            Column("issued_by", both("发放人", "Issued by"), kind="link", link=ACCOUNTS, filterable=True),
            Column("revoked_at", both("作废时间", "Revoked"), kind="datetime", filterable=True),
            Column("revoked_because", both("作废原因", "Why"), kind="choice", choices=tuple(REASONS.items()),
                   filterable=True),
            Column("revoked_note", both("说明", "Note")),
            Column("household", both("户编号", "Household"), kind="link", link="people.households",
                   source="household_id", filterable=True, hidden=True),
            Column("replaces", both("换自", "Replaces"), kind="link", link="checkpoints.permits",
                   source="replaces_id", hidden=True),
        ),
        saved=(
            SavedFilter("valid", both("有效", "Valid"), {"standing": "valid"}),
            SavedFilter("revoked", both("已作废", "Revoked"), {"standing": "revoked"}),
        ),
    )
)  # fmt: skip

table(
    Table(
        name="checkpoints.permit_holds",
        title=both("暂不成批发证的户", "Households held back"),
        help=both(
            "户内有返乡人员登记，成批发放时不发；逐户决定后单独发放。",
            "A returnee came to them: they get no permit with the others, but one by itself once somebody decides so.",
        ),
        rows=lambda viewer: PermitHold.objects.all(),
        sort="-since",
        columns=(
            Column("household", both("户", "Household"), kind="link", source="household_id", link="people.households"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("since", both("从何时起", "Since"), kind="datetime", sortable=True),
        ),
    )
)

table(
    Table(
        name="checkpoints.permit_keys",
        title=both("出入证签发密钥", "Keys for permits"),
        help=both(
            "卡点手机据此离线辨别真伪。更换后旧证到期前仍有效；密钥泄露时停用，所签的证全部作废重发。",
            "Gates tell genuine permits by these. After a change older permits hold until they end; a key that leaked "
            "is given up, and what it signed is issued anew.",
        ),
        rows=lambda viewer: _keys(),
        sort="-made_at",
        label="key_id",
        columns=(
            Column("key_id", both("密钥号", "Key")),
            Column("area_path", both("县", "County"), kind="area", filterable=True),
            Column("standing", both("状态", "State"), kind="choice", choices=KEY_STATES, filterable=True),
            Column("made_at", both("启用", "Made"), kind="datetime", sortable=True),
            Column("made_by", both("启用人", "Made by"), kind="link", link=ACCOUNTS),
            Column("retired_at", both("更换", "Replaced"), kind="datetime"),
            Column("trusted_until", both("旧证有效至", "Older permits hold until"), kind="datetime"),
            Column("withdrawn_at", both("停用", "Given up"), kind="datetime"),
            Column("withdrawn_because", both("停用原因", "Why")),
        ),
    )
)
