"""Two edits of one version, side by side, until a person chooses what holds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import (
    Values,
    find_living_entry,
    find_open_household,
    household_values,
    person_values,
)
from lianfang.domain.people.events import ConflictKept, ConflictSettled, HouseholdChanged, PersonChanged
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_CONFLICT = refusal(
    "people.no_conflict",
    "没有这条待选修改，或已处理。",
    "There is no such pair of edits, or it is settled.",
    status=404,
)


EDITED_SINCE = refusal(
    "people.edited_since",
    "选定之后又有人改过，不能再撤销。",
    "Somebody has edited it since; the choice cannot be undone.",
    status=409,
)


class SettleConflict(Input):
    conflict_id: UUID
    take: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=40, **labelled("采用另一份的项目（不选即保留现有）", "Take from the other edit")),
    ]  # fmt: skip


UNSETTLED = when_empty("settled_at")


@action(
    "people.settle_conflict", both("选定修改", "Settle two edits"), SettleConflict,
    subject=Subject("people.conflicts", "conflict_id", UNSETTLED),
)  # fmt: skip
def settle_conflict(call: Call, given: SettleConflict) -> Result:
    """Take some, all or none of the fields of the second edit; the record says what was taken and by whom."""
    conflict = RecordConflict.objects.select_for_update().filter(pk=given.conflict_id).first()
    if conflict is None or not call.allows(UNSETTLED, conflict):
        raise NO_CONFLICT(field="conflict_id")
    record = _record(conflict)
    call.permit(record.area_path)
    if set(given.take) - set(conflict.fields):
        raise CHOICE(field="take")
    editing.note_present(conflict, record)
    wanted = editing.alternative_values(conflict, given.take)
    changed = editing.write(call, record, _values(call, record, wanted))
    conflict.settled_at, conflict.settled_by, conflict.taken = call.received_at, call.actor.account_id, given.take
    conflict.left_version = record.version
    conflict.save()
    _tell(call, conflict, record, changed)
    call.announce(ConflictSettled(area_path=record.area_path, table=conflict.table, record_id=record.pk))
    undo = {"action": "people.reopen_conflict", "input": {"conflict_id": str(conflict.pk)}}
    return {"id": str(record.pk), "version": record.version, "changed": changed, "undo": undo}


class ReopenConflict(Input):
    conflict_id: UUID


_HOME_AS_LEFT = Household.objects.filter(pk=OuterRef("record_id"), version=OuterRef("left_version"))
_PERSON_AS_LEFT = Person.objects.filter(pk=OuterRef("record_id"), version=OuterRef("left_version"))
AS_LEFT = when(
    lambda settled_at, home, person: bool(settled_at and (home or person)),
    "settled_at", Exists(_HOME_AS_LEFT.exclude(status=Household.Status.CLOSED)),
    Exists(_PERSON_AS_LEFT.exclude(status=Person.Status.MERGED)),
)  # fmt: skip


@action(
    "people.reopen_conflict", both("撤销选定", "Undo settling two edits"), ReopenConflict,
    subject=Subject("people.conflicts", "conflict_id", AS_LEFT),
)  # fmt: skip
def reopen_conflict(call: Call, given: ReopenConflict) -> Result:
    """Put back what stood before somebody chose, and let both edits stand side by side again.

    Only while nobody has edited the record since.
    """
    conflict = RecordConflict.objects.select_for_update().filter(pk=given.conflict_id).first()
    if conflict is None:
        raise NO_CONFLICT(field="conflict_id")
    record = _record(conflict)
    call.permit(record.area_path)
    if not call.allows(AS_LEFT, conflict):
        raise EDITED_SINCE(field="conflict_id")
    before = editing.present_values(conflict, conflict.taken)
    changed = editing.write(call, record, _values(call, record, before))
    conflict.settled_at, conflict.settled_by, conflict.taken, conflict.left_version = None, None, [], None
    conflict.save()
    _tell(call, conflict, record, changed)
    call.announce(ConflictKept(area_path=record.area_path, table=conflict.table, record_id=record.pk))
    return {"id": str(record.pk), "version": record.version, "changed": changed}


def _record(conflict: RecordConflict) -> editing.Record:
    """Return the record both edits are of, locked for this action."""
    household = conflict.table == editing.TABLE_OF[Household]
    return (find_open_household if household else find_living_entry)(conflict.record_id, "conflict_id")


def _tell(call: Call, conflict: RecordConflict, record: editing.Record, changed: list[str]) -> None:
    call.about(conflict.table, record.pk, fields=changed)
    if changed:
        call.announce(_fact(record, changed))


def _values(call: Call, record: editing.Record, wanted: Values) -> Values:
    if isinstance(record, Household):
        return household_values(wanted, record)
    return person_values(wanted, local(call.received_at).date())


def _fact(record: editing.Record, changed: list[str]) -> HouseholdChanged | PersonChanged:
    if isinstance(record, Household):
        return HouseholdChanged(area_path=record.area_path, household_id=record.pk, fields=tuple(changed))
    return PersonChanged(area_path=record.area_path, person_id=record.pk, fields=tuple(changed))
