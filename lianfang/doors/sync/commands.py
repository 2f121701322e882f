"""Commands as phones send them. One that cannot be read is refused alone and kept; it never holds up its neighbours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
from django.utils.dateparse import parse_datetime

from lianfang.doors.api.answers import BAD_VALUE
from lianfang.doors.api.views import BAD_ID
from lianfang.doors.sync.areas import in_present_codes
from lianfang.doors.sync.shapes import translate
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import Outcome, Request, carried_out, run_many, set_aside
from lianfang.kernel.errors import Refusal

_SAFE = re.compile(r"[^0-9A-Za-z_.:-]")


def safe_name(value: object, most: int) -> str:
    """Return a name a program made (device, action, version) without anything a program would not put there."""
    return _SAFE.sub("", str(value or ""))[:most]


def carry_out(
    actor: Actor, sent: Sequence[object], device_id: str, app_version: str, made_by: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the outcome of each command in the order sent; its own `app_version` goes before the upload's."""
    read = [_read(actor, one, device_id, app_version, made_by) for one in sent]
    unread = [(request, no) for request, no in read if no is not None]
    set_aside(unread)
    outcomes = iter(run_many([request for request, no in read if no is None]))
    answers = [Outcome(request.id, "refused", refusal=no) if no else next(outcomes) for request, no in read]
    return [_as_sent(outcome, one) for outcome, one in zip(answers, sent, strict=True)]


def refuse_all(actor: Actor, sent: Sequence[object], device_id: str, no: Refusal) -> list[dict[str, Any]]:
    """Keep every command with the reason and carry out none.

    What was carried out before, and whose answer was lost on the way, is told as that and kept once.
    """
    requests = [_read(actor, one, device_id, "", None)[0] for one in sent]
    done = carried_out(requests)
    set_aside([(request, no) for request in requests if request.id not in done])
    answers = (
        Outcome(request.id, "repeated") if request.id in done else Outcome(request.id, "refused", refusal=no)
        for request in requests
    )
    return [_as_sent(outcome, one) for outcome, one in zip(answers, sent, strict=True)]


def _as_sent(outcome: Outcome, sent: object) -> dict[str, Any]:
    """Return the outcome under the id the phone knows it by, whatever that is."""
    named = sent.get("id") if isinstance(sent, Mapping) else None
    return outcome.as_dict() | ({"id": str(named)[:80]} if named else {})


def _read(
    actor: Actor, sent: object, device_id: str, app_version: str, made_by: UUID | None
) -> tuple[Request, Refusal | None]:
    """Return the command, and why it cannot be carried out when it cannot be read."""
    body: Mapping[str, Any] = sent if isinstance(sent, Mapping) else {"input": sent}
    name = safe_name(body.get("action"), 80)
    blank = Request(actor, name, body.get("input", {}), _stand_in(sent), None, device_id, made_by)
    try:
        request = replace(blank, id=_id(body.get("id")))
    except Refusal as no:
        return blank, no
    try:
        given = translate(_recorded_by(body, app_version), name, body.get("input", {}))
        at = _moment(body.get("happened_at"))
        as_of = _moment(body.get("as_of"), "as_of")
        return replace(request, input=in_present_codes(given, at, as_of), happened_at=at), None
    except Refusal as no:
        return request, no


def _recorded_by(body: Mapping[str, Any], uploaded_by: str) -> str:
    """Return the app version that recorded a command: after an upgrade the queue still holds what the old app wrote."""
    return safe_name(body.get("app_version"), 20) or uploaded_by


def _id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise BAD_ID(field="id") from None


def _stand_in(sent: object) -> UUID:
    """Return the id to keep a command under that came without a usable one: the same for the same command."""
    return uuid5(NAMESPACE_OID, orjson.dumps(sent, default=str, option=orjson.OPT_SORT_KEYS).decode())


def _moment(value: object, field: str = "happened_at") -> datetime | None:
    if value in (None, ""):
        return None
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BAD_VALUE(field=field)
    return found
