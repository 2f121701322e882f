"""The operations that no registry declares, described from the addresses themselves: none can be left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

Schema = dict[str, Any]

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_TYPES: dict[str, Schema] = {"int": {"type": "integer", "minimum": 0}, "uuid": {"type": "string", "format": "uuid"}}
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 80}

# described once per registered action and table instead
FROM_REGISTRIES = frozenset({"/api/actions/{name}", "/api/tables/{name}"})

_COMMAND: Schema = {
    "type": "object",
    "required": ["id", "action", "input"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "action": {"type": "string", "maxLength": 80},
        "input": {"type": "object"},
        "happened_at": {"type": ["string", "null"], "format": "date-time"},
    },
}
_COMMANDS: Schema = {
    "type": "object",
    "required": ["commands"],
    "properties": {
        "commands": {"type": "array", "maxItems": 1000, "items": _COMMAND},
        "device_id": {"type": "string", "maxLength": 64},
    },
}
BODIES: dict[tuple[str, str], Schema] = {
    ("/api/session", "POST"): {
        "type": "object",
        "required": ["username", "password"],
        "properties": {
            "username": {"type": "string", "maxLength": 60},
            "password": {"type": "string", "maxLength": 128},
            "device_id": {"type": "string", "maxLength": 64},
        },
    },
    ("/api/session/language", "POST"): {
        "type": "object",
        "required": ["language"],
        "properties": {"language": {"enum": ["zh-hans", "en"]}},
    },
    ("/api/batch", "POST"): _COMMANDS,
    ("/api/sync/upload", "POST"): _COMMANDS,
    ("/api/reveal", "POST"): {
        "type": "object",
        "required": ["table", "id", "column", "reason"],
        "properties": {
            "table": {"type": "string", "maxLength": 80},
            "id": {"type": "string", "maxLength": 40},
            "column": {"type": "string", "maxLength": 60},
            "reason": {"type": "string", "minLength": 2, "maxLength": 200},
        },
    },
}
_FORM = ("within", "on", "incident")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "/api/forms/{code}": _FORM,
    "/api/forms/{code}/digest": _FORM,
    "/api/forms/{code}/form.pdf": (*_FORM, "blank"),
    "/api/forms/{code}/form.xlsx": (*_FORM, "blank"),
    "/api/gaps": ("within",),
    "/api/gaps/{name}": ("within", "after"),
    "/api/search": ("q",),
    "/api/tables/{name}.xlsx": ("q", "within", "sort"),
}


def operations(answers: Any) -> Iterator[tuple[str, str, Schema]]:
    """Yield (path, method, operation) of every address below /api; `answers` makes the answers of an operation."""
    for route, view in sorted(_views(get_resolver().url_patterns, ""), key=lambda pair: pair[0]):
        path = "/" + _PARAMETER.sub(r"{\2}", route)
        if path.startswith("/api/") and path not in FROM_REGISTRIES:
            for method in getattr(view, "methods", ()):
                yield path, method.lower(), _operation(path, route, method, view, answers)


def _views(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _views(one.url_patterns, route)
        else:
            yield route, one.callback


def _operation(path: str, route: str, method: str, view: Any, answers: Any) -> Schema:
    named = [
        {"name": name, "in": "path", "required": True, "schema": _TYPES.get(kind, _TEXT)}
        for kind, name in _PARAMETER.findall(route)
    ]
    asked = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string", "maxLength": 200}}
        for name in (QUESTIONS.get(path, ()) if method == "GET" else ())
    ]
    made: Schema = {
        "operationId": f"{method.lower()}.{route}",
        "tags": [view.__module__.split(".")[2]],
        "description": (view.__doc__ or "").strip(),
        "parameters": [*named, *asked],
        "responses": answers(_is_file(view)),
    }
    if (path, method) in BODIES:
        schema = BODIES[path, method]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _is_file(view: Any) -> bool:
    """Say whether the view answers with a file, by what it says it returns."""
    returned = get_type_hints(view).get("return", HttpResponseBase)
    return isinstance(returned, type) and issubclass(returned, StreamingHttpResponse)
