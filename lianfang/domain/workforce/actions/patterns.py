"""Patterns of shifts a county makes itself, and ends; posts choose them as they choose the rulebook's."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.organisation.actions.fields import day_of
from lianfang.domain.workforce.actions.serving_fields import NO_AREA
from lianfang.domain.workforce.events.patterns import PatternChanged
from lianfang.domain.workforce.models.patterns import OwnPattern
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.queries.rosters import limits_at, patterns_at
from lianfang.domain.workforce.rules.patterns import check_shifts, nights_of, shifts_from
from lianfang.domain.workforce.rules.rostering.problem import HOUR
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_PATTERN = refusal(
    "workforce.unknown_pattern", "没有这个班制，或已停用。", "There is no such pattern, or it has ended.", status=404
)
CODE_TAKEN = refusal(
    "workforce.pattern_code_taken", "代号“{code}”已有班制使用。", "Another pattern has the code {code}.", status=409
)
IN_USE = refusal(
    "workforce.pattern_in_use", "还有 {count} 个卡点使用这个班制，请先改用别的班制。",
    "{count} posts use this pattern: give them another first.", status=409,
)  # fmt: skip

TABLE = "workforce.patterns"
PatternId = Annotated[UUID, Field(**labelled("班制", "Pattern", **{"x-table": TABLE}))]


class AddPattern(Input):
    area_path: Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,2}$", **labelled("适用区域", "Area", "area"))]
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9/×x+-]{1,20}$", **labelled("代号（如 2x12）", "Code, as 2x12"))]
    name_zh: Annotated[str, Field(min_length=2, max_length=40, **labelled("中文名称", "Name in Chinese"))]
    name_en: Annotated[str, Field(min_length=2, max_length=60, **labelled("英文名称", "Name in English"))]
    shifts: Annotated[
        str,
        Field(min_length=5, max_length=600,
              **labelled("班次，每班一行：白班 / Day / 07:30 / 12", "Shifts, one a line: 白班 / Day / 07:30 / 12",
                         "textarea")),
    ]  # fmt: skip
    rest_hours: Annotated[
        int, Field(ge=0, le=96, **labelled("班后至少休息几小时（0 即按县里规定）", "Rest after, hours (0: general)",
                                           "number"))
    ] = 0  # fmt: skip
    most_hours_in_24: Annotated[
        int, Field(ge=0, le=24, **labelled("每 24 小时最长几小时（0 即按县里规定）", "Most hours in 24 (0: general)",
                                           "number"))
    ] = 0  # fmt: skip


@action("workforce.add_pattern", both("自定班制", "Make a pattern of shifts"), AddPattern)
def add_pattern(call: Call, given: AddPattern) -> Result:
    """Make a pattern for the posts of an area. Which of its shifts are nights follows from the county's night hours."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    _check_code(call, given)
    limits = limits_at(given.area_path, day_of(call))
    shifts = shifts_from(given.shifts)
    check_shifts(shifts, given.most_hours_in_24 or limits.most_minutes_in_24h / HOUR)
    row = OwnPattern.objects.create(
        id=call.id, added_at=call.received_at, shifts=shifts, **given.model_dump(exclude={"shifts"})
    )
    call.about(TABLE, row.pk)
    call.announce(PatternChanged(area_path=row.area_path, pattern_id=row.pk))
    undo = {"action": "workforce.end_pattern", "input": {"pattern_id": str(row.pk)}}
    return {"id": str(row.pk), "nights": nights_of(shifts, limits), "undo": undo}


def _check_code(call: Call, given: AddPattern) -> None:
    mine = OwnPattern.objects.filter(area_path=given.area_path, code=given.code, ended_at__isnull=True)
    if given.code in patterns_at(given.area_path, day_of(call)) or mine.exists():
        raise CODE_TAKEN(field="code", code=given.code)


NOT_ENDED = when_empty("ended_at")


class EndPattern(Input):
    pattern_id: PatternId


@action("workforce.end_pattern", both("停用班制", "End a pattern of shifts"), EndPattern,
        subject=Subject(TABLE, "pattern_id", NOT_ENDED), danger=True)  # fmt: skip
def end_pattern(call: Call, given: EndPattern) -> Result:
    """End a pattern no standing post uses; it stays on record for the rosters that were made by it."""
    row = OwnPattern.objects.select_for_update().filter(pk=given.pattern_id).first()
    if row is None:
        raise NO_PATTERN(field="pattern_id")
    call.permit(row.area_path)
    if not call.allows(NOT_ENDED, row):
        raise NO_PATTERN(field="pattern_id")
    using = Post.objects.filter(own_pattern=row, state="standing").count()
    if using:
        raise IN_USE(field="pattern_id", count=using)
    row.ended_at = call.received_at
    row.save(update_fields=["ended_at"])
    call.about(TABLE, row.pk)
    call.announce(PatternChanged(area_path=row.area_path, pattern_id=row.pk))
    return {"id": str(row.pk)}
