"""The gap board: what is kept equals what is true, counts equal items, and nobody counts what is not theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.gaps.board import board, items
from lianfang.foundation.gaps.models import GapCount, GapItem
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.gaps.sweeping import sweep, sweep_all
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db

T = both("缺口", "Gap")
SINCE = datetime(2020, 2, 3, tzinfo=UTC)
GRID_TWO = VILLAGE + "002"
NAME = "test_uncovered"


@dataclass
class World:
    """What is uncovered now: subject → area."""

    open: dict[str, str] = field(default_factory=dict)
    since: datetime = SINCE

    def find(self, path: str, now: datetime) -> list[Open]:
        return [Open(subject, area, self.since) for subject, area in self.open.items() if area.startswith(path)]


@pytest.fixture
def world(declaring: None) -> World:
    made = World()
    gap(Gap(NAME, T, T, "today", "areas.areas", made.find, ("page", "home", T)))
    return made


def _gap() -> Gap:
    from lianfang.foundation.gaps.registry import GAPS

    return GAPS[NAME]


def _viewer(*paths: str) -> Actor:
    reader = Role("reader", T, ("areas.areas",))
    return Actor(None, "测试", tuple(Held(reader, path) for path in paths), home_area=paths[0] if paths else "")


def _kept() -> dict[str, str]:
    return dict(GapItem.objects.filter(gap=NAME).values_list("subject_id", "area_path"))


def _counts() -> dict[str, int]:
    return dict(GapCount.objects.filter(gap=NAME).values_list("area_path", "count"))


def _total(viewer: Actor, path: str, child: int) -> tuple[int, dict[str, int]]:
    found = board(viewer, path, child)
    children = {area: counts[NAME] for area, counts in found.children.items() if NAME in counts}
    return next((line.count for line in found.lines if line.gap.name == NAME), 0), children


def test_a_gap_is_declared_once_and_with_a_known_urgency(world: World) -> None:
    for wrong in (_gap(), Gap("test_other", T, T, "whenever", "areas.areas", world.find, ("page", "home", T))):
        with pytest.raises(ValueError):
            gap(wrong)


def test_what_opens_is_kept_and_what_closes_is_gone(world: World) -> None:
    world.open = {"a": GRID, "b": GRID_TWO, "c": NEIGHBOUR_GRID}
    sweep(_gap())
    assert _kept() == world.open
    assert _counts() == {VILLAGE: 2, NEIGHBOUR_VILLAGE: 1}
    del world.open["a"], world.open["c"]
    sweep(_gap())
    assert _kept() == {"b": GRID_TWO}
    assert _counts() == {VILLAGE: 1}


def test_what_stays_open_keeps_its_since(world: World) -> None:
    world.open = {"a": GRID}
    sweep(_gap())
    world.since = SINCE + timedelta(days=3)
    sweep(_gap())
    assert GapItem.objects.get().since == SINCE


def test_what_opens_again_is_open_since_then(world: World) -> None:
    world.open = {"a": GRID}
    sweep(_gap())
    world.open = {}
    sweep(_gap())
    world.open, world.since = {"a": GRID}, SINCE + timedelta(days=3)
    sweep(_gap())
    assert GapItem.objects.get().since == SINCE + timedelta(days=3)


def test_a_sweep_of_one_village_touches_no_other(world: World) -> None:
    world.open = {"a": GRID, "c": NEIGHBOUR_GRID}
    sweep(_gap())
    world.open = {}
    sweep(_gap(), VILLAGE)
    assert _kept() == {"c": NEIGHBOUR_GRID}
    assert _counts() == {NEIGHBOUR_VILLAGE: 1}


def test_what_moved_in_from_another_village_is_counted_here_and_no_longer_there(world: World) -> None:
    world.open = {"a": GRID}
    sweep(_gap())
    world.open = {"a": NEIGHBOUR_GRID}
    sweep(_gap(), NEIGHBOUR_VILLAGE)
    assert _kept() == {"a": NEIGHBOUR_GRID}
    assert _counts() == {NEIGHBOUR_VILLAGE: 1}
    assert GapItem.objects.get().since == SINCE


AREAS = [GRID, GRID_TWO, NEIGHBOUR_GRID, VILLAGE, "140826101200001", TOWN, COUNTY]
WORLDS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(AREAS))


@given(st.lists(st.tuples(WORLDS, st.sampled_from(["", COUNTY, TOWN, VILLAGE, NEIGHBOUR_VILLAGE])), max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_always_equal_items_and_a_whole_sweep_always_equals_the_truth(world: World, steps: list[Any]) -> None:
    for opened, path in steps:
        world.open = opened
        sweep(_gap(), path)
        kept = _kept()
        assert sum(_counts().values()) == len(kept)
        assert {subject for subject, area in kept.items() if area.startswith(path)} == {
            subject for subject, area in opened.items() if area.startswith(path)
        }
    sweep_all(names=[NAME])
    assert _kept() == world.open
    assert _total(_viewer(COUNTY), COUNTY, 9)[0] == len(world.open)


# the board


def test_a_grid_worker_counts_only_the_own_grid(world: World) -> None:
    world.open = {"a": GRID, "b": GRID_TWO, "c": NEIGHBOUR_GRID}
    sweep(_gap())
    assert _total(_viewer(GRID), VILLAGE, 15) == (1, {GRID: 1})
    assert _total(_viewer(GRID), COUNTY, 9) == (1, {TOWN: 1})
    assert _total(_viewer(GRID, NEIGHBOUR_GRID), TOWN, 12) == (2, {VILLAGE: 1, NEIGHBOUR_VILLAGE: 1})


def test_whoever_may_not_read_the_subjects_sees_no_line(world: World) -> None:
    world.open = {"a": GRID}
    sweep(_gap())
    stranger = Actor(None, "x", (Held(Role("r", T, ("other.*",)), COUNTY),))
    assert _total(stranger, COUNTY, 9) == (0, {})
    assert items(stranger, NAME, COUNTY, "") is None


def test_every_level_adds_up_to_the_one_above(world: World) -> None:
    world.open = {"a": GRID, "b": GRID_TWO, "c": NEIGHBOUR_GRID, "d": "140826101200001"}
    sweep(_gap())
    viewer = _viewer(COUNTY)
    for path, child in ((COUNTY, 9), (TOWN, 12), (VILLAGE, 15)):
        total, children = _total(viewer, path, child)
        assert total == sum(children.values())
        assert all(_total(viewer, area, child + 3)[0] == count for area, count in children.items())


@pytest.mark.parametrize(
    "after", ["x", "|", "2020-02-03|a", "2020-13-45T00:00:00+00:00|a", "2020-02-03T00:00:00+00:00|\x00"]
)
def test_a_made_up_page_marker_is_refused(world: World, county: str, after: str) -> None:
    with pytest.raises(Refusal) as caught:
        items(_viewer(COUNTY), NAME, COUNTY, after)
    assert caught.value.code == "table.bad_cursor"


def test_pages_of_items_join_oldest_first(world: World, county: str) -> None:
    GapItem.objects.bulk_create(
        GapItem(gap=NAME, subject_id=str(uuid4()), area_path=GRID, since=SINCE - timedelta(hours=number % 7))
        for number in range(230)
    )
    seen: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = items(_viewer(COUNTY), NAME, COUNTY, after)
        assert page is not None
        seen += [(row["since"], row["subject"]["id"]) for row in page["rows"]]
        after = page["next"]
    assert len(set(seen)) == 230
    assert seen == sorted(seen)
