"""A part of a roster as a CP-SAT model: some people and some shifts are free, everything else stays as it is.

OR-tools is loaded here only when a model is made, so that a roster without improvement needs none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lianfang.domain.workforce.rules.rostering.drafting import EMPTY_PLACE, Draft, Duty, most_minutes, shared
from lianfang.domain.workforce.rules.rostering.problem import DAY, STAFF

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

# because a larger excess is counted only so far in the model; the true cost decides whether an answer is taken
_DEEPEST_EXCESS = 5

Terms = list[tuple[int, Any]]


class Part:
    """The model of one part. `solve` gives the free people's shifts, or None when nothing better was found."""

    def __init__(self, draft: Draft, people: Iterable[int], slots: Iterable[int]) -> None:
        from ortools.sat.python import cp_model

        self.draft, self.people = draft, sorted(people)
        self.slots = sorted(slots)
        self.model = cp_model.CpModel()
        self.objective: Terms = []
        self.x: dict[tuple[int, int], cp_model.IntVar] = {}
        self.kept = {person: self._kept(person) for person in self.people}
        self._places()
        for person in self.people:
            self._person(person)
        for slot in self.slots:
            self._slot(slot)
        self.model.minimize(sum(weight * term for weight, term in self.objective))

    def _kept(self, person: int) -> list[Duty]:
        free = set(self.slots)
        return [one for number, one in self.draft.held[person].items() if number not in free]

    def _places(self) -> None:
        for person in self.people:
            for slot in self.slots:
                if self.draft.is_able(person, slot) and not self._stands_against(person, slot):
                    place = self.model.new_bool_var("")
                    self.x[person, slot] = place
                    self.model.add_hint(place, person in self.draft.on[slot])

    def _stands_against(self, person: int, slot: int) -> bool:
        mine = self.draft.duty[slot]
        return any(one.starts < mine.rest_until and mine.starts < one.rest_until for one in self.kept[person])

    def _person(self, person: int) -> None:
        mine = [(self.draft.duty[slot], self.x[person, slot]) for slot in self.slots if (person, slot) in self.x]
        self._one_at_a_time(mine)
        self._hours(person, mine)
        self._nights_in_row(person, mine)
        self._shares(person, mine)
        self._wishes(person, mine)
        for slot in self.slots:
            if (person, slot) in self.x and self.draft.steps(person, slot):
                self._pay(self.draft.weights.distance * self.draft.steps(person, slot), self.x[person, slot])

    def _pay(self, weight: int, term: Any) -> None:
        self.objective.append((weight, term))

    def _one_at_a_time(self, mine: list[tuple[Duty, Any]]) -> None:
        """Forbid two places and too little rest: of all shifts that hold somebody at a moment, at most one."""
        told: set[frozenset[int]] = set()
        for moment in sorted({duty.starts for duty, _ in mine}):
            holding = [(duty.slot, place) for duty, place in mine if duty.starts <= moment < duty.rest_until]
            who = frozenset(slot for slot, _ in holding)
            if len(holding) > 1 and not any(who <= other for other in told):
                told.add(who)
                self.model.add_at_most_one(place for _, place in holding)

    def _hours(self, person: int, mine: list[tuple[Duty, Any]]) -> None:
        kept = self.kept[person]
        duties = [duty for duty, _ in mine] + kept
        least = self.draft.limits.most_minutes_in_24h
        for start in sorted({duty.starts for duty in duties} | {duty.ends - DAY for duty in duties}):
            free = [(duty, place) for duty, place in mine if duty.starts < start + DAY and start < duty.ends]
            fixed = [duty for duty in kept if duty.starts < start + DAY and start < duty.ends]
            if not free or most_minutes([duty for duty, _ in free] + fixed, start) <= least:
                continue
            spent = sum(shared(duty, start) * place for duty, place in free) + sum(shared(one, start) for one in fixed)
            self.model.add(spent <= self._allowance(free, fixed))

    def _allowance(self, free: list[tuple[Duty, Any]], fixed: list[Duty]) -> Any:
        """Return the minutes allowed in a window: what the most generous of its shifts allows, where it is worked."""
        general = max([self.draft.limits.most_minutes_in_24h, *(one.allowed for one in fixed)])
        generous = defaultdict(list)
        for duty, place in free:
            if duty.allowed > general:
                generous[duty.allowed].append(place)
        raised = {allowed: self.model.new_bool_var("") for allowed in generous}
        for allowed, is_raised in raised.items():
            self.model.add(is_raised <= sum(generous[allowed]))
        self.model.add_at_most_one(raised.values())
        return general + sum((allowed - general) * is_raised for allowed, is_raised in raised.items())

    def _nights_in_row(self, person: int, mine: list[tuple[Duty, Any]]) -> None:
        """Forbid too many nights in a row. Two shifts in one night count as two, which rest makes impossible anyway."""
        most = self.draft.limits.most_nights_in_row
        by_night: dict[int, list[Any]] = defaultdict(list)
        fixed = {duty.night for duty in self.kept[person]}
        for duty, place in mine:
            if duty.night is not None and duty.night not in fixed:
                by_night[duty.night].append(place)
        for first in range(min(by_night, default=0) - most, max(by_night, default=0) + 1):
            nights = range(first, first + most + 1)
            places = [place for night in nights for place in by_night.get(night, ())]
            there = sum(1 for night in nights if night in fixed)
            if places and there + sum(1 for night in nights if night in by_night) > most:
                self.model.add(sum(places) <= most - there)

    def _shares(self, person: int, mine: list[tuple[Duty, Any]]) -> None:
        draft, fair = self.draft, self.draft.fair
        kept = [draft.slots[duty.slot] for duty in self.kept[person] if duty.slot >= 0]
        for weight, share, counts in (
            (draft.weights.nights, fair.nights, lambda slot: slot.night is not None),
            (draft.weights.weekends, fair.weekends, lambda slot: slot.weekend),
            (draft.weights.shifts, fair.shifts, lambda slot: True),
        ):
            places = [place for duty, place in mine if counts(draft.slots[duty.slot])]
            room = share - sum(1 for slot in kept if counts(slot))
            now = sum(1 for duty, _ in mine if counts(draft.slots[duty.slot]) and person in draft.on[duty.slot])
            if weight and len(places) > room:
                self._excess(weight, places, room, now)

    def _excess(self, weight: int, places: list[Any], room: int, now: int) -> None:
        for step in range(min(_DEEPEST_EXCESS, len(places) - room)):
            beyond = self.model.new_int_var(0, len(places) - min(room, 0), "")
            self.model.add(beyond >= sum(places) - room - step)
            self.model.add_hint(beyond, max(0, now - room - step))
            self._pay(weight, beyond)

    def _wishes(self, person: int, mine: list[tuple[Duty, Any]]) -> None:
        for wish in self.draft.people[person].wishes:
            served = [place for duty, place in mine if duty.starts < wish.ends and wish.starts < duty.ends]
            is_decided = any(one.starts < wish.ends and wish.starts < one.ends and one.slot >= 0
                             for one in self.kept[person])  # fmt: skip
            if not served or is_decided:
                continue
            broken = self.model.new_bool_var("")
            is_served = any(person in self.draft.on[duty.slot] for duty, _ in mine
                            if duty.starts < wish.ends and wish.starts < duty.ends)  # fmt: skip
            self.model.add_hint(broken, is_served == wish.wants_off)
            if wish.wants_off:
                for place in served:
                    self.model.add_implication(place, broken)
            else:
                self.model.add_bool_or(broken, *served)
            self._pay(self.draft.weights.wishes, broken)

    def _slot(self, slot: int) -> None:
        staying = [one for one in self.draft.on[slot] if one not in self.kept]
        coming = {person: self.x[person, slot] for person in self.people if (person, slot) in self.x}
        for what, needed in self.draft.asks[slot].items():
            there = sum(1 for one in staying if self.draft.counts_for(one, what))
            places = [place for person, place in coming.items() if self.draft.counts_for(person, what)]
            if what == STAFF:
                self.model.add(sum(places) <= max(0, needed - there))
            if needed > there:
                missing = self.model.new_int_var(0, needed - there, "")
                self.model.add(sum(places) + missing >= needed - there)
                self.model.add_hint(missing, max(0, self.draft.missing[slot][what]))
                self._pay(EMPTY_PLACE, missing)
        if self.draft.weights.teams:
            self._teams(slot, staying, coming)

    def _teams(self, slot: int, staying: list[int], coming: dict[int, Any]) -> None:
        there = {self.draft.people[one].team for one in staying} - {""}
        by_team: dict[str, list[Any]] = defaultdict(list)
        for person, place in coming.items():
            team = self.draft.people[person].team
            if team and team not in there:
                by_team[team].append(place)
        if len(by_team) + len(there) < 2:
            return
        present = []
        now = self.draft.teams[slot]
        for team, places in by_team.items():
            is_there = self.model.new_bool_var("")
            self.model.add_hint(is_there, team in now)
            for place in places:
                self.model.add_implication(place, is_there)
            present.append(is_there)
        beyond = self.model.new_int_var(0, len(present) + len(there), "")
        self.model.add(beyond >= sum(present) + len(there) - 1)
        self.model.add_hint(beyond, max(0, len(now) - 1))
        self._pay(self.draft.weights.teams, beyond)

    def solve(self, seconds: float, effort: float, seed: int) -> dict[int, set[int]] | None:
        """Return the shifts of each free person, or None without an answer.

        `effort` bounds the search in the solver's own time, so that a part gives the same answer on any machine;
        `seconds` bounds it on the clock.
        """
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        taken: dict[int, set[int]] = {person: set() for person in self.people}
        for (person, slot), place in self.x.items():
            if solver.boolean_value(place):
                taken[person].add(slot)
        return taken
