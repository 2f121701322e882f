"""Editing a record under its version: the first edit wins, a second one of the same version is kept beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from lianfang.domain.people.actions.fields import DERIVED, Values
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.foundation.actions.registry import Call

Record = Household | Person

TABLE_OF: dict[type[Record], str] = {Household: "people.households", Person: "people.persons"}

# which column of a kept alternative holds which field, by how private the field is
SIDES: dict[str, str] = {
    **dict.fromkeys(["name", "sex", "born_on", "identity_number", "head_name"], "identity_sides"),
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
    record.updated_at = call.received_at
    record.save(update_fields=[*changed, "version", "updated_at"])
    return [name for name in changed if name not in DERIVED]


def keep_alternative(call: Call, record: Record, values: Values, base_version: int) -> RecordConflict | None:
    """Keep a stale edit beside the record; None when it says what the record says already."""
    fields = [name for name in changed_fields(record, values) if name not in DERIVED]
    if not fields:
        return None
    sides: dict[str, dict[str, list[str]]] = {}
    for name in fields:
        pair = [_text(getattr(record, name)), _text(values[name])]
        sides.setdefault(SIDES.get(name, WORK_SIDE), {})[name] = pair
    return RecordConflict.objects.create(
        area_path=record.area_path, table=TABLE_OF[type(record)], record_id=record.pk, base_version=base_version,
        found_version=record.version, fields=fields, account_id=call.actor.account_id, device_id=call.device_id,
        at=call.received_at, **{column: json.dumps(pairs, ensure_ascii=False) for column, pairs in sides.items()},
    )  # fmt: skip


def alternative_values(conflict: RecordConflict, wanted: list[str]) -> Values:
    """Return the kept values of the wanted fields in their types."""
    values: Values = {}
    for column in (*dict.fromkeys(SIDES.values()), WORK_SIDE):
        pairs = json.loads(getattr(conflict, column) or "{}")
        values |= {name: _typed(name, pair[1]) for name, pair in pairs.items() if name in wanted}
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
