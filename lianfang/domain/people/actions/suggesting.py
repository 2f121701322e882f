"""Suggesting who may be in the register twice. It tells and keeps a suggestion; it never blocks and never merges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.domain.people.models import DuplicateSuggestion, Person
from lianfang.domain.people.rules import STRONGEST, Likeness, Sameness, common_area, judge_same
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.fields import within
from lianfang.kernel import names
from lianfang.kernel.areas import VILLAGE_DIGITS

COMPARED = ("name", "sound", "area_path", "sex", "born_on", "identity_index", "phone_index", "household_id")

Sign = tuple[str, ...]
Pair = tuple[Person, Person, Sameness]
Pairs = Mapping[tuple[UUID, UUID], Pair]


def likeness(row: Person) -> Likeness:
    """Return what of an entry is compared."""
    household = str(row.household_id or "")
    return Likeness(row.name, row.area_path, row.sex, row.born_on, row.identity_index, row.phone_index, household)


def suggest(rows: Sequence[Person], at: datetime, *, by_name: bool = True) -> list[Pair]:
    """Keep a suggestion for every entry that may be one of the given people, and return the pairs.

    Without `by_name` only identity numbers and phones are looked up: for thousands of rows at a time.
    """
    condition = Q(identity_index__in={row.identity_index for row in rows} - {""})
    condition |= Q(phone_index__in={row.phone_index for row in rows} - {""})
    if by_name:
        condition |= Q(name__in={row.name for row in rows})
        for row in rows:
            condition |= _near(row)
    mine = {row.pk for row in rows}
    others = (row for row in compared().filter(condition) if row.pk not in mine)
    return keep(_pairs_with(rows, chain(others, rows), by_name), at)


def compared() -> QuerySet[Person]:
    """Return entries with what is compared and nothing else: decrypting what nobody reads costs most of the time."""
    return Person.objects.exclude(status=Person.Status.MERGED).only(*COMPARED)


def _near(row: Person) -> Q:
    """Return the condition for names heard alike and for people born on the same day, in the row's village."""
    village = row.area_path[:VILLAGE_DIGITS]
    alike = Q(sound__in=names.sounds(row.name)) | (Q(born_on=row.born_on) if row.born_on else Q())
    return alike & within(village)


def _pairs_with(rows: Iterable[Person], others: Iterable[Person], by_name: bool) -> list[Pair]:
    """Return each of the rows paired with every other entry that is like it."""
    by_sign: dict[Sign, list[Person]] = defaultdict(list)
    for other in others:
        for sign in _signs(other, {other.sound}, by_name):
            by_sign[sign].append(other)
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    for row in rows:
        signs = _signs(row, names.sounds(row.name) if by_name else (), by_name)
        alike = {other.pk: other for sign in signs for other in by_sign.get(sign, ()) if other.pk != row.pk}
        for other in alike.values():
            add_pair(pairs, row, other)
    return list(pairs.values())


def _signs(row: Person, sounds: Iterable[str], by_name: bool) -> Iterator[Sign]:
    if row.identity_index:
        yield "identity", row.identity_index
    if row.phone_index:
        yield "phone", row.phone_index
    if by_name:
        village = row.area_path[:VILLAGE_DIGITS]
        yield "name", row.name
        yield from (("sound", one, village) for one in sounds)
        if row.born_on:
            yield "born", row.born_on.isoformat(), village


def add_pair(pairs: dict[tuple[UUID, UUID], Pair], a: Person, b: Person) -> None:
    """Put two entries down as a pair when they may be one person."""
    found = judge_same(likeness(a), likeness(b))
    if found is not None:
        first, second = sorted((a, b), key=lambda one: one.pk)
        pairs[(first.pk, second.pk)] = (first, second, found)


def keep(pairs: Sequence[Pair], at: datetime) -> list[Pair]:
    """Keep the pairs that were not suggested before; a pair once judged to be two people stays judged."""
    DuplicateSuggestion.objects.bulk_create(
        [
            DuplicateSuggestion(
                first=first, second=second, why=found.why, evidence=list(found.evidence), at=at,
                turn=STRONGEST - found.strength, area_path=common_area([first.area_path, second.area_path]),
            )
            for first, second, found in pairs
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )  # fmt: skip
    return list(pairs)


def told(actor: Actor, pairs: Iterable[Pair]) -> dict[str, Any]:
    """Return the pairs as far as the actor may see both ends, and how many more there are elsewhere."""
    known = list(pairs)
    seen = [pair for pair in known if all(actor.may("people.persons", one.area_path) for one in pair[:2])]
    return {
        "duplicates": [{"first": str(a.pk), "second": str(b.pk), "why": found.why} for a, b, found in seen],
        "duplicates_elsewhere": len(known) - len(seen),
    }
