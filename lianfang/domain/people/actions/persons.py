"""Persons: added, edited, moved between households, gone."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from pydantic import Field

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import (
    LIVING_ENTRY,
    After,
    BornOn,
    HouseholdId,
    IdentityNumber,
    Name,
    Note,
    PersonId,
    Phone,
    Reason,
    Relation,
    Residing,
    SexChoice,
    Version,
    VillageOrGrid,
    find_living_entry,
    find_open_household,
    person_values,
    refuse_masks,
    require_area,
)
from lianfang.domain.people.actions.suggesting import suggest, told
from lianfang.domain.people.events import PersonAdded, PersonChanged, PersonMoved
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.domain.people.rules import LIVING, LIVING_STATES, PERSON_STATES
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.models import Command
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

IN_USE = refusal(
    "people.entry_in_use",
    "只能撤回自己新登记、还没有人修改或使用的记录。",
    "Only one's own new entry that nobody has edited or used can be withdrawn.",
    status=409,
)

TABLE = "people.persons"
# an edit of one of these may show that somebody is in the register twice
TELLING = frozenset({"name", "phone", "born_on", "identity_number"})


def recount(household_ids: set[UUID]) -> None:
    """Set the size of households to the number of people living in them."""
    for household in Household.objects.filter(pk__in=household_ids):
        size = Person.objects.filter(household=household, status__in=LIVING).count()
        if size != household.size:
            Household.objects.filter(pk=household.pk).update(size=size)


class AddPerson(Input):
    household_id: HouseholdId | None = None
    area_path: VillageOrGrid | None = None
    name: Name
    sex: SexChoice = ""
    born_on: BornOn = None
    identity_number: IdentityNumber = ""
    phone: Phone = ""
    relation: Relation = ""
    status: Residing = "resident"
    note: Note = ""


@action("people.add_person", both("登记人员", "Add a person"), AddPerson)
def add_person(call: Call, given: AddPerson) -> Result:
    """Add a person to a household, or to a village or grid while the household is not known.

    Its id is the command's. Who may be the same person is told in `duplicates`, never refused.
    """
    household = find_open_household(given.household_id) if given.household_id else None
    path = household.area_path if household else given.area_path
    if path is None:
        raise MISSING(field="household_id")
    call.permit(path)
    require_area(path)
    refuse_masks(given.model_dump())
    values = person_values(given.model_dump(exclude={"household_id", "area_path"}), local(call.received_at).date())
    row = Person.objects.create(
        id=call.id,
        area_path=path,
        household=household,
        added_at=call.received_at,
        updated_at=call.received_at,
        **values,
    )
    if household:
        recount({household.pk})
    call.about(TABLE, row.pk)
    call.announce(PersonAdded(area_path=path, person_id=row.pk, household_id=row.household_id))
    undo = {"action": "people.withdraw_person", "input": {"person_id": str(row.pk)}}
    return {"id": str(row.pk), "version": 1, "undo": undo, **told(call.actor, suggest([row], call.received_at))}


class WithdrawPerson(Input):
    person_id: PersonId


@action("people.withdraw_person", both("撤回登记", "Withdraw a new entry"), WithdrawPerson, danger=True, offered=False)
def withdraw_person(call: Call, given: WithdrawPerson) -> Result:
    """Take back one's own new entry, as long as nobody has edited it or begun work with it."""
    row = find_living_entry(given.person_id)
    call.permit(row.area_path)
    own = Command.objects.filter(pk=row.pk, account_id=call.actor.account_id).exists()
    if not own or row.version > 1:
        raise IN_USE(field="person_id")
    household_id = row.household_id
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError):
        raise IN_USE(field="person_id") from None
    recount({one for one in (household_id,) if one})
    call.about(TABLE, given.person_id)
    return {"id": str(given.person_id)}


class EditPerson(Input):
    person_id: PersonId
    version: Version
    after: After = []
    name: Name | None = None
    sex: SexChoice | None = None
    born_on: BornOn = None
    identity_number: IdentityNumber | None = None
    phone: Phone | None = None
    relation: Relation | None = None
    note: Note | None = None


@action("people.edit_person", both("修改人员", "Edit a person"), EditPerson,
        subject=Subject(TABLE, "person_id", LIVING_ENTRY))  # fmt: skip
def edit_person(call: Call, given: EditPerson) -> Result:
    """Change what is given and leave the rest; "" empties a text. A stale edit is kept beside the record."""
    row = find_living_entry(given.person_id)
    call.permit(row.area_path)
    call.about(TABLE, row.pk)
    asked = given.model_dump(exclude={"person_id", "version", "after"}, exclude_none=True)
    refuse_masks(asked, row)
    values = person_values(asked, local(call.received_at).date())
    if editing.is_stale(row, given.version, given.after):
        kept = editing.keep_alternative(call, row, values, given.version, given.after)
        call.about(TABLE, row.pk, kept_beside=True)
        conflict = str(kept.pk) if kept else None
        return {"id": str(row.pk), "version": row.version, "changed": [], "conflict_id": conflict}
    changed = editing.write(call, row, values)
    if changed:
        call.announce(PersonChanged(area_path=row.area_path, person_id=row.pk, fields=tuple(changed)))
    pairs = suggest([row], call.received_at) if TELLING.intersection(changed) else []
    return {"id": str(row.pk), "version": row.version, "changed": changed, **told(call.actor, pairs)}


_AFTER_MOVE = {name: PERSON_STATES[name] for name in (*LIVING_STATES, "moved", "died")}


class MovePerson(Input):
    person_id: PersonId
    household_id: HouseholdId | None = None
    area_path: VillageOrGrid | None = None
    status: Annotated[
        Literal["resident", "away", "visitor", "moved", "died"] | None,
        Field(**labelled("去向", "What became of the person", "choice", **choices(_AFTER_MOVE))),
    ] = None
    relation: Relation | None = None
    reason: Reason


@action("people.move_person", both("人员变动", "Move a person"), MovePerson,
        subject=Subject(TABLE, "person_id", LIVING_ENTRY))  # fmt: skip
def move_person(call: Call, given: MovePerson) -> Result:
    """Move a person to another household or area, or note that somebody left, came back or died.

    Moving needs the right at both ends; noting that somebody left needs it here only.
    """
    row = find_living_entry(given.person_id)
    call.permit(row.area_path)
    target = find_open_household(given.household_id) if given.household_id else None
    path = target.area_path if target else given.area_path or row.area_path
    if path != row.area_path:
        call.permit(path)
        require_area(path)
    return _moved(call, row, target, path, given)


def _moved(call: Call, row: Person, target: Household | None, path: str, given: MovePerson) -> Result:
    before, left = row.area_path, row.household_id
    leaves_home = target is not None or path != before
    household_id = (target.pk if target else None) if leaves_home else left
    values = {"household_id": household_id, "area_path": path, "status": given.status or row.status}
    if given.relation is not None:
        values["relation"] = given.relation
    editing.write(call, row, values)
    RecordConflict.objects.filter(record_id=row.pk).update(area_path=path)
    recount({one for one in (left, household_id) if one})
    call.about(TABLE, row.pk)
    call.announce(
        PersonMoved(
            area_path=path,
            person_id=row.pk,
            household_id=household_id,
            from_path=before,
            to_path=path,
            status=row.status,
        )
    )
    return {"id": str(row.pk), "version": row.version, "from_household_id": str(left) if left else None}
