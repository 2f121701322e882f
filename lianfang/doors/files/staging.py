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
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.db.models import Max

from lianfang.doors.files.doubles import Doubles, Who, marks_of
from lianfang.doors.files.fields import FIELDS
from lianfang.doors.files.guarding import Places
from lianfang.doors.files.headers import Layout
from lianfang.doors.files.judging import Judge, Problem
from lianfang.doors.files.listing import Listed, listed
from lianfang.doors.files.reading import Sheet
from lianfang.foundation.intake.inserting import Draft, insert_new
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow, StagedPortion
from lianfang.foundation.intake.targets import Row, Rows, find_target
from lianfang.foundation.jobs.helping import Helpers
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import now
from lianfang.kernel.places import Register

PORTION = 5_000
LEVELS = ("exact", "probable", "new")
MOST_WARNED = 20_000
_DATES = frozenset(spec.name for spec in FIELDS.values() if spec.kind == "date")


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


@dataclass(frozen=True)
class Ruler:
    """By what the rows of a list are judged, so that another process judges them alike.

    `target` names where they are matched at once with what is known; "" leaves that for later.
    """

    layout: Layout
    formulas: Places
    within: str
    on: date
    target: str = ""
    key: UUID = field(default_factory=uuid4)


@dataclass
class Portion:
    """Some rows after judging, in the order of the sheet: the good ones as text, and what is wrong with others."""

    body: str
    who: list[Who]
    refused: list[Problem]
    warned: list[Problem]
    figures: Figures
    last_row: int
    repeats: dict[int, int] = field(default_factory=dict)

    def note_doubles(self, doubles: Doubles) -> None:
        """Note which good rows repeat an earlier one, and warn of it in the order of the rows."""
        self.repeats, warned = doubles.find(self.who)
        self.warned = sorted(self.warned + warned, key=attrgetter("row"))
        self.figures.warnings = len(self.warned)


def portions(sheet: Sheet, ruler: Ruler, doubles: Doubles, helping: Helpers, after: int = 0) -> Iterator[Portion]:
    """Yield the rows of a list below one, judged, some thousands at a time."""
    rows = listed(sheet, ruler.layout, after)
    tasks = ((ruler, some) for some in iter(lambda: list(islice(rows, PORTION)), []))
    for portion in helping.in_order(judge_portion, tasks):
        portion.note_doubles(doubles)
        yield portion


def judge_portion(ruler: Ruler, some: list[Listed]) -> Portion:
    """Return rows judged each for itself: here or in another process."""
    judge = _judge(ruler)
    judged = [one for place, cells, going_on in some if (one := judge.judge(place, cells, going_on))]
    good = [one.row for one in judged if not one.refused]
    rows = Rows.of(good)
    refused = [problem for one in judged for problem in one.refused]
    figures = Figures(
        len(judged), len(rows), len(judged) - len(rows), 0,
        Counter(one.code for one in refused), Counter(rows.places),
    )  # fmt: skip
    if ruler.target:
        matches = find_target(ruler.target).match(rows, ruler.within, ruler.on)
        figures.matched = Counter(one.level for one in matches)
    warned = [problem for one in judged for problem in one.warned]
    return Portion(_written(rows), [_who(judge, row) for row in good], refused, warned, figures, some[-1][0] + 1)


def _who(judge: Judge, row: Row) -> Who:
    named = "identity_number" if row.values.get("identity_number") else "name"
    return row.number, marks_of(row.values), judge.headers.get(named, "")


_ready: tuple[UUID, Judge] | None = None


def _judge(ruler: Ruler) -> Judge:
    """Return the judge, made once for all portions of a list."""
    global _ready
    if _ready is None or _ready[0] != ruler.key:
        # the register of the area, or of the village that holds a grid
        register = Register.open(ruler.within[:VILLAGE_DIGITS]) if ruler.within else None
        _ready = ruler.key, Judge(ruler.layout, ruler.formulas, register=register, on=ruler.on)
    return _ready[1]


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
    with transaction.atomic():
        insert_new(RefusedRow, [_problem(batch, one) for one in portion.refused])
        insert_new(RefusedRow, [_problem(batch, one, is_warning=True) for one in warned])
        # because a text of megabytes is quoted and taken apart as part of a statement, and copied as it is otherwise
        kept = Draft(
            batch_id=batch.pk, area_path=batch.area_path, key=key, number=number,
            last_row=portion.last_row, staged_at=now(), body=portion.body,
            figures=portion.figures.as_dict() | {"repeats": list(portion.repeats.items())},
        )  # fmt: skip
        insert_new(StagedPortion, [kept])


def _problem(batch: IntakeBatch, one: Problem, *, is_warning: bool = False) -> Draft:
    return Draft(
        batch_id=batch.pk, area_path=batch.area_path, row=one.row, column=one.column[:200], code=one.code,
        message_zh=one.message.zh[:200], message_en=one.message.en[:200], is_warning=is_warning,
    )  # fmt: skip


def staged_numbers(batch: IntakeBatch) -> list[int]:
    """Return the numbers of the portions of a batch, in the order of its rows."""
    return list(StagedPortion.objects.filter(batch=batch).order_by("number").values_list("number", flat=True))


def staged_rows(batch: IntakeBatch, number: int) -> Rows:
    """Return the good rows of a portion. Raises StagedPortion.DoesNotExist when the batch was given up."""
    portion = StagedPortion.objects.get(batch=batch, number=number)
    return _read(portion.body, dict(portion.figures["repeats"]))


def _written(rows: Rows) -> str:
    return orjson.dumps((rows.numbers, rows.fields, rows.areas, rows.places)).decode()


def _read(body: str, repeats: dict[int, int]) -> Rows:
    numbers, fields, areas, places = orjson.loads(body)
    rows = Rows(numbers, fields, areas, places, repeats)
    for name in _DATES & rows.fields.keys():
        rows.fields[name] = [_moment(text) if text else None for text in rows.fields[name]]
    return rows


@lru_cache(maxsize=4096)
def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
