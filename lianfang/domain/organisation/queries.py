"""Who answers for this? Reads of responsibility for other code, one by one and in bulk. Workers' phones come clear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONArray, Length, Substr

from lianfang.domain.areas.queries import ancestors_of, full_name, level_of
from lianfang.domain.organisation.models import ENDED, LIVE, DayHandOver, NoticeRead, Responsibility, Unit
from lianfang.domain.organisation.rules import RESPONSIBILITY_KINDS, rank
from lianfang.domain.people.queries import find_households, find_persons
from lianfang.domain.places.queries import find_places
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.lookups import chunks
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import TOWN_DIGITS
from lianfang.kernel.clock import today
from lianfang.kernel.text import Bilingual, both

# on a printed card they stand beside the chain, because one rings them for another reason
BESIDE = ("doctor", "police")
ANSWERING_LEVELS = ("county", "town", "village", "grid", "micro_grid")


@dataclass(frozen=True, slots=True)
class Contact:
    """A worker who answers for something, and as what."""

    account_id: UUID
    name: str
    title: str
    unit: str
    phone: str
    is_active: bool
    kind: str
    state: str
    responsibility_id: UUID

    @property
    def role(self) -> Bilingual:
        return RESPONSIBILITY_KINDS[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "account_id": str(self.account_id), "name": self.name, "title": self.title, "unit": self.unit,
            "phone": self.phone, "is_active": self.is_active, "kind": self.kind, "role": self.role.as_dict(),
            "state": self.state, "responsibility_id": str(self.responsibility_id),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Those who answer at one level of the chain, the first of them first; empty where nobody does."""

    level: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """The full chain for one target, widest level first: county, town, village, grid, then the target itself."""

    target_kind: str
    target_id: str
    area_path: str
    answers: tuple[Answer, ...]

    @property
    def nearest(self) -> Contact | None:
        """Return the active worker nearest to the target: the one to ring first."""
        everybody = (one for answer in reversed(self.answers) for one in answer.contacts)
        return next((one for one in everybody if one.is_active), None)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "target_kind": self.target_kind, "target_id": self.target_id, "area_path": self.area_path,
            "answers": [{"level": one.level, "contacts": [each.as_dict() for each in one.contacts]}
                        for one in self.answers],
        }  # fmt: skip


def standing_units() -> QuerySet[Unit]:
    """Return the units that are not closed."""
    return Unit.objects.filter(closed_on__isnull=True)


def notices_read(account_id: UUID) -> set[str]:
    """Return the notices a worker has read."""
    return set(NoticeRead.objects.filter(account_id=account_id).values_list("notice", flat=True))


def proposed_to(account_id: UUID) -> list[Responsibility]:
    """Return the responsibilities that wait for this worker to accept them."""
    return list(Responsibility.objects.filter(account_id=account_id, state="proposed").order_by("pk"))


