"""Accepting who was handed over: the village takes on a person, a health worker takes on somebody unwell."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from pydantic import Field

from lianfang.domain.checkpoints.events.passages import SlipAccepted, SlipSettled
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_SLIP = refusal("checkpoints.unknown_slip", "没有这张移交单。", "There is no such slip.", status=404)
ACCEPTED = refusal(
    "checkpoints.slip_accepted_before", "这张移交单已接收。", "The slip was accepted before.", status=409
)
TOLD = "slip.told"

SlipId = Annotated[UUID, Field(**labelled("移交单", "Slip", "hidden"))]
Note = Annotated[str, Field(max_length=200, **labelled("备注", "Note", "textarea"))]
UNACCEPTED = when(lambda state: state == "handed", "state")


class AcceptHandOver(Input):
    slip_id: SlipId
    address: str = Field("", max_length=200, **labelled("住在哪里", "Where they stay"))
    note: Note = ""


class AcceptReferral(Input):
    slip_id: SlipId
    note: Note = ""


@action("checkpoints.accept_hand_over", both("接收移交人员", "Accept who was handed over"), AcceptHandOver,
        subject=Subject("checkpoints.slips", "slip_id", UNACCEPTED))  # fmt: skip
def accept_hand_over(call: Call, given: AcceptHandOver) -> Result:
    """Take on somebody a gate handed over to the village. What the gate wrote becomes a lead: it is typed once."""
    slip = _take(call, given.slip_id, "village")
    told = {
        "name": slip.name,
        "phone": slip.phone,
        "came_from": slip.came_from,
        "address": given.address or slip.goes_to,
    }
    return _accept(call, slip, given.note, ring().encrypt(orjson.dumps(told).decode(), TOLD))


@action("checkpoints.accept_referral", both("接诊", "Take on who was referred"), AcceptReferral,
        subject=Subject("checkpoints.referrals", "slip_id", UNACCEPTED))  # fmt: skip
def accept_referral(call: Call, given: AcceptReferral) -> Result:
    """Take on somebody with fever or symptoms whom a gate sent to a health worker."""
    return _accept(call, _take(call, given.slip_id, "health"), given.note)


class SettleSlip(Input):
    slip_id: SlipId
    note: str = Field(min_length=2, max_length=200, **labelled("查明的去向", "What became of them", "textarea"))


@action("checkpoints.settle_slip", both("未到，去向已查明", "Did not arrive: settled"), SettleSlip,
        subject=Subject("checkpoints.slips", "slip_id", UNACCEPTED))  # fmt: skip
def settle_slip(call: Call, given: SettleSlip) -> Result:
    """Say what became of somebody who was handed over and did not arrive; nobody waits for them any more."""
    slip = _take(call, given.slip_id, "village")
    _close(call, slip, "settled", given.note)
    call.announce(SlipSettled(area_path=slip.area_path, slip_id=slip.pk))
    return {"id": str(slip.pk), "number": slip.number}


def _take(call: Call, slip_id: UUID, kind: str) -> Slip:
    slip = Slip.objects.select_for_update().filter(pk=slip_id, kind=kind).first()
    if slip is None:
        raise NO_SLIP(field="slip_id")
    call.permit(slip.area_path)
    if not call.allows(UNACCEPTED, slip):
        raise ACCEPTED(field="slip_id")
    call.about("checkpoints.slips", slip.pk)
    return slip


def _accept(call: Call, slip: Slip, note: str, told: str = "") -> Result:
    _close(call, slip, "accepted", note)
    call.announce(
        SlipAccepted(area_path=slip.area_path, slip_id=slip.pk, kind=slip.kind, handed_at=slip.handed_at,
                     told_sealed=told)
    )  # fmt: skip
    return {"id": str(slip.pk), "number": slip.number}


def _close(call: Call, slip: Slip, state: str, note: str) -> None:
    slip.state, slip.version, slip.note = state, slip.version + 1, note
    slip.accepted_at, slip.accepted_by = call.received_at, call.actor.account_id
    slip.save(update_fields=["state", "version", "note", "accepted_at", "accepted_by"])
