"""Says in plain words why shifts stay unfilled: the fewest conflicts that together explain all of them.

A conflict is a count that cannot work out: so many posts need a medic at one moment and fewer can be there, or so many
nights are asked of people who cannot work as many. What no count explains is told with what keeps everybody from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from lianfang.domain.workforce.rules.rostering.checking import BARS, when, words_for_need
from lianfang.domain.workforce.rules.rostering.drafting import Draft
from lianfang.domain.workforce.rules.rostering.problem import EXPERIENCED, STAFF, Slot, bars_of, traits_of
from lianfang.kernel.text import Bilingual, both

Lack = tuple[int, str]

_MOST_TOLD_ALONE = 10
_MOST_DAYS_NAMED = 3
_ONE = {
    STAFF: both("人员", "somebody"),
    EXPERIENCED: both("有经验人员", "somebody experienced"),
    "medic": both("医护人员", "a medic"),
}
_SEVERAL = {
    STAFF: both("人员", "people"),
    EXPERIENCED: both("有经验人员", "experienced people"),
    "medic": both("医护人员", "medics"),
}


@dataclass(frozen=True, slots=True)
class _Conflict:
    """One count that cannot work out, with the lacks it explains; `alike` joins the same count on several days."""

    lacks: frozenset[Lack]
    alike: tuple[object, ...]
    slots: frozenset[int]
    what: str
    places: int
    people: frozenset[int]


def conflicts_of(draft: Draft) -> tuple[Bilingual, ...]:
    """Return why shifts of a draft stay unfilled, the weightiest first; nothing for a full roster."""
    lacks = {(slot, what) for slot in draft.lacking() for what in draft.lacks(slot)}
    counts = [one for what in sorted({what for _, what in lacks}) for one in _counts(draft, what, lacks)]
    chosen = _fewest(counts, lacks)
    left = lacks - {lack for one in chosen for lack in one.lacks}
    periods, left = _periods(draft, left)
    return (*_joined(draft, chosen), *periods, *_alone(draft, sorted(left)))


def _counts(draft: Draft, what: str, lacks: set[Lack]) -> Iterable[_Conflict]:
    """Yield for every moment when something lacks the posts that cannot all have it, and who could be there."""
    moments = {draft.duty[slot].starts for slot, lacked in lacks if lacked == what}
    for moment in sorted(moments):
        asking = [number for number, duty in enumerate(draft.duty)
                  if duty.starts <= moment < duty.ends and draft.asks[number].get(what, 0)]  # fmt: skip
        able = {slot: [one for one in range(len(draft.people))
                       if draft.counts_for(one, what) and draft.is_able(one, slot)] for slot in asking}  # fmt: skip
        for slots, people in _short(able, {slot: draft.asks[slot][what] for slot in asking}):
            yield _Conflict(
                frozenset((slot, what) for slot in slots) & frozenset(lacks),
                (what, frozenset((draft.slots[one].post.key, draft.slots[one].kind.key) for one in slots), len(people)),
                slots, what, sum(draft.asks[slot][what] for slot in slots), people,
            )  # fmt: skip


def _short(able: dict[int, list[int]], needs: dict[int, int]) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Return each group of shifts that together need more people than could be on any of them (Hall's theorem)."""
    at: dict[int, int] = {}

    def place(slot: int, seen: set[int]) -> bool:
        for person in able[slot]:
            if person not in seen:
                seen.add(person)
                if person not in at or place(at[person], seen):
                    at[person] = slot
                    return True
        return False

    short = [slot for slot, needed in needs.items() if sum(place(slot, set()) for _ in range(needed)) < needed]
    groups: list[tuple[set[int], set[int]]] = []
    for first in short:
        slots, people, waiting = {first}, set[int](), [first]
        while waiting:
            for person in able[waiting.pop()]:
                people.add(person)
                if person in at and at[person] not in slots:
                    slots.add(at[person])
                    waiting.append(at[person])
        # because shifts that wait for the same people are one conflict
        for other in [group for group in groups if group[1] & people or group[0] & slots]:
            groups.remove(other)
            slots, people = slots | other[0], people | other[1]
        groups.append((slots, people))
    return [(frozenset(slots), frozenset(people)) for slots, people in groups]


