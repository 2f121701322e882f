"""Of whom a row speaks: so that every unmasked look can be told to the person it was at (P07)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist

from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.tables.reading import find_table
from lianfang.foundation.tables.registry import Table


def person_path(declared: Table) -> str:
    """Return the path to the person of a row: as the table says, else its key named person; "" for none."""
    if declared.person:
        return declared.person
    try:
        declared.rows(SYSTEM).model._meta.get_field("person")
    except FieldDoesNotExist:
        return ""
    return "person_id"


def persons_of(name: str, row_ids: Iterable[str]) -> dict[str, UUID]:
    """Return the person each row of the table speaks of, by the row's id."""
    declared = find_table(name)
    path = person_path(declared)
    if not path:
        return {}
    rows = declared.rows(SYSTEM).filter(**{f"{declared.key}__in": list(row_ids)})
    return {str(row): person for row, person in rows.values_list(declared.key, path) if person is not None}
