"""Checks a roster on its own: every hard rule it breaks, in plain words, what it leaves unfilled, and its soft cost.

Shares no code with the planner beyond the description of the problem, so that neither can hide the other's mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from lianfang.domain.workforce.rules.rostering.problem import (
    DAY,
    EXPERIENCED,
    EXPOSURE,
    HOUR,
    LONG,
    NIGHT,
    STAFF,
    STANDING,
    Assignment,
    Cost,
    Person,
    Problem,
    Slot,
    SlotKey,
    Span,
    Unfilled,
    bars_of,
    fair_of,
    night_of,
    slots_of,
    steps_from_home,
    traits_of,
)
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.kernel.text import Bilingual, both

BARS: dict[str, Bilingual] = {
    NIGHT: both("夜班", "night duty"),
    EXPOSURE: both("高风险岗位", "high-exposure posts"),
    STANDING: both("久站岗位", "posts where one stands"),
    LONG: both("长班", "long shifts"),
}
_OTHER_NEEDS = {STAFF: both("人员", "people"), EXPERIENCED: both("有经验人员", "experienced people")}


@dataclass(frozen=True, slots=True)
class Violation:
    """One hard rule broken by one person's duty, in plain words that name neither illness nor age."""

    code: str
    person: str
    post: str
    day: int
    shift: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. A roster is good when it breaks nothing and leaves nothing unfilled."""

    violations: tuple[Violation, ...]
    unfilled: tuple[Unfilled, ...]
    cost: Cost

    @property
    def is_good(self) -> bool:
        return not self.violations and not self.unfilled


@dataclass(frozen=True, slots=True)
class _Duty:
    """Time on duty: an assignment with its slot, or what was fixed elsewhere."""

    span: Span
    night: int | None
    slot: Slot | None = None

    @property
    def rest(self) -> int:
        return self.slot.post.pattern.rest_minutes if self.slot else 0

    @property
    def allowed(self) -> int:
        return self.slot.post.pattern.most_minutes_in_24h if self.slot else 0


def check(problem: Problem, assignments: Iterable[Assignment]) -> Checked:
    """Return everything a roster breaks, leaves unfilled and costs. Raises nothing, whatever the roster holds."""
    given = list(assignments)
    slots = {slot.key: slot for slot in slots_of(problem)}
    people = {person.key: person for person in problem.people}
    violations = list(_unknown(given, slots, people))
    known = [one for one in dict.fromkeys(given) if one.person in people and SlotKey(*one[1:]) in slots]
    by_person: dict[str, list[Slot]] = {key: [] for key in people}
    by_slot: dict[SlotKey, list[Person]] = {key: [] for key in slots}
    for one in known:
        by_person[one.person].append(slots[SlotKey(*one[1:])])
        by_slot[SlotKey(*one[1:])].append(people[one.person])
    for key, served in by_person.items():
        violations += _of_person(problem, people[key], sorted(served, key=lambda slot: (slot.starts, slot.key)))
    unfilled = tuple(lack for key, slot in slots.items() for lack in lacks_of(slot, by_slot[key]))
    return Checked(tuple(violations), unfilled, _cost(problem, people, by_person, by_slot))


def lacks_of(slot: Slot, serving: list[Person]) -> Iterator[Unfilled]:
    """Yield what a shift lacks with these people on it."""
    for what, needed in slot.asks().items():
        there = sum(1 for person in serving if has(person, what))
        if there < needed:
            yield Unfilled(*slot.key, what, needed - there)


def has(person: Person, what: str) -> bool:
    """Say whether somebody counts for a need: everybody for staff, the experienced, whoever has the skill."""
    return what == STAFF or (person.experienced if what == EXPERIENCED else what in person.skills)


def words_for_need(what: str) -> Bilingual:
    """Return what a shift needs, in words."""
    return _OTHER_NEEDS.get(what) or SKILLS.get(what) or both(what, what)


def when(problem: Problem, slot: Slot) -> Bilingual:
    """Return a shift in words: the day, the shift, the post."""
    day = problem.starts_on + timedelta(days=slot.day)
    return both(f"{day.month} 月 {day.day} 日{slot.kind.label.zh}“{slot.post.name}”",
                f"{day.day} {day:%B}, {slot.kind.label.en.lower()}, {slot.post.name}")  # fmt: skip


def _unknown(given: list[Assignment], slots: dict[SlotKey, Slot], people: dict[str, Person]) -> Iterator[Violation]:
    for one, times in Counter(given).items():
        if one.person not in people:
            yield Violation("unknown_person", *one, both("名单中没有这个人", "Nobody of this key is on the list"))
        if SlotKey(*one[1:]) not in slots:
            yield Violation("unknown_shift", *one, both("没有这个班次", "There is no such shift"))
        if times > 1:
            yield Violation(
                "twice", *one, both(f"同一人在同一班次排了 {times} 次", f"Put on the same shift {times} times")
            )


def _of_person(problem: Problem, person: Person, served: list[Slot]) -> Iterator[Violation]:
    for slot in served:
        yield from _alone(problem, person, slot)
    duties = [_Duty(slot.span, slot.night, slot) for slot in served]
    duties += [_Duty(span, night_of(problem.limits, span)) for span in person.busy]
    duties.sort(key=lambda duty: (duty.span, duty.slot is not None))
    yield from _too_close(problem, person, duties)
    yield from _too_long(problem, person, duties)
    yield from _too_many_nights(problem, person, duties)


def _broken(problem: Problem, code: str, person: Person, slot: Slot, zh: str, en: str) -> Violation:
    at = when(problem, slot)
    words = both(f"{person.name}，{at.zh}：{zh}", f"{person.name}, {at.en}: {en}")
    return Violation(code, person.key, *slot.key, words)


def _alone(problem: Problem, person: Person, slot: Slot) -> Iterator[Violation]:
    if any(span.meets(slot.span) for span in person.away):
        yield _broken(problem, "away", person, slot, "这段时间不能上岗", "not available then")
    if person.only_posts and slot.post.key not in person.only_posts:
        yield _broken(problem, "other_post", person, slot, "只派往其他岗位", "sent to other posts only")
    for bar in sorted(bars_of(problem.limits, person) & traits_of(problem.limits, slot)):
        label = BARS[bar]
        yield _broken(problem, f"barred_{bar}", person, slot, f"不排{label.zh}", f"not to be put on {label.en}")


def _too_close(problem: Problem, person: Person, duties: list[_Duty]) -> Iterator[Violation]:
    for place, first in enumerate(duties):
        rest = max(problem.limits.least_rest_minutes, first.rest)
        for second in duties[place + 1 :]:
            at = second.slot or first.slot
            if at is None or second.span.starts >= first.span.ends + rest:
                continue
            if second.span.starts < first.span.ends:
                yield _broken(problem, "two_places", person, at, "同时排在两处", "on duty in two places at once")
            else:
                had, due = (second.span.starts - first.span.ends) / HOUR, rest / HOUR
                yield _broken(problem, "rest", person, at, f"两班之间只休息 {had:g} 小时，应至少 {due:g} 小时",
                              f"{had:g} hours of rest between two shifts, at least {due:g} are due")  # fmt: skip


def _too_long(problem: Problem, person: Person, duties: list[_Duty]) -> Iterator[Violation]:
    told: set[tuple[Span, ...]] = set()
    edges = {duty.span.starts for duty in duties} | {duty.span.ends - DAY for duty in duties}
    for start in sorted(edges):
        window = Span(start, start + DAY)
        within = [duty for duty in duties if duty.span.meets(window)]
        at = next((duty.slot for duty in reversed(within) if duty.slot), None)
        allowed = max([problem.limits.most_minutes_in_24h, *(duty.allowed for duty in within)])
        spent = sum(duty.span.shared(window) for duty in within)
        who = tuple(duty.span for duty in within)
        if at and spent > allowed and who not in told:
            told.add(who)
            had, most = spent / HOUR, allowed / HOUR
            yield _broken(problem, "hours", person, at, f"24 小时内在岗 {had:g} 小时，最多 {most:g} 小时",
                          f"{had:g} hours on duty within 24, at most {most:g} are allowed")  # fmt: skip


def _too_many_nights(problem: Problem, person: Person, duties: list[_Duty]) -> Iterator[Violation]:
    by_night: dict[int, Slot | None] = {}
    for duty in duties:
        if duty.night is not None:
            by_night[duty.night] = duty.slot or by_night.get(duty.night)
    most = problem.limits.most_nights_in_row
    for first in sorted(by_night):
        if first - 1 in by_night:
            continue
        last = first
        while last + 1 in by_night:
            last += 1
        at = next((by_night[night] for night in range(last, first - 1, -1) if by_night[night]), None)
        if at and last - first + 1 > most:
            yield _broken(problem, "nights", person, at, f"连续 {last - first + 1} 个夜班，最多 {most} 个",
                          f"{last - first + 1} nights in a row, at most {most} are allowed")  # fmt: skip


def _cost(
    problem: Problem,
    people: dict[str, Person],
    by_person: dict[str, list[Slot]],
    by_slot: dict[SlotKey, list[Person]],
) -> Cost:
    fair, weights = fair_of(problem), problem.weights
    rosters = by_person.values()
    return Cost(
        nights=weights.nights * sum(_excess(_count(all_of, "night"), fair.nights) for all_of in rosters),
        weekends=weights.weekends * sum(_excess(_count(all_of, "weekend"), fair.weekends) for all_of in rosters),
        shifts=weights.shifts * sum(_excess(len(all_of), fair.shifts) for all_of in rosters),
        distance=weights.distance
        * sum(steps_from_home(people[key].home, slot.post.area_path) for key, own in by_person.items() for slot in own),
        teams=weights.teams * sum(_teams_beyond_one(serving) for serving in by_slot.values()),
        wishes=weights.wishes * sum(_wishes_broken(people[key], own) for key, own in by_person.items()),
    )


def _count(served: list[Slot], what: str) -> int:
    return sum(1 for slot in served if (slot.weekend if what == "weekend" else slot.night is not None))


def _excess(count: int, fair: int) -> int:
    """Return what goes beyond a fair share: 1 for the first, 2 more for the second, so that it is spread."""
    beyond = max(0, count - fair)
    return beyond * (beyond + 1) // 2


def _teams_beyond_one(serving: list[Person]) -> int:
    return max(0, len({person.team for person in serving if person.team}) - 1)


def _wishes_broken(person: Person, served: list[Slot]) -> int:
    return sum(1 for wish in person.wishes if any(slot.span.meets(wish.span) for slot in served) == wish.wants_off)
