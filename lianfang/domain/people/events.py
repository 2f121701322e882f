"""Facts about households and persons. They hold ids, paths and codes, never names or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class HouseholdAdded(Fact):
    name: ClassVar[str] = "people.household_added"
    household_id: UUID


@dataclass(frozen=True, kw_only=True)
class HouseholdChanged(Fact):
    name: ClassVar[str] = "people.household_changed"
    household_id: UUID
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HouseholdClosed(Fact):
    name: ClassVar[str] = "people.household_closed"
    household_id: UUID


@dataclass(frozen=True, kw_only=True)
class HouseholdsMoved(Fact):
    """Households came under another area with everybody in them: a split, a merge of grids, or a single move.

    Whoever keeps rows about them moves those rows from `from_path` to `to_path` (which is also `area_path`).
    """

    name: ClassVar[str] = "people.households_moved"
    from_path: str
    to_path: str
    household_ids: tuple[UUID, ...]
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Fact):
    name: ClassVar[str] = "people.person_added"
    person_id: UUID
    household_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class PeopleAdded(Fact):
    """Many were added at once (intake); `batch` is the source they carry."""

    name: ClassVar[str] = "people.people_added"
    batch: str
    households: int
    persons: int


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Fact):
    name: ClassVar[str] = "people.person_changed"
    person_id: UUID
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConflictKept(Fact):
    """A second edit stands beside a record, or stands there again: somebody has to choose."""

    name: ClassVar[str] = "people.conflict_kept"
    table: str
    record_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConflictSettled(Fact):
    name: ClassVar[str] = "people.conflict_settled"
    table: str
    record_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonMoved(Fact):
    """One person came under another household or area, or left (`status` moved or died)."""

    name: ClassVar[str] = "people.person_moved"
    person_id: UUID
    household_id: UUID | None
    from_path: str
    to_path: str
    status: str


@dataclass(frozen=True, kw_only=True)
class VulnerabilityChanged(Fact):
    name: ClassVar[str] = "people.vulnerability_changed"
    person_id: UUID
    flags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonsMerged(Fact):
    name: ClassVar[str] = "people.persons_merged"
    kept_id: UUID
    merged_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonsUnmerged(Fact):
    name: ClassVar[str] = "people.persons_unmerged"
    kept_id: UUID
    merged_id: UUID


@dataclass(frozen=True, kw_only=True)
class DoublesSettled(Fact):
    """Somebody said that two entries are two people, or took that back; one person is told by PersonsMerged."""

    name: ClassVar[str] = "people.doubles_settled"
    suggestion_id: UUID


@dataclass(frozen=True, kw_only=True)
class GridSplit(Fact):
    """A new grid was cut from another in the same village; its households are told by HouseholdsMoved."""

    name: ClassVar[str] = "people.grid_split"
    from_path: str
    to_path: str


@dataclass(frozen=True, kw_only=True)
class GridsMerged(Fact):
    name: ClassVar[str] = "people.grids_merged"
    from_paths: tuple[str, ...]
    to_path: str
