"""Suggesting who may be in the register twice. It tells and keeps a suggestion; it never blocks and never merges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, combinations
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from lianfang.domain.people.models import DuplicateSuggestion, Person
from lianfang.domain.people.rules import VILLAGE_DIGITS, Likeness, Why, common_area, why_same
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.fields import within

# a name that stands in the village more often than this is no sign of anything
MOST_ALIKE = 12

Pair = tuple[Person, Person, Why]


def likeness(row: Person) -> Likeness:
    """Return what of an entry is compared."""
    return Likeness(row.name, row.area_path, row.sex, row.born_on, row.identity_index, row.phone_index)


def suggest(rows: Sequence[Person], at: datetime, *, by_name: bool = True) -> list[Pair]:
    """Keep a suggestion for every entry that may be one of the given people, and return the pairs.

    Without `by_name` only identity numbers and phones are looked up: for thousands of rows at a time.
    """
    condition = Q(identity_index__in={row.identity_index for row in rows} - {""})
    condition |= Q(phone_index__in={row.phone_index for row in rows} - {""})
    if by_name:
        condition |= Q(name__in={row.name for row in rows})
    mine = {row.pk for row in rows}
    others = (row for row in _compared().filter(condition) if row.pk not in mine)
    return keep(_pairs_with(rows, chain(others, rows), by_name), at)


def _compared() -> QuerySet[Person]:
    """Return entries with what is compared and nothing else: decrypting what nobody reads costs most of the time."""
    return Person.objects.exclude(status=Person.Status.MERGED).only(
        "name", "area_path", "sex", "born_on", "identity_index", "phone_index"
    )


def _pairs_with(rows: Iterable[Person], others: Iterable[Person], by_name: bool) -> list[Pair]:
    """Return each of the rows paired with every other entry that is like it."""
    by_sign: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for other in others:
        for sign in _signs(other, by_name):
            by_sign[sign].append(other)
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    for row in rows:
        alike = {
            other.pk: other for sign in _signs(row, by_name) for other in by_sign.get(sign, ()) if other.pk != row.pk
        }
        for other in alike.values():
            _add(pairs, row, other)
    return list(pairs.values())


def _signs(row: Person, by_name: bool) -> list[tuple[str, str]]:
    signs = (("identity", row.identity_index), ("phone", row.phone_index), ("name", row.name if by_name else ""))
    return [sign for sign in signs if sign[1]]


def _add(pairs: dict[tuple[UUID, UUID], Pair], a: Person, b: Person) -> None:
    why = why_same(likeness(a), likeness(b))
    if why is not None:
        first, second = sorted((a, b), key=lambda one: one.pk)
        pairs[(first.pk, second.pk)] = (first, second, why)


def seek(path: str, at: datetime) -> list[Pair]:
    """Look through a whole area for entries that may be one person, and keep the suggestions."""
    people = _compared().filter(within(path))
    village = people.annotate(village=Substr("area_path", 1, VILLAGE_DIGITS))
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    for rows, signs in (
        (people.exclude(identity_index=""), ("identity_index",)),
        (people.exclude(phone_index=""), ("name", "phone_index")),
        (people.filter(born_on__isnull=False), ("name", "born_on")),
        (village, ("name", "village")),
        (village.filter(born_on__isnull=False), ("born_on", "village")),
    ):
        for group in _groups(rows, signs):
            for a, b in combinations(group, 2):
                _add(pairs, a, b)
    return keep(list(pairs.values()), at)


def _groups(rows: Any, signs: tuple[str, ...]) -> list[list[Person]]:
    """Return the entries that share all the signs, in groups of two to MOST_ALIKE."""
    often = rows.values(*signs).annotate(n=Count("pk")).filter(n__gt=1, n__lte=MOST_ALIKE)
    keys = {tuple(row[sign] for sign in signs) for row in often.order_by()}
    first = {key[0] for key in keys}
    groups: dict[tuple[Any, ...], list[Person]] = defaultdict(list)
    wanted = rows.filter(**{f"{signs[0]}__in": first}) if len(first) <= 5000 else rows
    for row in wanted.iterator(chunk_size=2000):
        key = tuple(getattr(row, sign) for sign in signs)
        if key in keys:
            groups[key].append(row)
    return list(groups.values())


def keep(pairs: list[Pair], at: datetime) -> list[Pair]:
    """Keep the pairs that were not suggested before; a pair once judged to be two people stays judged."""
    DuplicateSuggestion.objects.bulk_create(
        [
            DuplicateSuggestion(
                first=first, second=second, why=why, at=at, area_path=common_area([first.area_path, second.area_path])
            )
            for first, second, why in pairs
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return pairs


def told(actor: Actor, pairs: Iterable[Pair]) -> dict[str, Any]:
    """Return the pairs as far as the actor may see both ends, and how many more there are elsewhere."""
    known = list(pairs)
    seen = [pair for pair in known if all(actor.may("people.persons", one.area_path) for one in pair[:2])]
    return {
        "duplicates": [{"first": str(a.pk), "second": str(b.pk), "why": why} for a, b, why in seen],
        "duplicates_elsewhere": len(known) - len(seen),
    }
