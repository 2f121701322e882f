"""Carrying what belongs to one entry of a person over to another when two are merged, and back when they are parted.

Rows remember in `carried_from` whose they were by record, so that nothing else has to be remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce
from pydantic import Field

from lianfang.domain.people.models import Person
from lianfang.domain.people.queries import entries_of, find_person
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call
from lianfang.foundation.administration.actions import labelled


class CarryOver(Input):
    """Two entries that were merged, or parted again."""

    kept_id: Annotated[UUID, Field(**labelled("保留", "Kept", "hidden"))]
    merged_id: Annotated[UUID, Field(**labelled("并入", "Merged", "hidden"))]


def person_now(call: Call, given: CarryOver) -> Person | None:
    """Return the kept person while the merge still stands; None once it was undone, however late a reaction comes."""
    call.permit(call.actor.home_area)
    person = find_person(given.merged_id)
    if person is None or person.pk == given.merged_id:
        return None
    call.permit(person.area_path)
    call.about("people.persons", person.pk, merged=str(given.merged_id))
    return person


def persons_apart(call: Call, given: CarryOver) -> tuple[Person, Person] | None:
    """Return the kept and the other person once they are two again; None while the merge stands."""
    call.permit(call.actor.home_area)
    kept, other = find_person(given.kept_id), find_person(given.merged_id)
    if kept is None or other is None or kept.pk == other.pk:
        return None
    for one in (kept, other):
        call.permit(one.area_path)
    call.about("people.persons", kept.pk, unmerged=str(other.pk))
    return kept, other


def carry(models: Iterable[type[Any]], person_id: UUID, merged_id: UUID) -> int:
    """Give the rows of a merged entry to the kept person; return how many."""
    return sum(
        model.objects.filter(person_id=merged_id).update(
            person_id=person_id, carried_from=Coalesce(F("carried_from"), merged_id)
        )
        for model in models
    )


def carry_back(models: Iterable[type[Any]], kept_id: UUID, other_id: UUID) -> int:
    """Give back the rows that were an entry's own, or of entries merged into it before; return how many."""
    earlier = entries_of(other_id) - {other_id}
    back = 0
    for model in models:
        rows = model.objects.filter(person_id=kept_id)
        back += rows.filter(carried_from__in=earlier).update(person_id=other_id)
        back += rows.filter(carried_from=other_id).update(person_id=other_id, carried_from=None)
    return back
