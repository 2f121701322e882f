"""Checks rosters of the second nurse rostering competition (INRC-II) and prints what its own validator prints.

Reads a folder's scenario, history and weeks, and a solution's folder, named like Solution_H_0-WD_1-2-3-3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = len(DAYS)
OFF = ""
# the competition's weights
MISSING, SAME_SHIFT, IN_ROW, PREFERENCE, HALF_WEEKEND, TOTAL, WEEKENDS = 30, 15, 30, 10, 30, 20, 30

KINDS = (
    "Total assignment constraints", "Consecutive constraints", "Non working days constraints", "Preferences",
    "Max working weekend", "Complete weekends", "Optimal coverage constraints",
)  # fmt: skip


@dataclass(frozen=True)
class Contract:
    """How much somebody works: in all, in a row, off in a row, weekends, and whether weekends go whole."""

    total: tuple[int, int]
    work: tuple[int, int]
    off: tuple[int, int]
    weekends: int
    is_whole_weekend: bool


@dataclass(frozen=True)
class Nurse:
    """Somebody with contract, skills and what came before the first week."""

    contract: Contract
    skills: frozenset[str]
    shifts: int
    weekends: int
    last: str
    same: int
    worked: int
    off: int


@dataclass(frozen=True)
class Given:
    """The scenario with its weeks: need[week][shift, skill] holds (least, best) of each day."""

    nurses: dict[str, Nurse]
    in_row: dict[str, tuple[int, int]]
    not_after: dict[str, frozenset[str]]
    need: list[dict[tuple[str, str], list[tuple[int, int]]]]
    unwanted: list[list[tuple[str, str, int]]]


Served = dict[str, list[tuple[str, str]]]


def _pairs(text: str) -> list[tuple[int, int]]:
    return [(int(low), int(high)) for low, high in re.findall(r"\((\d+),(\d+)\)", text)]


def _block(text: str, title: str) -> list[list[str]]:
    """Return the rows under a title, up to the next empty line."""
    rows = text.split(title, 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [row.split() for row in rows if row.strip()]


def read(folder: Path, history: int, weeks: list[int]) -> Given:
    """Return the scenario of a folder with one of its histories and so many weeks."""
    name = folder.name
    scenario = (folder / f"Sc-{name}.txt").read_text()
    before = {row[0]: row[1:] for row in _block((folder / f"H0-{name}-{history}.txt").read_text(), "NURSE_HISTORY")}
    contracts = {}
    for row in _block(scenario, "CONTRACTS"):
        total, work, off = _pairs(" ".join(row))
        contracts[row[0]] = Contract(total, work, off, int(row[-2]), row[-1] == "1")
    nurses = {}
    for who, contract, _, *skills in _block(scenario, "NURSES"):
        shifts, weekends, last, *counts = before[who]
        nurses[who] = Nurse(contracts[contract], frozenset(skills), int(shifts), int(weekends),
                            OFF if last == "None" else last, *map(int, counts))  # fmt: skip
    texts = [(folder / f"WD-{name}-{week}.txt").read_text() for week in weeks]
    return Given(
        nurses,
        {row[0]: _pairs(row[1])[0] for row in _block(scenario, "SHIFT_TYPES")},
        {row[0]: frozenset(row[2:]) for row in _block(scenario, "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")},
        [{(row[0], row[1]): _pairs(" ".join(row[2:])) for row in _block(text, "REQUIREMENTS")} for text in texts],
        [[(row[0], row[1], DAYS.index(row[2])) for row in _block(text, "SHIFT_OFF_REQUESTS")] for text in texts],
    )


def read_solution(folder: Path) -> tuple[Given, Served]:
    """Return what was asked and who serves: (shift, skill) of every day, empty when off."""
    history, weeks = re.fullmatch(r"Solution_H_(\d+)-WD_([\d-]+)", folder.name).groups()  # type: ignore[union-attr]
    numbers = [int(week) for week in weeks.split("-")]
    given = read(folder.parent, int(history), numbers)
    served = {who: [(OFF, "")] * (WEEK * len(numbers)) for who in given.nurses}
    for place, week in enumerate(numbers):
        text = (folder / f"Sol-{folder.parent.name}-{week}-{place}.txt").read_text()
        for who, day, shift, skill in _block(text, "ASSIGNMENTS"):
            number = place * WEEK + DAYS.index(day)
            if served[who][number][0]:
                raise ValueError(f"{who} serves twice on day {number + 1}")
            served[who][number] = shift, skill
    return given, served


def hard(given: Given, served: Served) -> dict[str, int]:
    """Return how often each hard rule is broken."""
    least = skills = follows = 0
    for week, need in enumerate(given.need):
        for (shift, skill), wanted in need.items():
            for day, (low, _) in enumerate(wanted):
                least += max(0, low - _count(served, week * WEEK + day, shift, skill))
    for who, days in served.items():
        skills += sum(1 for shift, skill in days if shift and skill not in given.nurses[who].skills)
        worked = [given.nurses[who].last, *(shift for shift, _ in days)]
        follows += sum(1 for first, second in pairwise(worked)
                       if first and second in given.not_after[first])  # fmt: skip
    # two on one day cannot be written down here: read_solution refuses them
    return {"Minimal coverage constraints": least, "Required skill constraints": skills,
            "Illegal shift type succession constraints": follows, "Single assignment per day": 0}  # fmt: skip


def _count(served: Served, day: int, shift: str, skill: str) -> int:
    return sum(1 for days in served.values() if days[day] == (shift, skill))


def soft(given: Given, served: Served) -> dict[str, int]:
    """Return the cost of each kind of wish."""
    costs = dict.fromkeys(KINDS, 0)
    for who, days in served.items():
        shifts, nurse = [shift for shift, _ in days], given.nurses[who]
        worked = nurse.shifts + sum(1 for shift in shifts if shift)
        low, high = nurse.contract.total
        costs["Total assignment constraints"] += TOTAL * (max(0, low - worked) + max(0, worked - high))
        costs["Consecutive constraints"] += _rows(given, nurse, shifts)
        off = [OFF if shift else "off" for shift in shifts]
        costs["Non working days constraints"] += IN_ROW * _beyond(off, {"off": nurse.contract.off}, "off", nurse.off)
        halves = [bool(shifts[day]) + bool(shifts[day + 1]) for day in range(5, len(shifts), WEEK)]
        weekends = nurse.weekends + sum(1 for half in halves if half)
        costs["Max working weekend"] += WEEKENDS * max(0, weekends - nurse.contract.weekends)
        costs["Complete weekends"] += HALF_WEEKEND * nurse.contract.is_whole_weekend * halves.count(1)
    for week, wishes in enumerate(given.unwanted):
        broken = [served[who][week * WEEK + day][0] in ({shift} if shift != "Any" else given.in_row)
                  for who, shift, day in wishes]  # fmt: skip
        costs["Preferences"] += PREFERENCE * sum(broken)
    for week, need in enumerate(given.need):
        for (shift, skill), wanted in need.items():
            for day, (_, best) in enumerate(wanted):
                missing = max(0, best - _count(served, week * WEEK + day, shift, skill))
                costs["Optimal coverage constraints"] += MISSING * missing
    return costs


def _rows(given: Given, nurse: Nurse, shifts: list[str]) -> int:
    work = ["work" if shift else OFF for shift in shifts]
    cost = SAME_SHIFT * _beyond(shifts, given.in_row, nurse.last, nurse.same)
    return cost + IN_ROW * _beyond(work, {"work": nurse.contract.work}, "work" if nurse.worked else OFF, nurse.worked)


def _beyond(days: list[str], ranges: dict[str, tuple[int, int]], last: str, before: int) -> int:
    """Return by how many days runs are too short or too long; the last may go on, the first has days from before."""
    runs = [(kind, len(list(some))) for kind, some in groupby(days)]
    beyond = 0
    if runs and last != runs[0][0] and last in ranges and before:
        beyond += max(0, ranges[last][0] - before)
    for place, (kind, length) in enumerate(runs):
        if kind not in ranges:
            continue
        low, high = ranges[kind]
        earlier = before if place == 0 and kind == last else 0
        beyond += max(0, length - max(0, high - earlier))
        if place < len(runs) - 1:
            beyond += max(0, low - earlier - length)
    return beyond


def report(given: Given, served: Served) -> str:
    """Return the text of the competition's validator."""
    width = max(map(len, served)) + 1
    weeks = len(given.need)
    header = " " * width + " ".join(["|" + "|".join(day[0] for day in DAYS) + "|"] * weeks)
    lines = [header, "-" * (width + (2 * WEEK + 2) * weeks + 1)]
    for who, days in served.items():
        letters = [shift[0] if shift else "-" for shift, _ in days]
        some = ["|" + "|".join(letters[week * WEEK : (week + 1) * WEEK]) + "|" for week in range(weeks)]
        lines.append(who.ljust(width) + " ".join(some))
    costs = soft(given, served)
    lines += ["", "", "Hard constraint violations", "--------------------------", ""]
    lines += [f"{what}: {count}" for what, count in hard(given, served).items()]
    lines += ["", "", "Cost per constraint type", "------------------------", ""]
    lines += [f"{what}: {cost}" for what, cost in costs.items()]
    return "\n".join([*lines, "", "------------------------", "", f"Total cost: {sum(costs.values())}", ""])
