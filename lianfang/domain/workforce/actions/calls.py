"""Calls to serve with their clock, and a page without login where people answer them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import AnyArea, require_area
from lianfang.domain.workforce.models.offers import ServiceCall
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_CALL = refusal("workforce.unknown_call", "没有这次号召，或已结束。", "There is no such call.", status=404)
CALLS = "workforce.calls"
OPEN = when_empty("closed_at")


def take_call(call: Call, call_id: UUID) -> ServiceCall:
    """Return a call that is still open. Raises `workforce.unknown_call`."""
    found = ServiceCall.objects.filter(pk=call_id).first()
    if found is None or not call.allows(OPEN, found):
        raise NO_CALL(field="call_id")
    return found


class OpenCall(Input):
    area_path: AnyArea
    title: Annotated[str, Field(min_length=2, max_length=80, **labelled("标题", "Title"))]
    text: Annotated[str, Field(max_length=2000, **labelled("内容（公开）", "Text (public)", "textarea"))] = ""
    target_people: Annotated[int, Field(ge=0, le=10**6, **labelled("目标人数", "People wanted", "number"))] = 0
    target_teams: Annotated[int, Field(ge=0, le=10**5, **labelled("目标队伍数", "Teams wanted", "number"))] = 0
    within_hours: Annotated[int, Field(ge=1, le=24 * 60, **labelled("时限（小时）", "Within hours", "number"))] = 48
    page: Annotated[bool, Field(**labelled("开通招募页面（不用登录）", "Open a page without login", "bool"))] = False


@action("workforce.open_call", both("发出号召", "Call for people"), OpenCall)
def open_call(call: Call, given: OpenCall) -> Result:
    """Call for people and teams; from now on answers are counted against the clock. With a page, anybody may answer."""
    call.permit(given.area_path)
    require_area(given.area_path)
    row = ServiceCall.objects.create(
        id=call.id, opened_at=call.received_at, opened_by=call.actor.account_id,
        due_at=call.received_at + timedelta(hours=given.within_hours),
        code=call.id.hex[-8:].upper() if given.page else "", **given.model_dump(exclude={"page"}),
    )  # fmt: skip
    call.about(CALLS, row.pk)
    return {"id": str(row.pk), "path": f"/join/{row.code}" if row.code else ""}


class CloseCall(Input):
    call_id: Annotated[UUID, Field(**labelled("号召", "Call"))]


@action("workforce.close_call", both("结束号召", "Close the call"), CloseCall,
        subject=Subject(CALLS, "call_id", OPEN))  # fmt: skip
def close_call(call: Call, given: CloseCall) -> Result:
    """Close a call and its page; who answered stays on the list."""
    row = take_call(call, given.call_id)
    call.permit(row.area_path)
    row.state, row.closed_at = "closed", call.received_at
    row.save(update_fields=["state", "closed_at"])
    call.about(CALLS, row.pk)
    return {"id": str(row.pk)}
