"""Reads for leads, in bulk: who in the register a row may be, which lead speaks of the same person, who goes there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Concat, Left

from lianfang.domain.areas.queries import ancestors_of, level_of
from lianfang.domain.organisation.queries import answerable_for_households, who_answers_for_many
from lianfang.domain.people.queries import KEPT_QUIET, indexing, persons_within
from lianfang.domain.screening.models.leads import Lead
from lianfang.domain.screening.rules import Match, Particulars, match
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.intake.targets import Rows
from lianfang.foundation.lookups import AMONG, chunks
from lianfang.kernel.areas import COUNTY_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.names import sounds

# Who goes to a door, nearest first, where nobody was named responsible.
_GOING_ROLES = ("grid_worker", "village_secretary", "township_coordinator")
_NEAR = ("village", "grid", "micro_grid")
_COLUMNS = ("pk", "name", "identity_index", "phone_index", "area_path", "born_on", "sex")
_PERSON_COLUMNS = (*_COLUMNS, "household_id")
_LEAD_COLUMNS = (
    "pk", "name", "identity_index", "phone_index", "area_path", "born_on", "sex", "same_as_id", "person_id", "state",
    "outcome", "measure", "received_at", "verified_address", "last_there_on",
)  # fmt: skip

# so many leads are known by all their numbers sooner than thousands of numbers are asked for, portion after portion
FEW = 20_000

_Found = dict[Any, list[Particulars]]
# household and area of people by their id
Homes = dict[str, tuple[UUID | None, str]]


def particulars(rows: Rows) -> list[Particulars]:
    """Return what each row says about a person, numbers as the register's blind indexes."""
    of_identity, of_phone = indexing()
    said = zip(
        rows.said("name", ""), rows.said("identity_number"), rows.said("phone", ()), rows.areas,
        rows.said("born_on"), rows.said("age"), rows.said("sex"), strict=True,
    )  # fmt: skip
    return [
        Particulars(
            "", name, of_identity(number) if number else None, frozenset(map(of_phone, phones)), _village(path),
            born_on, age, sex,
        )
        for name, number, phones, path, born_on, age, sex in said
    ]  # fmt: skip


def _village(path: str) -> str:
    return path[:VILLAGE_DIGITS] if len(path) >= VILLAGE_DIGITS else ""


def match_persons(rows: Sequence[Particulars], path: str, on: date) -> tuple[list[Match], Homes]:
    """Return how each row stands to the register at or below a path, and where the people that were looked at live.

    With a fixed number of queries per portion. Looked up are identity numbers, phones and names within the village.
    Rows without an identity number are looked up by how the name is heard as well and, found by none of these, by who
    was born on the same day in the village.
    """
    homes: Homes = {}
    by_identity = _people("identity_index", (row.identity for row in rows if row.identity), path, homes)
    by_phone = _people("phone_index", (one for row in rows for one in row.phones), path, homes)
    placed = [row for row in rows if row.village and row.name and not (row.identity and row.identity in by_identity)]
    by_name = _namesakes((row for row in placed if row.identity), path, homes)
    # because a number settles nearly every row, and a name heard alike is looked up at several times the cost
    bare = [row for row in placed if not row.identity]
    by_sound = _people("sound", (one for row in bare for one in sounds(row.name)), path, homes, _villages(bare))
    found = {id(row): _known(row, by_identity, by_phone, by_name, by_sound) for row in rows}
    lost = [row for row in bare if row.born_on and not found[id(row)]]
    by_birth = _people("born_on", (row.born_on for row in lost if row.born_on), path, homes, _villages(lost))
    for row in lost:
        found[id(row)] = [one for one in by_birth.get(row.born_on, ()) if one.village == row.village]
    return [match(row, found[id(row)], on=on) for row in rows], homes


def _villages(rows: Iterable[Particulars]) -> set[str]:
    return {row.village for row in rows}


