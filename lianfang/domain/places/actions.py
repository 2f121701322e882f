"""What people do with places: add, edit, close and open again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from lianfang.domain.areas.actions import STALE
from lianfang.domain.areas.queries import area_exists
from lianfang.domain.places.events import PlaceAdded, PlaceClosed
from lianfang.domain.places.models import Place
from lianfang.domain.places.rules import PLACE_KINDS
from lianfang.foundation.actions.inputs import CHOICE, Input, complain
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.names import search_keys
from lianfang.kernel.phones import normalise
from lianfang.kernel.text import both

NO_PLACE = refusal("places.unknown", "没有这个场所。", "There is no such place.", status=404)
NO_AREA = refusal("places.unknown_area", "没有这个区域，或已撤销。", "There is no such area.", status=404)
IS_CLOSED = refusal("places.closed", "这个场所已关停。", "The place is closed.", status=409)
NOT_CLOSED = refusal("places.not_closed", "这个场所没有关停。", "The place is not closed.", status=409)

TABLE = "places.places"
KEYS_LENGTH = 200


def _known_kind(kind: str) -> str:
    if kind not in PLACE_KINDS:
        raise complain(CHOICE)
    return kind


Kind = Annotated[
    str,
    Field(max_length=20, **labelled("类别", "Kind", "choice", **choices(PLACE_KINDS))),
    AfterValidator(_known_kind),
]
Name = Annotated[str, Field(min_length=2, max_length=80, **labelled("名称", "Name"))]
AreaPath = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,4}$", **labelled("所在区域", "Area", "area"))]
Address = Annotated[str, Field(max_length=200, **labelled("地址", "Address"))]
Sector = Annotated[str, Field(max_length=80, **labelled("行业主管部门", "Sector authority"))]
ContactName = Annotated[str, Field(max_length=60, **labelled("负责人", "Lead contact"))]
Phone = Annotated[str, Field(max_length=60, **labelled("电话", "Phone"))]
Headcount = Annotated[int | None, Field(ge=0, le=10**6, **labelled("人数", "Headcount", "number"))]
Longitude = Annotated[float | None, Field(ge=-180, le=180, **labelled("经度", "Longitude", "number"))]
Latitude = Annotated[float | None, Field(ge=-90, le=90, **labelled("纬度", "Latitude", "number"))]
Note = Annotated[str, Field(max_length=400, **labelled("备注", "Note", "textarea"))]
PlaceId = Annotated[UUID, Field(**labelled("场所", "Place", "place"))]
Version = Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]


class AddPlace(Input):
    area_path: AreaPath
    kind: Kind
    name: Name
    address: Address = ""
    sector_owner: Sector = ""
    contact_name: ContactName = ""
    contact_phone: Phone = ""
    headcount: Headcount = None
    longitude: Longitude = None
    latitude: Latitude = None
    note: Note = ""


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns to set. Raises the `phone.*` refusal that fits."""
    values = dict(given)
    if values.get("contact_phone"):
        values["contact_phone"] = normalise(values["contact_phone"], "contact_phone")
    if "name" in values:
        values["keys"] = " ".join(sorted(search_keys(values["name"]), key=len))[:KEYS_LENGTH]
    return values


@action("places.add_place", both("登记场所", "Add a place"), AddPlace)
def add_place(call: Call, given: AddPlace) -> Result:
    """Add a place; its id is the command's. One of the same name is told, never refused."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    alike = [
        str(pk)
        for pk in Place.objects.filter(area_path=given.area_path, name=given.name).values_list("pk", flat=True)[:5]
    ]
    row = Place.objects.create(id=call.id, added_at=call.received_at, **_values(given.model_dump()))
    call.about(TABLE, row.pk)
    call.announce(PlaceAdded(area_path=row.area_path, place_id=row.pk))
    undo = {"action": "places.close_place", "input": {"place_id": str(row.pk), "reason": "撤销登记"}}
    return {"id": str(row.pk), "version": 1, "same_name": alike, "undo": undo}


def _open_place(place_id: UUID) -> Place:
    row = Place.objects.select_for_update().filter(pk=place_id).first()
    if row is None:
        raise NO_PLACE(field="place_id")
    return row


class EditPlace(Input):
    place_id: PlaceId
    version: Version
    kind: Kind | None = None
    name: Name | None = None
    address: Address | None = None
    sector_owner: Sector | None = None
    contact_name: ContactName | None = None
    contact_phone: Phone | None = None
    headcount: Headcount = None
    longitude: Longitude = None
    latitude: Latitude = None
    note: Note | None = None


OPEN = when(lambda status: status != Place.Status.CLOSED, "status")
SHUT = when(lambda status: status == Place.Status.CLOSED, "status")


@action("places.edit_place", both("修改场所", "Edit a place"), EditPlace, subject=Subject(TABLE, "place_id", OPEN))
def edit_place(call: Call, given: EditPlace) -> Result:
    """Change what is given and leave the rest. An edit of an older version is refused."""
    row = _open_place(given.place_id)
    call.permit(row.area_path)
    if not call.allows(OPEN, row):
        raise IS_CLOSED(field="place_id")
    if row.version != given.version:
        raise STALE(field="version", details={"version": row.version})
    values = _values(given.model_dump(exclude={"place_id", "version"}, exclude_none=True))
    _write(row, values)
    call.about(TABLE, row.pk, fields=sorted(values))
    return {"id": str(row.pk), "version": row.version}


def _write(row: Place, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


class ClosePlace(Input):
    place_id: PlaceId
    reason: Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]


@action(
    "places.close_place", both("关停场所", "Close a place"), ClosePlace, subject=Subject(TABLE, "place_id", OPEN),
    danger=True,
)  # fmt: skip
def close_place(call: Call, given: ClosePlace) -> Result:
    """Close a place that is no more; it stays on record."""
    row = _open_place(given.place_id)
    call.permit(row.area_path)
    if not call.allows(OPEN, row):
        raise IS_CLOSED(field="place_id")
    _write(row, {"status": Place.Status.CLOSED, "closed_on": local(call.happened_at).date()})
    call.about(TABLE, row.pk)
    call.announce(PlaceClosed(area_path=row.area_path, place_id=row.pk))
    return {"id": str(row.pk), "undo": {"action": "places.reopen_place", "input": {"place_id": str(row.pk)}}}


class ReopenPlace(Input):
    place_id: PlaceId


@action("places.reopen_place", both("恢复场所", "Open a place again"), ReopenPlace,
        subject=Subject(TABLE, "place_id", SHUT))  # fmt: skip
def reopen_place(call: Call, given: ReopenPlace) -> Result:
    """Open a closed place again."""
    row = _open_place(given.place_id)
    call.permit(row.area_path)
    if not call.allows(SHUT, row):
        raise NOT_CLOSED(field="place_id")
    _write(row, {"status": Place.Status.OPEN, "closed_on": None})
    call.about(TABLE, row.pk)
    call.announce(PlaceAdded(area_path=row.area_path, place_id=row.pk))
    return {"id": str(row.pk), "version": row.version}
