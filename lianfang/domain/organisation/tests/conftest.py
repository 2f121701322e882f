"""Households of the cast's grid, made through the register's own actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.organisation.queries import responsibilities_of
from lianfang.foundation.accounts.models import Account
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

Do = Callable[..., Any]
Refused = Callable[..., Refusal]


@pytest.fixture
def homes(do: Do) -> list[UUID]:
    """Ten households along the street, in walking order."""
    ids = [uuid7() for _ in range(10)]
    rows = [{"id": str(one), "area_path": GRID, "number": f"{n}号", "order": n} for n, one in enumerate(ids, 1)]
    do("system", "people.add_many", batch="street", households=rows)
    return ids


@pytest.fixture
def home(homes: list[UUID]) -> UUID:
    return homes[0]


@pytest.fixture
def person(do: Do, home: UUID) -> UUID:
    return UUID(do("system", "people.add_person", household_id=str(home), name="王小明")["id"])


@pytest.fixture
def give(do: Do, accounts: dict[str, Account]) -> Callable[..., UUID]:
    """Make one of the cast answer for a target, at once: give("grid", "primary_contact", household_id=…)."""

    def assign(who: str, kind: str, **target: Any) -> UUID:
        given = {"account_id": str(accounts[who].pk), "kind": kind, "agreed": True, **target}
        return UUID(do("system", "organisation.assign_responsibility", **given)["id"])

    return assign


@pytest.fixture
def held(accounts: dict[str, Account]) -> Callable[[str], set[tuple[str, str]]]:
    """Return what one of the cast holds, as (kind, target)."""

    def of(who: str) -> set[tuple[str, str]]:
        rows = responsibilities_of(accounts[who].pk)
        return {(row.kind, str(row.target_id or row.area_path)) for row in rows}

    return of