def _known(
    row: Particulars, by_identity: _Found, by_phone: _Found, by_name: _Found, by_sound: _Found
) -> list[Particulars]:
    found = list(by_identity.get(row.identity, ())) if row.identity else []
    found += [one for number in row.phones for one in by_phone.get(number, ())]
    if row.village and row.name and not (row.identity and found):
        named = by_name.get(row.name, ())
        heard = () if row.identity else (one for sound in sounds(row.name) for one in by_sound.get(sound, ()))
        found += [one for one in (*named, *heard) if one.village == row.village]
    return list({one.id: one for one in found}.values()) if len(found) > 1 else found


def _people(
    field: str, keys: Iterable[Any], path: str, homes: Homes, villages: set[str] | None = None
) -> _Found:  # fmt: skip
    """Return the people with each key, without opening a single encrypted value, and note where they live."""
    found: dict[Any, list[Particulars]] = defaultdict(list)
    place = len(_PERSON_COLUMNS)
    for portion in chunks(keys):
        for row in persons_within(path).filter(**{f"{field}__{AMONG}": portion}).values_list(*_PERSON_COLUMNS, field):
            if villages is None or row[4][:VILLAGE_DIGITS] in villages:
                found[row[place]].append(_at_home(row, homes))
    return found


def _namesakes(rows: Iterable[Particulars], path: str, homes: Homes) -> _Found:
    """Return the people with a row's name in the row's village: a common name is found in every other village too."""
    found: dict[Any, list[Particulars]] = defaultdict(list)
    for portion in chunks((row.name, row.village) for row in rows):
        names, pairs = {name: None for name, _ in portion}, {" ".join(pair): None for pair in portion}
        at = Concat("name", Value(" "), Left("area_path", VILLAGE_DIGITS))
        people = persons_within(path).filter(**{f"name__{AMONG}": names}).annotate(at=at)
        for row in people.filter(**{f"at__{AMONG}": pairs}).values_list(*_PERSON_COLUMNS):
            found[row[1]].append(_at_home(row, homes))
    return found


def _at_home(row: Sequence[Any], homes: Homes) -> Particulars:
    """Return what is compared of a person, and note where they live."""
    one = _as_particulars(row)
    homes[one.id] = row[7], row[4]
    return one


def _as_particulars(row: Sequence[Any]) -> Particulars:
    pk, name, identity, phone, path, born_on, sex = row[:7]
    numbers = frozenset([phone] if phone else ())
    return Particulars(str(pk), name, identity or None, numbers, _village(path), born_on, None, sex or None)


def few_numbers(besides: UUID | None) -> frozenset[str] | None:
    """Return identity numbers and phones, as indexes, of all leads besides those of one batch; None when many are."""
    leads = Lead.objects.exclude(batch_id=besides) if besides else Lead.objects.all()
    rows = list(leads.values_list("identity_index", "phone_index")[: FEW + 1])
    return None if len(rows) > FEW else frozenset(number for row in rows for number in row if number)


def earlier_leads(
    rows: Sequence[Particulars], since: datetime, *, besides: UUID | None
) -> dict[str, list[dict[str, Any]]]:
    """Return the leads received since then, besides those of one batch, that share a number or a phone, by index."""
    leads = Lead.objects.filter(received_at__gte=since)
    leads = leads.exclude(batch_id=besides) if besides else leads
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    keys = {
        "identity_index": (row.identity for row in rows if row.identity),
        "phone_index": (one for row in rows for one in row.phones if one),
    }
    for field, wanted in keys.items():
        for portion in chunks(wanted):
            # because an index of what is filled in is used only for a question that says it asks for nothing else
            same = leads.filter(**{f"{field}__{AMONG}": portion}).exclude(**{field: ""})
            for lead in same.order_by("pk").values(*_LEAD_COLUMNS):
                found[lead[field]].append(lead)
    return found


