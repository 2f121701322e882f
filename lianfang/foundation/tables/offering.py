"""Which actions a table offers on each of its rows: those the viewer may take there and the row's state allows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.registry import ACTIONS, Action
from lianfang.kernel.clock import now


def offered_on(table: str) -> list[Action]:
    """Return the actions that are offered on rows of a table, to whoever may take them."""
    return [one for one in ACTIONS.values() if one.offered and one.subject and one.subject.table == table]


class Offers:
    """What one viewer is offered on the rows of one table: what has to be selected for it, and the answer per row."""

    def __init__(self, viewer: Actor, table: str) -> None:
        self.viewer, self.at = viewer, now()
        self.actions = [one for one in offered_on(table) if viewer.may(one.name)]
        self._may = cache(viewer.may)

    def columns(self) -> dict[str, Any]:
        """Return what the rows' states are judged by, under names that meet no column."""
        wanted: dict[str, Any] = {}
        for one in self.actions:
            for asked in (one.subject.when, one.subject.holders) if one.subject else ():
                wanted |= asked.columns(_prefix(one)) if asked else {}
        return wanted

    def on(self, row: Mapping[str, Any]) -> list[str]:
        """Return the names of the actions offered on a row selected with `columns`."""
        path = row.get("_area") or None
        return [one.name for one in self.actions if self._is_theirs(one, row, path) and self._allowed(one, row)]

    def _is_theirs(self, one: Action, row: Mapping[str, Any], path: str | None) -> bool:
        holders = one.subject.holders if one.subject else None
        if holders is None:
            return bool(self._may(one.name, path))
        if holders.is_selected_held(row, _prefix(one), self.viewer.account_id):
            return bool(self._may(one.name, self.viewer.home_area))
        return bool(self._may(holders.permission, path))

    def _allowed(self, one: Action, row: Mapping[str, Any]) -> bool:
        state = one.subject.when if one.subject else None
        return state is None or state.is_selected_met(row, _prefix(one), self.viewer.account_id, self.at)


def _prefix(one: Action) -> str:
    return f"w_{one.name.replace('.', '_')}"
