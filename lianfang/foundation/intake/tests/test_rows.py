"""Rows taken apart into columns come back as they were, whatever each of them says."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lianfang.foundation.intake.targets import Row, Rows

VALUES = st.one_of(st.text(max_size=6), st.integers(0, 120), st.dates(date(1930, 1, 1)), st.lists(st.text(max_size=3)))
SAID = st.dictionaries(st.sampled_from(["name", "phone", "born_on", "age", "address"]), VALUES, max_size=5)
PLACES = st.sampled_from(["resolved", "ambiguous", "unresolved"])
ROWS = st.lists(
    st.builds(Row, st.just(0), SAID, st.text("0123456789", max_size=15), PLACES, st.none() | st.integers(1, 9)),
    max_size=8,
)


@given(ROWS)
def test_rows_come_back(rows: list[Row]) -> None:
    for number, row in enumerate(rows, start=2):
        row.number = number
    columns = Rows.of(rows)
    assert list(columns) == rows
    assert len(columns) == len(rows)


@given(ROWS)
def test_a_field_says_of_each_row_what_the_row_says(rows: list[Row]) -> None:
    columns = Rows.of(rows)
    unsaid: Any = object()
    for name in ("name", "phone", "nobody_asked"):
        assert columns.said(name) == [row.values.get(name) for row in rows]
        assert columns.said(name, unsaid) == [row.values.get(name, unsaid) for row in rows]


def test_what_a_row_says_of_nothing_is_not_said() -> None:
    columns = Rows.of([Row(2, {"name": "王小明", "returned_on": None})])
    assert [row.values for row in columns] == [{"name": "王小明"}]