def in_force(on: date) -> Q:
    """Return the condition for responsibilities that hold on a day, proposed ones among them: somebody is named."""
    return Q(state__in=LIVE, starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _rows(on: date | None) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(in_force(on or today()))


def _contacts(parts: Iterable[QuerySet[Responsibility]]) -> Iterator[tuple[UUID | None, str, Contact]]:
    """Yield (target, area path, contact) for each row; each account is loaded once, because its phone is decrypted."""
    columns = ("target_id", "area_path", "account_id", "kind", "state", "pk")
    found = [row for part in parts for row in part.order_by("pk").values_list(*columns)]
    people = Account.objects.in_bulk({row[2] for row in found})
    for target, path, account, kind, state, key in found:
        who = people[account]
        yield (
            target, path,
            Contact(who.pk, who.name, who.title, who.unit, who.phone, who.is_active, kind, state, key),
        )  # fmt: skip


def primary_contacts(household_ids: Iterable[UUID], on: date | None = None) -> dict[UUID, Contact]:
    """Return the primary contact of each household that has one."""
    rows = _rows(on).filter(target_kind="household", kind="primary_contact")
    parts = (rows.filter(target_id__in=chunk) for chunk in chunks(household_ids))
    return {target: contact for target, _, contact in _contacts(parts) if target}


def primary_contact_ids(path: str = "", on: date | None = None) -> dict[UUID, UUID]:
    """Return household → account for a whole area, without loading the accounts: for sweeps over 80,000 households."""
    mine = Responsibility.objects.filter(in_force(on or today()), within(path))
    mine = mine.filter(target_kind="household", kind="primary_contact", account__is_active=True)
    return {home: account for home, account in mine.values_list("target_id", "account_id") if home is not None}


def answerable_ids(paths: Iterable[str], on: date | None = None) -> dict[str, UUID]:
    """Return the active worker who answers for each area: the nearest level that has one, its lead first."""
    wanted = set(paths)
    above = {one for path in wanted for one in ancestors_of(path)}
    holders = _area_holders(above, on)
    nearest: dict[str, UUID] = {}
    for path in wanted:
        for one in reversed(ancestors_of(path)):
            active = [each for each in holders.get(one, ()) if each.is_active]
            if active:
                nearest[path] = active[0].account_id
                break
    return nearest


def answerable_for_households(homes: Iterable[tuple[UUID, str]], on: date | None = None) -> dict[UUID, UUID]:
    """Return the active worker for each (household, area path): its primary contact, else who answers for the area."""
    known = list(homes)
    contacts = primary_contacts((home for home, _ in known), on)
    areas = answerable_ids({path for _, path in known}, on)
    found: dict[UUID, UUID] = {}
    for home, path in known:
        contact = contacts.get(home)
        answerable = contact.account_id if contact and contact.is_active else areas.get(path)
        if answerable:
            found[home] = answerable
    return found


def answerable_by_home(homes: Iterable[tuple[UUID | None, str]]) -> dict[tuple[UUID | None, str], UUID]:
    """Return who answers for each (household or none, area): the primary contact, else who answers for the area."""
    wanted = set(homes)
    contacts = answerable_for_households((home, path) for home, path in wanted if home is not None)
    areas = answerable_ids({path for home, path in wanted if home is None})
    found = {(home, path): contacts.get(home) if home else areas.get(path) for home, path in wanted}
    return {key: account for key, account in found.items() if account}


def holders(paths: Iterable[str], kind: str, on: date | None = None) -> dict[str, Contact]:
    """Return, for each path, the active holder of a kind (say, doctor) at that area or the nearest above it."""
    wanted = set(paths)
    above = {one for path in wanted for one in ancestors_of(path)}
    found: dict[str, Contact] = {}
    rows = _rows(on).filter(target_kind="area", kind=kind, area_path__in=above, account__is_active=True)
    for _, path, contact in _contacts([rows]):
        found.setdefault(path, contact)
    nearest = {
        path: next((found[one] for one in reversed(ancestors_of(path)) if one in found), None) for path in wanted
    }
    return {path: contact for path, contact in nearest.items() if contact}


def responsibilities_of(account_id: UUID, on: date | None = None) -> list[Responsibility]:
    """Return everything a worker answers for: widest first, then in walking order of the paths."""
    mine = _rows(on).filter(account_id=account_id).select_related("account")
    return sorted(mine, key=lambda row: (len(row.area_path), row.area_path, row.target_label))


def who_answers_for(target_kind: str, target: UUID | str, on: date | None = None) -> Chain | None:
    """Return the full chain for an area path, place, household or person; None for a target that is not there."""
    return who_answers_for_many(target_kind, [target], on).get(target)


def who_answers_for_many(
    target_kind: str, targets: Sequence[UUID | str], on: date | None = None
) -> dict[UUID | str, Chain]:
    """Return the chains of many targets of one kind with a fixed number of queries."""
    located = _locate(target_kind, targets)
    above = {one for path, _ in located.values() for one in ancestors_of(path)}
    areas = _area_holders(above, on)
    direct = _direct_holders({one for _, steps in located.values() for _, one in steps}, on)
    return {
        target: Chain(
            target_kind,
            str(target),
            path,
            (*_area_answers(path, areas), *(Answer(level, tuple(direct.get(one, ()))) for level, one in steps)),
        )
        for target, (path, steps) in located.items()
    }


Steps = tuple[tuple[str, UUID], ...]


def _locate(target_kind: str, targets: Sequence[UUID | str]) -> dict[UUID | str, tuple[str, Steps]]:
    """Return for each target its area path and what below the areas one may answer for: the household, the person."""
    if target_kind == "area":
        return {path: (str(path), ()) for path in targets}
    ids = [one for one in targets if isinstance(one, UUID)]
    if target_kind == "household":
        return {home.pk: (home.area_path, (("household", home.pk),)) for home in find_households(ids).values()}
    if target_kind == "place":
        return {place.pk: (place.area_path, (("place", place.pk),)) for place in find_places(ids).values()}
    return {asked: (person.area_path, _steps_of(person)) for asked, person in find_persons(ids).items()}


def _steps_of(person: Any) -> Steps:
    home: Steps = (("household", person.household_id),) if person.household_id else ()
    return (*home, ("person", person.pk))


def _area_holders(paths: Iterable[str], on: date | None) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = defaultdict(list)
    for _, path, contact in _contacts([_rows(on).filter(target_kind="area", area_path__in=set(paths))]):
        found[path].append(contact)
    for path, contacts in found.items():
        contacts.sort(key=lambda one: rank(one.kind, level_of(path)))
    return found


def _direct_holders(target_ids: Iterable[UUID], on: date | None) -> dict[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    parts = (_rows(on).filter(target_id__in=chunk) for chunk in chunks(target_ids))
    for target, _, contact in _contacts(parts):
        assert target is not None
        found[target].append(contact)
    for contacts in found.values():
        contacts.sort(key=lambda one: rank(one.kind, ""))
    return found


def _area_answers(path: str, areas: dict[str, list[Contact]]) -> Iterator[Answer]:
    for one in ancestors_of(path):
        if level_of(one) in ANSWERING_LEVELS:
            yield Answer(level_of(one), tuple(areas.get(one, ())))


# 包保组: who stands behind one household or person, level by level, each with the kinds that may answer there
TEAM: tuple[tuple[Bilingual, tuple[str, ...]], ...] = (
    (both("县", "county"), ("leader",)),
    (both("镇", "township"), ("contract",)),
    (both("村", "village"), ("primary_contact", "village_lead")),
    (both("网格", "grid"), ("grid_lead", "grid_worker")),
    (both("医", "doctor"), ("doctor",)),
    (both("警", "police"), ("police",)),
    (both("亲友", "relative"), ("relative",)),
)
_AREA_DIGITS = (6, 9, 12, 15)


@lru_cache(maxsize=4)  # because making its subqueries anew cost a third of a page of the ledger
def team_names(on: date) -> JSONArray:
    """Return the expression of who answers for a row with `person_id`, `household_id` and `area_path`, level by level.

    The nearest wins: who answers for the person, then for the household, then for the smallest area. Read it with
    `shown_team`. Each part is found by an index, because a ledger asks it for every row.
    """
    return JSONArray(*(_nearest_name(kinds, on) for _, kinds in TEAM))


def _nearest_name(kinds: tuple[str, ...], on: date) -> Coalesce:
    rows = Responsibility.objects.filter(in_force(on), kind__in=kinds, account__is_active=True)
    first = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(kinds)))
    above = [Substr(OuterRef("area_path"), 1, digits) for digits in _AREA_DIGITS]
    asked = (
        rows.filter(target_id=OuterRef("person_id")).order_by(first, "pk"),
        rows.filter(target_id=OuterRef("household_id")).order_by(first, "pk"),
        rows.filter(target_kind="area", area_path__in=above).order_by(Length("area_path").desc(), first, "pk"),
    )
    return Coalesce(*(Subquery(one.values("account__name")[:1]) for one in asked), Value(""))


