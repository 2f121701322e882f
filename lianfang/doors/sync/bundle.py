"""The grid a phone takes along: one's own doors, people and open work, as this person may see them, and nothing else.

Refuses to pack a town or a county: who answers for so much works at a console, and a lost phone must not hold it.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lianfang.domain.areas.queries import ancestors_of, area_card
from lianfang.domain.observation.queries import bundle_of
from lianfang.domain.organisation.queries import who_answers_for_many, without_standing_in
from lianfang.domain.people.queries import names_at
from lianfang.domain.screening.queries.visits import open_doors
from lianfang.domain.welfare.queries import errands_of
from lianfang.doors.api.answers import BAD_VALUE, door, refuse
from lianfang.doors.api.session import actor_of
from lianfang.doors.sync.answering import escalations_of, leads_of, referrals_of
from lianfang.doors.sync.areas import small_areas
from lianfang.doors.sync.commands import safe_name
from lianfang.doors.sync.duty import duty_of
from lianfang.doors.sync.gates import gate_paths, gates_of
from lianfang.doors.sync.notices import notices_of
from lianfang.doors.sync.uploading import calling_device, wipe
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.devices.cards import is_key, issue_card, public_key
from lianfang.foundation.tables.reading import Query, read_all
from lianfang.kernel.clock import now, today
from lianfang.kernel.names import initials
from lianfang.kernel.text import both

VERSION = 1
VISIT = both("入户排查", "Door to door")
LIVING = "resident,away,visitor"

Rows = list[dict[str, Any]]


@door("GET")
def bundle(request: HttpRequest) -> HttpResponse:
    """Return the phone's own grids; 304 when nothing changed since the tag it sends."""
    actor = actor_of(request, "sync")
    device_id = safe_name(request.GET.get("device_id"), 64)
    device = calling_device(actor, device_id, safe_name(request.GET.get("app_version"), 20))
    if device is not None and device.lost_at is not None:
        return refuse(wipe(request, device))
    packed = pack(actor)
    key, until = _phone_key(request), today() + timedelta(days=settings.LIANFANG_PHONE_DAYS)
    tag = f'"{hashlib.sha256(orjson.dumps([packed, key, until], default=str)).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return _tagged(HttpResponse(status=304), tag)
    # beside what the tag is made of, because no two signatures are the same
    packed |= _card(actor, device_id or actor.device_id, key, until)
    body = orjson.dumps({"version": VERSION, "as_of": now().isoformat(), **packed}, default=str)
    return _tagged(_compressed(request, body), tag)


def _phone_key(request: HttpRequest) -> str:
    """Return the public key a phone shows for its card, or nothing. Raises `http.bad_value` for what is no key."""
    key = request.GET.get("key", "")[:100]
    if key and not is_key(key):
        raise BAD_VALUE(field="key")
    return key


def _card(actor: Actor, device_id: str, key: str, until: date) -> dict[str, Any]:
    """Return the phone's card, by which another phone knows without a network who works on it and where."""
    own = without_standing_in(actor)
    paths = own_grids(own) or gate_paths(own)
    if not key or not paths or actor.account_id is None:
        return {}
    card = issue_card(actor.account_id, actor.name, device_id, paths, key, until)
    return {"card": card, "card_key": public_key()}


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


def _compressed(request: HttpRequest, body: bytes) -> HttpResponse:
    """Return the body gzipped where the phone takes it: a grid of 300 doors is a fifth of its size then."""
    response = HttpResponse(body, content_type="application/json; charset=utf-8", headers={"Vary": "Accept-Encoding"})
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content, response["Content-Encoding"] = gzip.compress(body, 6), "gzip"
    return response


def own_grids(actor: Actor) -> tuple[str, ...]:
    """Return the villages and grids this person works in."""
    return small_areas(actor, "people.households")


def pack(actor: Actor) -> dict[str, Any]:
    """Return what stands in a bundle besides its moment: equal whenever nothing changed."""
    paths = own_grids(actor)
    households = [row for path in paths for row in _read(actor, "people.households", path, "occupied,vacant")]
    persons = [row for path in paths for row in _read(actor, "people.persons", path, LIVING)]
    keys = _name_keys(UUID(row["id"]) for row in households)
    flags = _flags(persons)
    return {
        "me": {
            "id": str(actor.account_id),
            "name": actor.name,
            "language": actor.language,
            "home_area": actor.home_area,
        },
        "keep_days": settings.LIANFANG_PHONE_DAYS,
        "areas": _areas(paths, households),
        "households": [_household(row, keys, flags) for row in households],
        "persons": [_person(row, keys) for row in persons],
        **_observation(actor, paths),
        "errands": errands_of(_readable(actor, "welfare.requests", paths)),
        "visits_open": _visits(actor, paths),
        "leads": leads_of(actor),
        "referrals": referrals_of(actor, paths),
        "escalations": escalations_of(actor, paths),
        "notices": notices_of(actor, paths, persons),
        "responsible": _responsible(actor, paths),
        **gates_of(actor),
        **duty_of(actor),
    }  # fmt: skip


