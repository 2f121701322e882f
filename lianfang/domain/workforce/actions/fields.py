"""Fields and look-ups the actions of duty share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.db.models import UUIDField
from django.db.models.expressions import BaseExpression, ExpressionWrapper
from pydantic import Field

from lianfang.domain.organisation.queries import holder_value
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.queries.duty import post_on_duty
from lianfang.domain.workforce.queries.posts import lead_of
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.actions.states import Holders
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import today
from lianfang.kernel.errors import refusal

NO_SHIFT = refusal(
    "workforce.unknown_shift", "没有这个班次，或已变动。", "There is no such shift, or it has changed.", status=404
)

TABLE = "workforce.shifts"
# whoever may name the lead of a post may do what the lead does
AS_LEAD = "workforce.name_lead"


def _lead(of: str) -> Callable[[], BaseExpression]:
    # because through a relation SQLite hands an id back as it stores it
    return lambda: ExpressionWrapper(holder_value("post_lead", "id", today(), of), output_field=UUIDField())


# what lists ask before they offer what `permit_lead` asks for
RUN_BY_LEAD = Holders(AS_LEAD, (_lead("post_id"),))
SWAP_RUN_BY_LEAD = Holders(AS_LEAD, (_lead("shift__post_id"),))
SWAP_OF_BOTH = Holders(AS_LEAD, (_lead("shift__post_id"), "taker__account_id", "shift__responder__account_id"))
ShiftId = Annotated[UUID, Field(**labelled("班次", "Shift", **{"x-table": TABLE}))]
Reason = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]
_TEXTS = ("open_people", "open_vehicles", "equipment", "stock", "matters")


def find_shift(shift_id: UUID) -> Shift:
    """Return the shift, locked for this action, with its post and person. Raises `workforce.unknown_shift`."""
    rows = Shift.objects.select_for_update(of=("self",)).select_related("post", "responder")
    found = rows.filter(pk=shift_id).first()
    if found is None:
        raise NO_SHIFT(field="shift_id")
    return found


def mine(call: Call, shift_id: UUID) -> Shift:
    """Return a shift of whoever asks; it may lie anywhere, because people are sent to other places than their own."""
    call.permit(call.actor.home_area)
    found = find_shift(shift_id)
    if call.actor.account_id is None or found.responder.account_id != call.actor.account_id:
        raise NO_SHIFT(field="shift_id")
    return found


def permit_lead(call: Call, post: Post) -> None:
    """Ask for the right to run a post: its lead has it there, others who name leads in the area. Raises as permit."""
    lead = lead_of(post.pk)
    if lead is not None and lead.account_id == call.actor.account_id:
        call.permit(call.actor.home_area)
        call.area_path = post.area_path
    else:
        call.permit(post.area_path, AS_LEAD)


def permit_at_post(call: Call, post: Post) -> None:
    """Ask for the right to do what is done at a post: who stands there has it, and who runs the post. Raises as permit.

    Whoever recorded it there and sends it after their shift is counted by when it happened.
    """
    account = call.actor.account_id
    here = post_on_duty(account, call.happened_at) if account else None
    if here is not None and here.pk == post.pk:
        call.permit(call.actor.home_area)
        call.area_path = post.area_path
    else:
        permit_lead(call, post)


def texts_of(given: Any) -> dict[str, str]:
    """Return what a hand-over says, part by part."""
    return {name: getattr(given, name) for name in _TEXTS}
