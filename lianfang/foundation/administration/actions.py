"""Administration of accounts, grants, revealing, refused uploads and background work. Drops no follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pydantic import Field

from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.access.models import Grant
from lianfang.foundation.access.policy import roles
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.progress import NO_JOB, stop
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.tables.reading import find_table, reveal_value
from lianfang.foundation.tables.subjects import persons_of
from lianfang.kernel.clock import today
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

NO_ACCOUNT = refusal("accounts.unknown", "没有这个账号。", "There is no such account.", status=404)
NAME_TAKEN = refusal("accounts.name_taken", "登录名已被使用。", "The sign-in name is taken.", status=409)
WEAK = refusal(
    "accounts.weak_password", "密码太短或太常见，至少 8 位。", "The password is too short or too common: at least 8."
)
WRONG_PASSWORD = refusal("accounts.wrong_password", "原密码不对。", "The old password is wrong.")
NO_GRANT = refusal(
    "access.no_grant", "没有这项授权，或已结束。", "There is no such grant, or it has ended.", status=404
)

TO_ONESELF = refusal(
    "access.to_oneself",
    "不能给自己授权，请由另一人授权。",
    "Nobody grants to themselves; ask somebody else.",
    status=403,
)
ENDS_FIRST = refusal("access.ends_before_it_starts", "结束日期早于开始日期。", "The last day is before the first.")
NO_REFUSED = refusal("actions.no_refused", "没有这条被退回的记录。", "There is no such refused record.", status=404)

Path = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}([0-9A-Z]{3}){0,4})$",
        max_length=18,
        title="区域",
        json_schema_extra={"x-title-en": "Area", "x-widget": "area"},
    ),
]
Reason = Annotated[str, Field(min_length=2, max_length=200, title="原因", json_schema_extra={"x-title-en": "Reason"})]

REVEAL_FOR = timedelta(minutes=5)


def labelled(zh: str, en: str, widget: str = "", **more: object) -> dict[str, Any]:
    """Return the field settings that give a form its label in both languages and its widget."""
    extra: dict[str, Any] = {"x-title-en": en, **({"x-widget": widget} if widget else {}), **more}
    return {"title": zh, "json_schema_extra": extra}


def choices(options: Mapping[Any, Bilingual]) -> dict[str, Any]:
    """Return what `labelled` takes for a field in which one of the options is chosen."""
    return {"x-choices": [{"value": value, "label": label.as_dict()} for value, label in options.items()]}


class RevealValue(Input):
    table: str = Field(max_length=80)
    row_id: str = Field(max_length=40)
    column: str = Field(max_length=60)
    reason: Reason


@action("privacy.reveal_value", both("查看完整信息", "Reveal a value"), RevealValue)
def reveal(call: Call, given: RevealValue) -> Result:
    """Show one masked value of one row for five minutes, with a reason, logged (P03, P07)."""
    find_table(given.table)
    value, path = reveal_value(call.actor, given.table, given.row_id, given.column)
    call.permit(path)
    if call.actor.account_id is None:
        raise NOT_YOURS()
    until = call.received_at + REVEAL_FOR
    Reveal.objects.create(
        account_id=call.actor.account_id, table=given.table, row_id=given.row_id, column=given.column,
        reason=given.reason, area_path=path, at=call.received_at, until=until,
        person_id=persons_of(given.table, [given.row_id]).get(given.row_id),
    )  # fmt: skip
    call.about(given.table, given.row_id, column=given.column)
    call.once = {"value": value}
    return {"until": until.isoformat()}


class AddAccount(Input):
    username: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{1,58}$", **labelled("登录名", "Sign-in name"))
    name: str = Field(min_length=1, max_length=60, **labelled("姓名", "Name"))
    title: str = Field("", max_length=60, **labelled("职务", "Title"))
    unit: str = Field("", max_length=80, **labelled("单位", "Unit"))
    phone: str = Field("", max_length=20, **labelled("电话", "Phone"))
    password: str = Field(min_length=8, max_length=128, **labelled("初始密码", "First password"))
    home_area: Path


@action("accounts.add_account", both("新建账号", "Add an account"), AddAccount)
def add_account(call: Call, given: AddAccount) -> Result:
    """Add a worker's account. It may do nothing until it is granted a role."""
    call.permit(given.home_area)
    if Account.objects.filter(username=given.username).exists():
        raise NAME_TAKEN(field="username")
    _strong(given.password)
    account = Account.objects.create(password=given.password, **given.model_dump(exclude={"password"}))
    call.about("accounts.accounts", account.pk)
    return {"id": str(account.pk)}


