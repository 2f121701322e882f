"""Which rows of a list are about the same person, told by numbers side by side instead of a dictionary."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.doors.files import doubles
from lianfang.doors.files.doubles import DUPLICATE, Doubles, marks_of

# few marks with the same last bits, so that most of them want the place of another one
MARKS = st.sampled_from([1, 2, 3, 5 << 20, 6 << 20 | 1, 7 << 20 | 1, 2**64 - 1])
LISTS = st.lists(st.lists(st.one_of(MARKS, st.integers(1, 2**64 - 1)), max_size=4).map(tuple), max_size=60)


def as_a_dictionary_tells(marks: list[tuple[int, ...]]) -> dict[int, int]:
    seen: dict[int, int] = {}
    repeats = {}
    for number, some in enumerate(marks, start=1):
        first = next((seen[mark] for mark in some if mark in seen), None)
        if first is not None:
            repeats[number] = first
        for mark in some:
            seen.setdefault(mark, first or number)
    return repeats


@given(marks=LISTS, at_once=st.integers(1, 20), places=st.sampled_from([1, 2, 8, 64]))
def test_rows_repeat_what_a_dictionary_says(marks: list[tuple[int, ...]], at_once: int, places: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubles, "_PLACES", places)
        known = Doubles()
    found: dict[int, int] = {}
    numbers = count(1)
    for start in range(0, len(marks), at_once):
        found |= known.remember([(next(numbers), some) for some in marks[start : start + at_once]])
    assert found == as_a_dictionary_tells(marks)
    assert known.taken == len({mark for some in marks for mark in some})


def test_a_warning_names_the_row_and_the_column_that_says_who_it_is() -> None:
    known = Doubles()
    assert known.find([(4, (11, 12), "身份证号"), (5, (13,), "姓名")]) == ({}, [])
    repeats, warned = known.find([(9, (14, 12), "姓名"), (10, (14,), "姓名")])
    assert repeats == {9: 4, 10: 4}
    assert [(one.row, one.column, one.code, one.message) for one in warned] == [
        (row, "姓名", DUPLICATE.code, DUPLICATE(row=4).message) for row in (9, 10)
    ]


def test_a_list_of_many_rows_takes_a_few_bytes_each() -> None:
    known = Doubles()
    for begin in range(1, 200_001, 5_000):
        portion = range(begin, begin + 5_000)
        assert not known.remember([(row, (row * 0x9E3779B97F4A7C15 % 2**64,)) for row in portion])
    size = sum(one.itemsize * len(one) for one in (known.marks, known.rows))
    assert size <= 200_000 * 40
    assert known.remember([(200_001, (0x9E3779B97F4A7C15,))]) == {200_001: 1}


def test_marks_are_numbers_that_are_never_nought() -> None:
    both = marks_of({"identity_number": "440308199901011512", "name": "王芳", "phone": ["13800000000"]})
    assert len(both) == 2
    assert all(0 < mark < 2**64 for mark in both)
    assert marks_of({"name": "王芳", "phone": ["13800000000"]}) == both[1:]
    assert marks_of({"identity_number": "440308199901011512"}) == both[:1]
    assert marks_of({}) == ()
