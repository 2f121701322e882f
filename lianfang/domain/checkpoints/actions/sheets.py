"""Typing in paper slips and sheets later: each line keeps its own time and id, and is refused alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.actions.passages import (
    Again,
    CameFrom,
    DecisionChoice,
    Destination,
    Direction,
    GoesTo,
    Heads,
    LineNo,
    MeasureId,
    MustPass,
    Occupant,
    PersonName,
    Phone,
    Plate,
    PostId,
    Purpose,
    RecordPassage,
    SheetNo,
    Symptoms,
    Temperature,
    record,
)
from lianfang.domain.workforce.actions.posts import NO_POST
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action, fact_action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NAMED_TWICE = refusal("checkpoints.line_repeated", "同一编号有两行。", "Two lines have the same id.")
NO_ZONE = refusal("checkpoints.line_without_zone", "时间须带时区。", "The time needs its zone.")
MOST_LINES = 50


class Cells(Input):
    """One line of a paper sheet, cell by cell: the driver, and how many were in the vehicle."""

    line_no: LineNo = None
    happened_at: datetime = Field(**labelled("时间", "At", "datetime"))
    direction: Direction
    plate: Plate = ""
    name: PersonName = ""
    phone: Phone = ""
    heads: Heads = None
    came_from: CameFrom = ""
    goes_to: GoesTo = ""
    purpose: Purpose = ""
    temperature_c: Temperature = None
    again_c: Again = None
    symptoms: Symptoms = Field(default_factory=list)
    must_pass: MustPass = ""
    decision: DecisionChoice = "pass_registered"
    measure_id: MeasureId = None
    destination_path: Destination = ""


class Line(Cells):
    id: UUID = Field(**labelled("编号", "Id", "hidden"))


class EnterLine(Cells):
    post_id: PostId
    sheet_no: SheetNo = ""


class EnterSheet(Input):
    post_id: PostId
    sheet_no: SheetNo = ""
    lines: list[Line] = Field(min_length=1, max_length=MOST_LINES, **labelled("各行", "Lines"))


@action("checkpoints.enter_sheet", both("补录纸质登记表", "Type in a paper sheet"), EnterSheet, offered=False)
def enter_sheet(call: Call, given: EnterSheet) -> Result:
    """Record up to fifty lines of a paper sheet, each at its own time; a line that cannot be is refused alone."""
    post = find_post(given.post_id)
    if post is None:
        raise NO_POST(field="post_id")
    call.permit(post.area_path)
    calls = [_passage(call, line.id, given.post_id, given.sheet_no, line) for line in given.lines]
    _refuse_twice_named(calls)
    _record(calls)
    done = [one for one in calls if one.refusal is None and not one.repeated]
    call.facts += [fact for one in done for fact in one.facts]
    call.about("workforce.posts", post.pk, passages=[str(one.id) for one in done])
    return {"id": str(call.id), "lines": [_told(one) for one in calls]}


@fact_action("checkpoints.enter_line", both("补录通行（逐行）", "Type in a passage"), EnterLine)
def enter_line(calls: Sequence[Call]) -> None:
    """Record one line of a paper sheet at its own time; many lines at once are a grid, each refused alone."""
    passages = [_passage(call, call.id, call.given.post_id, call.given.sheet_no, call.given) for call in calls]
    _record(passages)
    for call, one in zip(calls, passages, strict=True):
        for name in ("asked", "area_path", "subject", "details", "facts", "result", "refusal", "repeated"):
            setattr(call, name, getattr(one, name))


def _refuse_twice_named(calls: Sequence[Call]) -> None:
    seen: set[UUID] = set()
    for one in calls:
        if one.id in seen:
            one.refusal = NAMED_TWICE(field="id")
        seen.add(one.id)


def _record(calls: Sequence[Call]) -> None:
    for one in calls:
        if one.refusal is None and one.happened_at.tzinfo is None:
            one.refusal = NO_ZONE(field="happened_at")
    record([one for one in calls if one.refusal is None])


def _passage(call: Call, id: UUID, post_id: UUID, sheet_no: str, line: Cells) -> Call:
    """Return the call that records a line as a phone would have."""
    person = Occupant(name=line.name, phone=line.phone, temperature_c=line.temperature_c, again_c=line.again_c,
                      symptoms=line.symptoms)  # fmt: skip
    has_person = bool(line.name or line.phone or line.symptoms or line.temperature_c is not None)
    given = RecordPassage(
        post_id=post_id, direction=line.direction, plate=line.plate, people=[person] if has_person else [],
        heads=line.heads, came_from=line.came_from, goes_to=line.goes_to, purpose=line.purpose,
        must_pass=line.must_pass, decision=line.decision, measure_id=line.measure_id,
        destination_path=line.destination_path, sheet_no=sheet_no, line_no=line.line_no,
    )  # fmt: skip
    return replace(call, id=id, given=given, happened_at=line.happened_at, details={}, facts=[], once={})


def _told(one: Call) -> dict[str, Any]:
    if one.refusal is not None:
        return {"id": str(one.id), "status": "refused", "refusal": one.refusal.as_dict()}
    return {"id": str(one.id), "status": "repeated" if one.repeated else "done", **(one.result or {})}
