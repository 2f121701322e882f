"""Calling people back to duty: who has answered, who is on the way, who has arrived, who was not heard from."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import (
    NOT_NOW,
    AnyArea,
    Note,
    Reason,
    UnitId,
    require_own,
)
from lianfang.domain.workforce.events.serving import RecallChanged
from lianfang.domain.workforce.models.offers import Recall, RecalledResponder
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.offers import RECALL_STATES, may_follow
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOBODY = refusal("workforce.recall_nobody", "没有符合条件的人员。", "There is nobody to call back.", status=409)
NO_RECALL = refusal("workforce.unknown_recalled", "没有这条召回记录。", "There is no such recall.", status=404)
TABLE = "workforce.recalled"
AWAITED = when(lambda state: state not in ("arrived", "excused"), "state")
ANSWERS = {key: RECALL_STATES[key] for key in ("acknowledged", "on_the_way", "arrived", "excused")}


class CallBack(Input):
    area_path: AnyArea
    reason: Reason
    report_to: Annotated[str, Field(max_length=120, **labelled("到哪里报到", "Where to report"))] = ""
    unit_id: UnitId = None
    team_id: Annotated[UUID | None, Field(**labelled("队伍", "Team", **{"x-table": "workforce.teams"}))] = None


@action("workforce.call_back", both("召回", "Call people back"), CallBack)
def call_back(call: Call, given: CallBack) -> Result:
    """Call everybody of an area, unit or team back to duty. Raises `workforce.recall_nobody`."""
    call.permit(given.area_path)
    rows = Responder.objects.filter(within(given.area_path)).exclude(state__in=("offered", "ended"))
    if given.unit_id:
        rows = rows.filter(unit_id=given.unit_id)
    if given.team_id:
        rows = rows.filter(memberships__team_id=given.team_id, memberships__until_on__isnull=True)
    people = list(rows.distinct())
    if not people:
        raise NOBODY(field="area_path")
    recall = Recall.objects.create(
        id=call.id, area_path=given.area_path, reason=given.reason, report_to=given.report_to,
        called_at=call.received_at, called_by=call.actor.account_id,
    )  # fmt: skip
    RecalledResponder.objects.bulk_create(
        RecalledResponder(area_path=one.area_path, recall=recall, responder=one, called_at=call.received_at)
        for one in people
    )
    call.about("workforce.recalls", recall.pk, people=len(people))
    call.announce(RecallChanged(area_path=given.area_path, recall_id=recall.pk))
    return {"id": str(recall.pk), "people": len(people)}


class AnswerRecall(Input):
    recalled_id: Annotated[UUID, Field(**labelled("召回", "Recall"))]
    answer: Annotated[
        Literal["acknowledged", "on_the_way", "arrived", "excused"],
        Field(**labelled("回应", "Answer", "choice", **choices(ANSWERS))),
    ]
    note: Note = ""


@action("workforce.answer_recall", both("回应召回", "Answer the recall"), AnswerRecall,
        subject=Subject(TABLE, "recalled_id", AWAITED), batch=True)  # fmt: skip
def answer_recall(call: Call, given: AnswerRecall) -> Result:
    """Say that somebody has heard, is on the way, has arrived, or cannot come; by themselves or by who rang them."""
    row = RecalledResponder.objects.select_for_update().filter(pk=given.recalled_id).first()
    if row is None:
        raise NO_RECALL(field="recalled_id")
    call.permit(row.area_path)
    require_own(call, row.responder.account_id, "workforce.call_back", row.area_path)
    if not call.allows(AWAITED, row):
        raise NOT_NOW(field="recalled_id")
    if not may_follow(row.state, given.answer):
        raise NOT_NOW(field="answer")
    moment = f"{given.answer}_at"
    row.state, row.note = given.answer, given.note or row.note
    setattr(row, moment, call.happened_at)
    row.save(update_fields=["state", "note", moment])
    call.about(TABLE, row.pk, state=row.state)
    call.announce(RecallChanged(area_path=row.area_path, recall_id=row.recall_id))
    return {"id": str(row.pk), "state": row.state}