def _fewest(found: list[_Conflict], lacks: set[Lack]) -> list[_Conflict]:
    """Return the fewest conflicts that explain as much as all of them: first those that explain most."""
    left, chosen = set(lacks), []
    while best := max(found, key=lambda one: (len(one.lacks & left), -len(one.slots)), default=None):
        if not best.lacks & left:
            break
        chosen.append(best)
        left -= best.lacks
    return chosen


def _joined(draft: Draft, chosen: list[_Conflict]) -> tuple[Bilingual, ...]:
    groups: dict[tuple[object, ...], list[_Conflict]] = defaultdict(list)
    for one in chosen:
        groups[one.alike].append(one)
    ordered = sorted(groups.values(), key=lambda some: -sum(one.places - len(one.people) for one in some))
    return tuple(_words(draft, some) for some in ordered)


def _words(draft: Draft, some: list[_Conflict]) -> Bilingual:
    one = some[0]
    slots = [draft.slots[number] for number in sorted(one.slots)]
    posts, there = len({slot.post.key for slot in slots}), len(one.people)
    needed = _need(one.what, one.places, posts)
    at, on = _shift(slots), _days(draft, [draft.slots[min(each.slots)].day for each in some])
    because = _because(draft, one)
    several = _SEVERAL.get(one.what) or _skilled(one.what)
    return both(
        f"{on.zh}{at.zh}：{posts} 个岗位需要{needed.zh}，能上岗的{several.zh}只有 {there} 人{because.zh}",
        f"{posts} post{'s' if posts > 1 else ''} need{'' if posts > 1 else 's'} {needed.en} {at.en}{on.en}, "
        f"{there} {several.en if there != 1 else _single(one.what)} can work then{because.en}",
    )


def _skilled(what: str) -> Bilingual:
    label = words_for_need(what)
    return both(f"会{label.zh}的人", f"people for {label.en.lower()}")


def _single(what: str) -> str:
    return {STAFF: "person", EXPERIENCED: "experienced person", "medic": "medic"}.get(what, "person for it")


def _need(what: str, places: int, posts: int) -> Bilingual:
    one, several = _ONE.get(what) or _skilled(what), _SEVERAL.get(what) or _skilled(what)
    if places == posts:
        return both(f"各 1 名{one.zh}" if posts > 1 else f" 1 名{one.zh}", one.en)
    return both(f"共 {places} 名{several.zh}", f"{places} {several.en}")


def _shift(slots: list[Slot]) -> Bilingual:
    if all(slot.night is not None for slot in slots):
        return both("夜班", "at night")
    labels = {slot.kind.label for slot in slots}
    if len(labels) == 1:
        label = labels.pop()
        return both(label.zh, f"on the {label.en.lower()} shift")
    start = max(slot.kind.starts for slot in slots)
    clock = f"{start // 60:02d}:{start % 60:02d}"
    return both(clock, f"at {clock}")


def _days(draft: Draft, days: list[int]) -> Bilingual:
    named = sorted(set(days))
    if len(named) == draft.problem.days > 1:
        return both("每天", "")
    if len(named) > _MOST_DAYS_NAMED:
        return both(f"有 {len(named)} 天", f" on {len(named)} days")
    dates = [draft.problem.starts_on + timedelta(days=day) for day in named]
    return both("、".join(f"{one.month} 月 {one.day} 日" for one in dates),
                " on " + ", ".join(f"{one.day} {one:%B}" for one in dates))  # fmt: skip


def _because(draft: Draft, one: _Conflict) -> Bilingual:
    """Return how many more have what is needed and why they cannot be there: counts, as limits are private."""
    reasons: Counter[Bilingual] = Counter()
    for person in range(len(draft.people)):
        if person not in one.people and draft.counts_for(person, one.what):
            reasons[_why_not(draft, person, min(one.slots))] += 1
    if not reasons:
        return both("", "")
    zh = "、".join(f"{count} 人{why.zh}" for why, count in reasons.most_common())
    en = ", ".join(f"{count} {why.en}" for why, count in reasons.most_common())
    return both(f"（另有 {zh}）", f" (besides: {en})")


