"""Reads of the register for other code, in bulk. Values come clear: what is shown to a person comes from a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Field, JSONField, Q, QuerySet, Value, When

from lianfang.domain.people.models import DuplicateSuggestion, Household, Person, RecordConflict
from lianfang.domain.people.rules import EVIDENCE, LIVING
from lianfang.foundation.access.actor import Actor, any_within
from lianfang.foundation.actions.states import when
from lianfang.foundation.lookups import chunks
from lianfang.foundation.privacy.classes import Level, PrivacyClass, hide_all
from lianfang.foundation.privacy.fields import blind, blinding, within
from lianfang.kernel.masks import mask_address, mask_name, mask_phone
from lianfang.kernel.text import Bilingual, both

# of a household: not closed
STANDING_HOUSEHOLD = when(lambda status: status != Household.Status.CLOSED, "status")
# of an entry of the register: somebody who lives here, or is away for a while
LIVES_HERE = when(lambda status: status in LIVING, "status")

_MOST_MERGES = 20
KEPT_QUIET = "地址保密"
ADDRESS = PrivacyClass.ADDRESS


_IDENTITY, _PHONE = "person.identity_number", "person.phone"


def identity_index(normal: str) -> str:
    """Return the blind index of an identity number in its normal form (kernel.identity)."""
    return blind(normal, _IDENTITY)


def phone_index(normal: str) -> str:
    """Return the blind index of a person's phone in its normal form (kernel.phones)."""
    return blind(normal, _PHONE)


def indexing() -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Return `identity_index` and `phone_index` for whoever asks them of many people at once."""
    return blinding(_IDENTITY), blinding(_PHONE)


def household_phone_index(normal: str) -> str:
    """Return the blind index of a household's phone in its normal form."""
    return blind(normal, "household.phone")


def find_household(household_id: UUID) -> Household | None:
    """Return the household, closed ones too."""
    return Household.objects.filter(pk=household_id).first()


def find_households(household_ids: Iterable[UUID]) -> dict[UUID, Household]:
    """Return the households that exist, by id."""
    found: dict[UUID, Household] = {}
    for chunk in chunks(household_ids):
        found |= Household.objects.in_bulk(chunk)
    return found


def find_person(person_id: UUID) -> Person | None:
    """Return the person; for an entry merged into another, the one that was kept."""
    person = Person.objects.select_related("household").filter(pk=person_id).first()
    return _kept([person])[0] if person else None


