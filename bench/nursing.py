"""Nurse rosters of schedulingbenchmarks.org in their text format: reads, solves by CP-SAT, checks them.

It stays with the bench: hospitals' rules are not the county's. The checker shares nothing with the model.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

SATURDAY, SUNDAY, WEEK = 5, 6, 7
# measured choices: what is solved as a whole, how many choices a part has else, how long it is thought about
WHOLE = 60_000
PART = 6_000
PART_SECONDS = 5.0
# because six of the solver's ways together prove instances 1 to 3 on two cores; four leave the third far from it
WORKERS = 6

Roster = dict[str, list[str]]


@dataclass(frozen=True)
class Nurse:
    """Somebody with the rules of their contract."""

    key: str
    most_of: dict[str, int]
    most_minutes: int
    least_minutes: int
    most_in_row: int
    least_in_row: int
    least_off_in_row: int
    most_weekends: int


@dataclass(frozen=True)
class Instance:
    """One instance. Shifts by key: minutes, and which may not follow on the next day."""

    days: int
    minutes: dict[str, int]
    not_after: dict[str, frozenset[str]]
    nurses: list[Nurse]
    days_off: dict[str, set[int]]
    wanted: dict[tuple[str, int, str], int]
    unwanted: dict[tuple[str, int, str], int]
    cover: dict[tuple[int, str], tuple[int, int, int]]


@dataclass
class Answer:
    """A roster with its cost, the proven bound, the seconds it took, and what it breaks."""

    roster: Roster
    cost: int
    bound: int
    seconds: float
    violations: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"cost": self.cost, "bound": self.bound, "seconds": round(self.seconds, 2),
                "violations": len(self.violations)}  # fmt: skip


def read(path: Path) -> Instance:
    """Return the instance of a file. Raises ValueError, naming the line, where it is not of this format."""
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        text = line.strip()
        if text.startswith("SECTION_"):
            rows = sections.setdefault(text, [])
        elif text and not text.startswith("#"):
            if not sections:
                raise ValueError(f"line {number}: no section has begun")
            rows.append([cell.strip() for cell in text.split(",")])
    try:
        return _instance(sections)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"not a nurse rostering instance: {error}") from error


def _instance(sections: dict[str, list[list[str]]]) -> Instance:
    shifts = sections["SECTION_SHIFTS"]
    return Instance(
        days=int(sections["SECTION_HORIZON"][0][0]),
        minutes={row[0]: int(row[1]) for row in shifts},
        not_after={row[0]: frozenset(row[2].split("|")) - {""} for row in shifts},
        nurses=[_nurse(row) for row in sections["SECTION_STAFF"]],
        days_off={row[0]: {int(day) for day in row[1:] if day} for row in sections.get("SECTION_DAYS_OFF", [])},
        wanted=_requests(sections.get("SECTION_SHIFT_ON_REQUESTS", [])),
        unwanted=_requests(sections.get("SECTION_SHIFT_OFF_REQUESTS", [])),
        cover={(int(row[0]), row[1]): (int(row[2]), int(row[3]), int(row[4])) for row in sections["SECTION_COVER"]},
    )


def _nurse(row: list[str]) -> Nurse:
    most_of = {shift: int(most) for shift, most in (one.split("=") for one in row[1].split("|") if one)}
    return Nurse(row[0], most_of, *(int(cell) for cell in row[2:8]))


def _requests(rows: list[list[str]]) -> dict[tuple[str, int, str], int]:
    return {(row[0], int(row[1]), row[2]): int(row[3]) for row in rows}


def check(instance: Instance, roster: Roster) -> tuple[int, list[str]]:
    """Return a roster's cost and, in words, every hard rule it breaks; an empty cell is a day off."""
    broken = [
        f"{nurse.key}: {what}" for nurse in instance.nurses for what in _broken(instance, nurse, roster[nurse.key])
    ]
    cost = sum(weight for (who, day, shift), weight in instance.wanted.items() if roster[who][day] != shift)
    cost += sum(weight for (who, day, shift), weight in instance.unwanted.items() if roster[who][day] == shift)
    for (day, shift), (needed, under, over) in instance.cover.items():
        there = sum(1 for days in roster.values() if days[day] == shift)
        cost += under * max(0, needed - there) + over * max(0, there - needed)
    return cost, broken


