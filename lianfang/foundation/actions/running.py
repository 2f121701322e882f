"""Carrying out actions: validate, ask, decide, write, announce and audit in one transaction; repeats change nothing."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction

from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.inputs import KIND, parse
from lianfang.foundation.actions.models import Command, RefusedCommand
from lianfang.foundation.actions.registry import ACTIONS, Action, Call, Result
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.events.announcing import Announced, announce_all
from lianfang.foundation.privacy.fields import PATH_LENGTHS
from lianfang.foundation.privacy.keys import ring
from lianfang.foundation.privacy.troubles import describe
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.ids import uuid7

log = logging.getLogger(__name__)

UNKNOWN_ACTION = refusal("action.unknown", "没有这个操作：{name}。", "There is no action {name}.", status=404)
NEVER_ASKED = refusal(
    "action.never_asked",
    "程序错误：操作没有检查权限，已拒绝。",
    "Program error: the action never asked for permission.",
    status=500,
)
ID_REUSED = refusal(
    "action.id_reused",
    "这个编号已用于另一次不同的提交。",
    "This id was already used for a different command.",
    status=409,
)
CONFLICT = refusal(
    "action.conflict",
    "与已有记录冲突，没有保存。",
    "Conflicts with what is already recorded; nothing was saved.",
    status=409,
)
BUSY = refusal(
    "action.busy",
    "系统正忙或磁盘已满，没有保存，请稍后再试。",
    "The system is busy or its disk is full; nothing was saved. Try again.",
    status=503,
)
UNSTORABLE = refusal(
    "action.unstorable",
    "有的值超出了能保存的范围，没有保存。",
    "A value is outside what can be stored; nothing was saved.",
)
TROUBLE = refusal(
    "action.trouble",
    "系统出错，这一条没有保存。已记录，请稍后再试。",
    "Something failed here and this was not saved. It is logged; try again.",
    status=500,
)
BAD_TIME = refusal(
    "action.bad_time",
    "发生时间不合理，请检查手机时钟。",
    "The time of the event is not plausible; check the phone's clock.",
)

BEHIND, AHEAD = timedelta(days=366), timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1900, 2200
# the doors that bring what a phone recorded while nobody could say no to its face
KEEPING_DOORS = ("sync", "import")
KEPT_INPUT = 200_000  # characters


@dataclass(frozen=True)
class Request:
    """A command as it came through a door."""

    actor: Actor
    action: str
    input: object
    id: UUID
    happened_at: datetime | None = None
    device_id: str = ""
    made_by: UUID | None = None  # who made it, where that is not the one who brings it (an exported queue)


@dataclass(frozen=True)
class Outcome:
    """What became of a command: done, repeated (nothing changed), refused, or rehearsed (it would be done)."""

    id: UUID
    status: str
    result: Result | None = None
    refusal: Refusal | None = None

    def as_dict(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": str(self.id), "status": self.status}
        if self.refusal is not None:
            return body | {"refusal": self.refusal.as_dict()}
        return body | {"result": self.result or {}}


def run(
    actor: Actor, name: str, given: object, *, id: UUID | None = None, happened_at: datetime | None = None
) -> Result:
    """Carry out one action and return its result. Raises the Refusal when it is refused."""
    [outcome] = run_many([Request(actor, name, given, id or uuid7(), happened_at)])
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome.result or {}


def follow(name: str, given: dict[str, Any], *, because: str, key: str = "") -> Result:
    """Carry out an action as the consequence of a fact; the same fact repeated leads to the same command id."""
    return run(SYSTEM, name, given, id=uuid5(UUID(because), f"{name}:{key}"))


def run_many(requests: Sequence[Request]) -> list[Outcome]:
    """Carry out commands in order, facts of one kind together in one transaction; each has an outcome of its own."""
    outcomes: list[Outcome] = []
    for name, group in itertools.groupby(requests, key=lambda request: request.action):
        outcomes += _run_group(name, list(group), alone=len(requests) == 1)
    return outcomes


def rehearse(requests: Sequence[Request]) -> list[Outcome]:
    """Say what would become of commands, and change nothing: all of it is carried out and taken back.

    The rules are asked where they stand, so that nothing is accepted here and refused when it is meant.
    """
    with transaction.atomic():
        outcomes = run_many(requests)
        transaction.set_rollback(True)
    return [one if one.refusal is not None else Outcome(one.id, "rehearsed") for one in outcomes]


def _run_group(name: str, requests: list[Request], alone: bool) -> list[Outcome]:
    declared = ACTIONS.get(name)
    if declared is None:
        unknown = UNKNOWN_ACTION(name=name[:80])
        set_aside([(one, unknown) for one in requests if one.actor.door in KEEPING_DOORS])
        return [Outcome(one.id, "refused", refusal=unknown) for one in requests]
    received_at = now()
    calls = [_prepare(declared, one, received_at) for one in requests]
    try:
        if declared.many:
            _run_facts(declared, [call for call in calls if call.refusal is None], alone)
        else:
            for call in calls:
                _run_one(declared, call, alone)
    finally:
        _keep_refused(calls, requests)
    return [_outcome(call) for call in calls]


def _prepare(declared: Action, request: Request, received_at: datetime) -> Call:
    """Return the call with its typed input, or with the refusal of it."""
    happened_at = request.happened_at or received_at
    call = Call(request.actor, declared.name, request.id, None, received_at, happened_at, request.device_id,
                made_by=request.made_by or request.actor.account_id)  # fmt: skip
    try:
        if happened_at.tzinfo is None or not received_at - BEHIND <= happened_at <= received_at + AHEAD:
            raise BAD_TIME(field="happened_at")
        call.happened_at = happened_at.astimezone(UTC)  # because a database knows fewer zones than a phone may send
        if not isinstance(request.input, dict):
            raise KIND(field="input", kind="对象 / an object")
        call.given = parse(declared.input, request.input)
    except Refusal as no:
        call.refusal = no
    return call


def _outcome(call: Call) -> Outcome:
    if call.refusal is not None:
        return Outcome(call.id, "refused", refusal=call.refusal)
    return Outcome(call.id, "repeated" if call.repeated else "done", {**(call.result or {}), **call.once})


def _digest(call: Call) -> str:
    """Return a fingerprint of what was asked and by its maker; equal repeats are equal, whoever brings them.

    Keyed, because whoever steals the database could otherwise guess a phone number or a password by its fingerprint.
    """
    body = call.given.model_dump_json() if call.given is not None else ""
    asked = f"command\0{call.action}\0{call.made_by}\0{body}"
    return hmac.new(ring().blind, asked.encode(), hashlib.sha256).hexdigest()[:32]


def _no_for(trouble: Exception, action: str, alone: bool) -> Refusal:
    """Return the refusal that answers an error. Raises what no refusal is meant for, when nobody else waits for it."""
    if isinstance(trouble, Refusal):
        return trouble
    log.error("trouble in %s: %s", action, describe(trouble))
    if isinstance(trouble, IntegrityError):
        return CONFLICT()
    if isinstance(trouble, DataError):
        return UNSTORABLE()
    if isinstance(trouble, (OperationalError, InterfaceError)):
        return BUSY()
    if alone:
        raise trouble
    return TROUBLE()


def _run_one(declared: Action, call: Call, alone: bool) -> None:
    if call.refusal is not None:
        return
    digest = _digest(call)
    try:
        if declared.ahead:
            declared.ahead(call, call.given)
        with writing(), transaction.atomic():
            if not _claim(call, digest):
                return
            call.result = declared.body(call, call.given) or {}
            if not call.asked:
                raise NEVER_ASKED()
            Command.objects.filter(pk=call.id).update(result=call.result)
            _record([call])
    except Exception as trouble:
        call.refusal = _no_for(trouble, call.action, alone)


def _claim(call: Call, digest: str) -> bool:
    """Take the command's id; False when it was carried out before, with its result on the call."""
    mine = Command(id=call.id, action=call.action, account_id=call.actor.account_id, digest=digest, at=call.received_at)
    if append_facts([mine]):
        return True
    known = Command.objects.get(pk=call.id)
    if known.digest != digest:
        raise ID_REUSED()
    call.result, call.repeated = known.result, True
    return False


