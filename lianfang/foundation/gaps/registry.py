"""The registry of gaps: invariants, each with someone answerable. The board of what does not hold is the home page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lianfang.kernel.text import Bilingual


@dataclass(frozen=True)
class Open:
    """One violation found: subject, area, since when, who answers."""

    subject_id: str
    area_path: str
    since: datetime
    answerable_id: UUID | None = None
    details: dict[str, Any] = field(default_factory=dict)


Find = Callable[[str, datetime], Iterable[Open]]


@dataclass(frozen=True)
class Gap:
    """An invariant. `find(within, now)` yields every violation below an area; `table` shows the subjects.

    `act` names the action, table or page that closes it in one click; `says` puts an item's details into words.
    `severity` is urgent, today or soon. `facts` are the names of facts after which the gap is swept anew in the fact's
    area.
    """

    name: str
    title: Bilingual
    help: Bilingual
    severity: str
    table: str
    find: Find
    act: tuple[str, str, Bilingual]
    facts: tuple[str, ...] = ()
    says: Callable[[dict[str, Any]], Bilingual] | None = None


GAPS: dict[str, Gap] = {}


def gap(declared: Gap) -> Gap:
    """Declare a gap. Raises ValueError on a second declaration or an unknown severity."""
    if declared.name in GAPS or declared.severity not in ("urgent", "today", "soon"):
        raise ValueError(declared.name)
    GAPS[declared.name] = declared
    return declared
