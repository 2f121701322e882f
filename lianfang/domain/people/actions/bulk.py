"""Many households and persons at once, for intake and the demo: judged row by row, written and taken back whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from pydantic import Field

from lianfang.domain.areas.queries import names as area_names
from lianfang.domain.people.actions.fields import (
    CLOSED,
    NO_AREA,
    NO_HOUSEHOLD,
    Address,
    BornOn,
    Flags,
    HeadName,
    IdentityNumber,
    Latitude,
    Longitude,
    Name,
    Note,
    Number,
    Occupied,
    Order,
    Phone,
    Quiet,
    Relation,
    Residing,
    SexChoice,
    VillageOrGrid,
    copied_masks,
    household_values,
    person_values,
)
from lianfang.domain.people.actions.persons import recount
from lianfang.domain.people.actions.suggesting import suggest, told
from lianfang.domain.people.events import PeopleAdded
from lianfang.domain.people.models import Household, Person
from lianfang.domain.people.rules import common_area
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.intake.inserting import insert_new
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import both

STARTED = refusal(
    "people.work_started",
    "这批人员中已有记录被修改或已开展工作，不能整批撤销。",
    "Somebody already edited or worked with entries of this batch; it cannot be taken back whole.",
    status=409,
)
NO_BATCH = refusal(
    "people.no_batch", "没有这一批，或已撤销。", "There is no such batch, or it was taken back.", status=404
)


class NewHousehold(Input):
    id: UUID | None = None
    area_path: VillageOrGrid
    number: Number
    order: Order = 0
    address: Address = ""
    head_name: HeadName = ""
    phone: Phone = ""
    status: Occupied = "occupied"
    confidential_address: Quiet = False
    longitude: Longitude = None
    latitude: Latitude = None
    note: Note = ""


class NewPerson(Input):
    id: UUID | None = None
    household_id: UUID | None = None
    area_path: VillageOrGrid | None = None
    name: Name
    sex: SexChoice = ""
    born_on: BornOn = None
    identity_number: IdentityNumber = ""
    phone: Phone = ""
    relation: Relation = ""
    status: Residing = "resident"
    vulnerabilities: Flags = Field(default_factory=list)
    guardian_name: HeadName = ""
    medicine: Annotated[str, Field(max_length=200)] = ""
    note: Note = ""


class AddMany(Input):
    batch: Annotated[str, Field(min_length=1, max_length=40, **labelled("批次", "Batch"))]
    households: Annotated[list[NewHousehold], Field(max_length=5000)] = Field(default_factory=list)
    persons: Annotated[list[NewPerson], Field(max_length=20_000)] = Field(default_factory=list)
    suggest_duplicates: bool = True


@action("people.add_many", both("批量登记", "Add many"), AddMany)
def add_many(call: Call, given: AddMany) -> Result:
    """Add households and persons in bulk under one batch name; all of them or none.

    Persons name their household by `household_id`, of this call or already in the register, else an `area_path`.
    Ids may be given by the caller. Duplicates are looked up by identity number and phone, and told.
    Raises Problems, each with a field like `persons.12.phone`.
    """
    known = _known_households(given)
    paths = {one.area_path for one in given.households} | {_path_of(one, known) for one in given.persons} - {""}
    for path in sorted(paths) or [call.actor.home_area]:
        call.permit(path)
    households, persons = _built(call, given, known, paths)
    insert_new(Household, households)
    insert_new(Person, persons)
    recount({one.household_id for one in given.persons if one.household_id} - {row.pk for row in households})
    call.area_path = common_area(paths) if paths else call.area_path
    call.about("people.persons", given.batch, households=len(households), persons=len(persons))
    call.announce(
        PeopleAdded(area_path=call.area_path, batch=given.batch, households=len(households), persons=len(persons))
    )
    pairs = suggest(persons, call.received_at, by_name=False) if given.suggest_duplicates and persons else []
    undo = {"action": "people.take_back_batch", "input": {"batch": given.batch}}
    return {"households": len(households), "persons": len(persons), "undo": undo, **told(call.actor, pairs)}


def _known_households(given: AddMany) -> dict[UUID, str]:
    """Return id → path of every household the persons name: those of this call and those of the register."""
    mine = {one.id: one.area_path for one in given.households if one.id}
    named = {one.household_id for one in given.persons if one.household_id} - mine.keys()
    found = Household.objects.filter(pk__in=named).values_list("pk", "area_path", "status")
    if any(status == Household.Status.CLOSED for _, _, status in found):
        raise CLOSED(field="persons")
    return mine | {pk: path for pk, path, _ in found}


def _path_of(one: NewPerson, known: dict[UUID, str]) -> str:
    return known.get(one.household_id, "") if one.household_id else one.area_path or ""


def _built(call: Call, given: AddMany, known: dict[UUID, str], paths: set[str]) -> tuple[list[Household], list[Person]]:
    """Return the rows to write. Raises Problems naming every row that cannot be."""
    areas, problems = set(area_names(paths)), list[Refusal]()
    on = local(call.received_at).date()
    common = {"source": given.batch, "added_at": call.received_at, "updated_at": call.received_at}
    sizes: dict[UUID, int] = {}
    persons: list[Person] = []
    for position, one in enumerate(given.persons):
        path = _path_of(one, known)
        said = one.model_dump(exclude={"id", "household_id", "area_path"})
        problems += _placed(copied_masks(said), f"persons.{position}")
        try:
            _check_place(one, path, areas)
            persons.append(_person(one, path, person_values(said, on), common))
        except Refusal as no:
            problems += _placed(_each(no), f"persons.{position}")
        if one.household_id:
            sizes[one.household_id] = sizes.get(one.household_id, 0) + 1
    households = list(_households(given.households, sizes, areas, common, problems))
    if problems:
        raise Problems(problems)
    return households, persons


def _check_place(one: NewPerson, path: str, areas: set[str]) -> None:
    if not path and one.household_id:
        raise NO_HOUSEHOLD(field="household_id")
    if not path:
        raise MISSING(field="household_id")
    if path not in areas:
        raise NO_AREA(field="area_path")


def _person(one: NewPerson, path: str, values: dict[str, Any], common: dict[str, Any]) -> Person:
    flagged = bool(one.vulnerabilities)
    return Person(
        id=one.id or uuid7(), household_id=one.household_id, area_path=path, vulnerable=flagged, **values, **common
    )


def _households(
    given: Sequence[NewHousehold],
    sizes: dict[UUID, int],
    areas: set[str],
    common: dict[str, Any],
    problems: list[Refusal],
) -> Iterator[Household]:
    for position, one in enumerate(given):
        key = one.id or uuid7()
        if one.area_path not in areas:
            problems.append(NO_AREA(field=f"households.{position}.area_path"))
            continue
        said = one.model_dump(exclude={"id"})
        problems += _placed(copied_masks(said), f"households.{position}")
        try:
            values = household_values(said)
        except Refusal as no:
            problems += _placed(_each(no), f"households.{position}")
            continue
        yield Household(id=key, size=sizes.get(key, 0), **values, **common)


def _each(no: Refusal) -> Sequence[Refusal]:
    return no.problems if isinstance(no, Problems) else [no]


def _placed(each: Sequence[Refusal], prefix: str) -> list[Refusal]:
    """Return the refusals with the row in front of their field."""
    return [Refusal(one.kind, one.message, f"{prefix}.{one.field}", one.reason, one.details) for one in each]


class TakeBackBatch(Input):
    batch: Annotated[str, Field(min_length=1, max_length=40, **labelled("批次", "Batch"))]


@action("people.take_back_batch", both("撤销整批登记", "Take a batch back"), TakeBackBatch, danger=True)
def take_back_batch(call: Call, given: TakeBackBatch) -> Result:
    """Take back everything that came in under a batch name, as long as nobody has edited or used any of it."""
    persons, households = Person.objects.filter(source=given.batch), Household.objects.filter(source=given.batch)
    paths = {*persons.values_list("area_path", flat=True), *households.values_list("area_path", flat=True)}
    if not paths:
        call.permit(call.actor.home_area)
        raise NO_BATCH(field="batch")
    for path in sorted(paths):
        call.permit(path)
    call.area_path = common_area(paths)
    if persons.filter(version__gt=1).exists() or households.filter(version__gt=1).exists():
        raise STARTED(field="batch")
    joined = {pk for pk in persons.values_list("household_id", flat=True) if pk}
    counts = _delete(persons, households)
    recount(joined)
    call.about("people.persons", given.batch, **counts)
    return counts


def _delete(persons: Any, households: Any) -> dict[str, int]:
    try:
        with transaction.atomic():
            counts = {"persons": persons.count(), "households": households.count()}
            persons.delete()
            households.delete()
    except (ProtectedError, IntegrityError):
        raise STARTED(field="batch") from None
    return counts
