"""What one shift hands to the next is confirmed by the next."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.fields import permit_lead
from lianfang.domain.workforce.events.shifts import NoteConfirmed
from lianfang.domain.workforce.models.shifts import HandOverNote
from lianfang.domain.workforce.queries.duty import shift_on_duty
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_NOTE = refusal("workforce.unknown_note", "没有这份交接记录。", "There is no such hand-over note.", status=404)
CONFIRMED = refusal("workforce.note_confirmed", "交接记录已确认过。", "The note was confirmed already.", status=409)
OWN_NOTE = refusal(
    "workforce.own_note",
    "交班人不能确认自己的交接记录。",
    "Nobody confirms what they handed over themselves.",
    status=409,
)

TABLE = "workforce.hand_over_notes"
OPEN = when(
    lambda confirmed, by, me: confirmed is None and (me is None or by != me), "confirmed_at", "written_by", ME
)  # fmt: skip


class ConfirmNote(Input):
    note_id: Annotated[UUID, Field(**labelled("交接记录", "Note", **{"x-table": TABLE}))]
    remark: Annotated[str, Field(max_length=200, **labelled("核对情况", "What was found", "textarea"))] = ""


@action("workforce.confirm_note", both("接班确认", "Take over"), ConfirmNote, subject=Subject(TABLE, "note_id", OPEN))
def confirm_note(call: Call, given: ConfirmNote) -> Result:
    """Confirm what the shift before handed over: by somebody on duty at the post, or by whoever runs it."""
    note = HandOverNote.objects.select_for_update(of=("self",)).select_related("post").filter(pk=given.note_id).first()
    if note is None:
        call.permit(call.actor.home_area)
        raise NO_NOTE(field="note_id")
    _permit(call, note)
    if note.confirmed_at is not None:
        raise CONFIRMED(field="note_id")
    if not call.allows(OPEN, note):
        raise OWN_NOTE(field="note_id")
    note.confirmed_at, note.confirmed_by, note.remark = call.happened_at, call.actor.account_id, given.remark
    note.save(update_fields=["confirmed_at", "confirmed_by", "remark"])
    call.about(TABLE, note.pk)
    call.announce(NoteConfirmed(area_path=note.area_path, note_id=note.pk))
    return {"id": str(note.pk)}


def _permit(call: Call, note: HandOverNote) -> None:
    """Ask: who stands at the post now, or stood there when they confirmed on their phone, may; else who runs it."""
    on_it = shift_on_duty(call.actor.account_id, call.happened_at) if call.actor.account_id else None
    if on_it is not None and on_it.post_id == note.post_id:
        call.permit(call.actor.home_area)
        call.area_path = note.area_path
    else:
        permit_lead(call, note.post)
