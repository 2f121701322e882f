"""Reads of supervision for other code: a person's own cases, and whom a leak concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from lianfang.domain.people.queries import find_persons, persons_of_households, persons_within
from lianfang.domain.supervision.models import Appeal
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.devices.models import Device
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.privacy.models import Reveal

HOUSEHOLDS = "people.households"


def appeals_of_person(person_id: UUID) -> list[Appeal]:
    """Return the person's cases, newest first."""
    return list(Appeal.objects.filter(person_id=person_id).order_by("-raised_at"))


def behind_exports(marks: Iterable[str]) -> dict[UUID, set[str]]:
    """Return the persons in named exports, with the marks of those they are in."""
    exports = dict(NamedExport.objects.filter(mark__in=list(marks)).values_list("pk", "mark"))
    looks = Reveal.objects.filter(via="export", via_id__in=exports)
    return _persons(looks.values_list("table", "row_id", "person_id", "via_id"), lambda via: f"export:{exports[via]}")


def behind_account(account_id: UUID, from_at: datetime, until_at: datetime) -> dict[UUID, set[str]]:
    """Return the persons of whom an account was shown something unmasked between two moments."""
    looks = Reveal.objects.filter(account_id=account_id, at__gte=from_at, at__lte=until_at)
    return _persons(looks.values_list("table", "row_id", "person_id", "via_id"), lambda _: "account")


def behind_device(device: Device) -> dict[UUID, set[str]]:
    """Return the persons whom a phone may hold: those of the area its worker works in."""
    return {person: {"device"} for person in persons_within(device.area_path).values_list("pk", flat=True)}


def _persons(looks: Iterable[tuple[str, str, UUID | None, UUID | None]], way: object) -> dict[UUID, set[str]]:
    """Return the persons behind looks; a look at a household concerns everybody in it."""
    assert callable(way)
    found: dict[UUID, set[str]] = defaultdict(set)
    homes: dict[UUID, set[str]] = defaultdict(set)
    for table, row, person, via in looks:
        if person is not None:
            found[person].add(way(via))
        elif table == HOUSEHOLDS:
            homes[UUID(row)].add(way(via))
    for home, people in persons_of_households(homes).items():
        for one in people:
            found[one.pk] |= homes[home]
    return found


def areas_of(person_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return for each person asked for the entry that was kept and its area."""
    return {asked: (one.pk, one.area_path) for asked, one in find_persons(person_ids).items()}


def overdue_appeals(now: datetime) -> Q:
    """Return the condition for cases past their deadline."""
    return ~Q(state="answered") & Q(due_at__lt=now)


# what changes somebody's status by hand, past what rule and readings say
BY_HAND = (
    "observation.propose_change",
    "observation.confirm_change",
    "observation.extend_order",
    "observation.accept_earlier_end",
    "observation.waive_observation",
)


def busy_accounts(since: datetime) -> dict[UUID, tuple[str, str]]:
    """Return the accounts that changed anything by hand since then, each with its unit and area."""
    ids = AuditLine.objects.filter(at__gt=since, action__in=BY_HAND, account_id__isnull=False).values("account_id")
    accounts = Account.objects.filter(pk__in=ids)
    return {pk: (unit, area) for pk, unit, area in accounts.values_list("pk", "unit", "home_area")}


def changes_by(account_id: UUID, since: datetime) -> int:
    """Return how many changes an account made by hand since then."""
    return AuditLine.objects.filter(at__gt=since, action__in=BY_HAND, account_id=account_id).count()
