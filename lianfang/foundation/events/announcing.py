"""Announcing facts and wiring reactions to them. A reaction runs after commit, as a job, and is retried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings

from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import now
from lianfang.kernel.facts import Fact
from lianfang.kernel.text import both

Reaction = Callable[[dict[str, Any]], None]
Follower = Callable[[Sequence[Event]], None]

# called with every batch of facts, inside the act's own transaction: for what must not be lost and costs little
FOLLOWERS: list[Follower] = []


@cache
def wiring() -> dict[str, tuple[Reaction, ...]]:
    """Return the reactions by fact name, from the one page that says what follows from what."""
    page = import_module(settings.LIANFANG_WIRING)
    return {fact.event_name(): tuple(reactions) for fact, reactions in page.WIRING.items()}


def _plain(value: Any) -> Any:
    """Return ids and dates as text, for JSON."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return _plain(vars(value))
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


@dataclass(frozen=True)
class Announced:
    """A fact with the command that led to it and the account behind the command."""

    fact: Fact
    command_id: UUID | None = None
    account_id: UUID | None = None


def announce(facts: Iterable[Fact], *, command_id: UUID | None = None, account_id: UUID | None = None) -> None:
    """Store the facts and queue their reactions, all in the caller's transaction."""
    announce_all([Announced(fact, command_id, account_id) for fact in facts])


def announce_all(announced: Sequence[Announced]) -> None:
    """Store the facts of many commands at once and queue their reactions, all in the caller's transaction."""
    if not announced:
        return
    moment = now()
    events = [
        Event(
            name=one.fact.event_name(), body=_plain(vars(one.fact)), area_path=one.fact.area_path, at=moment,
            command_id=one.command_id, account_id=one.account_id,
        )
        for one in announced
    ]  # fmt: skip
    Event.objects.bulk_create(events)
    for follower in FOLLOWERS:
        follower(events)
    _queue(events, moment)


def _queue(events: Sequence[Event], moment: datetime) -> None:
    Job.objects.bulk_create(
        Job(
            name="events.react",
            body={"event": str(event.pk), "reaction": _address(reaction)},
            area_path=event.area_path, created_at=moment, run_after=moment,
        )
        for event in events
        for reaction in wiring().get(event.name, ())
    )  # fmt: skip


def _address(reaction: Reaction) -> str:
    return f"{reaction.__module__}:{reaction.__qualname__}"


@job("events.react", both("后续处理", "Follow-up"))
def react(body: dict[str, Any], _: Progress) -> None:
    """Run one reaction to one fact."""
    event = Event.objects.get(pk=body["event"])
    module, _, name = body["reaction"].partition(":")
    getattr(import_module(module), name)(event.body | {"event_id": str(event.pk)})
