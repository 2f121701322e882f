"""A household with two people in the grid of the cast, and one in the neighbouring village."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID
from lianfang.domain.people.models import Household, Person
from lianfang.kernel.identity import compose

Do = Callable[..., Any]


def number(tail: str, born: str = "19800101") -> str:
    """A made-up identity number of 绛县 with a right check digit."""
    return compose("140826" + born + tail)


@pytest.fixture
def home(county: str, do: Do) -> Household:
    made = do("system", "people.add_household", area_path=GRID, number="3号", address="城内村北街3号",
              head_name="单小明", phone="13812345678")  # fmt: skip
    return Household.objects.get(pk=made["id"])


@pytest.fixture
def next_door(county: str, do: Do) -> Household:
    made = do("system", "people.add_household", area_path=NEIGHBOUR_GRID, number="8号", address="乔村8号")
    return Household.objects.get(pk=made["id"])


@pytest.fixture
def person(home: Household, do: Do) -> Person:
    made = do("system", "people.add_person", household_id=str(home.pk), name="单小明", phone="13812345678",
              identity_number=number("001"), relation="户主")  # fmt: skip
    return Person.objects.get(pk=made["id"])


@pytest.fixture
def neighbour_person(next_door: Household, do: Do) -> Person:
    made = do("system", "people.add_person", household_id=str(next_door.pk), name="钱小一")
    return Person.objects.get(pk=made["id"])