def shown_team(raw: Sequence[str]) -> str:
    """Return the team in words: 镇 李协调；村 王支书；医 陈村医. Levels where nobody answers are left out."""
    return "；".join(f"{label.zh} {name}" for (label, _), name in zip(TEAM, raw, strict=True) if name)


def card_data(household_id: UUID, on: date | None = None) -> dict[str, Any] | None:
    """Return what the printed card of a household says: the place and whom to ring, nearest first. No resident's name.

    The doctor and the police of the area stand apart.
    """
    chain = who_answers_for("household", household_id, on)
    if chain is None:
        return None
    home = find_households([household_id])[household_id]
    contacts = [one for answer in reversed(chain.answers) for one in answer.contacts if one.is_active]
    beside = [one for kind in BESIDE for one in holders([chain.area_path], kind, on).values()]
    return {
        "place": f"{full_name(chain.area_path)} {home.number}".strip(),
        "area_path": chain.area_path,
        "levels": [_line(one) for one in contacts if one.kind not in BESIDE],
        "others": [
            _line(one) for one in {one.account_id: one for one in (*contacts, *beside) if one.kind in BESIDE}.values()
        ],
    }


def _line(one: Contact) -> dict[str, str]:
    return {"role": one.role.zh, "name": one.name, "title": one.title, "phone": one.phone}


