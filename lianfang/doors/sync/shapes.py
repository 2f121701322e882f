"""The shapes of commands that phones in the field still send, turned into today's. Drops nothing that a phone sent.

A phone may be two versions old with a full queue. When an action's input changes, the old shape gets a translator
here and a test; the action itself knows only its newest input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Given = dict[str, Any]
Translate = Callable[[Given], Given]


def _visit_1(given: Given) -> Given:
    """Version 1 sends what a visit learnt in flat parts: returnee, symptoms, need, roster."""
    rest = {key: value for key, value in given.items() if key not in _VISIT_PARTS}
    learnt = {name: shape(given[key]) for key, (name, shape) in _VISIT_PARTS.items() if key in given}
    return {**rest, "learnt": {**given.get("learnt", {}), **learnt}} if learnt else given


def _returnee_1(part: Any) -> Any:
    names = {"from": "came_from", "on": "came_on"}
    return [{names.get(key, key): value for key, value in part.items()}] if isinstance(part, dict) else part


def _one(part: Any) -> Any:
    return [part] if isinstance(part, dict) else part


def _roster_1(part: Any) -> Any:
    return {"note" if key == "what" else key: value for key, value in part.items()} if isinstance(part, dict) else part


_VISIT_PARTS: Mapping[str, tuple[str, Translate]] = {
    "returnee": ("returnees", _returnee_1),
    "symptoms": ("symptoms", _one),
    "need": ("needs", _one),
    "roster": ("roster", _roster_1),
}

# from which app version on a shape is spoken; the last one that is not newer than the app counts
SPOKEN_FROM: tuple[tuple[tuple[int, int], int], ...] = (((0, 0), 1),)
SHAPES: Mapping[int, Mapping[str, Translate]] = {1: {"screening.record_visit": _visit_1}}


def shape_of(app_version: str) -> int:
    """Return the shape an app of this version speaks; a version nobody can read counts as the oldest."""
    numbers = re.match(r"(\d{1,4})\.(\d{1,4})", app_version)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    return max((shape for since, shape in SPOKEN_FROM if since <= version), default=SPOKEN_FROM[0][1])


def translate(app_version: str, action: str, given: Any) -> Any:
    """Return a command's input in today's shape. What is no object is left for the action to refuse."""
    turn = SHAPES[shape_of(app_version)].get(action)
    return turn(given) if turn and isinstance(given, dict) else given
