"""What the village secretary or the town did about slots missed in a row."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from lianfang.domain.observation.events import EscalationAnswered
from lianfang.domain.observation.models import Escalation
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_ESCALATION = refusal(
    "observation.escalation_unknown",
    "没有这条提醒，或已解决。",
    "There is no such escalation, or it is over.",
    status=404,
)


class AnswerEscalation(Input):
    escalation_id: UUID
    done: str = Field(min_length=2, max_length=200, **labelled("怎么处理的", "What was done", "textarea"))


UNRESOLVED = when_empty("resolved_at")


@action("observation.answer_escalation", both("处理连续漏测", "Answer missed readings"), AnswerEscalation,
        subject=Subject("observation.escalations", "escalation_id", UNRESOLVED))  # fmt: skip
def answer_escalation(call: Call, given: AnswerEscalation) -> Result:
    """Say what was done about slots missed in a row; it closes by itself with the next reading."""
    found = Escalation.objects.select_for_update().filter(pk=given.escalation_id).first()
    if found is None or not call.allows(UNRESOLVED, found):
        raise NO_ESCALATION(field="escalation_id")
    call.permit(found.area_path)
    found.acted_at, found.acted_by, found.done = call.received_at, call.actor.account_id, given.done
    found.save(update_fields=["acted_at", "acted_by", "done"])
    call.about("observation.escalations", found.pk)
    call.announce(EscalationAnswered(area_path=found.area_path, escalation_id=found.pk))
    return {"id": str(found.pk)}
