"""A list of made-up people as villages write them down, held against the register by the intake's own way.

Every person is in the register under the right name. On the list a name is heard or copied wrongly, stands turned round
or in another column, a number has 15 digits, a day of birth has a slip; and some of the list are nowhere registered.
"""

from __future__ import annotations

import io
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from bench.figures import tell

EACH = 400
GOAL = 0.95
HEADERS = ("姓名", "身份证号", "性别", "年龄", "出生日期", "电话", "目的地村")
WITHIN = "140826"


@dataclass
class Known:
    """Somebody of the register, opened for the bench."""

    id: str
    name: str
    born_on: date
    sex: str
    identity: str
    village: str

    @property
    def cells(self) -> dict[str, Any]:
        return {"姓名": self.name, "出生日期": self.born_on.isoformat(), "目的地村": self.village}


Slip = Callable[[Known, random.Random], "dict[str, Any] | None"]


@dataclass
class Tally:
    """How the rows of one kind of slip came out."""

    rows: int = 0
    found: int = 0
    first: int = 0
    told: int = 0
    candidates: int = 0
    levels: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def run() -> None:
    """Print precision and recall of each kind of slip."""
    from lianfang.kernel.clock import today

    draw, on = random.Random(20), today()
    people = _people(draw)
    rows: list[tuple[str, str, dict[str, Any]]] = []
    for kind, slip in _slips(people).items():
        told = ((one, slip(one, draw)) for one in draw.sample(people, len(people)))
        wrong = [(kind, one.id, cells) for one, cells in told if cells is not None]
        rows += wrong[:EACH]
    draw.shuffle(rows)
    started = time.perf_counter()
    tallies = _held_against([cells for _, _, cells in rows], [(kind, true) for kind, true, _ in rows], on)
    spent = time.perf_counter() - started
    for kind, one in sorted(tallies.items()):
        _tell(kind, one, len(people), spent)


def _tell(kind: str, one: Tally, register: int, seconds: float) -> None:
    """Print recall (the right one is among those proposed) and precision (of rows told, the first one is right)."""
    detail = {"rows": one.rows, "candidates": one.candidates, "register": register, "seconds": seconds, **one.levels}
    if kind == "stranger":
        tell("linkage", "chinese_stranger_taken_for_somebody", one.told / one.rows, "share", at_most=1 - GOAL, **detail)
        return
    tell("linkage", f"chinese_{kind}_recall", one.found / one.rows, "share", at_least=GOAL, **detail)
    tell("linkage", f"chinese_{kind}_precision", one.first / max(one.told, 1), "share", at_least=GOAL, **detail)


def _people(draw: random.Random) -> list[Known]:
    """Return people of the register whose names are two or three characters, with their village's name."""
    from lianfang.domain.areas.queries import names
    from lianfang.domain.people.models import Person

    rows = list(Person.objects.filter(born_on__isnull=False).exclude(identity_index="").order_by("pk")[:60_000])
    chosen = [one for one in draw.sample(rows, min(len(rows), 12 * EACH)) if 2 <= len(one.name) <= 3]
    called = names({one.area_path[:12] for one in chosen} | {one.area_path[:9] for one in chosen})
    return [
        Known(str(one.pk), one.name, one.born_on, one.sex, one.identity_number,
              called[one.area_path[:9]] + called[one.area_path[:12]])
        for one in chosen
        if one.born_on
    ]  # fmt: skip


def _slips(people: Sequence[Known]) -> dict[str, Slip]:
    letters = sorted({letter for one in people for letter in one.name[1:]})
    return {
        "homophone": partial(_heard, by_sound=_by_sound(letters)),
        "look_alike": _copied,
        "turned_round": lambda one, draw: {**one.cells, "姓名": one.name[1:] + one.name[0]},
        "swapped_columns": lambda one, draw: {**one.cells, "姓名": one.identity, "身份证号": one.name},
        "sex_and_age_swapped": _sex_and_age,
        "15_digits": _short_number,
        "day_of_birth": _day_slip,
        "stranger": partial(_stranger, letters=letters),
    }