def _run_facts(declared: Action, calls: list[Call], alone: bool) -> None:
    """Carry out facts; one whose id came already in the same batch waits for the first of them, and is a repeat."""
    first: dict[UUID, Call] = {}
    again = [call for call in calls if first.setdefault(call.id, call) is not call]
    _run_together(declared, list(first.values()), alone)
    if again:
        _run_facts(declared, again, alone)


def _run_together(declared: Action, calls: list[Call], alone: bool) -> None:
    if not calls:
        return
    try:
        with writing(), transaction.atomic():
            declared.body(calls)
            if not all(call.asked for call in calls if call.refusal is None and not call.repeated):
                raise NEVER_ASKED()
            _record([call for call in calls if call.refusal is None and not call.repeated])
    except Exception as trouble:
        if len(calls) == 1:
            calls[0].refusal = _no_for(trouble, declared.name, alone)
            return
        for call in calls:  # one bad row must not refuse its neighbours
            call.start_over()
            _run_together(declared, [call], alone)


def _record(calls: Sequence[Call]) -> None:
    """Write the audit lines and the facts of the calls, in the open transaction."""
    if not calls:
        return
    append(_entries(calls), at=calls[0].received_at)
    announce_all([Announced(fact, call.id, call.actor.account_id) for call in calls for fact in call.facts])


