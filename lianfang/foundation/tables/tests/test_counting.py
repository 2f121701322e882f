"""Counting by area: the same rows as the list, whatever the level; what a list refuses, a count refuses."""

from __future__ import annotations

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.tables.counting import Asked, counted, counted_many
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db
AREAS = "areas.areas"


def listed(path: str, **where: str) -> int | None:
    return read(SYSTEM, AREAS, Query(where, within=path, count=True)).count


@pytest.mark.parametrize("where", [{"longitude": "1"}, {"nothing": "1"}, {"level__like": "%"}])
def test_a_filter_that_a_list_refuses_is_refused(county: str, where: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        counted(AREAS, where, COUNTY, 6)
    assert refused.value.code == "table.unknown_column"


def test_a_column_that_holds_no_numbers_is_not_added_up(county: str) -> None:
    with pytest.raises(Refusal) as refused:
        counted_many(AREAS, {"sum": Asked(adding="name")}, COUNTY, 6)
    assert refused.value.code == "table.unknown_column"


@pytest.mark.parametrize("path", [COUNTY, TOWN, VILLAGE])
def test_a_number_is_the_length_of_its_list(county: str, path: str) -> None:
    assert counted(AREAS, {"level": "grid"}, path, len(path)) == {path: listed(path, level="grid")}


def test_each_area_below_has_its_own_number_and_they_add_up(county: str) -> None:
    parts = counted(AREAS, {"level": "village"}, COUNTY, 9)
    assert parts == {town: listed(town, level="village") for town in (TOWN, "140826101")}
    assert sum(parts.values()) == listed(COUNTY, level="village")


def test_several_numbers_share_one_question(county: str, django_assert_num_queries: object) -> None:
    asked = {"villages": Asked({"level": "village"}), "grids": Asked({"level": "grid"}), "all": Asked()}
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = counted_many(AREAS, asked, COUNTY, 9)
    assert found["all"][TOWN] == listed(TOWN)
    assert found["villages"][TOWN] == listed(TOWN, level="village")
    assert found["grids"] == {TOWN: 3}


def test_numbers_of_a_column_are_added_up(county: str) -> None:
    found = counted_many(AREAS, {"sum": Asked({"level": "grid"}, "version")}, TOWN, 9)
    assert found == {"sum": {TOWN: 3}}


def test_a_moment_may_be_bounded_from_above_and_left_open(county: str) -> None:
    before = {"at__lt": "2020-02-03T15:00:00+08:00"}
    still = {"ended_at__gte_or_empty": "2020-02-03T15:00:00+08:00"}
    assert counted("audit.lines", before, COUNTY, 6) == {}
    assert counted("access.grants", still, COUNTY, 6) == {}
