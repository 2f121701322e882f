"""Fields and look-ups the actions of responsibility share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.domain.organisation.rules import REGIMES, RESPONSIBILITY_KINDS
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import one_of
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.administration.actions import NO_ACCOUNT, choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal

NO_RESPONSIBILITY = refusal(
    "organisation.unknown_responsibility",
    "没有这项责任，或已结束。",
    "There is no such responsibility, or it has ended.",
    status=404,
)
INACTIVE = refusal(
    "organisation.inactive_worker",
    "这名工作人员已停用，不能承担责任。",
    "This worker was deactivated and cannot answer for anything.",
    status=409,
)


RAN_OUT = "到期"


AccountId = Annotated[UUID, Field(**labelled("工作人员", "Worker", "account"))]
# whoever leads a post is named at the post
NAMED_BY_HAND = {kind: label for kind, label in RESPONSIBILITY_KINDS.items() if kind != "post_lead"}
Kind = Annotated[
    str,
    Field(min_length=1, max_length=20, **labelled("责任类别", "Kind", "choice",
                                                  **choices(NAMED_BY_HAND))),
    one_of(NAMED_BY_HAND),
]  # fmt: skip
Regime = Annotated[
    str,
    Field(max_length=20, **labelled("责任制", "Regime", "choice",
                                    **choices({name: one.label for name, one in REGIMES.items()}))),
    one_of(REGIMES),
]  # fmt: skip
StartsOn = Annotated[date | None, Field(**labelled("开始", "From", "date"))]
EndsOn = Annotated[date | None, Field(**labelled("结束", "Until", "date"))]
Agreed = Annotated[bool, Field(**labelled("本人已同意，立即生效", "Agreed already: in force at once", "bool"))]
Reason = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]


def find_worker(account_id: UUID, field: str) -> Account:
    """Return an account that may answer for something. Raises `accounts.unknown`, `organisation.inactive_worker`."""
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise NO_ACCOUNT(field=field)
    if not found.is_active:
        raise INACTIVE(field=field)
    return found


def day_of(call: Call) -> date:
    """Return the day of the command as the county reads it from the wall."""
    return local(call.received_at).date()


def live_of(account_id: UUID, on: date) -> list[Responsibility]:
    """Return everything a worker holds or is to hold, locked for this action; not what ran out by its own end date."""
    rows = Responsibility.objects.select_for_update().filter(account_id=account_id, state__in=LIVE)
    return list(rows.exclude(ends_on__lt=on).order_by("pk"))


def opening_state(agreed: bool, starts_on: date, on: date) -> str:
    """Return the state a responsibility begins in: proposed until agreed, active from its first day."""
    if not agreed:
        return "proposed"
    return "active" if starts_on <= on else "accepted"


def close(call: Call, rows: Iterable[Responsibility], state: str, reason: str) -> int:
    """End responsibilities as `handed_over` or `ended`, now; they stay on record."""
    return Responsibility.objects.filter(pk__in=[row.pk for row in rows], state__in=LIVE).update(
        state=state, ended_at=call.received_at, ended_by=call.actor.account_id, ended_reason=reason
    )