def _broken(instance: Instance, nurse: Nurse, days: list[str]) -> Iterator[str]:
    worked = [shift for shift in days if shift]
    minutes = sum(instance.minutes[shift] for shift in worked)
    if not nurse.least_minutes <= minutes <= nurse.most_minutes:
        yield f"{minutes} minutes, not {nurse.least_minutes} to {nurse.most_minutes}"
    for shift in sorted(set(worked)):
        if worked.count(shift) > nurse.most_of.get(shift, 0):
            yield f"{worked.count(shift)} shifts {shift}, at most {nurse.most_of.get(shift, 0)}"
    for day, (first, second) in enumerate(pairwise(days)):
        if first and second in instance.not_after[first]:
            yield f"{second} after {first} on day {day + 1}"
    yield from (f"day {day} is off" for day in sorted(instance.days_off.get(nurse.key, ())) if days[day])
    weekends = sum(1 for day in range(SATURDAY, instance.days, WEEK) if any(days[day : day + 2]))
    if weekends > nurse.most_weekends:
        yield f"{weekends} weekends, at most {nurse.most_weekends}"
    yield from _runs(nurse, days)


def _runs(nurse: Nurse, days: list[str]) -> Iterator[str]:
    """Judge stretches of work and of days off; those at either end of the horizon may have begun before or go on."""
    reached = 0
    for is_work, some in groupby(days, key=bool):
        length = len(list(some))
        is_inside = reached > 0 and reached + length < len(days)
        if is_work and length > nurse.most_in_row:
            yield f"{length} days in a row from day {reached}, at most {nurse.most_in_row}"
        least = nurse.least_in_row if is_work else nurse.least_off_in_row
        if is_inside and length < least:
            yield f"only {length} days {'on' if is_work else 'off'} from day {reached}, at least {least}"
        reached += length