def leads_by_id(lead_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what is compared and taken over of leads."""
    found: dict[UUID, dict[str, Any]] = {}
    for portion in chunks(lead_ids):
        found |= {lead["pk"]: lead for lead in Lead.objects.filter(**{f"pk__{AMONG}": portion}).values(*_LEAD_COLUMNS)}
    return found


def as_particulars(lead: dict[str, Any]) -> Particulars:
    """Return what is compared of a lead that is already there."""
    return _as_particulars([lead[name] for name in _COLUMNS])


def who_goes(homes: Iterable[tuple[UUID, str]], on: date) -> dict[UUID, UUID]:
    """Return the worker for each (household, area): its primary contact, else who answers for the area."""
    return answerable_for_households(homes, on)


def who_goes_to(paths: Iterable[str], on: date) -> dict[str, UUID]:
    """Return the worker for each area below the county: the one named responsible near it, else the nearest grant.

    A responsible of the town or county counts only when nobody nearer works there. Unplaced leads go to nobody.
    """
    wanted = sorted({path for path in paths if len(path) > COUNTY_DIGITS})
    if not wanted:
        return {}
    chains = who_answers_for_many("area", wanted, on)
    granted = _granted(wanted, on)
    found: dict[str, UUID] = {}
    for path in wanted:
        named = [(answer.level, one.account_id) for answer in reversed(chains[path].answers)
                 for one in answer.contacts if one.is_active]  # fmt: skip
        near = next((account for level, account in named if level in _NEAR), None)
        town = next((account for level, account in named if level == "town"), None)
        someone = near or granted.get(path) or town
        if someone:
            found[path] = someone
    return found


def _granted(paths: Sequence[str], on: date) -> dict[str, UUID]:
    above = {one for path in paths for one in ancestors_of(path) if len(one) > COUNTY_DIGITS}
    grants = Grant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on), area_path__in=above, role__in=_GOING_ROLES, starts_on__lte=on,
        ended_at__isnull=True, account__is_active=True,
    )  # fmt: skip
    held: dict[str, tuple[int, UUID]] = {}
    for path, role, account in grants.order_by("pk").values_list("area_path", "role", "account_id"):
        rank = _GOING_ROLES.index(role)
        if path not in held or rank < held[path][0]:
            held[path] = (rank, account)
    nearest = ((path, next((one for one in reversed(ancestors_of(path)) if one in held), "")) for path in paths)
    return {path: held[one][1] for path, one in nearest if one}


def is_placed(path: str) -> bool:
    """Say whether a lead's place is known well enough to send somebody."""
    return len(path) > COUNTY_DIGITS and bool(level_of(path))


def reply_rows(batch_id: UUID) -> Iterator[Lead]:
    """Yield the leads of a batch in the order of the sender's rows: for the reply workbook F15."""
    mine = Lead.objects.filter(batch_id=batch_id).select_related("person__household")
    yield from mine.order_by("row", "pk").iterator(chunk_size=2000)


def within_days(moment: datetime, days: float) -> datetime:
    """Return the moment that many days earlier."""
    return moment - timedelta(days=days)


def answers_of(batch_id: UUID) -> dict[UUID | None, Lead]:
    """Return the leads of others that leads of this batch follow, by id."""
    followed = Lead.objects.filter(batch_id=batch_id, same_as__isnull=False).values("same_as_id")
    return {lead.pk: lead for lead in Lead.objects.filter(pk__in=followed).select_related("person__household")}


def told_address(lead: Lead) -> str:
    """Return the verified address as the sender may read it: a confidential one stays here (P13)."""
    home = lead.person.household if lead.person else None
    return KEPT_QUIET if home and home.confidential_address else lead.verified_address


def names_of_workers(batch_id: UUID) -> dict[UUID | None, str]:
    """Return the names of those who answered leads of the batch or leads they follow."""
    mine = Lead.objects.filter(batch_id=batch_id)
    followed = Lead.objects.filter(pk__in=mine.filter(same_as__isnull=False).values("same_as_id"))
    accounts = {*mine.values_list("answered_by", flat=True), *followed.values_list("answered_by", flat=True)}
    return dict(Account.objects.filter(pk__in=[one for one in accounts if one]).values_list("pk", "name"))
