"""What lists can be taken in for: each app that receives rows declares a target. Knows rows, not what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, repeat
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Q, Value, When

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.intake.inserting import Packed, insert_packed, references_checked_at_once
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual

NO_TARGET = refusal("intake.no_target", "没有这种导入：{name}。", "Nothing takes in {name}.", status=404)

Level = Literal["exact", "probable", "new"]
Placing = Literal["resolved", "ambiguous", "unresolved"]


@dataclass(slots=True)
class Row:
    """One accepted row: the sheet's row from 1, its values by field, its place, and the earlier row it repeats."""

    number: int
    values: dict[str, Any]
    area_path: str = ""
    place: Placing = "unresolved"
    duplicate_of: int | None = None


@dataclass(slots=True)
class Rows:
    """Accepted rows column by column: a list says the same dozen fields of thousands, and is gone through by field.

    A field is there when one row says it, with None for those that do not; what repeats an earlier row names it by its
    number. `told` is the target's own: what it worked out while matching and needs again when it receives the rows.
    """

    numbers: list[int]
    fields: dict[str, list[Any]]
    areas: list[str]
    places: list[Placing]
    repeats: dict[int, int] = field(default_factory=dict)
    told: Any = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        """Return rows that were read one by one."""
        values = [row.values for row in rows]
        return cls(
            [row.number for row in rows],
            {name: [one.get(name) for one in values] for name in dict.fromkeys(chain.from_iterable(values))},
            [row.area_path for row in rows],
            [row.place for row in rows],
            {row.number: row.duplicate_of for row in rows if row.duplicate_of is not None},
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Row]:
        """Yield each row for itself, with the fields that it says."""
        said = zip(*self.fields.values(), strict=True) if self.fields else repeat((), len(self))
        for number, values, area, place in zip(self.numbers, said, self.areas, self.places, strict=True):
            told = {name: value for name, value in zip(self.fields, values, strict=True) if value is not None}
            yield Row(number, told, area, place, self.repeats.get(number))

    def said(self, name: str, unsaid: Any = None) -> list[Any]:
        """Return what each row says in a field, and something else for those that do not say it."""
        column = self.fields.get(name)
        if column is None:
            return [unsaid] * len(self)
        return column if unsaid is None else [unsaid if value is None else value for value in column]


@dataclass(frozen=True, slots=True)
class RowMatch:
    """How a row stands to what is known: exact with one, probable with some (with evidence codes of each), or new."""

    level: Level
    ids: tuple[str, ...] = ()
    evidence: tuple[tuple[str, ...], ...] = ()


NEW = RowMatch("new")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Good rows on their way into the system: from which batch, for which area, by whom, when.

    `writing` is the same for all portions of one writing: what is asked once for it holds to its end.
    """

    batch_id: UUID
    area_path: str
    sender: str
    account_id: UUID | None
    received_at: datetime
    due_at: datetime | None = None
    options: dict[str, Any] = field(default_factory=dict)
    writing: UUID | None = None


@dataclass(frozen=True)
class Ready:
    """Some rows as they will be written, packed for their tables in this order, and what is counted of them.

    `told` is the target's own: what it needs again when all rows are written.
    """

    packed: tuple[Packed, ...]
    figures: dict[str, int]
    told: Any = None


@dataclass(frozen=True)
class Incoming:
    """The good rows of a list, portion by portion and once only, so that a long list is never in memory whole."""

    count: int
    portions: Iterable[Ready]


@dataclass(frozen=True)
class Target:
    """A kind of list. `match` and `prepare` change nothing, and may be asked in another process than `receive`.

    `prepare` makes a portion ready; all it may need of other rows of the list is the number of the one it repeats.
    `receive` writes in the caller's one transaction: it raises or writes everything, and returns figures for the batch.
    `undo` takes back, and raises when work has started; `started(batch)` is the condition under which it would, also
    for an outer reference to many batches. `stop` is asked between portions and raises to give up.
    `takes` says which fields a column can mean, and what one that is recognised as another field means here; without
    it, every field that is common to all lists. `needs` is asked of whoever handles such a list besides the right to
    take lists in; `table` is where its rows are seen, by a filter `batch`.
    """

    name: str
    title: Bilingual
    match: Callable[[Rows, str, date], list[RowMatch]]
    prepare: Callable[[Delivery, Rows, Sequence[RowMatch]], Ready]
    receive: Callable[[Delivery, Incoming, Callable[[], None]], dict[str, Any]]
    undo: Callable[[UUID], int]
    started: Callable[[Any], Q]
    required: tuple[tuple[str, ...], ...] = (("name", "phone"),)
    takes: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    table: str = ""

    def is_open_to(self, actor: Actor, within: str) -> bool:
        """Say whether somebody holds there what lists of this kind need besides the right to take lists in."""
        return not self.needs or actor.may(self.needs, within)


def write_portions(incoming: Incoming, stop: Callable[[], None], figures: dict[str, int]) -> list[Any]:
    """Insert the portions of a list in the caller's transaction, add what is counted to the figures.

    Returns what each portion told. Raises what `stop` raises between portions, to give up.
    """
    told = []
    with references_checked_at_once():
        for ready in incoming.portions:
            stop()
            for packed in ready.packed:
                insert_packed(packed)
            for name, count in ready.figures.items():
                figures[name] += count
            told.append(ready.told)
    return told


def work_started(batch: Any) -> Case:
    """Return the question, to whichever target a batch is for, whether somebody has worked on what it brought."""
    return Case(*(When(target=one.name, then=one.started(batch)) for one in TARGETS.values()), default=Value(True))


TARGETS: dict[str, Target] = {}


def target(declared: Target) -> Target:
    """Declare a target. Raises ValueError on a second declaration."""
    if declared.name in TARGETS:
        raise ValueError(declared.name)
    TARGETS[declared.name] = declared
    return declared


def find_target(name: str) -> Target:
    """Return the declared target. Raises `intake.no_target`."""
    if name not in TARGETS:
        raise NO_TARGET(field="target", name=name[:60])
    return TARGETS[name]


def targets_for(actor: Actor) -> list[Target]:
    """Return the kinds of lists that somebody may take in where they work."""
    return [one for one in TARGETS.values() if one.is_open_to(actor, actor.home_area)]