class Model:
    """Some nurses' rosters as a CP-SAT model, over what the others already cover."""

    def __init__(self, instance: Instance, nurses: Iterable[Nurse], others: Roster, hint: Roster) -> None:
        from ortools.sat.python import cp_model

        self.instance, self.nurses, self.hint = instance, list(nurses), hint
        self.model = cp_model.CpModel()
        self.cost: list[tuple[int, Any]] = []
        self.constant = 0
        self.x: dict[tuple[str, int, str], cp_model.IntVar] = {}
        for nurse in self.nurses:
            self._nurse(nurse)
        for (day, shift), (needed, under, over) in instance.cover.items():
            there = sum(1 for days in others.values() if days[day] == shift)
            self._cover(day, shift, needed - there, under, over)
        self.model.minimize(sum(weight * term for weight, term in self.cost) + self.constant)

    def _nurse(self, nurse: Nurse) -> None:
        instance, model = self.instance, self.model
        off, held = instance.days_off.get(nurse.key, set()), self.hint.get(nurse.key)
        works = []
        for day in range(instance.days):
            on = model.new_bool_var("")
            works.append(on)
            mine = {}
            for shift in instance.minutes:
                if nurse.most_of.get(shift, 0) and day not in off:
                    mine[shift] = self.x[nurse.key, day, shift] = model.new_bool_var("")
                    if held:
                        model.add_hint(mine[shift], held[day] == shift)
            if held:
                model.add_hint(on, bool(held[day]))
            model.add_exactly_one(*mine.values(), on.negated())
        self._follow(nurse)
        self._totals(nurse)
        self._rows(nurse, works)
        self._weekends(nurse, works)
        self._requests(nurse)

    def _follow(self, nurse: Nurse) -> None:
        for shift, barred in self.instance.not_after.items():
            for day in range(self.instance.days - 1):
                first = self.x.get((nurse.key, day, shift))
                after = [self.x[nurse.key, day + 1, one] for one in barred if (nurse.key, day + 1, one) in self.x]
                if first is not None and after:
                    self.model.add_at_most_one(first, *after)

    def _totals(self, nurse: Nurse) -> None:
        of_shift: dict[str, list[Any]] = {}
        for (who, _, shift), place in self.x.items():
            if who == nurse.key:
                of_shift.setdefault(shift, []).append(place)
        for shift, places in of_shift.items():
            if nurse.most_of[shift] < len(places):
                self.model.add(sum(places) <= nurse.most_of[shift])
        spent = sum(self.instance.minutes[shift] * sum(places) for shift, places in of_shift.items())
        self.model.add_linear_constraint(spent, nurse.least_minutes, nurse.most_minutes)

    def _rows(self, nurse: Nurse, works: list[Any]) -> None:
        for first in range(len(works) - nurse.most_in_row):
            self.model.add_bool_or(on.negated() for on in works[first : first + nurse.most_in_row + 1])
        for least, is_work in ((nurse.least_in_row, True), (nurse.least_off_in_row, False)):
            run = [on if is_work else on.negated() for on in works]
            for length in range(1, least):
                for first in range(len(works) - length - 1):
                    inside = [one.negated() for one in run[first + 1 : first + 1 + length]]
                    self.model.add_bool_or(run[first], *inside, run[first + length + 1])

    def _weekends(self, nurse: Nurse, works: list[Any]) -> None:
        worked = []
        for saturday in range(SATURDAY, len(works), WEEK):
            weekend = self.model.new_bool_var("")
            worked.append(weekend)
            for on in works[saturday : saturday + 2]:
                self.model.add_implication(on, weekend)
        self.model.add(sum(worked) <= nurse.most_weekends)

    def _requests(self, nurse: Nurse) -> None:
        for requests, is_wanted in ((self.instance.wanted, True), (self.instance.unwanted, False)):
            for (who, day, shift), weight in requests.items():
                if who != nurse.key:
                    continue
                self.constant += weight * is_wanted
                place = self.x.get((who, day, shift))
                if place is not None:
                    self.cost.append((-weight if is_wanted else weight, place))

    def _cover(self, day: int, shift: int | str, needed: int, under: int, over: int) -> None:
        places = [place for nurse in self.nurses if (place := self.x.get((nurse.key, day, str(shift)))) is not None]
        if not places:
            self.constant += under * max(0, needed) + over * max(0, -needed)
            return
        now = sum(1 for nurse in self.nurses if (held := self.hint.get(nurse.key)) and held[day] == shift)
        for weight, most, sign in ((under, needed, 1), (over, len(places) - needed, -1)):
            if most > 0:
                beyond = self.model.new_int_var(0, most, "")
                self.model.add(beyond >= sign * (needed - sum(places)))
                if self.hint:
                    self.model.add_hint(beyond, max(0, sign * (needed - now)))
                self.cost.append((weight, beyond))

    def solve(self, seconds: float, workers: int, seed: int = 1) -> tuple[Roster | None, float]:
        """Return the best rosters of these nurses found in the time, None without any, and the bound of the cost."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, solver.best_objective_bound
        found = {nurse.key: [""] * self.instance.days for nurse in self.nurses}
        for (who, day, shift), place in self.x.items():
            if solver.boolean_value(place):
                found[who][day] = shift
        return found, solver.best_objective_bound


def solve(instance: Instance, seconds: float, workers: int = WORKERS) -> Answer:
    """Return the best roster found within so many seconds. Raises ValueError when somebody's own rules cannot be kept.

    Everybody's roster is laid alone first, each over what the others cover, so that there is always an answer; then all
    together, or where that is too much, group by group.
    """
    started = time.monotonic()
    roster = _one_by_one(instance)
    bound = 0.0

    def left() -> float:
        return seconds - (time.monotonic() - started)

    if _choices(instance, instance.nurses) <= WHOLE:
        better, bound = Model(instance, instance.nurses, {}, roster).solve(left(), workers)
        roster = better or roster
    else:
        _by_groups(instance, roster, left, workers)
    cost, violations = check(instance, roster)
    # because every cost is whole, so is the least one
    return Answer(roster, cost, max(0, math.ceil(bound - 1e-6)), time.monotonic() - started, violations)


def _one_by_one(instance: Instance) -> Roster:
    roster: Roster = {}
    for nurse in instance.nurses:
        alone, _ = Model(instance, [nurse], roster, {}).solve(20, 1)
        if alone is None:
            raise ValueError(f"nobody could keep the rules of {nurse.key}")
        roster |= alone
    return roster


def _by_groups(instance: Instance, roster: Roster, left: Callable[[], float], workers: int) -> None:
    draw = random.Random(1)
    size = max(2, PART * len(instance.nurses) // _choices(instance, instance.nurses))
    while left() > 0:
        group = draw.sample(instance.nurses, min(size, len(instance.nurses)))
        others = {key: days for key, days in roster.items() if key not in {nurse.key for nurse in group}}
        better, _ = Model(instance, group, others, roster).solve(min(PART_SECONDS, left()), workers)
        roster |= better or {}


def _choices(instance: Instance, nurses: list[Nurse]) -> int:
    return sum(instance.days * sum(1 for most in nurse.most_of.values() if most) for nurse in nurses)
