"""Who needs special care, from whom, and how often."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import (
    LIVING_ENTRY,
    Flags,
    Name,
    PersonId,
    Phone,
    find_living_entry,
    person_values,
    refuse_masks,
)
from lianfang.domain.people.events import VulnerabilityChanged
from lianfang.domain.people.models import Person
from lianfang.domain.people.rules import is_minor, merged_flags
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

OWN_GUARDIAN = refusal("people.own_guardian", "监护人不能是本人。", "Nobody is the own guardian.")
MINOR_GUARDIAN = refusal("people.minor_guardian", "监护人未满 18 岁。", "The guardian is under 18.")


class SetVulnerability(Input):
    person_id: PersonId
    flags: Flags
    was: Annotated[Flags | None, Field(**labelled("修改前看到的类别", "Flags seen before", "hidden"))] = None
    guardian_id: Annotated[UUID | None, Field(**labelled("监护（照料）人", "Guardian or carer", "person"))] = None
    guardian_name: Name | None = None
    guardian_phone: Phone | None = None
    medicine: Annotated[str | None, Field(max_length=200, **labelled("用药", "Medicine"))] = None
    contact_every_days: Annotated[
        int | None, Field(ge=1, le=90, **labelled("联系频次（天）", "Contact every … days", "number"))
    ] = None
    note: Annotated[str | None, Field(max_length=400, **labelled("情况", "Situation", "textarea"))] = None


@action(
    "people.set_vulnerability", both("特殊困难标记", "Set vulnerability"), SetVulnerability,
    subject=Subject("people.persons", "person_id", LIVING_ENTRY),
)  # fmt: skip
def set_vulnerability(call: Call, given: SetVulnerability) -> Result:
    """Set the whole list of flags (an empty one clears them), the guardian, medicine and how often to be in touch.

    With `was`, the flags a phone showed when it had no network, only what differs from them is added or taken away, so
    that two people who each name a need are both heard.
    """
    row = find_living_entry(given.person_id)
    call.permit(row.area_path)
    if given.guardian_id:
        _check_guardian(call, row, given.guardian_id)
    asked = given.model_dump(exclude={"person_id", "flags", "was"}, exclude_none=True)
    refuse_masks(asked, row)
    flags = merged_flags(row.vulnerabilities, given.flags, given.was)
    undo = {"person_id": str(row.pk), "flags": row.vulnerabilities}
    values = person_values(asked, local(call.received_at).date())
    changed = editing.write(call, row, {**values, "vulnerabilities": flags, "vulnerable": bool(flags)})
    call.about("people.persons", row.pk, fields=changed)
    if "vulnerabilities" in changed:
        call.announce(VulnerabilityChanged(area_path=row.area_path, person_id=row.pk, flags=tuple(flags)))
    if row.sensitive_disease:  # because the flags before say why, and not everybody who may set them is to know
        return {"id": str(row.pk), "version": row.version}
    return {
        "id": str(row.pk),
        "version": row.version,
        "undo": {"action": "people.set_vulnerability", "input": undo},
    }


class MarkSensitive(Input):
    person_id: UUID
    sensitive: bool = Field(True, **labelled("敏感疾病", "Sensitive disease", "bool"))


@action("health.mark_sensitive", both("敏感疾病标记", "Mark a sensitive disease"), MarkSensitive,
        subject=Subject("people.persons", "person_id", LIVING_ENTRY))  # fmt: skip
def mark_sensitive(call: Call, given: MarkSensitive) -> Result:
    """Hide from everybody but the health services why this person needs care; no list shows the mark itself (P13)."""
    row = find_living_entry(given.person_id)
    call.permit(row.area_path)
    Person.objects.filter(pk=row.pk).update(sensitive_disease=given.sensitive)
    call.about("people.persons", row.pk)
    return {"id": str(row.pk)}


def _check_guardian(call: Call, row: Person, guardian_id: UUID) -> None:
    """Refuse oneself, a minor, and anybody outside the actor's area, who is as unknown as one who is not there."""
    if guardian_id == row.pk:
        raise OWN_GUARDIAN(field="guardian_id")
    guardian = find_living_entry(guardian_id, "guardian_id")
    call.permit(guardian.area_path)
    call.permit(row.area_path)
    if is_minor(guardian.born_on, local(call.received_at).date()):
        raise MINOR_GUARDIAN(field="guardian_id")
