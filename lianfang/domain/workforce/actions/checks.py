"""Checklists answered at a post point by point, and a "no" settled by whoever answers for the post."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.organisation.actions.fields import day_of
from lianfang.domain.workforce.actions.checklists import NO_CHECKLIST, ChecklistId
from lianfang.domain.workforce.actions.fields import permit_at_post, permit_lead
from lianfang.domain.workforce.actions.posts import IS_WITHDRAWN, NO_POST, PostId
from lianfang.domain.workforce.events.checks import PointsAnswered
from lianfang.domain.workforce.models.checks import CheckAnswer
from lianfang.domain.workforce.models.posts import Checklist, Post
from lianfang.domain.workforce.queries.checks import checklists_at
from lianfang.domain.workforce.queries.duty import shift_on_duty
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.domain.workforce.rules.checks import ANSWERS, needs_note
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

TABLE = "workforce.check_answers"
MOST_POINTS = 100
NOT_ASKED = refusal(
    "workforce.point_not_asked",
    "这条要求已改动，请刷新后重新回答：{point}",
    "This point has changed; refresh and answer it again: {point}",
    status=409,
)
SAY_WHAT = refusal("workforce.no_needs_note", "答“否”请写明情况。", "Say what is wrong where the answer is no.")
NO_ANSWER = refusal("workforce.unknown_answer", "没有这条回答。", "There is no such answer.", status=404)
IS_SETTLED = refusal(
    "workforce.answer_settled", "这条不需要处理，或已处理。", "Nothing to settle here, or it was settled.", status=409
)

Point = Annotated[str, Field(min_length=1, max_length=400, **labelled("要求", "Point"))]
Answer = Annotated[
    str,
    Field(min_length=2, max_length=3, **labelled("回答", "Answer", "choice", **choices(ANSWERS))),
    one_of(ANSWERS),
]
Note = Annotated[str, Field(max_length=200, **labelled("情况（答“否”必填）", "Note (needed for a no)"))]


class Answered(Input):
    point: Point
    answer: Answer
    note: Note = ""


class AnswerChecklist(Input):
    post_id: PostId
    checklist_id: ChecklistId
    points: list[Answered] = Field(min_length=1, max_length=MOST_POINTS, **labelled("各条", "Points"))


@action("workforce.answer_checklist", both("回答制度清单", "Answer a checklist"), AnswerChecklist, offered=False)
def answer_checklist(call: Call, given: AnswerChecklist) -> Result:
    """Answer points of a checklist at a post for today: by who stands there, its lead, or who may name leads.

    The day is that of the answer, also when it is sent later. A "no" needs a note and stays open until settled.
    """
    post = find_post(given.post_id)
    if post is None:
        call.permit(call.actor.home_area)
        raise NO_POST(field="post_id")
    permit_at_post(call, post)
    if post.state != "standing":
        raise IS_WITHDRAWN(field="post_id")
    checklist = next((one for one in checklists_at([post]).get(post.pk, ()) if one.pk == given.checklist_id), None)
    if checklist is None:
        raise NO_CHECKLIST(field="checklist_id")
    _check(checklist, given.points)
    kept = {one.point: one for one in given.points}
    CheckAnswer.objects.bulk_create(
        [_row(call, post, checklist, one) for one in kept.values()],
        update_conflicts=True,
        unique_fields=["post", "checklist", "point", "on"],
        update_fields=["area_path", "answer", "note", "shift", "answered_at", "answered_by", "settled_at", "settled_by",
                       "settlement"],
    )  # fmt: skip
    call.about("workforce.posts", post.pk, checklist=str(checklist.pk), points=len(kept))
    call.announce(PointsAnswered(area_path=post.area_path, post_id=post.pk))
    return {"answered": len(kept)}


def _check(checklist: Checklist, points: list[Answered]) -> None:
    for one in points:
        if one.point not in checklist.points:
            raise NOT_ASKED(field="points", point=one.point)
        if needs_note(one.answer, one.note):
            raise SAY_WHAT(field="points", details={"point": one.point})


def _row(call: Call, post: Post, checklist: Checklist, one: Answered) -> CheckAnswer:
    account = call.actor.account_id
    shift = shift_on_duty(account, call.happened_at) if account else None
    return CheckAnswer(
        area_path=post.area_path, post=post, checklist=checklist, point=one.point, on=day_of(call), answer=one.answer,
        note=one.note.strip(), shift=shift if shift and shift.post_id == post.pk else None,
        answered_at=call.happened_at, answered_by=account,
    )  # fmt: skip


IS_OPEN = when(lambda answer, settled: answer == "no" and settled is None, "answer", "settled_at")


class SettleAnswer(Input):
    answer_id: Annotated[UUID, Field(**labelled("回答", "Answer", **{"x-table": TABLE}))]
    settlement: Annotated[str, Field(min_length=2, max_length=200, **labelled("怎么处理的", "What was done"))]


@action("workforce.settle_answer", both("处理答“否”的要求", "Settle a point answered no"), SettleAnswer,
        subject=Subject(TABLE, "answer_id", IS_OPEN))  # fmt: skip
def settle_answer(call: Call, given: SettleAnswer) -> Result:
    """Say what was done about a point that was answered with no; both the answer and this stay on record."""
    row = CheckAnswer.objects.select_for_update(of=("self",)).select_related("post").filter(pk=given.answer_id).first()
    if row is None:
        call.permit(call.actor.home_area)
        raise NO_ANSWER(field="answer_id")
    permit_lead(call, row.post)
    if not call.allows(IS_OPEN, row):
        raise IS_SETTLED(field="answer_id")
    row.settled_at, row.settled_by, row.settlement = call.received_at, call.actor.account_id, given.settlement
    row.save(update_fields=["settled_at", "settled_by", "settlement"])
    call.about(TABLE, row.pk)
    call.announce(PointsAnswered(area_path=row.area_path, post_id=row.post_id))
    return {"id": str(row.pk)}