def find_persons(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return the persons by the id asked for; a merged entry leads to the one that was kept."""
    found: dict[UUID, Person] = {}
    for chunk in chunks(person_ids):
        people = list(Person.objects.select_related("household").filter(pk__in=chunk))
        found |= {asked.pk: kept for asked, kept in zip(people, _kept(people), strict=True)}
    return found


def entries_of(person_id: UUID) -> set[UUID]:
    """Return an entry and every entry that was merged into it, however many merges ago."""
    found, newest = {person_id}, {person_id}
    while newest:
        newest = set(Person.objects.filter(merged_into_id__in=newest).values_list("pk", flat=True)) - found
        found |= newest
    return found


def _kept(people: Sequence[Person]) -> list[Person]:
    """Return for each the entry it was merged into in the end, itself when it was not."""
    result = list(people)
    for _ in range(_MOST_MERGES):
        onward = {one.merged_into_id for one in result if one.merged_into_id}
        if not onward:
            break
        known = {one.pk: one for one in Person.objects.select_related("household").filter(pk__in=onward)}
        result = [known[one.merged_into_id] if one.merged_into_id else one for one in result]
    return result


def _grouped(field: str, keys: Iterable[str], *, living: bool, path: str = "") -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    rows = persons_within(path) if living else Person.objects.exclude(status=Person.Status.MERGED).filter(within(path))
    for chunk in chunks(key for key in keys if key):
        for person in rows.select_related("household").filter(**{f"{field}__in": chunk}).order_by("pk"):
            found[getattr(person, field)].append(person)
    return dict(found)


def persons_by_identity_index(indexes: Iterable[str]) -> dict[str, list[Person]]:
    """Return who carries each identity number, by blind index; those who left or died too, merged entries never."""
    return _grouped("identity_index", indexes, living=False)


def persons_by_phone_index(indexes: Iterable[str]) -> dict[str, list[Person]]:
    """Return who may be reached under each phone, by blind index. One phone may serve a whole family."""
    return _grouped("phone_index", indexes, living=True)


def persons_by_names(names: Iterable[str], path: str = "") -> dict[str, list[Person]]:
    """Return who bears each name (normal form) at or below an area."""
    return _grouped("name", names, living=True, path=path)


def households_by_phone_index(indexes: Iterable[str]) -> dict[str, list[Household]]:
    """Return the households with each phone, by blind index."""
    found: dict[str, list[Household]] = defaultdict(list)
    for chunk in chunks(index for index in indexes if index):
        for household in households_within().filter(phone_index__in=chunk).order_by("pk"):
            found[household.phone_index].append(household)
    return dict(found)


def households_within(path: str = "") -> QuerySet[Household]:
    """Return the open households at or below an area: the denominator of every sweep."""
    return Household.objects.filter(within(path)).exclude(status=Household.Status.CLOSED)


def persons_within(path: str = "") -> QuerySet[Person]:
    """Return the people living, away or visiting at or below an area."""
    return Person.objects.filter(within(path), status__in=LIVING)


def vulnerable_within(path: str = "") -> QuerySet[Person]:
    """Return the people with a vulnerability flag at or below an area."""
    return persons_within(path).filter(vulnerable=True)


def open_conflicts(path: str = "") -> QuerySet[RecordConflict]:
    """Return second edits at or below an area between which and the record nobody has chosen yet."""
    return RecordConflict.objects.filter(within(path), settled_at__isnull=True)


def standing_doubles() -> QuerySet[DuplicateSuggestion]:
    """Return the pairs that may be one person, without undecided ones of which an entry was merged into a third."""
    merged = Q(first__status=Person.Status.MERGED) | Q(second__status=Person.Status.MERGED)
    return DuplicateSuggestion.objects.exclude(merged, settled_at__isnull=True)


def evidence_words(codes: Iterable[str]) -> Bilingual:
    """Return in one sentence why two entries may be one person: 姓名同音，出生日期相同，同村."""
    told = [EVIDENCE[code] for code in codes if code in EVIDENCE]
    return both("，".join(one.zh for one in told), ", ".join(one.en for one in told))


_MARKED = ("name", "sex", "born_on", "identity_number", "phone", "guardian_name")


def ends_of(ends: dict[str, Any]) -> list[dict[str, Any]]:
    """Return both ends of a pair; of numbers only the blind index is known, which is enough to see what is equal."""
    each = (ends["first"], ends["second"])
    return [one | {"identity_number": one["identity_index"], "phone": one["phone_index"]} for one in each]


def show_marks(ends: dict[str, Any]) -> dict[str, str]:
    """Return for each field whether both say the same, different things, only one says something, or neither.

    Told by the server, because the values may be masked to whoever decides.
    """
    first, second = ends_of(ends)
    return {name: _mark(first.get(name), second.get(name)) for name in _MARKED}


def _mark(one: Any, other: Any) -> str:
    if one and other:
        return "same" if one == other else "differs"
    return "first" if one else "second" if other else "none"


def undecided_doubles(path: str, before: datetime) -> QuerySet[DuplicateSuggestion]:
    """Return the pairs at or below an area that were suggested before a moment and that nobody has decided about."""
    return standing_doubles().filter(within(path), settled_at__isnull=True, at__lte=before)


def persons_of_households(household_ids: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Return the people of each household in the order they were added."""
    found: dict[UUID, list[Person]] = defaultdict(list)
    for chunk in chunks(household_ids):
        for person in Person.objects.filter(household_id__in=chunk, status__in=LIVING).order_by("pk"):
            assert person.household_id is not None
            found[person.household_id].append(person)
    return dict(found)


def names_at(household_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of the households' heads by household, and of their living members by person."""
    found: dict[UUID, str] = {}
    for chunk in chunks(household_ids):
        found.update(Household.objects.filter(pk__in=chunk).values_list("pk", "head_name"))
        living = Person.objects.filter(household_id__in=chunk, status__in=LIVING)
        found.update(living.values_list("pk", "name"))
    return found


def walking_order(path: str) -> list[UUID]:
    """Return the open households of an area in the order one walks them: grid by grid, door by door."""
    return list(households_within(path).order_by("area_path", "order", "pk").values_list("pk", flat=True))


def shown_address(source: str, home: str, kind: Field[Any, Any] | None = None) -> Case:
    """Return an address column for lists: the words for a confidential address instead of one (P13).

    `home` is the ORM path to the household, `kind` the field of an encrypted address. The address itself is revealed
    one household at a time, from `people.households`, with a reason.
    """
    field = kind or CharField()
    quiet = When(Q(**{f"{home}confidential_address": True}), then=Value(KEPT_QUIET, output_field=field))
    return Case(quiet, default=F(source), output_field=field)


# who may set the flag also sees the reason that it hides: the health services
SEES_WHY = "health.mark_sensitive"


def shown_care(viewer: Actor, source: str, person: str = "", empty: Any = "") -> Any:
    """Return a column that says why somebody needs care: empty for a sensitive disease, but for health roles (P13).

    `person` is the ORM path to the person. What is hidden here is hidden from reveals, downloads and phones as well.
    """
    scopes = viewer.prefixes(SEES_WHY)
    if "" in scopes:
        return F(source)
    field: Field[Any, Any] = CharField() if isinstance(empty, str) else JSONField()
    quiet = Q(**{f"{person}sensitive_disease": True}) & ~any_within(scopes)
    return Case(When(quiet, then=Value(empty, output_field=field)), default=F(source), output_field=field)


def household_cards(viewer: Actor, household_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what a worker at the door sees of each household: number, address, head, phone, people; as the viewer may.

    Households outside the viewer's scope are left out.
    """
    cards: dict[UUID, dict[str, Any]] = {}
    for chunk in chunks(household_ids):
        rows = list(Household.objects.filter(viewer.scope("people.households"), pk__in=chunk))
        living = persons_of_households(row.pk for row in rows)
        cards |= {row.pk: _card(viewer, row, living.get(row.pk, [])) for row in rows}
    return cards


def _card(viewer: Actor, row: Household, living: list[Person]) -> dict[str, Any]:
    def seen(cls: PrivacyClass, value: str, mask: Any) -> str | None:
        level = viewer.level(cls, "people.households", row.area_path)
        return None if level is Level.HIDDEN else value if level is Level.CLEAR else mask(value)

    secret = row.confidential_address
    address = (PrivacyClass.IDENTITY, row.address, hide_all) if secret else (ADDRESS, row.address, mask_address)
    return {
        "id": str(row.pk), "area_path": row.area_path, "number": row.number, "order": row.order,
        "address": seen(*address),
        "head_name": seen(PrivacyClass.NAME, row.head_name, mask_name),
        "phone": seen(PrivacyClass.CONTACT, row.phone, mask_phone),
        "size": row.size, "status": row.status, "version": row.version,
        "persons": [{"id": str(one.pk), "relation": one.relation,
                     "name": seen(PrivacyClass.NAME, one.name, mask_name)} for one in living],
    }  # fmt: skip
