"""What may be written down about an error: its kind and its place. Never its message: it may quote personal data."""

from __future__ import annotations

import traceback

from django.db import Error as DatabaseTrouble

FRAMES = 6


def describe(trouble: BaseException) -> str:
    """Return kind, database code and the innermost places of an error, without any value it was about."""
    places = traceback.extract_tb(trouble.__traceback__)[-FRAMES:]
    trail = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places))
    return " ".join(part for part in (type(trouble).__name__, _database_part(trouble), f"at {trail}" if trail else "")
                    if part)  # fmt: skip


def _database_part(trouble: BaseException) -> str:
    """Return the error code and the constraint. A database's message may quote the whole row it refused."""
    cause = trouble.__cause__ or trouble
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        return " ".join(part for part in (diagnosis.sqlstate, diagnosis.constraint_name, diagnosis.table_name) if part)
    if isinstance(trouble, DatabaseTrouble):
        return str(getattr(cause, "sqlite_errorname", ""))
    return ""
