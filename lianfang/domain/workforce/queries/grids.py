"""A roster as a grid to look at and to change: each shift of each post, day by day, with what it lacks and breaks."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import names as area_names
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.rosters import (
    ALIVE,
    assignments_of,
    hours_of,
    kind_of,
    posts_of,
    problem_of,
    standing_of,
)
from lianfang.domain.workforce.rules import rostering as engine
from lianfang.domain.workforce.rules.rostering import Checked, Pattern, Problem, SlotKey, Unfilled

Cell = dict[str, Any]


def roster_grid(roster_id: UUID) -> dict[str, Any] | None:
    """Return a draft or published roster as lines of cells, checked anew by the rules; None for any other.

    A line is one shift of one post, a cell that shift on one day: {"people", "lacks", "broken"}, or None on a day the
    post does not stand. Who did not come counts as missing.
    """
    roster = Roster.objects.filter(pk=roster_id, state__in=ALIVE).first()
    if roster is None:
        return None
    posts, shifts = posts_of(roster), list(standing_of(roster))
    people = list(Responder.objects.filter(pk__in={one.responder_id for one in shifts}))
    problem = problem_of(
        roster.area_path, posts, people, roster.starts_on, roster.days, [one.pk for one in shifts]
    )  # fmt: skip
    came = [one for one in shifts if one.state != "no_show"]
    cells = _Cells(problem, shifts, engine.check(problem, assignments_of(came, roster.starts_on)))
    patterns = {one.key: one.pattern for one in problem.posts}
    names = area_names(post.area_path for post in posts)
    return {
        "id": str(roster.pk), "area": roster.area_path, "state": roster.state,
        "days": [(roster.starts_on + timedelta(days=number)).isoformat() for number in range(roster.days)],
        "weekend": sorted(problem.limits.weekend_days),
        "posts": [
            {"id": str(post.pk), "number": post.number, "name": post.name, "area": post.area_path,
             "place": names.get(post.area_path, ""), "staff": post.staff,
             "lines": cells.lines(post, patterns[str(post.pk)], roster.days)}
            for post in posts if str(post.pk) in patterns
        ],
    }  # fmt: skip


class _Cells:
    """The cells of one roster, by shift of a post and day."""

    def __init__(self, problem: Problem, shifts: list[Shift], checked: Checked) -> None:
        self.problem = problem
        self.slots = {slot.key: slot for slot in engine.slots_of(problem)}
        self.people: dict[SlotKey, list[Cell]] = defaultdict(list)
        self.lacks: dict[SlotKey, list[Cell]] = defaultdict(list)
        self.broken: dict[SlotKey, list[Cell]] = defaultdict(list)
        for shift, one in zip(shifts, assignments_of(shifts, problem.starts_on), strict=True):
            self.people[SlotKey(*one[1:])].append(_person(shift))
        for lack in checked.unfilled:
            self.lacks[SlotKey(lack.post, lack.day, lack.shift)].append(_lack(lack))
        for rule in checked.violations:
            told = {"who": rule.person, "words": rule.words.as_dict()}
            self.broken[SlotKey(rule.post, rule.day, rule.shift)].append(told)

    def lines(self, post: Post, pattern: Pattern, days: int) -> list[Cell]:
        return [
            {"kind": kind_of(pattern, kind.key), "label": kind.label.as_dict(),
             "hours": hours_of(kind),
             "night": engine.night_of(self.problem.limits, kind.span()) is not None,
             "cells": [self._cell(SlotKey(str(post.pk), day, kind.key)) for day in range(days)]}
            for kind in pattern.shifts
        ]  # fmt: skip

    def _cell(self, key: SlotKey) -> Cell | None:
        if key not in self.slots:
            return None
        return {"people": self.people[key], "lacks": self.lacks[key], "broken": self.broken[key]}


def _person(shift: Shift) -> Cell:
    return {"shift": str(shift.pk), "who": str(shift.responder_id), "name": shift.worker, "state": shift.state,
            "replaces": shift.replaces_id is not None}  # fmt: skip


def _lack(lack: Unfilled) -> Cell:
    return {"missing": lack.missing, "words": engine.words_for_need(lack.what).as_dict()}