def _read(actor: Actor, name: str, path: str, states: str) -> Rows:
    return list(read_all(actor, name, Query(where={"status__in": states}, within=path)))


def _readable(actor: Actor, name: str, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if actor.may(name, path)]


def _name_keys(household_ids: Iterable[UUID]) -> dict[str, str]:
    """Return the initials by which the worker finds a door or a person of the own grid."""
    return {str(key): initials(name) for key, name in names_at(household_ids).items() if name}


def _flags(persons: Rows) -> dict[str, list[str]]:
    """Return which kinds of care the people of each household need."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in persons:
        found[str(row["cells"]["household"])].update(row["cells"]["vulnerabilities"] or ())
    return {home: sorted(flags) for home, flags in found.items()}


def _sparse(**values: Any) -> dict[str, Any]:
    """Return the values without the empty ones: the phone reads a missing one as empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _household(row: dict[str, Any], keys: Mapping[str, str], flags: Mapping[str, list[str]]) -> dict[str, Any]:
    cells = row["cells"]
    return _sparse(
        id=row["id"], area=row["area"], door_no=cells["number"], address=cells["address"], head=cells["head_name"],
        initials=_known_by(keys, row, "head_name"), order=cells["order"], flags=flags.get(row["id"]),
        size=cells["size"], phone=cells["phone"], status=cells["status"], note=cells["note"], version=cells["version"],
    )  # fmt: skip


def _person(row: dict[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    cells = row["cells"]
    return _sparse(
        id=row["id"], household_id=cells["household"], area=row["area"], name=cells["name"], sex=cells["sex"],
        initials=_known_by(keys, row, "name"), age=cells["age"], phone=cells["phone"], relation=cells["relation"],
        status=cells["status"], flags=cells["vulnerabilities"], version=cells["version"],
    )  # fmt: skip


def _known_by(keys: Mapping[str, str], row: dict[str, Any], named: str) -> str | None:
    """Return the initials only to who may see at least a part of the name."""
    return keys.get(row["id"]) if row["cells"][named] else None


def _areas(paths: Iterable[str], households: Rows) -> Rows:
    wanted = {one for path in paths for one in ancestors_of(path)} | {row["area"] for row in households}
    cards = (area_card(path) for path in sorted(wanted) if len(path) >= 6)
    return [{name: card[name] for name in ("path", "name", "level", "full_name")} for card in cards]


def _observation(actor: Actor, paths: Iterable[str]) -> dict[str, Any]:
    return bundle_of(_readable(actor, "observation.slots", paths), now())


def _visits(actor: Actor, paths: Iterable[str]) -> Rows:
    rows = [row for path in _readable(actor, "screening.sweep_households", paths) for row in open_doors(path)]
    return [
        _sparse(
            id=str(row["id"]), campaign_id=str(row["campaign_id"]), household_id=str(row["household_id"]),
            title=_title(row["campaign__name"]), due_at=row["due_at"].isoformat() if row["due_at"] else None,
            last_outcome=row["outcome"], follow_up=row["follow_up"],
        )
        for row in rows
    ]  # fmt: skip


def _title(campaign: str) -> dict[str, str]:
    return {"zh": campaign or VISIT.zh, "en": campaign or VISIT.en}


def _responsible(actor: Actor, paths: Iterable[str]) -> Rows:
    """Return the workers who answer for these areas, each once, nearest first: whom to ring."""
    chains = who_answers_for_many("area", _readable(actor, "organisation.responsibilities", paths))
    nearest_first = [one for chain in chains.values() for answer in reversed(chain.answers) for one in answer.contacts]
    once = {one.account_id: one for one in reversed(nearest_first) if one.is_active}
    return [
        _sparse(name=one.name, role=one.role.as_dict(), title=one.title, phone=one.phone)
        for one in reversed(once.values())
    ]
