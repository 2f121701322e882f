"""Judged rows on their way: portion by portion, kept sealed until the list is in, so that a crash judges none twice.

Each portion is committed with the cells it refused. Nothing of a list is to be seen before all of it is taken in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from lianfang.doors.files.fields import FIELDS
from lianfang.doors.files.judging import Judge, Problem
from lianfang.foundation.intake.inserting import Draft, insert_new
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow, StagedPortion
from lianfang.foundation.intake.targets import Row, RowMatch
from lianfang.kernel.clock import now

PORTION = 5_000
LEVELS = ("exact", "probable", "new")
MOST_WARNED = 20_000
_DATES = tuple(spec.name for spec in FIELDS.values() if spec.kind == "date")


@dataclass
class Figures:
    """How many rows of a list were judged and what became of them."""

    rows: int = 0
    accepted: int = 0
    refused_rows: int = 0
    warnings: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        """Add those of another portion."""
        self.rows += other.rows
        self.accepted += other.accepted
        self.refused_rows += other.refused_rows
        self.warnings += other.warnings
        self.codes += other.codes
        self.places += other.places
        self.matched += other.matched

    def as_dict(self) -> dict[str, Any]:
        """Return what a batch and the command line say of them."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "refused_rows": self.refused_rows,
            "warnings": self.warnings,
            "codes": dict(self.codes),
            "matched": {level: self.matched[level] for level in LEVELS},
            "places": {state: self.places[state] for state in ("resolved", "ambiguous", "unresolved")},
        }

    @classmethod
    def of(cls, told: dict[str, Any]) -> Figures:
        """Return the figures that were told by `as_dict`."""
        counted = {name: Counter(told[name]) for name in ("codes", "places", "matched")}
        return cls(told["rows"], told["accepted"], told["refused_rows"], told["warnings"], **counted)


@dataclass
class Portion:
    """Some rows after judging, in the order of the sheet: the good ones, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    warned: list[Problem] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    last_row: int = 0

    def count_matches(self, matches: list[RowMatch]) -> None:
        """Note how the good rows stand to what is known."""
        self.figures.matched = Counter(one.level for one in matches)


def portions(judge: Judge, after: int = 0) -> Iterator[Portion]:
    """Yield the rows of a list below one, judged, some thousands at a time."""
    judged = judge.rows(after)
    while some := list(islice(judged, PORTION)):
        portion = Portion(last_row=some[-1].row.number)
        for one in some:
            portion.warned += one.warned
            portion.refused += one.refused
            if not one.refused:
                portion.rows.append(one.row)
        accepted = len(portion.rows)
        portion.figures = Figures(
            len(some), accepted, len(some) - accepted, len(portion.warned),
            Counter(one.code for one in portion.refused), Counter(row.place for row in portion.rows),
        )  # fmt: skip
        yield portion


def start(batch: IntakeBatch, key: str) -> tuple[list[StagedPortion], int]:
    """Return the portions that the same work has staged before, and the row they end at; others' are dropped."""
    mine = StagedPortion.objects.filter(batch=batch)
    with transaction.atomic():
        if not mine.exists() or mine.exclude(key=key).exists():
            clear(batch)
        return list(mine.defer("body").order_by("number")), mine.aggregate(last=Max("last_row"))["last"] or 0


def clear(batch: IntakeBatch) -> None:
    """Forget what was judged of a batch: its portions and its refused cells."""
    StagedPortion.objects.filter(batch=batch).delete()
    RefusedRow.objects.filter(batch=batch).delete()


def stage(batch: IntakeBatch, key: str, number: int, portion: Portion, warned_before: int) -> None:
    """Keep a portion and the cells it refused, both or neither; of the warnings only the first thousands."""
    warned = portion.warned[: max(0, MOST_WARNED - warned_before)]
    repeats = sorted({row.duplicate_of for row in portion.rows if row.duplicate_of})
    with transaction.atomic():
        insert_new(RefusedRow, [_problem(batch, one) for one in portion.refused])
        insert_new(RefusedRow, [_problem(batch, one, is_warning=True) for one in warned])
        StagedPortion.objects.create(
            batch=batch, area_path=batch.area_path, key=key, number=number, last_row=portion.last_row,
            figures=portion.figures.as_dict() | {"repeats": repeats}, body=_written(portion.rows), staged_at=now(),
        )  # fmt: skip


def _problem(batch: IntakeBatch, one: Problem, *, is_warning: bool = False) -> Draft:
    return Draft(
        RefusedRow, batch_id=batch.pk, area_path=batch.area_path, row=one.row, column=one.column[:200], code=one.code,
        message_zh=one.message.zh[:200], message_en=one.message.en[:200], is_warning=is_warning,
    )  # fmt: skip


def staged_rows(batch: IntakeBatch) -> Iterator[list[Row]]:
    """Yield the good rows of a batch, portion by portion."""
    bodies = StagedPortion.objects.filter(batch=batch).order_by("number")
    for number in list(bodies.values_list("number", flat=True)):
        yield _read(bodies.get(number=number).body)


def repeated_rows(batch: IntakeBatch) -> frozenset[int]:
    """Return the rows that a later row of the batch repeats."""
    told = StagedPortion.objects.filter(batch=batch).values_list("figures__repeats", flat=True)
    return frozenset(row for rows in told for row in rows)


def _written(rows: list[Row]) -> str:
    told = [
        (row.number, row.values, row.area_path, row.place, row.confidence, row.candidates, row.duplicate_of)
        for row in rows
    ]
    return orjson.dumps(told).decode()


def _read(body: str) -> list[Row]:
    rows = [
        Row(number, values, area_path, place, confidence, tuple(candidates), duplicate_of)
        for number, values, area_path, place, confidence, candidates, duplicate_of in orjson.loads(body or "[]")
    ]
    for row in rows:
        for name in _DATES:
            if name in row.values:
                row.values[name] = _moment(row.values[name])
    return rows


@lru_cache(maxsize=4096)
def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
