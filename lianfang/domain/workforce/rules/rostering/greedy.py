"""The quick answer: shift after shift in the order of time, each to whoever it costs least; then the holes are mended.

It always gives an answer, and never one that breaks a hard rule about a person; what it cannot fill stays unfilled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.problem import EXPERIENCED, STAFF, Problem
from lianfang.kernel.areas import TOWN_DIGITS

Stop = Callable[[], bool]


def never() -> bool:
    """Never stop: the default of everything that can be cancelled."""
    return False


def quick(problem: Problem, stop: Stop = never) -> Draft:
    """Return a roster at once; stopped early, it holds what was filled until then."""
    draft = Draft(problem)
    fill(draft, range(len(draft.slots)), stop)
    mend(draft, stop)
    return draft


def fill(draft: Draft, slots: Iterable[int], stop: Stop = never) -> None:
    """Fill shifts with whoever costs least: from the post's own town, and from elsewhere when that is not enough."""
    towns: dict[str, list[int]] = {}
    for number, person in enumerate(draft.people):
        towns.setdefault(person.home[:TOWN_DIGITS], []).append(number)
    everyone = list(range(len(draft.people)))
    # because shifts come in the order of time, whoever still rests from the last one need not be looked at
    rested = [-(10**9)] * len(draft.people)
    for slot in slots:
        if stop():
            return
        home = draft.slots[slot].post.area_path[:TOWN_DIGITS]
        for people in (towns.get(home, []), everyone):
            if draft.lacks(slot):
                _fill_one(draft, slot, [one for one in people if rested[one] <= draft.duty[slot].starts])
        for one in draft.on[slot]:
            rested[one] = draft.duty[slot].rest_until


def _fill_one(draft: Draft, slot: int, people: list[int]) -> None:
    candidates = [one for one in people if draft.may_take(one, slot)]
    rare = [what for what in draft.asks[slot] if what not in (STAFF, EXPERIENCED)]
    for what in (*rare, EXPERIENCED, STAFF):
        while candidates and draft.lacks(slot).get(what, 0) and len(draft.on[slot]) < draft.asks[slot][STAFF]:
            able = [one for one in candidates if draft.counts_for(one, what)]
            if not able:
                break
            chosen = min(able, key=lambda one: _rank(draft, one, slot))
            draft.put(chosen, slot)
            candidates.remove(chosen)


def _rank(draft: Draft, person: int, slot: int) -> tuple[int, int, int, int, int]:
    """Return how dear somebody is: the soft cost, then nights and shifts so far, then skills better kept for others."""
    whoever = draft.people[person]
    spare = len(whoever.skills - draft.slots[slot].post.skills.keys()) + whoever.experienced
    nights = draft.nights[person] if draft.slots[slot].night is not None else 0
    return draft.price(person, slot), nights, draft.shifts[person], spare, person


def mend(draft: Draft, stop: Stop = never) -> None:
    """Fill what is still lacking by letting somebody change from another shift that somebody else can take."""
    for slot in list(draft.lacking()):
        if stop():
            return
        for what in reversed(draft.lacks(slot)):
            while draft.lacks(slot).get(what, 0) and mend_one(draft, slot, what):
                pass


def mend_one(draft: Draft, slot: int, what: str) -> list[tuple[int, int, bool]]:
    """Fill one place of a shift with the fewest changes; return them as (person, shift, put on), none when impossible.

    One change: somebody free takes the place, where need be instead of somebody who is there only as staff. Three
    changes: somebody changes over from another shift, which a third person takes.
    """
    for leaving in _who_could_leave(draft, slot, what):
        first = [(leaving, slot, False)] if leaving is not None else []
        _do(draft, first)
        moves = _directly(draft, slot, what) or _by_changing_over(draft, slot, what)
        if moves:
            _do(draft, moves)
            return first + moves
        if leaving is not None:
            draft.put(leaving, slot)
    return []


def _do(draft: Draft, moves: list[tuple[int, int, bool]]) -> None:
    for person, slot, is_put in moves:
        (draft.put if is_put else draft.take_off)(person, slot)


def _who_could_leave(draft: Draft, slot: int, what: str) -> Iterator[int | None]:
    """Yield nobody while there is a free place, else those on the shift whom it does not need otherwise."""
    if len(draft.on[slot]) < draft.asks[slot][STAFF]:
        yield None
        return
    lacks = draft.lacks(slot)
    for person in list(draft.on[slot]):
        draft.take_off(person, slot)
        without = {need: count for need, count in draft.lacks(slot).items() if need != STAFF}
        draft.put(person, slot)
        if without == {need: count for need, count in lacks.items() if need != STAFF} and what != STAFF:
            yield person


def _directly(draft: Draft, slot: int, what: str) -> list[tuple[int, int, bool]]:
    able = [one for one in range(len(draft.people)) if draft.counts_for(one, what) and draft.may_take(one, slot)]
    return [(min(able, key=lambda one: _rank(draft, one, slot)), slot, True)] if able else []


def _by_changing_over(draft: Draft, slot: int, what: str) -> list[tuple[int, int, bool]]:
    best: tuple[int, list[tuple[int, int, bool]]] | None = None
    for person in range(len(draft.people)):
        if not draft.counts_for(person, what) or not draft.is_able(person, slot):
            continue
        against = draft.clashes(person, slot)
        if person in draft.on[slot] or not against or len(against) > 1:
            continue
        other = against[0]
        if draft.duty[other].starts < draft.kept_until:
            continue
        draft.take_off(person, other)
        if draft.clashes(person, slot) == []:
            heir = _heir(draft, other, person, slot)
            price = draft.price(person, slot)
            if heir is not None and (best is None or price + heir[0] < best[0]):
                moves = [(person, other, False), (person, slot, True), (heir[1], other, True)]
                best = price + heir[0], moves
        draft.put(person, other)
    return best[1] if best else []


def _heir(draft: Draft, slot: int, leaving: int, taken: int) -> tuple[int, int] | None:
    """Return who best takes the shift that somebody leaves, with the price, so that it lacks no more than before."""
    needed = draft.lacks(slot)
    draft.put(leaving, slot)
    before = draft.lacks(slot)
    draft.take_off(leaving, slot)
    lost = [what for what in needed if needed[what] > before.get(what, 0)]
    found = [
        (draft.price(one, slot), one)
        for one in range(len(draft.people))
        if one != leaving and one not in draft.on[taken] and all(draft.counts_for(one, what) for what in lost)
        and draft.may_take(one, slot)
    ]  # fmt: skip
    return min(found, default=None)
