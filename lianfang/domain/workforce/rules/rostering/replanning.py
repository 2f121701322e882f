"""Changes a published roster as little as possible, says what changed and why, and names who could step in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lianfang.domain.workforce.rules.rostering.checking import check, when
from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.greedy import mend_one
from lianfang.domain.workforce.rules.rostering.problem import (
    HOUR,
    STAFF,
    Assignment,
    Cost,
    Problem,
    SlotKey,
    Unfilled,
)
from lianfang.kernel.text import Bilingual, both

REMOVED, ADDED = "removed", "added"


@dataclass(frozen=True, slots=True)
class Change:
    """One person taken off a shift or put on one, and why."""

    kind: str
    assignment: Assignment
    why: Bilingual


@dataclass(frozen=True, slots=True)
class Replan:
    """The roster after a change of circumstances, with every change to what was published."""

    assignments: tuple[Assignment, ...]
    unfilled: tuple[Unfilled, ...]
    changes: tuple[Change, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Substitute:
    """Somebody who could take a shift, what speaks for them, and what it adds to the soft cost."""

    person: str
    reasons: tuple[Bilingual, ...]
    cost: int


def replan(problem: Problem, published: Iterable[Assignment], *, keep_until: int = 0) -> Replan:
    """Return the published roster with as few changes as are needed to keep every rule and fill every hole it can.

    The problem already says what is new: somebody's absence, a post withdrawn or set up. What begins before the minute
    `keep_until` stays as it was. Each hole is filled by somebody free, or else by one change-over and one substitute.
    """
    before = tuple(dict.fromkeys(published))
    draft, changes = _kept(problem, before, keep_until)
    for slot in list(draft.lacking()):
        if draft.duty[slot].starts < keep_until:
            continue
        # because a medic fills a place of the staff too, and not the other way round
        for what in reversed(draft.lacks(slot)):
            while draft.lacks(slot).get(what, 0) and (moves := mend_one(draft, slot, what)):
                changes += [_moved(draft, move, moves, slot) for move in moves]
    found = check(problem, draft.assignments())
    return Replan(draft.assignments(), found.unfilled, tuple(_without_returns(changes)), found.cost)


def _kept(problem: Problem, published: tuple[Assignment, ...], keep_until: int) -> tuple[Draft, list[Change]]:
    """Return a draft with all of the roster that can stay, and what cannot with the reason."""
    draft, changes = Draft(problem), []
    draft.kept_until = keep_until
    for one in sorted(published, key=lambda one: one.day):
        person, slot = draft.person_number.get(one.person), draft.slot_number.get(SlotKey(*one[1:]))
        if slot is None:
            changes.append(Change(REMOVED, one, both("该班次已撤销", "The shift is no longer needed")))
        elif person is None:
            changes.append(Change(REMOVED, one, both("此人已不在名单上", "No longer on the list")))
        elif draft.may_take(person, slot) or draft.duty[slot].starts < keep_until:
            draft.put(person, slot)
        else:
            changes.append(Change(REMOVED, one, _why(problem, draft, one)))
    return draft, changes


def _why(problem: Problem, draft: Draft, one: Assignment) -> Bilingual:
    broken = check(problem, [*draft.assignments(), one]).violations
    words = [each.words for each in broken if each.person == one.person]
    return words[0] if words else both("不能再排在该班", "Can no longer be on this shift")


def _moved(draft: Draft, move: tuple[int, int, bool], moves: list[tuple[int, int, bool]], hole: int) -> Change:
    person, slot, is_put = move
    at = when(draft.problem, draft.slots[hole])
    one = Assignment(draft.people[person].key, *draft.slots[slot].key)
    if slot == hole and is_put:
        why = both("补上该班空缺", "Fills the place left empty")
    elif is_put:
        why = both(f"接替改去{at.zh}的人", f"Takes over from whoever changes to {at.en}")
    elif slot == hole:
        why = both("由具备所需条件的人顶替", "Makes room for somebody with what the shift needs")
    else:
        why = both(f"改去{at.zh}，那里没有别人能上", f"Changes over to {at.en}, where nobody else can serve")
    return Change(ADDED if is_put else REMOVED, one, why)


def _without_returns(changes: list[Change]) -> list[Change]:
    """Leave out what was first taken away and then put back, or the other way round."""
    last = {change.assignment: change for change in changes}
    times: dict[Assignment, int] = {}
    for change in changes:
        times[change.assignment] = times.get(change.assignment, 0) + 1
    return [change for one, change in last.items() if times[one] % 2]


def substitutes(
    problem: Problem, published: Iterable[Assignment], place: SlotKey, *, instead_of: str = "", most: int = 5
) -> tuple[Substitute, ...]:
    """Return who could take a shift without breaking any rule, best first, with what speaks for each.

    `instead_of` names whom they would replace; who has what the shift then lacks comes first. Nobody who is on leave,
    barred, due rest or already on duty is named. A shift the problem does not know has no substitutes.
    """
    draft, _ = _kept(problem, tuple(dict.fromkeys(published)), 10**9)
    slot = draft.slot_number.get(SlotKey(*place))
    if slot is None:
        return ()
    leaving = draft.person_number.get(instead_of)
    if leaving is not None and leaving in draft.on[slot]:
        draft.take_off(leaving, slot)
    lacked = [what for what in draft.lacks(slot) if what != STAFF]
    able = [one for one in range(len(draft.people)) if one != leaving and draft.may_take(one, slot)]

    def rank(one: int) -> tuple[int, int, int, int]:
        return (-sum(draft.counts_for(one, what) for what in lacked), draft.price(one, slot), draft.shifts[one], one)

    return tuple(
        Substitute(draft.people[one].key, tuple(_reasons(draft, one, slot, lacked)), draft.price(one, slot))
        for one in sorted(able, key=rank)[:most]
    )


def _reasons(draft: Draft, person: int, slot: int, lacked: list[str]) -> Iterable[Bilingual]:
    if any(draft.counts_for(person, what) for what in lacked):
        yield both("具备该班所缺的条件", "Has what the shift lacks")
    steps = draft.steps(person, slot)
    if steps == 0:
        yield both("就在本地", "Lives there")
    elif steps == 1:
        yield both("同一乡镇", "Lives in the same town")
    if draft.people[person].team and draft.people[person].team in draft.teams[slot]:
        yield both("与该班同队", "Of the same team as the others")
    nights, shifts = draft.nights[person], draft.shifts[person]
    yield both(
        f"本期已排 {shifts} 班，其中夜班 {nights} 个", f"Has {shifts} shifts in this roster, {nights} of them nights"
    )
    ended = [duty.ends for duty in draft.held[person].values() if duty.ends <= draft.duty[slot].starts]
    if ended:
        rest = (draft.duty[slot].starts - max(ended)) / HOUR
        yield both(f"此前已休息 {rest:g} 小时", f"Will have rested {rest:g} hours")
    for number in draft.wish_slots[person].get(slot, ()):
        if draft.people[person].wishes[number].wants_off:
            yield both("但希望这段时间休息", "But would like this time off")
        else:
            yield both("希望在这段时间上岗", "Would like to serve then")
