"""The tables of the foundation itself: accounts, grants, audit lines, reveals, jobs, failures, refused uploads."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from lianfang.foundation.access.models import Grant
from lianfang.foundation.access.policy import roles
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import KINDS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_phone
from lianfang.kernel.text import both


def _account_search(text: str) -> Q:
    return Q(name__icontains=text) | Q(username__icontains=text) | Q(unit__icontains=text)


table(
    Table(
        name="accounts.accounts",
        title=both("账号", "Accounts"),
        rows=lambda viewer: Account.objects.all(),
        area="home_area",
        sort="username",
        label="name",
        search=_account_search,
        columns=(
            Column("username", both("登录名", "Sign-in name"), sortable=True),
            Column("name", both("姓名", "Name"), sortable=True),
            Column("title", both("职务", "Title")),
            Column("unit", both("单位", "Unit"), filterable=True),
            Column("phone", both("电话", "Phone"), privacy=PrivacyClass.CONTACT, mask=mask_phone),
            Column("home_area", both("区域", "Area"), kind="area", filterable=True),
            Column("is_active", both("在用", "Active"), kind="bool", filterable=True),
            Column("codes_since", both("动态验证码启用", "One-time codes since"), kind="datetime"),
            Column("last_login", both("最近登录", "Last sign-in"), kind="datetime"),
        ),
    )
)

table(
    Table(
        name="access.grants",
        title=both("授权", "Grants"),
        rows=lambda viewer: Grant.objects.all(),
        sort="-starts_on",
        columns=(
            Column("account", both("人员", "Person"), source="account__name", sortable=True),
            Column("role", both("角色", "Role"), kind="choice", filterable=True,
                   choices=tuple((role.name, role.label) for role in roles().values())),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("purpose", both("用途", "Purpose")),
            Column("starts_on", both("开始", "From"), kind="date", sortable=True),
            Column("ends_on", both("结束", "Until"), kind="date", sortable=True),
            Column("ended_at", both("收回时间", "Ended at"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("now", both("在用", "In force"), {"ended_at": ""}),),
    )
)  # fmt: skip

table(
    Table(
        name="audit.lines",
        title=both("操作留痕", "Audit trail"),
        rows=lambda viewer: AuditLine.objects.all(),
        sort="-pk",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", filterable=True),
            Column("account_id", both("人员", "Person"), kind="link", link="accounts.accounts", filterable=True),
            Column("action", both("操作", "Action"), filterable=True),
            Column("subject", both("对象", "Subject"), filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("door", both("入口", "Door"), filterable=True),
            Column("details", both("细节", "Details"), kind="json"),
            Column("chain", both("链", "Chain"), kind="int", source="chain_id"),
            Column("seq", both("序号", "No."), kind="int"),
        ),
    )
)

VIA: tuple[tuple[str, Any], ...] = (
    ("value", both("查看一项", "one value")),
    ("export", both("带姓名导出", "named export")),
    ("letter", both("打印文书", "printed letter")),
)

table(
    Table(
        name="privacy.reveals",
        title=both("查看完整信息的记录", "Reveals"),
        rows=lambda viewer: Reveal.objects.all(),
        sort="-at",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
            Column("account_id", both("人员", "Person"), kind="link", link="accounts.accounts", filterable=True),
            Column("person_id", both("被查看的人", "Looked at"), kind="link", link="people.persons", filterable=True),
            Column("via", both("方式", "How"), kind="choice", choices=VIA, filterable=True),
            Column("table", both("表", "Table"), filterable=True),
            Column("row_id", both("行", "Row"), filterable=True),
            Column("column", both("项", "Column")),
            Column("reason", both("原因", "Reason")),
            Column("area_path", both("区域", "Area"), kind="area"),
        ),
    )
)

STATES: tuple[tuple[str, Any], ...] = (
    ("waiting", both("等待", "Waiting")),
    ("running", both("进行中", "Running")),
    ("done", both("完成", "Done")),
    ("failed", both("失败", "Failed")),
    ("cancelled", both("已取消", "Cancelled")),
)


def _job_title(name: str) -> dict[str, str] | str:
    return KINDS[name].title.as_dict() if name in KINDS else name


def _reaction(body: dict[str, str]) -> str:
    """Return which reaction to which fact a follow-up is: the app that reacts and the function's name."""
    module, _, name = body.get("reaction", "").partition(":")
    return f"{module.split('.')[2]}.{name}" if name else ""


table(
    Table(
        name="jobs.jobs",
        title=both("后台任务", "Jobs"),
        help=both(
            "名单核对和导入、各种后续处理。失败的可以重试，多次失败请联系系统管理员。",
            "Lists being checked and taken in, and what follows from facts. Failed ones can be tried again.",
        ),
        rows=lambda viewer: Job.objects.all(),
        sort="-created_at",
        label="title",
        columns=(
            Column("title", both("任务", "Job"), kind="json", source="name", show=_job_title),
            Column("name", both("代码", "Code"), filterable=True, hidden=True),
            Column("reaction", both("处理内容", "What follows"), source="body", show=_reaction),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column("created_at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
            Column("ended_at", both("结束时间", "Ended"), kind="datetime"),
            Column("attempts", both("次数", "Attempts"), kind="int"),
            Column("done", both("完成数", "Done"), kind="int"),
            Column("total", both("总数", "Total"), kind="int"),
            Column("note", both("进度说明", "Progress"), kind="json"),
            Column("error", both("错误", "Error")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
        ),
        saved=(
            SavedFilter("failed", both("失败", "Failed"), {"state": "failed"}),
            SavedFilter("going", both("进行中", "Under way"), {"state__in": "waiting,running"}),
        ),
    )
)

table(
    Table(
        name="actions.refused_commands",
        title=both("退回的上传", "Refused uploads"),
        help=both(
            "手机上传后被退回的记录，保留到有人处理。",
            "Records that a phone sent and the server refused, kept until somebody resolves them.",
        ),
        rows=lambda viewer: RefusedCommand.objects.all(),
        sort="-at",
        columns=(
            Column("at", both("时间", "At"), kind="datetime", sortable=True),
            Column("account_id", both("人员", "Person"), kind="link", link="accounts.accounts", filterable=True),
            Column("action", both("操作", "Action"), filterable=True),
            Column("code", both("退回原因", "Reason"), filterable=True),
            Column("resolved_at", both("处理时间", "Resolved at"), kind="datetime", filterable=True),
            Column("resolution", both("处理结果", "Resolution")),
            Column("area_path", both("区域", "Area"), kind="area"),
            Column("command_id", both("记录编号", "Record id"), hidden=True),
            Column("device_id", both("设备", "Device"), hidden=True, filterable=True),
        ),
        saved=(SavedFilter("open", both("待处理", "Open"), {"resolved_at": ""}),),
    )
)
