"""One gives a shift to another: both agree, then the post's lead; checked by the same rules as a roster."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.fields import (
    NO_SHIFT,
    SWAP_OF_BOTH,
    SWAP_RUN_BY_LEAD,
    ShiftId,
    find_shift,
    mine,
    permit_lead,
)
from lianfang.domain.workforce.actions.placing import check_put_on, stand_in
from lianfang.domain.workforce.actions.serving_fields import NO_RESPONDER
from lianfang.domain.workforce.events.shifts import ShiftsChanged
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Shift, Swap
from lianfang.domain.workforce.rules.shifts import AWAITED
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, NOW, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_SWAP = refusal(
    "workforce.unknown_swap", "没有这次换班，或已办完。", "There is no such swap, or it is settled.", status=404
)
TO_ONESELF = refusal("workforce.swap_with_oneself", "不能和自己换班。", "Nobody swaps with themselves.")
NOT_THEIRS = refusal(
    "workforce.not_their_shift", "换回的班次不是对方的。", "The shift asked in return is not theirs.", status=409
)
OPEN_SWAP = refusal(
    "workforce.swap_open", "这个班次已有换班在办。", "A swap of this shift is open already.", status=409
)
NOT_AGREED = refusal(
    "workforce.swap_not_agreed", "要先由对方同意。", "The other person has to agree first.", status=409
)

TABLE = "workforce.swaps"
SwapId = Annotated[UUID, Field(**labelled("换班", "Swap", **{"x-table": TABLE}))]
# a shift that is told and has not begun may be given away by whoever stands for it
MINE_TO_GIVE = when(
    lambda state, account, me, starts, now: state in AWAITED and account == me and now < starts,
    "state", "responder__account_id", ME, "starts_at", NOW,
)  # fmt: skip
FOR_ME = when(lambda state, account, me: state == "proposed" and account == me, "state", "taker__account_id", ME)
AGREED = when(lambda state: state == "agreed", "state")
OPEN = when(lambda state: state in ("proposed", "agreed"), "state")


class ProposeSwap(Input):
    shift_id: ShiftId
    responder_id: Annotated[UUID, Field(**labelled("换给谁", "With whom", **{"x-table": "workforce.colleagues"}))]
    other_id: Annotated[
        UUID | None,
        Field(**labelled("换回对方的班次（可不填）", "Their shift in return", **{"x-table": "workforce.shifts"})),
    ] = None
    reason: Annotated[str, Field(max_length=200, **labelled("原因", "Reason"))] = ""


@action("workforce.propose_swap", both("申请换班", "Propose a swap"), ProposeSwap,
        subject=Subject("workforce.my_shifts", "shift_id", MINE_TO_GIVE))  # fmt: skip
def propose_swap(call: Call, given: ProposeSwap) -> Result:
    """Ask somebody to take one's shift, for one of theirs or for nothing. They agree, then the lead."""
    shift = mine(call, given.shift_id)
    if not call.allows(MINE_TO_GIVE, shift):
        raise NO_SHIFT(field="shift_id")
    taker = Responder.objects.filter(pk=given.responder_id).exclude(state="ended").first()
    if taker is None:
        raise NO_RESPONDER(field="responder_id")
    if taker.pk == shift.responder_id:
        raise TO_ONESELF(field="responder_id")
    other = find_shift(given.other_id) if given.other_id else None
    if other is not None and (other.responder_id != taker.pk or other.state not in AWAITED):
        raise NOT_THEIRS(field="other_id")
    if Swap.objects.filter(shift=shift, state__in=("proposed", "agreed")).exists():
        raise OPEN_SWAP(field="shift_id")
    row = Swap.objects.create(
        id=call.id, area_path=shift.area_path, shift=shift, taker=taker, other=other, state="proposed",
        reason=given.reason, proposed_at=call.happened_at, proposed_by=call.actor.account_id,
    )  # fmt: skip
    call.about(TABLE, row.pk)
    return {"id": str(row.pk)}


class OneSwap(Input):
    swap_id: SwapId


def _open(call: Call, swap_id: UUID) -> Swap:
    rows = Swap.objects.select_for_update(of=("self",)).select_related("shift__post", "taker", "shift__responder")
    found = rows.filter(pk=swap_id).first()
    if found is None or not call.allows(OPEN, found):
        call.permit(call.actor.home_area)
        raise NO_SWAP(field="swap_id")
    return found


@action("workforce.agree_swap", both("同意换班", "Agree to a swap"), OneSwap,
        subject=Subject("workforce.my_swaps", "swap_id", FOR_ME))  # fmt: skip
def agree_swap(call: Call, given: OneSwap) -> Result:
    """Agree to take the shift. Nobody agrees for another who has an account; for others the lead does both."""
    swap = _open(call, given.swap_id)
    call.permit(call.actor.home_area)
    if not call.allows(FOR_ME, swap):
        raise NO_SWAP(field="swap_id")
    swap.state, swap.agreed_at = "agreed", call.happened_at
    swap.save(update_fields=["state", "agreed_at"])
    call.about(TABLE, swap.pk)
    return {"id": str(swap.pk)}


@action("workforce.approve_swap", both("批准换班", "Approve a swap"), OneSwap,
        subject=Subject(TABLE, "swap_id", AGREED, SWAP_RUN_BY_LEAD))  # fmt: skip
def approve_swap(call: Call, given: OneSwap) -> Result:
    """Let a swap both agreed to take place, by the post's lead. What breaks a hard rule is refused with its reason."""
    swap = _open(call, given.swap_id)
    permit_lead(call, swap.shift.post)
    if not call.allows(AGREED, swap):
        raise NOT_AGREED(field="swap_id")
    shift, other = find_shift(swap.shift_id), find_shift(swap.other_id) if swap.other_id else None
    if shift.state not in AWAITED or (other is not None and other.state not in AWAITED):
        raise NO_SHIFT(field="swap_id")
    without = [one.pk for one in (shift, other) if one is not None]
    check_put_on(swap.taker, shift.post, shift.on, shift.kind, without)
    if other is not None:
        check_put_on(shift.responder, other.post, other.on, other.kind, without)
    Shift.objects.filter(pk__in=without).update(state="swapped", reason="换班")
    made = [stand_in(call, swap.taker, shift, "换班")]
    if other is not None:
        made.append(stand_in(call, shift.responder, other, "换班"))
    _settle(call, swap, "approved")
    for one in made:
        call.announce(ShiftsChanged(area_path=one.area_path, post_id=one.post_id))
    return {"id": str(swap.pk), "shifts": [str(one.pk) for one in made]}


def _settle(call: Call, swap: Swap, state: str) -> None:
    swap.state, swap.decided_at, swap.decided_by = state, call.received_at, call.actor.account_id
    swap.save(update_fields=["state", "decided_at", "decided_by"])
    call.about(TABLE, swap.pk)


@action("workforce.decline_swap", both("不同意换班", "Decline a swap"), OneSwap,
        subject=Subject(TABLE, "swap_id", OPEN, SWAP_OF_BOTH))  # fmt: skip
def decline_swap(call: Call, given: OneSwap) -> Result:
    """Decline or take back a swap: either of the two, or whoever runs the post. The shift stays as it was."""
    swap = _open(call, given.swap_id)
    parties = {swap.taker.account_id, swap.shift.responder.account_id} - {None}
    if call.actor.account_id in parties:
        call.permit(call.actor.home_area)
    else:
        permit_lead(call, swap.shift.post)
    _settle(call, swap, "declined")
    return {"id": str(swap.pk)}
