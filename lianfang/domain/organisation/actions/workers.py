"""Workers who leave and come back. Nobody leaves while somebody still counts on them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.organisation.actions.fields import Reason, day_of, live_of
from lianfang.domain.organisation.actions.handing import Split, carry_over, make_plan, told
from lianfang.domain.organisation.events import WorkerDeactivated, WorkerReactivated
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.accounts.sessions import end_sessions
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, when
from lianfang.foundation.administration.actions import NO_ACCOUNT, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

STILL_HOLDS = refusal(
    "organisation.still_holds",
    "此人还负责 {count} 项，请先选择接手人。",
    "This worker still answers for {count} things; say who takes them over.",
    status=409,
)
ONESELF = refusal("organisation.deactivate_oneself", "不能停用自己的账号。", "Nobody deactivates the own account.")
NOT_ACTIVE = refusal("organisation.not_active", "这个账号已停用。", "The account is not active.", status=409)
IS_ACTIVE = refusal("organisation.is_active", "这个账号没有停用。", "The account is active.", status=409)

TABLE = "organisation.workers"
WorkerId = Annotated[UUID, Field(**labelled("工作人员", "Worker", "account"))]


class DeactivateWorker(Input):
    account_id: WorkerId
    to_id: Annotated[UUID | None, Field(**labelled("责任移交给", "Responsibilities go to", "account"))] = None
    splits: Annotated[list[Split], Field(max_length=200, **labelled("分别移交", "Split", "hidden"))] = Field(
        default_factory=list
    )
    reason: Reason


def _account(account_id: UUID) -> Account:
    found = Account.objects.select_for_update().filter(pk=account_id).first()
    if found is None:
        raise NO_ACCOUNT(field="account_id")
    return found


ACTIVE = when(bool, "is_active")
INACTIVE = when(lambda active: not active, "is_active")
ANOTHER_ACTIVE = when(lambda active, account_id, me: active and account_id != me, "is_active", "pk", ME)


@action(
    "organisation.deactivate_worker", both("停用工作人员", "Deactivate a worker"), DeactivateWorker,
    subject=Subject(TABLE, "account_id", ANOTHER_ACTIVE), danger=True,
)  # fmt: skip
def deactivate_worker(call: Call, given: DeactivateWorker) -> Result:
    """Deactivate a worker: responsibilities are handed over, grants end, sessions end, all in one step.

    Refused with the list of what is still held unless everything has somebody to take it over.
    """
    account = _account(given.account_id)
    call.permit(account.home_area)
    if not call.allows(ACTIVE, account):
        raise NOT_ACTIVE(field="account_id")
    if not call.allows(ANOTHER_ACTIVE, account):
        raise ONESELF(field="account_id")
    handed = _hand_over(call, given)
    account.is_active, account.deactivated_at, account.deactivated_reason = False, call.received_at, given.reason
    account.version += 1
    account.save(update_fields=["is_active", "deactivated_at", "deactivated_reason", "version"])
    ended = Grant.objects.filter(account=account, ended_at__isnull=True).update(
        ended_at=call.received_at, ended_reason=given.reason
    )
    end_sessions(account.pk, call.received_at)
    call.area_path = account.home_area
    call.about(TABLE, account.pk, handed_over=handed, grants_ended=ended)
    call.announce(WorkerDeactivated(area_path=account.home_area, account_id=account.pk))
    return {"id": str(account.pk), "handed_over": handed, "grants_ended": ended}


def _hand_over(call: Call, given: DeactivateWorker) -> int:
    rows = live_of(given.account_id, day_of(call))
    if not rows:
        return 0
    if given.to_id is None and not given.splits:
        raise STILL_HOLDS(field="to_id", count=len(rows), details={"held": told(rows), "count": len(rows)})
    for path in sorted({row.area_path for row in rows}):
        call.permit(path)
    plan = make_plan(rows, given.to_id, given.splits, rest_stays=False)
    carry_over(call, given.account_id, plan, given.reason, agreed=True)
    return len(rows)


class ReactivateWorker(Input):
    account_id: WorkerId
    reason: Reason


@action(
    "organisation.reactivate_worker", both("恢复工作人员", "Reactivate a worker"), ReactivateWorker,
    subject=Subject(TABLE, "account_id", INACTIVE),
)  # fmt: skip
def reactivate_worker(call: Call, given: ReactivateWorker) -> Result:
    """Let a worker sign in again. Roles and responsibilities do not come back by themselves: they are given anew."""
    account = _account(given.account_id)
    call.permit(account.home_area)
    if not call.allows(INACTIVE, account):
        raise IS_ACTIVE(field="account_id")
    account.is_active, account.deactivated_at, account.deactivated_reason = True, None, ""
    account.version += 1
    account.save(update_fields=["is_active", "deactivated_at", "deactivated_reason", "version"])
    call.about(TABLE, account.pk)
    call.announce(WorkerReactivated(area_path=account.home_area, account_id=account.pk))
    return {"id": str(account.pk)}
