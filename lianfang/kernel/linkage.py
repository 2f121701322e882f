"""Do two records speak of one thing? Fellegi-Sunter weights, learnt without answers, every reason told in words.

A record is a mapping of text. It may hold blind-index tokens: equality is all that is asked of them. Nothing is written
anywhere. Method: Fellegi and Sunter 1969; weights by expectation maximisation, Winkler 1988.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import prod

from lianfang.kernel.text import Bilingual, both

Record = Mapping[str, str]
Pattern = tuple[int, ...]
Key = Callable[[Record], str]

MISSING = -1
# because a chance of nothing would make one slip of the pen outweigh everything else: half a pair counts as met
_UNMET = 0.5
_ROUNDS = 25
_RANDOM_PAIRS = 50_000
_LIKELY_AT_FIRST = 0.9


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared: `judge` gives the level, 0 the closest, or MISSING; a sentence for every level."""

    code: str
    judge: Callable[[Record, Record], int]
    sentences: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """How often each level is met among pairs of one thing (`same`), of two things (`other`), and how many are one."""

    comparisons: tuple[Comparison, ...]
    same: tuple[tuple[float, ...], ...]
    other: tuple[tuple[float, ...], ...]
    share: float

    def likelihood(self, pattern: Pattern) -> float:
        """Return the probability, 0 to 1, that a pair of this pattern is one thing."""
        return _posterior(pattern, self.same, self.other, self.share)


@dataclass(frozen=True, slots=True)
class Linked:
    """A pair by the places of its records, the likelihood that they are one, and the pattern that tells why."""

    first: int
    second: int
    likelihood: float
    pattern: Pattern


def pattern_of(comparisons: Sequence[Comparison], one: Record, other: Record) -> Pattern:
    """Return the level of every comparison of a pair."""
    return tuple(each.judge(one, other) for each in comparisons)


def explain(comparisons: Sequence[Comparison], pattern: Pattern) -> Bilingual:
    """Return what agrees and what does not, in one sentence without personal data; what is missing is left out."""
    told = [each.sentences[level] for each, level in zip(comparisons, pattern, strict=True) if level != MISSING]
    return both("，".join(one.zh for one in told), ", ".join(one.en for one in told))


def pairs_within(records: Sequence[Record], keys: Sequence[Key], *, most_alike: int) -> set[tuple[int, int]]:
    """Return the pairs that share a key; a key that more than `most_alike` records share is no sign of anything."""
    groups = chain.from_iterable(_grouped(records, key).values() for key in keys)
    return {pair for group in groups if len(group) <= most_alike for pair in combinations(group, 2)}


def pairs_between(
    rows: Sequence[Record], register: Sequence[Record], keys: Sequence[Key], *, most_alike: int
) -> set[tuple[int, int]]:
    """Return (row, registered) pairs that share a key which at most `most_alike` of the register share."""
    found: set[tuple[int, int]] = set()
    for key in keys:
        wanted = _grouped(rows, key)
        known = _grouped(register, key, wanted)
        for sign, group in known.items():
            if len(group) <= most_alike:
                found.update((row, person) for row in wanted[sign] for person in group)
    return found


def learn(
    comparisons: Sequence[Comparison], rows: Sequence[Record], register: Sequence[Record], patterns: Iterable[Pattern]
) -> Model:
    """Return the weights: of two things from pairs drawn blindly, of one thing from the patterns of pairs alike.

    The share that is one thing is counted over all pairs there could be, those that share no key being two things: the
    weights of pairs drawn blindly hold there and not among pairs chosen for being alike. The same input gives the same.
    """
    told = Counter(patterns)
    possible = max(len(rows) * (len(rows) - 1) // 2 if rows is register else len(rows) * len(register), 1)
    sizes = [len(each.sentences) for each in comparisons]
    other = _shares(Counter(_drawn(comparisons, rows, register)), sizes)
    same, share = tuple(_at_first(size) for size in sizes), _share(told.total() / 2, possible)
    for _ in range(_ROUNDS):
        belief = {pattern: _posterior(pattern, same, other, share) for pattern in told}
        weighed = {pattern: count * belief[pattern] for pattern, count in told.items()}
        share = _share(sum(weighed.values()), possible)
        same = _shares(weighed, sizes)
    return Model(tuple(comparisons), same, other, share)


def link_within(
    records: Sequence[Record], comparisons: Sequence[Comparison], keys: Sequence[Key], *, most_alike: int
) -> list[Linked]:
    """Return every pair of the records that is worth a look, the likeliest first."""
    return _linked(records, records, comparisons, pairs_within(records, keys, most_alike=most_alike))


def link_between(
    rows: Sequence[Record],
    register: Sequence[Record],
    comparisons: Sequence[Comparison],
    keys: Sequence[Key],
    *,
    most_alike: int,
) -> list[Linked]:
    """Return every pair of a row and a registered record that is worth a look, the likeliest first."""
    return _linked(rows, register, comparisons, pairs_between(rows, register, keys, most_alike=most_alike))


def _linked(
    rows: Sequence[Record],
    register: Sequence[Record],
    comparisons: Sequence[Comparison],
    pairs: Iterable[tuple[int, int]],
) -> list[Linked]:
    known = {(a, b): pattern_of(comparisons, rows[a], register[b]) for a, b in sorted(pairs)}
    model = learn(comparisons, rows, register, known.values())
    likely = {pattern: model.likelihood(pattern) for pattern in set(known.values())}
    found = [Linked(a, b, likely[pattern], pattern) for (a, b), pattern in known.items()]
    return sorted(found, key=lambda one: (-one.likelihood, one.first, one.second))


def _grouped(records: Sequence[Record], key: Key, among: Mapping[str, object] | None = None) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        sign = key(record)
        if sign and (among is None or sign in among):
            groups[sign].append(place)
    return groups


def _drawn(comparisons: Sequence[Comparison], rows: Sequence[Record], register: Sequence[Record]) -> Iterator[Pattern]:
    """Yield the patterns of pairs drawn blindly: nearly all of them are two things."""
    if not rows or not register:
        return
    draw = random.Random(20200123)  # noqa: S311 - a fixed seed makes the weights repeatable; nothing is kept secret by it
    for _ in range(_RANDOM_PAIRS):
        one, other = draw.choice(rows), draw.choice(register)
        if one is not other:
            yield pattern_of(comparisons, one, other)


def _share(pairs: float, possible: int) -> float:
    return (pairs + _UNMET) / (possible + 1)


def _at_first(size: int) -> tuple[float, ...]:
    rest = (1 - _LIKELY_AT_FIRST) / max(size - 1, 1)
    return (_LIKELY_AT_FIRST, *(rest for _ in range(size - 1)))


def _shares(told: Mapping[Pattern, float], sizes: Sequence[int]) -> tuple[tuple[float, ...], ...]:
    met = [[_UNMET] * size for size in sizes]
    for pattern, weight in told.items():
        for place, level in enumerate(pattern):
            if level != MISSING:
                met[place][level] += weight
    return tuple(tuple(one / sum(levels) for one in levels) for levels in met)


def _posterior(
    pattern: Pattern, same: Sequence[Sequence[float]], other: Sequence[Sequence[float]], share: float
) -> float:
    seen = [(place, level) for place, level in enumerate(pattern) if level != MISSING]
    one = share * prod(same[place][level] for place, level in seen)
    two = (1 - share) * prod(other[place][level] for place, level in seen)
    return one / (one + two)