def _by_sound(letters: Sequence[str]) -> dict[str, list[str]]:
    from lianfang.kernel.names import pinyin

    found: dict[str, list[str]] = defaultdict(list)
    for letter in letters:
        found[pinyin(letter)].append(letter)
    return found


def _heard(one: Known, draw: random.Random, by_sound: dict[str, list[str]]) -> dict[str, Any] | None:
    from lianfang.kernel.names import pinyin

    others = [letter for letter in by_sound.get(pinyin(one.name[-1]), ()) if letter != one.name[-1]]
    return {**one.cells, "姓名": one.name[:-1] + draw.choice(others)} if others else None


def _copied(one: Known, draw: random.Random) -> dict[str, Any] | None:
    from lianfang.kernel.likeness import taken_for

    others = sorted(taken_for(one.name[-1]))
    return {**one.cells, "姓名": one.name[:-1] + draw.choice(others)} if others else None


def _sex_and_age(one: Known, draw: random.Random) -> dict[str, Any]:
    from lianfang.kernel.clock import today

    cells = {"姓名": one.name, "目的地村": one.village}
    return {**cells, "性别": today().year - one.born_on.year, "年龄": {"m": "男", "f": "女"}.get(one.sex, "男")}


def _short_number(one: Known, draw: random.Random) -> dict[str, Any] | None:
    if one.born_on.year >= 2000:
        return None
    return {"姓名": one.name, "身份证号": one.identity[:6] + one.identity[8:17]}


def _day_slip(one: Known, draw: random.Random) -> dict[str, Any] | None:
    day = one.born_on.day % 10 * 10 + one.born_on.day // 10
    slipped = one.born_on.replace(day=day) if 1 <= day <= 28 and day != one.born_on.day else None
    return {**one.cells, "出生日期": slipped.isoformat()} if slipped else None


def _stranger(one: Known, draw: random.Random, letters: Sequence[str]) -> dict[str, Any]:
    """Return somebody of the same village and day of birth who is nowhere registered."""
    return {**one.cells, "姓名": draw.choice("赫慎璩濮尤") + draw.choice(letters) + draw.choice(letters)}


def _held_against(cells: Sequence[dict[str, Any]], meant: Sequence[tuple[str, str]], on: date) -> dict[str, Tally]:
    """Judge a workbook of the rows and match them, as intake does."""
    from lianfang.domain.screening.actions.receiving import LEADS
    from lianfang.doors.files.headers import best_sheet
    from lianfang.doors.files.judging import Judge
    from lianfang.doors.files.listing import listed
    from lianfang.doors.files.reading import open_book
    from lianfang.foundation.intake.targets import Rows
    from lianfang.kernel.places import Register

    sheet, layout = best_sheet(open_book(_workbook(cells)))
    judge = Judge(layout, sheet.formulas, register=Register.open(WITHIN), on=on)
    judged = (judge.judge(*line) for line in listed(sheet, layout))
    accepted = [one.row for one in judged if one and not one.refused]
    matches = LEADS.match(Rows.of(accepted), WITHIN, on)
    by_row = {row.number: match for row, match in zip(accepted, matches, strict=True)}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for number, (kind, true) in enumerate(meant, start=2):
        one, match = tallies[kind], by_row.get(number)
        one.rows += 1
        if match is None:
            one.levels["refused"] += 1
            continue
        one.levels[match.level] += 1
        one.told += bool(match.ids)
        one.found += true in match.ids
        one.first += match.ids[:1] == (true,)
        one.candidates += len(match.ids)
    return tallies


def _workbook(cells: Sequence[dict[str, Any]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("名单")
    page.write_row(0, 0, HEADERS)
    for place, row in enumerate(cells, start=1):
        page.write_row(place, 0, [row.get(name, "") for name in HEADERS])
    book.close()
    return out.getvalue()
