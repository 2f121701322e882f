"""Facts about shifts and rosters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lianfang.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RosterPublished(Fact):
    """A roster holds from now on, or was changed since; its people are told."""

    name: ClassVar[str] = "workforce.roster_published"
    roster_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShiftsChanged(Fact):
    """Who stands at a post changed: put on, taken off, swapped, accepted."""

    name: ClassVar[str] = "workforce.shifts_changed"
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignedIn(Fact):
    name: ClassVar[str] = "workforce.signed_in"
    shift_id: UUID
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignedOut(Fact):
    name: ClassVar[str] = "workforce.signed_out"
    shift_id: UUID
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShiftMissed(Fact):
    """Somebody did not come to a shift."""

    name: ClassVar[str] = "workforce.shift_missed"
    shift_id: UUID
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteConfirmed(Fact):
    name: ClassVar[str] = "workforce.note_confirmed"
    note_id: UUID
