"""Households: added, edited, closed and opened again."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, ProtectedError

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import (
    NO_HOUSEHOLD,
    Address,
    After,
    HeadName,
    HouseholdId,
    Latitude,
    Longitude,
    Note,
    Number,
    Occupied,
    Order,
    Phone,
    Quiet,
    Reason,
    Version,
    VillageOrGrid,
    find_open_household,
    household_values,
    refuse_masks,
    require_area,
)
from lianfang.domain.people.events import HouseholdAdded, HouseholdChanged, HouseholdClosed, HouseholdsMoved
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.domain.people.queries import STANDING_HOUSEHOLD
from lianfang.domain.people.rules import LIVING
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.models import Command
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_EMPTY = refusal(
    "people.household_not_empty",
    "这一户还有 {count} 人，请先迁出或登记去向。",
    "{count} people still live in this household; move them first.",
    status=409,
)
NOT_CLOSED = refusal("people.household_not_closed", "这一户没有注销。", "The household is not closed.", status=409)
IN_USE = refusal(
    "people.household_in_use",
    "只能撤回自己一天内登记、没有人修改、名下也没有人和记录的住户；其他的请由村里注销。",
    "Only a household that one entered oneself within a day, that nobody edited and nothing hangs on, can be "
    "withdrawn; others are closed by the village.",
    status=409,
)

TABLE = "people.households"
# a slip of the hand is seen the same day; what stood longer, others may have gone by
WITHDRAWN_WITHIN = timedelta(days=1)


class AddHousehold(Input):
    area_path: VillageOrGrid
    number: Number
    address: Address = ""
    head_name: HeadName = ""
    phone: Phone = ""
    order: Order | None = None
    status: Occupied = "occupied"
    confidential_address: Quiet = False
    longitude: Longitude = None
    latitude: Latitude = None
    note: Note = ""


@action("people.add_household", both("登记住户", "Add a household"), AddHousehold)
def add_household(call: Call, given: AddHousehold) -> Result:
    """Add a household; its id is the command's, so that a phone without network can already refer to it.

    A house number that is there already is told, never refused.
    """
    call.permit(given.area_path)
    require_area(given.area_path)
    refuse_masks(given.model_dump())
    values = household_values(given.model_dump())
    if values["order"] is None:
        values["order"] = _next_order(given.area_path)
    same = Household.objects.filter(area_path=given.area_path, number=given.number).exclude(status="closed")
    alike = [str(pk) for pk in same.values_list("pk", flat=True)[:5]]
    row = Household.objects.create(id=call.id, added_at=call.received_at, updated_at=call.received_at, **values)
    call.about(TABLE, row.pk)
    call.announce(HouseholdAdded(area_path=row.area_path, household_id=row.pk))
    undo = {"action": "people.withdraw_household", "input": {"household_id": str(row.pk)}}
    return {"id": str(row.pk), "version": 1, "same_number": alike, "undo": undo}


def _next_order(path: str) -> int:
    last = Household.objects.filter(area_path=path).aggregate(last=Max("order"))["last"]
    return (last or 0) + 1


class WithdrawHousehold(Input):
    household_id: HouseholdId


@action("people.withdraw_household", both("撤回住户登记", "Withdraw a new household"), WithdrawHousehold,
        danger=True, offered=False)  # fmt: skip
def withdraw_household(call: Call, given: WithdrawHousehold) -> Result:
    """Take back a household that one entered oneself within a day, as long as nobody edited it or hangs on it.

    Raises `people.household_in_use`; such a one is closed by its village instead.
    """
    row = find_open_household(given.household_id)
    call.permit(row.area_path)
    own = Command.objects.filter(pk=row.pk, account_id=call.actor.account_id).exists()
    recent = row.added_at is not None and call.received_at - row.added_at <= WITHDRAWN_WITHIN
    if not own or not recent or row.version > 1:
        raise IN_USE(field="household_id")
    path = row.area_path
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError):
        raise IN_USE(field="household_id") from None
    call.about(TABLE, given.household_id)
    call.announce(HouseholdClosed(area_path=path, household_id=given.household_id))
    return {"id": str(given.household_id)}


class EditHousehold(Input):
    household_id: HouseholdId
    version: Version
    after: After = []
    area_path: VillageOrGrid | None = None
    number: Number | None = None
    address: Address | None = None
    head_name: HeadName | None = None
    phone: Phone | None = None
    order: Order | None = None
    status: Occupied | None = None
    confidential_address: Quiet | None = None
    longitude: Longitude = None
    latitude: Latitude = None
    note: Note | None = None


@action(
    "people.edit_household", both("修改住户", "Edit a household"), EditHousehold,
    subject=Subject(TABLE, "household_id", STANDING_HOUSEHOLD),
)  # fmt: skip
def edit_household(call: Call, given: EditHousehold) -> Result:
    """Change what is given and leave the rest. A stale edit is kept beside the record until somebody settles it.

    An edit made on top of one's own, which may not have arrived yet, names those in `after`.

    With another grid, everybody in the household comes along.
    """
    row = find_open_household(given.household_id)
    call.permit(row.area_path)
    call.about(TABLE, row.pk)
    asked = given.model_dump(exclude={"household_id", "version", "after", "area_path"}, exclude_none=True)
    refuse_masks(asked, row)
    values = household_values(asked, row)
    if editing.is_stale(row, given.version, given.after):
        kept = editing.keep_alternative(call, row, values, given.version, given.after)
        call.about(TABLE, row.pk, kept_beside=True)
        conflict = str(kept.pk) if kept else None
        return {"id": str(row.pk), "version": row.version, "changed": [], "conflict_id": conflict}
    moved = _move(call, row, given.area_path) if given.area_path else False
    changed = editing.write(call, row, values)
    if changed:
        call.announce(HouseholdChanged(area_path=row.area_path, household_id=row.pk, fields=tuple(changed)))
    return {"id": str(row.pk), "version": row.version, "changed": [*changed, *(["area_path"] if moved else [])]}


def _move(call: Call, row: Household, path: str) -> bool:
    """Move the household to another grid, when the actor may edit there as well."""
    if path == row.area_path:
        return False
    call.permit(path)
    require_area(path)
    move_households(call, [row], path)
    row.area_path = path
    return True


def move_households(call: Call, rows: list[Household], path: str) -> None:
    """Bring households of one area with everybody in them to another, and tell it. The caller has asked."""
    ids = [row.pk for row in rows]
    people = list(Person.objects.filter(household_id__in=ids).values_list("pk", flat=True))
    Household.objects.filter(pk__in=ids).update(area_path=path, updated_at=call.received_at)
    Person.objects.filter(pk__in=people).update(area_path=path, updated_at=call.received_at)
    RecordConflict.objects.filter(record_id__in=[*ids, *people]).update(area_path=path)
    call.announce(
        HouseholdsMoved(
            area_path=path,
            from_path=rows[0].area_path,
            to_path=path,
            household_ids=tuple(ids),
            person_ids=tuple(people),
        )
    )


class CloseHousehold(Input):
    household_id: HouseholdId
    reason: Reason


_LIVING_IN_IT = Person.objects.filter(household=OuterRef("pk"), status__in=LIVING)
EMPTY = when(lambda status, living: status != Household.Status.CLOSED and not living, "status", Exists(_LIVING_IN_IT))
CLOSED_BEFORE = when(lambda status: status == Household.Status.CLOSED, "status")


@action(
    "people.close_household", both("注销住户", "Close a household"), CloseHousehold,
    subject=Subject(TABLE, "household_id", EMPTY), danger=True,
)  # fmt: skip
def close_household(call: Call, given: CloseHousehold) -> Result:
    """Close a household that nobody lives in any more; it stays on record and can be opened again."""
    row = find_open_household(given.household_id)
    call.permit(row.area_path)
    if not call.allows(EMPTY, row):
        living = Person.objects.filter(household=row, status__in=LIVING).count()
        raise NOT_EMPTY(field="household_id", count=living, details={"count": living})
    on = local(call.happened_at).date()
    editing.write(call, row, {"status": Household.Status.CLOSED, "closed_on": on})
    call.about(TABLE, row.pk, reason_given=True)
    call.announce(HouseholdClosed(area_path=row.area_path, household_id=row.pk))
    return {
        "id": str(row.pk),
        "undo": {"action": "people.reopen_household", "input": {"household_id": str(row.pk)}},
    }


class ReopenHousehold(Input):
    household_id: HouseholdId


@action("people.reopen_household", both("恢复住户", "Open a household again"), ReopenHousehold,
        subject=Subject(TABLE, "household_id", CLOSED_BEFORE))  # fmt: skip
def reopen_household(call: Call, given: ReopenHousehold) -> Result:
    """Open a closed household again."""
    row = Household.objects.select_for_update().filter(pk=given.household_id).first()
    if row is None:
        raise NO_HOUSEHOLD(field="household_id")
    call.permit(row.area_path)
    if not call.allows(CLOSED_BEFORE, row):
        raise NOT_CLOSED(field="household_id")
    editing.write(call, row, {"status": Household.Status.OCCUPIED, "closed_on": None})
    call.about(TABLE, row.pk)
    call.announce(HouseholdAdded(area_path=row.area_path, household_id=row.pk))
    return {"id": str(row.pk), "version": row.version}
