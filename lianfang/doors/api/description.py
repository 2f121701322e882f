"""The API described as OpenAPI 3.1, made from the registries: what is declared is documented, and nothing else."""

from __future__ import annotations

from typing import Any

from lianfang import __version__
from lianfang.doors.api.addresses import operations
from lianfang.doors.api.catalogue import FlatSchema
from lianfang.foundation.actions.registry import ACTIONS, Action
from lianfang.foundation.tables.offering import offered_on
from lianfang.foundation.tables.registry import TABLES, Column, Table

Schema = dict[str, Any]

_TYPES: dict[str, Schema] = {
    "int": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "json": {},
}
_TEXT: Schema = {"type": ["string", "null"]}
REFUSING = ("400", "401", "403", "404", "405", "409", "413", "422", "423", "429", "500", "503")
_BILINGUAL: Schema = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}}


def _answers(good: Schema, *, status: str = "200") -> Schema:
    """Return the answers of an operation: the good one, and the refusal that every other status carries."""
    return {status: {"description": "Done.", **_json(good)}, **_refusals()}


def _refusals() -> Schema:
    refused = {"description": "Refused: code, sentence, field and reason.", **_json(_reference("Refusal"))}
    return dict.fromkeys(REFUSING, refused)


def _other_answers(is_file: bool) -> Schema:
    """Return the answers of an operation that no registry declares."""
    content = {"*/*": {}} if is_file else {"application/json": {"schema": {"type": "object"}}}
    return {
        "200": {"description": "Done.", "content": content},
        "204": {"description": "Done; nothing to tell."},
        **_refusals(),
    }


def _components() -> Schema:
    return {
        "Bilingual": _BILINGUAL,
        "Refusal": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": _reference("Bilingual"),
                "field": {"type": ["string", "null"]},
                "reason": {"anyOf": [_reference("Bilingual"), {"type": "null"}]},
                "details": {"type": "object"},
                "problems": {"type": "array", "items": _reference("Refusal")},
            },
        },
        "Done": {
            "type": "object",
            "required": ["id", "status", "result"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "status": {"enum": ["done", "repeated"]},
                "result": {"type": "object"},
            },
        },
    }


def _input_schema(one: Action, shared: Schema) -> Schema:
    """Return the input's schema with its definitions moved to the shared components under the action's name."""
    prefix = one.name.replace(".", "_")
    template = f"#/components/schemas/{prefix}_{{model}}"
    schema = one.input.model_json_schema(schema_generator=FlatSchema, ref_template=template)
    for name, definition in schema.pop("$defs", {}).items():
        shared[f"{prefix}_{name}"] = definition
    return schema


def _action_operation(one: Action, shared: Schema) -> Schema:
    command = {
        "type": "object",
        "required": ["id", "input"],
        "properties": {
            "id": {
                "type": "string",
                "format": "uuid",
                "description": "Made by the client (UUIDv7); a repeat changes nothing.",
            },
            "input": _input_schema(one, shared),
            "happened_at": {"type": "string", "format": "date-time"},
            "device_id": {"type": "string", "maxLength": 64},
        },
    }
    return {
        "post": {
            "operationId": one.name,
            "tags": [one.app],
            "summary": one.title.en,
            "description": f"{one.title.zh}. {(one.body.__doc__ or '').strip()}",
            "requestBody": {"required": True, **_json(command)},
            "responses": _answers(_reference("Done")),
        }
    }


def _cell(column: Column) -> Schema:
    kind = _TYPES.get(column.kind, _TEXT)
    return {**kind, "description": f"{column.label.zh} / {column.label.en}", "x-privacy": column.privacy.value}


def _parameter(name: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


def _table_parameters(one: Table) -> list[Schema]:
    text = {"type": "string", "maxLength": 200}
    sortable = [column.name for column in one.columns if column.sortable]
    sorts = [prefix + name for name in sortable for prefix in ("", "-")]
    filters = [
        _parameter(column.name, {"type": "string", "maxLength": 200}, f"{column.label.zh} / {column.label.en}")
        for column in one.columns
        if column.filterable
    ]
    return [
        _parameter("q", text, "Search."),
        _parameter("within", text, "Area path: rows at or below it."),
        *(
            [_parameter("sort", {"type": "string", "enum": sorts}, "Column to sort by; '-' for descending.")]
            if sorts
            else []
        ),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "Rows per page."),
        _parameter("after", {"type": "string"}, "Cursor of the page before."),
        _parameter("count", {"type": "string", "enum": ["0", "1"]}, "Count the rows, up to 10,000."),
        *filters,
    ]


def _offers(one: Table) -> Schema:
    """Return the schema of what a row offers: the actions on it that the asker may take and its state allows."""
    names = sorted(action.name for action in offered_on(one.name))
    text = "Actions that this asker may take on the row as it is."
    items = {"items": {"enum": names}} if names else {"maxItems": 0}
    return {"type": "array", "description": text, **items}


def _table_operation(one: Table) -> Schema:
    row = {
        "type": "object",
        "required": ["id", "area", "cells", "can"],
        "properties": {
            "id": {"type": ["string", "integer"]},
            "area": {"type": "string"},
            "cells": {"type": "object", "properties": {column.name: _cell(column) for column in one.columns}},
            "can": _offers(one),
        },
    }
    page = {
        "type": "object",
        "required": ["rows", "next", "as_of"],
        "properties": {
            "rows": {"type": "array", "items": row},
            "next": {"type": ["string", "null"]},
            "as_of": {"type": "string", "format": "date-time"},
            "count": {"type": ["integer", "null"]},
        },
    }
    return {
        "get": {
            "operationId": f"table.{one.name}",
            "tags": [one.app],
            "summary": one.title.en,
            "description": one.title.zh,
            "parameters": _table_parameters(one),
            "responses": _answers(page),
        }
    }


def description() -> Schema:
    """Return the whole description."""
    shared = _components()
    paths = {
        f"/api/actions/{one.name}": _action_operation(one, shared)
        for one in sorted(ACTIONS.values(), key=lambda one: one.name)
    }
    paths |= {
        f"/api/tables/{one.name}": _table_operation(one) for one in sorted(TABLES.values(), key=lambda one: one.name)
    }
    for path, method, operation in operations(_other_answers):
        paths.setdefault(path, {})[method] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lianfang 联防",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "schemas": shared,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "lianfang_session"}},
        },
    }
