"""A made-up worker for walks over the registries: fills in any declared form with something it would take."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lianfang.foundation.actions.registry import Action

Schema = Mapping[str, Any]


class Filler:
    """Fills in forms from what is known: ids by widget, what the row itself says, else anything the schema allows."""

    def __init__(self, draw: random.Random, today: date, known: Mapping[str, Sequence[Any]]) -> None:
        self.draw, self.today, self.known = draw, today, known

    def fill(self, one: Action, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return an input for the action on the row; what is not required is sometimes left out."""
        schema = one.input.model_json_schema()
        given = self._object(schema, schema, row["cells"])
        if one.subject:
            given[one.subject.field] = row["id"]
        return given

    def _object(self, schema: Schema, whole: Schema, cells: Mapping[str, Any]) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        given = {}
        for name, asked in schema.get("properties", {}).items():
            if name == "version":
                given[name] = cells.get(name) or 1
            elif name in required or self.draw.random() < 0.4:
                given[name] = self._value(asked, whole)
        return {name: value for name, value in given.items() if value is not None}

    def _value(self, asked: Schema, whole: Schema) -> Any:
        widget = asked.get("x-widget", "")
        if "x-choices" in asked and asked.get("type") != "array":
            return self.draw.choice(asked["x-choices"])["value"]
        if widget in self.known and asked.get("type") != "array":
            return self.draw.choice(self.known[widget]) if self.known[widget] else None
        if "$ref" in asked:
            named = whole["$defs"][asked["$ref"].rpartition("/")[2]]
            return self._object(named, whole, {})
        if "anyOf" in asked:
            return self._value({**asked["anyOf"][0], **{k: v for k, v in asked.items() if k.startswith("x-")}}, whole)
        return self._plain(asked)

    def _plain(self, asked: Schema) -> Any:
        if "enum" in asked or "const" in asked:
            return self.draw.choice(asked.get("enum") or [asked["const"]])
        if asked.get("format") == "date":
            return (self.today + timedelta(days=self.draw.choice((-3, -1, 0, 1, 7, 20)))).isoformat()
        if asked.get("format") in ("date-time", "uuid"):
            return None
        kind = asked.get("type")
        if kind == "boolean":
            return self.draw.random() < 0.7
        if kind in ("integer", "number"):
            return self.draw.choice((36.6, 38.2)) if kind == "number" else asked.get("minimum", 1)
        if kind == "string":
            return "经核实情况属实"[: max(asked.get("minLength", 0), asked.get("maxLength", 7))]
        return [] if kind == "array" and not asked.get("minItems") else None
