"""The registry of actions: everything a person can do, each declared once under its dotted name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.states import Holders, When
from lianfang.kernel.errors import Refusal
from lianfang.kernel.facts import Fact
from lianfang.kernel.text import Bilingual

Result = dict[str, Any]


@dataclass
class Call:
    """One command on its way through an action: who asks, with what, and what it leads to.

    `once` is told to the asker now and never stored: a revealed value, a new secret.
    """

    actor: Actor
    action: str
    id: UUID
    given: Any
    received_at: datetime
    happened_at: datetime
    device_id: str = ""
    made_by: UUID | None = None
    asked: bool = False
    area_path: str = ""
    subject: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    result: Result | None = None
    once: Result = field(default_factory=dict)
    refusal: Refusal | None = None
    repeated: bool = False

    def permit(self, area_path: str, permission: str | None = None) -> None:
        """Ask whether the actor may do this at this area. Raises `access.not_yours`. Every action must ask."""
        self.asked = True
        self.actor.require(permission or self.action, area_path)
        self.area_path = area_path

    def permits(self, area_path: str) -> bool:
        """Ask as `permit` does, and keep the refusal on the call instead of raising: for actions on many calls."""
        self.asked = True
        try:
            self.permit(area_path)
        except Refusal as no:
            self.refusal = no
            return False
        return True

    def allows(self, when: When, row: Model) -> bool:
        """Ask the question that lists ask before they offer this action on the row."""
        return when.is_met(row, self.actor.account_id, self.received_at)

    def start_over(self) -> None:
        """Forget what an attempt left behind that was rolled back together with its neighbours."""
        self.asked = self.repeated = False
        self.refusal = self.result = None
        self.area_path = self.subject = ""
        self.details, self.facts, self.once = {}, [], {}

    def announce(self, fact: Fact) -> None:
        """Announce a fact; it is stored and wired reactions are queued when the action commits."""
        self.facts.append(fact)

    def about(self, table: str, row_id: object, **details: Any) -> None:
        """Name the subject for the audit line, with details that hold no personal values."""
        self.subject = f"{table}/{row_id}"
        self.details |= details


One = Callable[[Call, Any], Result | None]
Many = Callable[[Sequence[Call]], None]


@dataclass(frozen=True)
class Subject:
    """The table an action is offered on, the input field its row id fills, and what the row's state must be.

    Where `when` says no, the action itself refuses by the same question: nothing is offered only to be refused. With
    `holders` the act is of who holds the row and of who has another permission there, not of everybody who may do it.
    """

    table: str
    field: str
    when: When | None = None
    holders: Holders | None = None


@dataclass(frozen=True)
class Action:
    """One declared action. `many` actions record facts and take a whole batch in one go.

    `offered` is False for what screens do not offer by itself: steps of other programs, consequences of facts.
    `ahead` is done before the transaction begins, and writes nothing to the database.
    """

    name: str
    title: Bilingual
    input: type[Input]
    body: Callable[..., Any]
    help: Bilingual | None = None
    subject: Subject | None = None
    batch: bool = False
    danger: bool = False
    many: bool = False
    offered: bool = True
    ahead: Callable[[Call, Any], None] | None = None

    @property
    def app(self) -> str:
        return self.name.split(".")[0]


ACTIONS: dict[str, Action] = {}
_NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z0-9]+)+")


def _register(action: Action) -> None:
    if not _NAME.fullmatch(action.name):
        raise ValueError(f"{action.name}: an action is named app.verb_noun")
    if action.name in ACTIONS:
        raise ValueError(f"{action.name} is already declared")
    if not (action.body.__doc__ or "").strip():
        raise ValueError(f"{action.name} needs a docstring: it is the help and the reference")
    ACTIONS[action.name] = action


def action(
    name: str,
    title: Bilingual,
    given: type[Input],
    *,
    help: Bilingual | None = None,
    subject: Subject | None = None,
    batch: bool = False,
    danger: bool = False,
    offered: bool = True,
    ahead: Callable[[Call, Any], None] | None = None,
) -> Callable[[One], One]:
    """Declare an action on one thing: `body(call, given) -> result`, in one transaction, with one audit line."""

    def register(body: One) -> One:
        _register(Action(name, title, given, body, help, subject, batch, danger, offered=offered, ahead=ahead))
        return body

    return register


def fact_action(
    name: str,
    title: Bilingual,
    given: type[Input],
    *,
    help: Bilingual | None = None,
    subject: Subject | None = None,
    offered: bool = True,
) -> Callable[[Many], Many]:
    """Declare an action that appends facts: `body(calls)` judges and writes a whole batch at once.

    The fact's primary key is the command's id, so the fact itself is the proof that a repeat changes nothing.
    The body sets `call.result`, `call.refusal` or `call.repeated` on every call.
    """

    def register(body: Many) -> Many:
        _register(Action(name, title, given, body, help, subject, many=True, offered=offered))
        return body

    return register