def issuer_of(path: str) -> str:
    """Return who issues a sheet for an area: the nearest command post at or above it, else its township by name."""
    posts = Unit.objects.filter(area_path__in=ancestors_of(path), kind="command_post", closed_on__isnull=True)
    nearest = max(posts, key=lambda unit: len(unit.area_path), default=None)
    return nearest.name if nearest else full_name(path[:TOWN_DIGITS])


def without_standing_in(actor: Actor) -> Actor:
    """Return the actor with their own rights alone: what was taken over for a day is not handed on."""
    lent = DayHandOver.objects.filter(to_account_id=actor.account_id, grant__isnull=False)
    borrowed = set(lent.values_list("grant_id", flat=True))
    own = tuple(held for held in actor.grants if held.grant_id not in borrowed)
    return replace(actor, grants=own, _prefixes={})


def holder_value(kind: str, field: str, on: date, of: str = "pk") -> Subquery:
    """Return the expression of a field of the account ("name", "phone") that holds a kind for the outer row's key, or
    for the key that stands in `of`."""
    rows = Responsibility.objects.filter(in_force(on), target_id=OuterRef(of), kind=kind, account__is_active=True)
    return Subquery(rows.order_by("pk").values(f"account__{field}")[:1])


def holders_for(target_ids: Iterable[UUID], kind: str, on: date | None = None) -> dict[UUID, Contact]:
    """Return the active worker who holds a kind for each of these targets; a target nobody holds is left out."""
    parts = (_rows(on).filter(target_id__in=chunk, kind=kind) for chunk in chunks(target_ids))
    return {target: contact for target, _, contact in _contacts(parts) if target and contact.is_active}


def last_held(target_ids: Iterable[UUID], kind: str) -> dict[UUID, datetime]:
    """Return when each of these targets was last left by a holder of a kind."""
    over = Responsibility.objects.filter(kind=kind, state__in=ENDED, target_id__in=list(target_ids))
    found = over.values_list("target_id").annotate(at=Max("ended_at"))
    return {target: at for target, at in found if target and at}


def find_unit(unit_id: UUID) -> Unit | None:
    """Return a unit that was not closed."""
    return Unit.objects.filter(pk=unit_id, closed_on__isnull=True).first()
