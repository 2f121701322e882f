"""Two edits of one version, side by side, until a person chooses what holds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import (
    Values,
    find_living_entry,
    find_open_household,
    household_values,
    person_values,
)
from lianfang.domain.people.events import HouseholdChanged, PersonChanged
from lianfang.domain.people.models import Household, RecordConflict
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
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
    household = conflict.table == editing.TABLE_OF[Household]
    record = (find_open_household if household else find_living_entry)(conflict.record_id, "conflict_id")
    call.permit(record.area_path)
    if set(given.take) - set(conflict.fields):
        raise CHOICE(field="take")
    changed = editing.write(call, record, _values(call, conflict, record, given.take))
    conflict.settled_at, conflict.settled_by, conflict.taken = call.received_at, call.actor.account_id, given.take
    conflict.save(update_fields=["settled_at", "settled_by", "taken"])
    call.about(conflict.table, record.pk, fields=changed)
    if changed:
        call.announce(_fact(record, changed))
    return {"id": str(record.pk), "version": record.version, "changed": changed}


def _values(call: Call, conflict: RecordConflict, record: editing.Record, take: list[str]) -> Values:
    wanted = editing.alternative_values(conflict, take)
    if isinstance(record, Household):
        return household_values(wanted, record)
    return person_values(wanted, local(call.received_at).date())


def _fact(record: editing.Record, changed: list[str]) -> HouseholdChanged | PersonChanged:
    if isinstance(record, Household):
        return HouseholdChanged(area_path=record.area_path, household_id=record.pk, fields=tuple(changed))
    return PersonChanged(area_path=record.area_path, person_id=record.pk, fields=tuple(changed))