def _strong(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError:
        raise WEAK(field="password") from None


def _account(account_id: UUID) -> Account:
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise NO_ACCOUNT(field="account_id")
    return found


class GrantRole(Input):
    account_id: UUID = Field(**labelled("人员", "Person", "account"))
    role: str = Field(max_length=40, **labelled("角色", "Role"))
    area_path: Path
    purpose: str = Field(min_length=2, max_length=200, **labelled("用途", "Purpose"))
    starts_on: date | None = Field(None, **labelled("开始", "From", "date"))
    ends_on: date | None = Field(None, **labelled("结束", "Until", "date"))


@action("access.grant_role", both("授权", "Grant a role"), GrantRole)
def grant_role(call: Call, given: GrantRole) -> Result:
    """Grant a role within an area, for a purpose, between dates.

    Nobody grants more than the own area holds, nor anything to themselves: whoever may grant could else see all.
    """
    call.permit(given.area_path)
    if given.role not in roles():
        raise CHOICE(field="role")
    if given.account_id == call.actor.account_id:
        raise TO_ONESELF(field="account_id")
    starts_on = given.starts_on or today()
    if given.ends_on is not None and given.ends_on < starts_on:
        raise ENDS_FIRST(field="ends_on")
    grant = Grant.objects.create(
        account=_account(given.account_id), role=given.role, area_path=given.area_path, purpose=given.purpose,
        starts_on=starts_on, ends_on=given.ends_on, granted_by=call.actor.account_id,
    )  # fmt: skip
    call.about("access.grants", grant.pk, role=given.role)
    return {
        "id": str(grant.pk),
        "undo": {"action": "access.end_grant", "input": {"grant_id": str(grant.pk), "reason": "撤销"}},
    }


class EndGrant(Input):
    grant_id: UUID
    reason: Reason


IN_FORCE = when_empty("ended_at")


@action(
    "access.end_grant",
    both("收回授权", "End a grant"),
    EndGrant,
    subject=Subject("access.grants", "grant_id", IN_FORCE),
    danger=True,
)
def end_grant(call: Call, given: EndGrant) -> Result:
    """End a grant now; it stays on record."""
    grant = Grant.objects.filter(pk=given.grant_id).first()
    if grant is None or not call.allows(IN_FORCE, grant):
        raise NO_GRANT(field="grant_id")
    call.permit(grant.area_path)
    grant.ended_at, grant.ended_reason = call.received_at, given.reason
    grant.save(update_fields=["ended_at", "ended_reason"])
    call.about("access.grants", grant.pk)
    return {"id": str(grant.pk)}


class ChangePassword(Input):
    old: str = Field(max_length=128, **labelled("原密码", "Old password"))
    new: str = Field(min_length=8, max_length=128, **labelled("新密码", "New password"))


@action("accounts.change_password", both("修改密码", "Change password"), ChangePassword)
def change_password(call: Call, given: ChangePassword) -> Result:
    """Change one's own password; every other session of the account ends with it."""
    call.permit(call.actor.home_area)
    account = _account(call.actor.account_id or UUID(int=0))
    if not check_password(given.old, account.password):
        raise WRONG_PASSWORD(field="old")
    _strong(given.new)
    account.set_password(given.new)
    account.save(update_fields=["password"])
    call.about("accounts.accounts", account.pk)
    return {}


class ChooseLanguage(Input):
    language: str = Field(pattern="^(zh-hans|en)$")


@action("accounts.choose_language", both("选择语言", "Choose language"), ChooseLanguage)
def choose_language(call: Call, given: ChooseLanguage) -> Result:
    """Choose the language of one's own screens and letters."""
    call.permit(call.actor.home_area)
    Account.objects.filter(pk=call.actor.account_id or UUID(int=0)).update(language=given.language)
    return {}


class ResolveRefused(Input):
    refused_id: int = Field(ge=1, le=2**62)
    resolution: str = Field(min_length=2, max_length=200, **labelled("处理结果", "Resolution"))


UNRESOLVED = when_empty("resolved_at")


@action("actions.resolve_refused", both("处理退回记录", "Resolve a refused record"), ResolveRefused,
        subject=Subject("actions.refused_commands", "refused_id", UNRESOLVED))  # fmt: skip
def resolve_refused(call: Call, given: ResolveRefused) -> Result:
    """Say what became of a record that a phone sent and the server refused."""
    kept = RefusedCommand.objects.filter(pk=given.refused_id).first()
    if kept is None or not call.allows(UNRESOLVED, kept):
        raise NO_REFUSED(field="refused_id")
    call.permit(kept.area_path)
    kept.resolved_at, kept.resolved_by, kept.resolution = call.received_at, call.actor.account_id, given.resolution
    kept.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    call.about("actions.refused_commands", kept.pk)
    return {}


NOT_FAILED = refusal("job.not_failed", "这个任务没有失败，不用重试。", "The job has not failed.", status=409)
NOT_STOPPABLE = refusal(
    "job.not_stoppable",
    "这个任务已结束，或是必须完成的后续处理，不能停止。",
    "The job has ended, or follows from something that happened and has to be done.",
    status=409,
)

RUNNING = (Job.State.WAITING, Job.State.RUNNING)
FAILED = when(lambda state: state == Job.State.FAILED, "state")
# because what follows from a fact must happen; only what a person set going can be stopped by one
STOPPABLE = when(
    lambda state, account_id, asked: state in RUNNING and account_id is not None and not asked,
    "state", "account_id", "cancel_asked",
)  # fmt: skip


class NameJob(Input):
    job_id: UUID = Field(**labelled("任务", "Job"))


def _job(call: Call, job_id: UUID) -> Job:
    found = Job.objects.select_for_update().filter(pk=job_id).first()
    if found is None:
        raise NO_JOB(field="job_id")
    call.permit(found.area_path)
    call.about("jobs.jobs", found.pk, name=found.name)
    return found


@action(
    "jobs.retry_job", both("重试", "Try again"), NameJob, subject=Subject("jobs.jobs", "job_id", FAILED), batch=True
)
def retry_job(call: Call, given: NameJob) -> Result:
    """Put a failed job back into the queue, with all its attempts before it."""
    found = _job(call, given.job_id)
    if not call.allows(FAILED, found):
        raise NOT_FAILED(field="job_id")
    Job.objects.filter(pk=found.pk).update(
        state=Job.State.WAITING, attempts=0, run_after=call.received_at, ended_at=None, error="", result=None,
        cancel_asked=False, worker="",
    )  # fmt: skip
    return {"id": str(found.pk)}


@action("jobs.stop_job", both("停止", "Stop"), NameJob, subject=Subject("jobs.jobs", "job_id", STOPPABLE), danger=True)
def stop_job(call: Call, given: NameJob) -> Result:
    """Ask a job that somebody started to stop; what it has not committed is rolled back."""
    found = _job(call, given.job_id)
    if not call.allows(STOPPABLE, found):
        raise NOT_STOPPABLE(field="job_id")
    stop(found)
    return {"id": str(found.pk)}
