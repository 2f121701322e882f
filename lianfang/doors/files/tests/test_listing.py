"""Rows that go on with the person above: several trips of one person, a row each, and what is not one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianfang.doors.files.headers import best_sheet
from lianfang.doors.files.judging import Judged
from lianfang.doors.files.listing import listed
from lianfang.doors.files.reading import open_book
from lianfang.doors.files.tests.sheets import judge_all, xlsx_text

HEADER = ["序号", "姓名", "年龄", "联系电话", "现住址", "返乡时间", "车次", "目的地", "备注"]
FIRST = ["1", "王小明", 34, "13800000001", "古绛镇南关村", "", "G601", "古绛镇", "同行两人"]
NEXT = ["2", "李小红", 29, "13800000002", "古绛镇北关村", "2020-01-20", "", "", ""]


def judged(*rows: list[Any]) -> list[Judged]:
    sheet, layout = best_sheet(open_book(xlsx_text([HEADER, *rows])))
    return judge_all(sheet, layout, None, date(2020, 2, 3))


def test_a_row_that_names_nobody_goes_on_with_the_person_above() -> None:
    going_on = ["1", "", 0, "", "", "2020-01-22", "D1912", "运城北站", "转乘大巴"]
    first, second = judged(FIRST, going_on, NEXT)
    assert (first.row.values["trip_no"], first.row.values["note"]) == ("G601;D1912", "同行两人;转乘大巴")
    assert (first.row.values["returned_on"], first.row.values["destination"]) == (date(2020, 1, 22), "古绛镇")
    assert second.row.values["name"] == "李小红"
    assert [(one.row, one.column, one.code) for one in first.warned] == [(3, "姓名", "row.continued")]
    assert not first.refused


def test_each_row_that_goes_on_is_named_and_one_without_a_number_is_one_of_them() -> None:
    going_on = ["", "", "", "", "", "", "大巴", "", ""]
    [first] = judged(FIRST, going_on, ["1", "", "", "", "", "", "自驾", "", ""])
    assert first.row.values["trip_no"] == "G601;大巴;自驾"
    assert [one.row for one in first.warned] == [3, 4]


@pytest.mark.parametrize(
    "row",
    [
        ["2", "", "", "", "", "", "G601", "", "另一个序号"],
        ["", "", 40, "", "", "", "G601", "", "另一个人的年龄"],
        ["", "", "", "", "横水镇东街", "", "G601", "", "另一个住址"],
        ["1", "", "", "", "", "", "", "", ""],
    ],
)
def test_a_row_that_may_be_another_person_or_says_nothing_is_judged_for_itself(row: list[Any]) -> None:
    _, other = judged(FIRST, row)
    assert [one.code for one in other.refused] == ["row.nobody"]


def test_a_row_below_one_that_names_nobody_is_not_joined_with_it() -> None:
    nobody = ["7", "", "", "", "", "", "G601", "", ""]
    assert [[one.code for one in line.refused] for line in judged(nobody, nobody)] == [["row.nobody"]] * 2


def test_what_would_be_too_long_stays_out_and_keeps_no_person_out() -> None:
    [first] = judged(FIRST, ["1", "", "", "", "", "", "", "", "长" * 300], ["1", "", "", "", "", "", "", "", "长" * 99])
    assert not first.refused
    assert first.row.values["note"] == "同行两人;" + "长" * 300


def test_going_on_after_a_row_goes_on_after_all_that_belongs_to_it() -> None:
    going_on = ["1", "", "", "", "", "", "D1912", "", ""]
    sheet, layout = best_sheet(open_book(xlsx_text([HEADER, FIRST, going_on, NEXT])))
    assert [(place, below) for place, _, below in listed(sheet, layout)] == [(1, (3,)), (3, ())]
    assert [(place, below) for place, _, below in listed(sheet, layout, after=2)] == [(3, ())]
