"""The registry of what is kept how long (P08): each app declares beside its models what is erased when.

Erases nothing itself. Numbers of days are no part of a declaration: it names a key of the rulebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from lianfang.kernel.rulebook import RuleValue
from lianfang.kernel.text import Bilingual

Due = Callable[[datetime], "models.QuerySet[Any]"]
Carry = Callable[[Sequence[UUID], datetime], int]


@dataclass(frozen=True)
class Kept:
    """One kind of record, how long it is kept, and what becomes of it then.

    `rule` names the number of days in the rulebook; `since` says from when they count. `due(before)` gives the rows
    last needed before that moment and not erased yet. With `blank` the row stays and these fields are emptied; with
    `carry` the app erases in its own way; else the row is deleted. `area` is the field with the row's area.
    """

    name: str
    title: Bilingual
    model: type[models.Model]
    rule: str
    since: Bilingual
    due: Due
    blank: Mapping[str, Any] = field(default_factory=dict)
    carry: Carry | None = None
    area: str = "area_path"

    @property
    def way(self) -> str:
        return "anonymise" if self.blank else "erase"


KEPT: dict[str, Kept] = {}

# models with personal fields that no schedule erases, each with the reason
STAYS: dict[type[models.Model], Bilingual] = {}

# who knows the rulebook gives the days of a key for every area, nearest first and everywhere at last
Schedule = Callable[[str, date], Sequence[tuple[str, RuleValue]]]
SCHEDULE: list[Schedule] = []


def keep(declared: Kept) -> Kept:
    """Declare a kind of record with its schedule. Raises ValueError on a second declaration."""
    if declared.name in KEPT:
        raise ValueError(f"{declared.name} is already declared")
    KEPT[declared.name] = declared
    return declared


def stays(model: type[models.Model], because: Bilingual) -> None:
    """Declare that records of a model stay, and why."""
    STAYS[model] = because


def schedule(key: str, on: date) -> Sequence[tuple[str, RuleValue]]:
    """Return the days of a key area by area; nothing while no rulebook is there to ask."""
    return SCHEDULE[0](key, on) if SCHEDULE else ()
