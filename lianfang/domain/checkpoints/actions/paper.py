"""Numbering paper for a gate before it is printed, and taking each of its lines once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.sheets import SheetRun, SheetSeries
from lianfang.domain.checkpoints.queries.paper import sheets_of
from lianfang.domain.checkpoints.rules.paper import FORMS, LINES, line_number, sheet_number
from lianfang.domain.workforce.actions.posts import NO_POST, STANDS
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

LINE_TYPED = refusal(
    "checkpoints.line_typed_before", "{line} 已经录入过。", "Line {line} was typed in before.", status=409
)
NO_LINE = refusal("checkpoints.line_not_on_sheet", "{sheet} 只有 {lines} 行。", "Sheet {sheet} has {lines} lines only.")
NO_SHEET = refusal(
    "checkpoints.line_without_sheet", "填了行号，还要填表号。", "A line number needs the number of its sheet."
)
WITHDRAWN = refusal(
    "checkpoints.paper_for_no_gate",
    "这个卡点已撤除，不再印制登记表。",
    "The post was withdrawn; no paper is printed for it.",
    status=409,
)
MOST_SHEETS = 50


class NumberSheets(Input):
    post_id: UUID = Field(**labelled("卡点", "Post", **{"x-table": "workforce.posts"}))
    form: Annotated[str, Field(max_length=3, **labelled("表格", "Form", "choice", **choices(FORMS))), one_of(FORMS)]
    sheets: int = Field(10, ge=1, le=MOST_SHEETS, **labelled("张数", "Sheets", "number"))


@action("checkpoints.number_sheets", both("印制带编号的登记表", "Number sheets to print"), NumberSheets,
        subject=Subject("workforce.posts", "post_id", STANDS))  # fmt: skip
def number_sheets(call: Call, given: NumberSheets) -> Result:
    """Take the next numbers of a post's series for blank sheets or slips, to be printed from their list."""
    post = find_post(given.post_id)
    if post is None:
        raise NO_POST(field="post_id")
    call.permit(post.area_path)
    if not call.allows(STANDS, post):
        raise WITHDRAWN(field="post_id")
    SheetSeries.objects.get_or_create(post_id=post.pk, defaults={"area_path": post.area_path})
    series = SheetSeries.objects.select_for_update().get(post_id=post.pk)
    first, last = series.last + 1, series.last + given.sheets
    made = SheetRun.objects.create(
        area_path=post.area_path, post_id=post.pk, post_number=post.number, post_name=post.name, form=given.form,
        first=first, last=last, lines=LINES[given.form],
        first_no=sheet_number(post.number, first), last_no=sheet_number(post.number, last),
        numbered_at=call.received_at, numbered_by=call.actor.account_id,
    )  # fmt: skip
    series.last = made.last
    series.save(update_fields=["last"])
    call.about("checkpoints.paper", made.pk, form=made.form, first=made.first, last=made.last)
    return {"id": str(made.pk), "first": made.first_no, "last": made.last_no}


def refuse_lines(calls: Sequence[Call]) -> None:
    """Refuse, each on its own call, a line that was typed in before or that its sheet does not have."""
    named = [one for one in calls if one.refusal is None and one.given.line_no is not None]
    if not named:
        return
    # because two people may type in the same sheet at the same moment
    list(SheetSeries.objects.select_for_update().filter(post_id__in={one.given.post_id for one in named}))
    sheets = {one.given.sheet_no for one in named}
    rows = Passage.objects.filter(sheet_no__in=sheets, line_no__isnull=False, corrects__isnull=True)
    taken = {(post, sheet, line): pk for post, sheet, line, pk in
             rows.values_list("post_id", "sheet_no", "line_no", "pk")}  # fmt: skip
    printed = {(post, sheet): sheets_of(post, sheet) for post, sheet in
               {(one.given.post_id, one.given.sheet_no) for one in named}}  # fmt: skip
    for call in named:
        _refuse_line(call, taken, printed[(call.given.post_id, call.given.sheet_no)])


def _refuse_line(call: Call, taken: dict[tuple[UUID, str, int | None], UUID], sheets: SheetRun | None) -> None:
    given = call.given
    if not given.sheet_no:
        call.refusal = NO_SHEET(field="sheet_no")
        return
    if taken.setdefault((given.post_id, given.sheet_no, given.line_no), call.id) != call.id:
        call.refusal = LINE_TYPED(field="line_no", line=line_number(given.sheet_no, given.line_no))
        return
    if sheets is not None and given.line_no > sheets.lines:
        call.refusal = NO_LINE(field="line_no", sheet=given.sheet_no, lines=sheets.lines)


def paper_slip(row: Passage) -> str:
    """Return the number of the paper slip on which somebody was handed over, "" where it was none of ours."""
    if row.line_no is None:
        return ""
    sheets = sheets_of(row.post_id, row.sheet_no)
    return line_number(row.sheet_no, row.line_no) if sheets is not None and sheets.form == "F03" else ""