def _entries(calls: Sequence[Call]) -> Iterable[Entry]:
    """Return one line per act; facts that one person brought together share a line that names each of them."""
    for _, group in itertools.groupby(sorted(calls, key=_bringer), key=_bringer):
        mine = list(group)
        first = mine[0]
        details = first.details if len(mine) == 1 else {"commands": [str(call.id) for call in mine]}
        path = first.area_path if len(mine) == 1 else _common([call.area_path for call in mine])
        yield Entry(
            action=first.action, account_id=first.actor.account_id, door=first.actor.door, device_id=first.device_id,
            command_id=first.id, subject=first.subject if len(mine) == 1 else "", area_path=path, details=details,
        )  # fmt: skip


def _bringer(call: Call) -> tuple[str, str, str]:
    return str(call.actor.account_id), call.actor.door, call.device_id


def _common(paths: list[str]) -> str:
    """Return the narrowest area that holds all of them."""
    low, high = min(paths), max(paths)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    return low[: max((length for length in PATH_LENGTHS if length <= same), default=0)]


def _keep_refused(calls: Sequence[Call], requests: Sequence[Request]) -> None:
    """Keep what a phone sent and the server refused, with its reason; an accepted repeat resolves it."""
    from_phones = [(call, one) for call, one in zip(calls, requests, strict=True) if one.actor.door in KEEPING_DOORS]
    refused = [
        (call, one) for call, one in from_phones if call.refusal is not None and call.refusal.status != BUSY.status
    ]
    set_aside([(one, call.refusal) for call, one in refused if call.refusal is not None])
    accepted = [call.id for call, _ in from_phones if call.refusal is None]
    if accepted:
        RefusedCommand.objects.filter(command_id__in=accepted, resolved_at__isnull=True).update(
            resolved_at=now(), resolution="accepted"
        )


def _storable(moment: datetime | None) -> datetime | None:
    """Return the moment where a database can hold it: a phone's clock may stand anywhere, and its record is kept."""
    return moment.astimezone(UTC) if moment is not None and FIRST_YEAR < moment.year < LAST_YEAR else None


def carried_out(requests: Iterable[Request]) -> set[UUID]:
    """Return the ids of those commands that were carried out before, for the same account."""
    asked = {one.id: one.actor.account_id for one in requests}
    known = Command.objects.filter(pk__in=asked).values_list("pk", "account_id")
    return {id for id, account in known if account == asked[id]}


def set_aside(refused: Sequence[tuple[Request, Refusal]]) -> None:
    """Keep commands with the reason they were refused for; one kept already stays as it is."""
    moment = now()
    RefusedCommand.objects.bulk_create(
        [
            RefusedCommand(
                command_id=one.id, action=one.action[:80], account_id=one.actor.account_id, device_id=one.device_id,
                area_path=one.actor.home_area, input=orjson.dumps(one.input, default=str).decode()[:KEPT_INPUT],
                code=no.code, at=moment, happened_at=_storable(one.happened_at),
            )
            for one, no in refused
        ],
        ignore_conflicts=True,
    )  # fmt: skip