def _why_not(draft: Draft, person: int, slot: int) -> Bilingual:
    whoever, there = draft.people[person], draft.slots[slot]
    if any(span.meets(there.span) for span in whoever.away):
        return both("不在", "away")
    if whoever.only_posts and there.post.key not in whoever.only_posts:
        return both("派往其他岗位", "sent to other posts")
    bars = sorted(bars_of(draft.limits, whoever) & traits_of(draft.limits, there))
    if bars:
        return both(f"不排{BARS[bars[0]].zh}", f"not to be put on {BARS[bars[0]].en}")
    if not draft.is_free(person, slot):
        return both("在岗或须休息", "on duty or due rest")
    return both("已排在该班", "on this shift already")


def _periods(draft: Draft, left: set[Lack]) -> tuple[list[Bilingual], set[Lack]]:
    """Return where the whole roster asks more shifts than those who could take them can work; and what is left."""
    told = []
    for what in sorted({what for _, what in left}):
        for is_night in (True, False):
            slots = [number for number, duty in enumerate(draft.duty)
                     if draft.asks[number].get(what, 0) and (duty.night is not None or not is_night)]  # fmt: skip
            asked = sum(draft.asks[slot][what] for slot in slots)
            mask = sum(1 << slot for slot in slots)
            people = [one for one in range(len(draft.people)) if draft.counts_for(one, what) and draft.able[one] & mask]
            most = sum(_most_shifts(draft, one, slots) for one in people)
            if asked > most and any(slot in slots for slot, lacked in left if lacked == what):
                left = left - {(slot, what) for slot in slots}
                told.append(_period(draft, what, asked, len(people), most, is_night))
    return told, left


def _period(draft: Draft, what: str, asked: int, people: int, most: int, is_night: bool) -> Bilingual:
    days, several = draft.problem.days, _SEVERAL.get(what) or _skilled(what)
    kind = both("夜班", "night shifts") if is_night else both("班", "shifts")
    return both(
        f"{days} 天里{kind.zh}共需{several.zh} {asked} 人次，能排的 {people} 人按休息要求最多 {most} 人次",
        f"{asked} {kind.en} in {days} days need {several.en}; "
        f"the {people} who can work them manage at most {most} with rest",
    )


def _most_shifts(draft: Draft, person: int, slots: list[int]) -> int:
    """Return how many of some shifts one person can work at most: the one that ends first, again and again."""
    count, free_at, nights = 0, -(10**9), list[int]()
    able = [draft.duty[one] for one in slots if draft.is_able(person, one)]
    for duty in sorted(able, key=lambda one: one.rest_until):
        if duty.starts < free_at:
            continue
        count, free_at = count + 1, duty.rest_until
        if duty.night is not None:
            nights.append(duty.night)
    if not nights or any(duty.night is None for duty in able):
        return count
    span = max(nights) - min(nights) + 1
    return min(count, span - span // (draft.limits.most_nights_in_row + 1))


def _alone(draft: Draft, lacks: list[Lack]) -> Iterable[Bilingual]:
    """Yield for shifts that no count explains what keeps everybody from each."""
    for slot, what in lacks[:_MOST_TOLD_ALONE]:
        missing, at = draft.lacks(slot)[what], when(draft.problem, draft.slots[slot])
        several = _SEVERAL.get(what) or _skilled(what)
        one = _Conflict(frozenset(), (), frozenset({slot}), what, missing, frozenset())
        because = _because(draft, one)
        who = several.en if missing != 1 else _single(what)
        yield both(f"{at.zh}还缺 {missing} 名{several.zh}{because.zh}", f"{at.en}: {missing} {who} short{because.en}")
    if len(lacks) > _MOST_TOLD_ALONE:
        more = len(lacks) - _MOST_TOLD_ALONE
        yield both(f"另有 {more} 处空缺", f"{more} more places are empty")
