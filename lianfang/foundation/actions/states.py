"""What a row's state allows: one question, asked by an action before it acts and by lists before they offer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import F, Model
from django.db.models.expressions import BaseExpression

from lianfang.kernel.clock import local


class Circumstance(Enum):
    """What a rule may ask besides the row itself: the moment, its day in the county, and the account that asks."""

    NOW = "now"
    TODAY = "today"
    ME = "me"


NOW, TODAY, ME = Circumstance.NOW, Circumstance.TODAY, Circumstance.ME
Asked = str | BaseExpression | Callable[[], BaseExpression] | Circumstance


@dataclass(frozen=True)
class When:
    """A rule over a row: `holds` is pure and is given, in order, what `asked` names.

    A name is a field of the row; an expression is worked out by the database, where other rows decide as well, and
    a function makes one when every app is there.
    """

    holds: Callable[..., bool]
    asked: tuple[Asked, ...]

    def is_met(self, row: Model, by: UUID | None, at: datetime) -> bool:
        """Say whether the row as it was read allows it; what an expression asks is asked now."""
        return self._answer([_own(row, one) for one in self.asked], by, at)

    def columns(self, prefix: str) -> dict[str, F | BaseExpression]:
        """Return what a list has to select to say `is_selected_met` of each of its rows."""
        return {
            f"{prefix}_{place}": F(one) if isinstance(one, str) else _expression(one)
            for place, one in enumerate(self.asked)
            if not isinstance(one, Circumstance)
        }

    def is_selected_met(self, selected: Mapping[str, Any], prefix: str, by: UUID | None, at: datetime) -> bool:
        """Say whether a row selected with `columns` allows it."""
        return self._answer([selected.get(f"{prefix}_{place}") for place in range(len(self.asked))], by, at)

    def _answer(self, values: list[Any], by: UUID | None, at: datetime) -> bool:
        around = {NOW: at, TODAY: local(at).date(), ME: by}
        told = [
            around[one] if isinstance(one, Circumstance) else value
            for one, value in zip(self.asked, values, strict=True)
        ]
        return self.holds(*told)


def _own(row: Model, asked: Asked) -> Any:
    if isinstance(asked, Circumstance):
        return None
    if isinstance(asked, str):
        return attrgetter(asked.replace("__", "."))(row)
    return type(row)._base_manager.annotate(answer=_expression(asked)).values_list("answer", flat=True).get(pk=row.pk)


def _expression(asked: BaseExpression | Callable[[], BaseExpression]) -> BaseExpression:
    return asked if isinstance(asked, BaseExpression) else asked()


@dataclass(frozen=True)
class Holders:
    """Who may act on a row besides whoever has `permission` in its area: the accounts that hold it.

    An account is asked as a `When` asks: a field of the row, or a function that makes an expression of it.
    """

    permission: str
    accounts: tuple[str | Callable[[], BaseExpression], ...]

    def columns(self, prefix: str) -> dict[str, F | BaseExpression]:
        """Return what a list has to select to say who holds each of its rows."""
        return {
            f"{prefix}_h{place}": F(one) if isinstance(one, str) else one() for place, one in enumerate(self.accounts)
        }

    def is_selected_held(self, selected: Mapping[str, Any], prefix: str, by: UUID | None) -> bool:
        """Say whether the account holds a row selected with `columns`."""
        return by is not None and by in {selected.get(f"{prefix}_h{place}") for place in range(len(self.accounts))}


def when(holds: Callable[..., bool], *asked: Asked) -> When:
    """Return the rule as a question about a row."""
    return When(holds, asked)


def when_empty(name: str) -> When:
    """Return the question whether something has not happened yet: its moment is empty."""
    return When(_is_none, (name,))


def when_set(name: str) -> When:
    """Return the question whether something has happened: its moment is set."""
    return When(_is_some, (name,))


def _is_none(value: object) -> bool:
    return value is None


def _is_some(value: object) -> bool:
    return value is not None
