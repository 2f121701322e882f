"""The description of the API is what registries and addresses say, and contracts/ keeps that description."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve

from lianfang.doors.api.description import description
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.tables.registry import TABLES

CONTRACT = Path(__file__).parents[2] / "contracts" / "openapi.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    # as it is written: through JSON, so that nothing in it is more than JSON
    return dict(json.loads(json.dumps(description(), ensure_ascii=False)))


def test_the_kept_contract_is_what_the_registries_say(described: dict[str, Any]) -> None:
    kept = json.loads(CONTRACT.read_text())
    for part in sorted(described["paths"].keys() | kept["paths"].keys()):
        assert kept["paths"].get(part) == described["paths"].get(part), f"{part} differs: make docs"
    assert kept == described, "make docs"


def test_every_action_and_table_is_described(described: dict[str, Any]) -> None:
    assert {f"/api/actions/{name}" for name in ACTIONS} <= described["paths"].keys()
    assert {f"/api/tables/{name}" for name in TABLES} <= described["paths"].keys()


def test_every_described_address_leads_somewhere(described: dict[str, Any]) -> None:
    some_id = "0197c0de-0000-7000-8000-000000000000"
    for path in described["paths"]:
        assert resolve(re.sub(r"{(\w+)}", lambda named: some_id if named[1].endswith("_id") else "x", path))


def test_every_reference_points_to_something(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return here + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    assert {one.rsplit("/", 1)[1] for one in references(described)} <= schemas.keys()


def test_operation_names_are_unique(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
