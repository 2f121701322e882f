"""Reads of permits for other code: what a gate keeps to judge them without a network, and the code of each."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Q

from lianfang.domain.areas.queries import full_name
from lianfang.domain.checkpoints.models.permits import Permit, PermitKey, PermitSeries
from lianfang.domain.checkpoints.rules.permits.checking import Answer, Gate, Key, check
from lianfang.domain.checkpoints.rules.permits.codes import PREFIX, Terms, read, write
from lianfang.domain.checkpoints.rules.permits.codes import terms_of as read_terms
from lianfang.domain.checkpoints.rules.permits.kinds import KINDS
from lianfang.domain.checkpoints.rules.permits.revoking import pack, unpack
from lianfang.domain.incidents.queries import rule
from lianfang.foundation.privacy.fields import within
from lianfang.kernel import base45, base64url
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local, now
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.sign1 import Unreadable
from lianfang.kernel.text import Bilingual

LIVE = Q(state=Permit.State.ACTIVE)
MOST_CARDS = 600


def permit_keys(area_path: str, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the public keys that gates of the area's county trust: the one that signs now, and those before it."""
    moment = at or now()
    trusted = PermitKey.objects.filter(area_path=area_path[:COUNTY_DIGITS], withdrawn_at__isnull=True)
    rows = trusted.filter(Q(trusted_until__isnull=True) | Q(trusted_until__gt=moment)).order_by("made_at", "pk")
    return [
        {"id": row.key_id, "key": row.public, "area": row.area_path, "from": row.made_at.isoformat(),
         "until": row.trusted_until.isoformat() if row.trusted_until else None}
        for row in rows
    ]  # fmt: skip


def revocations(area_path: str, since_version: int = 0, at: datetime | None = None) -> dict[str, Any]:
    """Return the serials revoked in the area's county after a version of the list, packed; all of them after none.

    The whole list leaves out what has expired, because a gate refuses that by its date. A version that never was
    gets the whole list.
    """
    moment, county = at or now(), area_path[:COUNTY_DIGITS]
    series = PermitSeries.objects.filter(area_path=county).first()
    version = series.revocation_version if series else 0
    since = since_version if 0 < since_version <= version else 0
    listed = Permit.objects.filter(key__area_path=county, revocation_version__gt=since)
    # because a revocation that commits while we read belongs to the next version
    listed = listed.filter(revocation_version__lte=version)
    if since == 0:
        listed = listed.filter(valid_until__gt=moment)
    serials = listed.values_list("serial", flat=True)
    return {"area": county, "version": version, "since": since, "at": moment.isoformat(), "serials": pack(serials)}


def permit_bundle(area_path: str, since_version: int = 0, at: datetime | None = None) -> dict[str, Any]:
    """Return what a gate keeps to judge permits without a network."""
    moment = at or now()
    old = rule("permit.list_old_after_hours", area_path, local(moment).date(), PRODUCT).value
    return {
        "keys": permit_keys(area_path, moment), "revoked": revocations(area_path, since_version, moment),
        "list_old_after_hours": old,
    }  # fmt: skip


def private_of(key: PermitKey) -> Ed25519PrivateKey:
    """Return the private half of a key."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.private))


def code_of(permit: Permit) -> str:
    """Return the text of a permit's QR code, the same each time."""
    return write(terms_of(permit), private_of(permit.key))


def terms_of(permit: Permit) -> Terms:
    """Return what a permit's code says."""
    return Terms(
        permit.kind, permit.serial, permit.holds_in, permit.valid_from, permit.valid_until, permit.mark,
        permit.persons, permit.per_days, permit.minutes_out,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed of one permit: no name, no street, no phone."""

    permit_id: UUID
    area_path: str
    title: Bilingual
    place: str
    terms: Terms
    use: str
    code: str


def page_of(code: str) -> str:
    """Return the address of the page on which a holder shows a permit; the code itself is its key."""
    raw = base64url.encode(base45.decode(code[len(PREFIX) :]))
    return f"/p/{raw}"


def code_at(token: str) -> str:
    """Return the code that a page's address holds, "" for a text that holds none."""
    try:
        raw = base64url.decode(token)
    except ValueError:
        return ""
    return PREFIX + base45.encode(raw)


def shown_permit(code: str, at: datetime) -> tuple[Answer, Bilingual, str]:
    """Return how a permit stands by all that is known here, the title of its kind and where it holds."""
    try:
        area = read_terms(read(code).payload).area
    except Unreadable:
        return Answer("unreadable"), KINDS["household"], ""
    trusted = PermitKey.objects.filter(area_path=area[:COUNTY_DIGITS], withdrawn_at__isnull=True)
    keys = {
        bytes.fromhex(row.key_id): Key(
            bytes.fromhex(row.key_id), base64url.decode(row.public), row.area_path, row.made_at,
            row.trusted_until,
        )
        for row in trusted
    }  # fmt: skip
    revoked = set(unpack(revocations(area, 0, at)["serials"]))
    found = check(code, Gate(area, keys, revoked, at, timedelta(days=1)), at)
    return found, KINDS[found.terms.kind] if found.terms else KINDS["household"], full_name(area, len(area) - 3)


def cards_within(path: str, at: datetime, kind: str = "household") -> list[Card]:
    """Return the cards of the valid permits below an area, in the order of the doors; at most MOST_CARDS and one."""
    rows = Permit.objects.filter(LIVE, within(path), kind=kind, valid_until__gt=at).select_related("key")
    return _cards(rows.order_by("area_path", "household__order", "serial")[: MOST_CARDS + 1])


def cards_of(permit_ids: Sequence[UUID], at: datetime) -> list[Card]:
    """Return the cards of these permits as far as they are valid, in the order given."""
    rows = Permit.objects.filter(LIVE, pk__in=permit_ids, valid_until__gt=at).select_related("key")
    found = {card.permit_id: card for card in _cards(rows)}
    return [found[one] for one in permit_ids if one in found]


def _cards(rows: Iterable[Permit]) -> list[Card]:
    privates: dict[UUID, Ed25519PrivateKey] = {}
    places: dict[str, str] = {}
    cards = []
    for row in rows:
        private = privates.get(row.key_id) or privates.setdefault(row.key_id, private_of(row.key))
        terms = terms_of(row)
        place = places.get(terms.area) or places.setdefault(terms.area, full_name(terms.area, len(terms.area) - 3))
        code = write(terms, private)
        cards.append(Card(row.pk, row.area_path, KINDS[terms.kind], place, terms, row.use, code))
    return cards
