"""Named regimes as a county's own checklists of points, attached to kinds of posts. Their contents are never ours."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions import STALE
from lianfang.domain.workforce.events.checks import ChecklistChanged
from lianfang.domain.workforce.models.posts import Checklist
from lianfang.domain.workforce.rules.posts import POST_KINDS
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_CHECKLIST = refusal(
    "workforce.unknown_checklist",
    "没有这份清单，或已停用。",
    "There is no such checklist, or it has ended.",
    status=404,
)
NAME_TAKEN = refusal(
    "workforce.checklist_name_taken", "本区域已有同名清单。", "The area already has a checklist of that name.",
    status=409,
)  # fmt: skip

TABLE = "workforce.checklists"
ChecklistId = Annotated[UUID, Field(**labelled("清单", "Checklist", **{"x-table": TABLE}))]
AreaPath = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,2}$", **labelled("适用区域", "Area", "area"))]
Name = Annotated[str, Field(min_length=2, max_length=60, **labelled("名称（如“五严五防”）", "Name of the regime"))]
Kinds = Annotated[
    list[Annotated[str, Field(max_length=20)]],
    Field(min_length=1, max_length=20, **labelled("用于哪几类卡点", "For which kinds of posts", "multichoice",
                                                  **choices(POST_KINDS))),
]  # fmt: skip
Points = Annotated[
    str,
    Field(min_length=2, max_length=4000, **labelled("要求，一行一条，照文件原文", "Points, one a line, as documented",
                                                    "textarea")),
]  # fmt: skip
Document = Annotated[str, Field(min_length=2, max_length=200, **labelled("文件名称、文号", "Document and its number"))]


class AddChecklist(Input):
    area_path: AreaPath
    name: Name
    kinds: Kinds
    points: Points
    document: Document


@action("workforce.add_checklist", both("登记制度清单", "Add a checklist"), AddChecklist)
def add_checklist(call: Call, given: AddChecklist) -> Result:
    """Enter what a named regime asks at a kind of post, point by point, with the document it stands in."""
    call.permit(given.area_path)
    _check_kinds(given.kinds)
    if Checklist.objects.filter(area_path=given.area_path, name=given.name, ended_at__isnull=True).exists():
        raise NAME_TAKEN(field="name")
    row = Checklist.objects.create(
        id=call.id, added_at=call.received_at, points=_lines(given.points), **given.model_dump(exclude={"points"})
    )
    call.about(TABLE, row.pk)
    call.announce(ChecklistChanged(area_path=row.area_path, checklist_id=row.pk))
    undo = {"action": "workforce.end_checklist", "input": {"checklist_id": str(row.pk)}}
    return {"id": str(row.pk), "version": 1, "undo": undo}


def _check_kinds(kinds: list[str]) -> None:
    if set(kinds) - POST_KINDS.keys():
        raise CHOICE(field="kinds")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


IN_USE = when_empty("ended_at")


def _in_use(call: Call, checklist_id: UUID) -> Checklist:
    row = Checklist.objects.select_for_update().filter(pk=checklist_id).first()
    if row is None:
        raise NO_CHECKLIST(field="checklist_id")
    call.permit(row.area_path)
    if not call.allows(IN_USE, row):
        raise NO_CHECKLIST(field="checklist_id")
    return row


class EditChecklist(Input):
    checklist_id: ChecklistId
    version: Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]
    kinds: Kinds | None = None
    points: Points | None = None
    document: Document | None = None


@action("workforce.edit_checklist", both("修改制度清单", "Edit a checklist"), EditChecklist,
        subject=Subject(TABLE, "checklist_id", IN_USE))  # fmt: skip
def edit_checklist(call: Call, given: EditChecklist) -> Result:
    """Change a checklist as its document changes. An edit of an older version is refused."""
    row = _in_use(call, given.checklist_id)
    if row.version != given.version:
        raise STALE(field="version", details={"version": row.version})
    _check_kinds(given.kinds or [])
    row.kinds = given.kinds or row.kinds
    row.points = _lines(given.points) if given.points else row.points
    row.document = given.document or row.document
    row.version += 1
    row.save(update_fields=["kinds", "points", "document", "version"])
    call.about(TABLE, row.pk)
    call.announce(ChecklistChanged(area_path=row.area_path, checklist_id=row.pk))
    return {"id": str(row.pk), "version": row.version}


class EndChecklist(Input):
    checklist_id: ChecklistId


@action("workforce.end_checklist", both("停用制度清单", "End a checklist"), EndChecklist,
        subject=Subject(TABLE, "checklist_id", IN_USE), danger=True)  # fmt: skip
def end_checklist(call: Call, given: EndChecklist) -> Result:
    """Ask a checklist no more; it stays on record."""
    row = _in_use(call, given.checklist_id)
    row.ended_at = call.received_at
    row.save(update_fields=["ended_at"])
    call.about(TABLE, row.pk)
    call.announce(ChecklistChanged(area_path=row.area_path, checklist_id=row.pk))
    return {"id": str(row.pk)}
