"""Units: command post, work groups, departments, townships, villages, and what each is there for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions import STALE
from lianfang.domain.areas.queries import area_exists
from lianfang.domain.organisation.actions.assigning import NO_TARGET
from lianfang.domain.organisation.actions.fields import Reason, day_of
from lianfang.domain.organisation.models import Unit
from lianfang.domain.organisation.rules import UNIT_KINDS
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.phones import normalise
from lianfang.kernel.text import both

NO_UNIT = refusal("organisation.unknown_unit", "没有这个单位，或已撤销。", "There is no such unit.", status=404)
NAME_TAKEN = refusal(
    "organisation.unit_name_taken", "本区域已有同名单位。", "The area already has a unit of that name.", status=409
)

TABLE = "organisation.units"
UnitId = Annotated[UUID, Field(**labelled("单位", "Unit"))]
UnitKind = Annotated[
    str,
    Field(min_length=1, max_length=20, **labelled("类别", "Kind", "choice", **choices(UNIT_KINDS))),
    one_of(UNIT_KINDS),
]
UnitName = Annotated[str, Field(min_length=2, max_length=80, **labelled("名称", "Name"))]
Duty = Annotated[str, Field(max_length=200, **labelled("职责", "Duty"))]
Phone = Annotated[str, Field(max_length=60, **labelled("值班电话", "Duty phone"))]
AreaPath = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,3}$", **labelled("区域", "Area", "area"))]


class AddUnit(Input):
    area_path: AreaPath
    kind: UnitKind
    name: UnitName
    parent_id: Annotated[UUID | None, Field(**labelled("上级单位", "Belongs to", **{"x-table": TABLE}))] = None
    duty: Duty = ""
    phone: Phone = ""


@action("organisation.add_unit", both("登记单位", "Add a unit"), AddUnit)
def add_unit(call: Call, given: AddUnit) -> Result:
    """Add a unit of an area; its kind is data."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_TARGET(field="area_path")
    parent = _unit(given.parent_id, "parent_id") if given.parent_id else None
    if Unit.objects.filter(area_path=given.area_path, name=given.name, closed_on__isnull=True).exists():
        raise NAME_TAKEN(field="name")
    phone = normalise(given.phone, "phone") if given.phone else ""
    row = Unit.objects.create(
        id=call.id,
        area_path=given.area_path,
        kind=given.kind,
        name=given.name,
        parent=parent,
        duty=given.duty,
        phone=phone,
    )
    call.about(TABLE, row.pk)
    undo = {"action": "organisation.close_unit", "input": {"unit_id": str(row.pk), "reason": "撤销登记"}}
    return {"id": str(row.pk), "version": 1, "undo": undo}


STANDING = when_empty("closed_on")


def _unit(unit_id: UUID, field: str = "unit_id") -> Unit:
    row = Unit.objects.select_for_update().filter(pk=unit_id, closed_on__isnull=True).first()
    if row is None:
        raise NO_UNIT(field=field)
    return row


class EditUnit(Input):
    unit_id: UnitId
    version: Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]
    kind: UnitKind | None = None
    name: UnitName | None = None
    duty: Duty | None = None
    phone: Phone | None = None


@action("organisation.edit_unit", both("修改单位", "Edit a unit"), EditUnit,
        subject=Subject(TABLE, "unit_id", STANDING))  # fmt: skip
def edit_unit(call: Call, given: EditUnit) -> Result:
    """Change what is given and leave the rest. An edit of an older version is refused."""
    row = _unit(given.unit_id)
    call.permit(row.area_path)
    if row.version != given.version:
        raise STALE(field="version", details={"version": row.version})
    values = given.model_dump(exclude={"unit_id", "version"}, exclude_none=True)
    if values.get("phone"):
        values["phone"] = normalise(values["phone"], "phone")
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])
    call.about(TABLE, row.pk, fields=sorted(values))
    return {"id": str(row.pk), "version": row.version}


class CloseUnit(Input):
    unit_id: UnitId
    reason: Reason


@action(
    "organisation.close_unit",
    both("撤销单位", "Close a unit"),
    CloseUnit,
    subject=Subject(TABLE, "unit_id", STANDING),
    danger=True,
)
def close_unit(call: Call, given: CloseUnit) -> Result:
    """Close a unit; it stays on record."""
    row = _unit(given.unit_id)
    call.permit(row.area_path)
    row.closed_on = day_of(call)
    row.version += 1
    row.save(update_fields=["closed_on", "version"])
    call.about(TABLE, row.pk)
    return {"id": str(row.pk)}
