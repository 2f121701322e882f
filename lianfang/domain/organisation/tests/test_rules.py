"""Sharing out is even, in walking order, and leaves nobody out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.organisation.rules import (
    AREA_ORDER,
    REGIMES,
    RESPONSIBILITY_KINDS,
    TARGET_ORDER,
    TARGETS,
    fair_rooms,
    rank,
    share_out,
)

loads = st.lists(st.integers(0, 80), min_size=1, max_size=12)


def test_without_workers_nothing_is_shared() -> None:
    assert fair_rooms(5, []) == []


@pytest.mark.parametrize(
    ("homes", "held", "rooms"),
    [(10, [0, 0], [5, 5]), (11, [0, 0], [6, 5]), (4, [10, 0], [0, 4]), (10, [3, 0], [4, 6]), (0, [2, 1], [0, 0])],
)
def test_who_holds_less_takes_more(homes: int, held: list[int], rooms: list[int]) -> None:
    assert fair_rooms(homes, held) == rooms


@given(st.integers(0, 300), loads)
def test_every_home_has_one_worker_and_loads_end_level(homes: int, held: list[int]) -> None:
    rooms = fair_rooms(homes, held)
    assert sum(rooms) == homes
    after = [one + room for one, room in zip(held, rooms, strict=True)]
    takers = [load for load, room in zip(after, rooms, strict=True) if room]
    assert not takers or max(takers) - min(after) <= 1


@given(st.integers(0, 60), loads)
def test_each_share_is_one_unbroken_stretch_of_the_walk(homes: int, held: list[int]) -> None:
    shares = share_out(range(homes), dict(enumerate(held)))
    assert list(shares) == list(range(len(held)))
    assert [home for share in shares.values() for home in share] == list(range(homes))


def test_the_lead_of_a_grid_comes_before_others() -> None:
    assert sorted(["liaison", "grid_worker", "grid_lead", "police"], key=lambda kind: rank(kind, "grid")) == [
        "grid_lead",
        "grid_worker",
        "liaison",
        "police",
    ]
    assert rank("primary_contact", "") == 0


def test_every_kind_spoken_of_is_declared() -> None:
    spoken = {kind for order in AREA_ORDER.values() for kind in order} | set(TARGET_ORDER)
    spoken |= {link.kind for regime in REGIMES.values() for link in regime.links}
    assert spoken <= set(RESPONSIBILITY_KINDS)
    assert {link.target for regime in REGIMES.values() for link in regime.links} <= set(TARGETS)
