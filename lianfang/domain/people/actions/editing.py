"""Editing a record under its version: the first edit wins, a second one of the same version is kept beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from lianfang.domain.people.actions.fields import DERIVED, Values
from lianfang.domain.people.events import ConflictKept
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.foundation.actions.registry import Call

Record = Household | Person

# how far back a record knows which command wrote which version: longer than a phone's queue about one record
KEPT_EDITS = 20

TABLE_OF: dict[type[Record], str] = {Household: "people.households", Person: "people.persons"}

# which column of a kept alternative holds which field, by how private the field is
SIDES: dict[str, str] = {
    **dict.fromkeys(["name", "head_name"], "name_sides"),
    **dict.fromkeys(["sex", "born_on", "identity_number"], "identity_sides"),
    **dict.fromkeys(["phone", "guardian_name", "guardian_phone"], "contact_sides"),
    **dict.fromkeys(["address", "longitude", "latitude"], "address_sides"),
    **dict.fromkeys(["note", "confidential_address"], "care_sides"),
}
WORK_SIDE = "work_sides"


def changed_fields(record: Record, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the values that differ from the record's."""
    return [name for name, value in values.items() if getattr(record, name) != value]


def write(call: Call, record: Record, values: Values) -> list[str]:
    """Write what differs, raise the version, and return the names of the edited fields."""
    changed = changed_fields(record, values)
    if not changed:
        return []
    for name in changed:
        setattr(record, name, values[name])
    record.version += 1
    record.edits = [*record.edits, [record.version, str(call.id)]][-KEPT_EDITS:]
    record.updated_at = call.received_at
    record.save(update_fields=[*changed, "version", "edits", "updated_at"])
    return [name for name in changed if name not in DERIVED]


def is_stale(record: Record, base_version: int, after: Iterable[UUID]) -> bool:
    """Say whether somebody else has written since `base_version`.

    What the commands in `after` wrote does not count: a phone without network edits on top of its own earlier edits,
    whose versions it cannot know yet.
    """
    own = {str(one) for one in after}
    known = {version for version, command in record.edits if command in own}
    since = set(range(base_version + 1, record.version + 1))
    return base_version > record.version or not since <= known


def keep_alternative(
    call: Call, record: Record, values: Values, base_version: int, after: Iterable[UUID]
) -> RecordConflict | None:
    """Keep a stale edit beside the record; None when it says what the record says already.

    When an edit it stands on is kept there already, both become one: a person chooses once between two hands.
    """
    kept = RecordConflict.objects.select_for_update().filter(
        pk__in=list(after), record_id=record.pk, account_id=call.actor.account_id, settled_at__isnull=True
    ).first()  # fmt: skip
    said = {**(alternative_values(kept, kept.fields) if kept else {}), **values}
    fields = [name for name in changed_fields(record, said) if name not in DERIVED]
    if kept is None and not fields:
        return None
    conflict = kept or RecordConflict(
        id=call.id, area_path=record.area_path, table=TABLE_OF[type(record)], record_id=record.pk,
        base_version=base_version, account_id=call.actor.account_id, device_id=call.device_id,
    )  # fmt: skip
    conflict.found_version, conflict.fields, conflict.at = record.version, fields, call.received_at
    if not fields:
        conflict.settled_at = call.received_at
    conflict.record_name = _called(record)
    _pack(conflict, {name: (getattr(record, name), said[name]) for name in fields})
    conflict.save()
    call.announce(ConflictKept(area_path=record.area_path, table=conflict.table, record_id=record.pk))
    return conflict if fields else None


def _called(record: Record) -> str:
    """Return what a person finds the record by: house number and head of household, or a name."""
    return record.name if isinstance(record, Person) else f"{record.number} {record.head_name}".strip()


def note_present(conflict: RecordConflict, record: Record) -> None:
    """Set the first of each pair to what the record says now: what stood when somebody chose."""
    others = alternative_values(conflict, conflict.fields)
    _pack(conflict, {name: (getattr(record, name), other) for name, other in others.items()})


def alternative_values(conflict: RecordConflict, wanted: list[str]) -> Values:
    """Return the kept values of the wanted fields in their types."""
    return _unpack(conflict, wanted, 1)


def present_values(conflict: RecordConflict, wanted: list[str]) -> Values:
    """Return what stood in the record beside the kept values, in the fields' types."""
    return _unpack(conflict, wanted, 0)


def _pack(conflict: RecordConflict, pairs: Mapping[str, tuple[Any, Any]]) -> None:
    sides: dict[str, dict[str, list[str]]] = {column: {} for column in (*SIDES.values(), WORK_SIDE)}
    for name, (now, other) in pairs.items():
        sides[SIDES.get(name, WORK_SIDE)][name] = [_text(now), _text(other)]
    for column, packed in sides.items():
        setattr(conflict, column, json.dumps(packed, ensure_ascii=False) if packed else "")


def _unpack(conflict: RecordConflict, wanted: list[str], side: int) -> Values:
    values: Values = {}
    for column in (*dict.fromkeys(SIDES.values()), WORK_SIDE):
        pairs = json.loads(getattr(conflict, column) or "{}")
        values |= {name: _typed(name, pair[side]) for name, pair in pairs.items() if name in wanted}
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _typed(name: str, text: str) -> Any:
    if name == "born_on":
        return date.fromisoformat(text) if text else None
    if name in ("longitude", "latitude"):
        return float(text) if text else None
    if name == "order":
        return int(text or 0)
    return bool(text) if name == "confidential_address" else text
