"""Judging rows: what refuses a row, what only warns, and what is read. Each case is one cell changed in a good row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.doors.files.headers import best_sheet, find_layout
from lianfang.doors.files.judging import Judged
from lianfang.doors.files.reading import Sheet, open_book
from lianfang.doors.files.tests.sheets import HEADERS, identity, judge_all, person, text, xlsx, xlsx_text
from lianfang.kernel.places import Register

ON = date(2020, 2, 3)
COUNTY = "140826"
WRONG_DIGIT = identity(1)[:-1] + ("1" if identity(1)[-1] != "1" else "2")


def judge(body: bytes) -> list[Judged]:
    sheet, layout = best_sheet(open_book(body))
    return judge_all(sheet, layout, Register.open(COUNTY), ON)


def judged(**changes: Any) -> Judged:
    """Return one good row with some cells changed; unknown names become further columns."""
    extra = [name for name in changes if name not in HEADERS]
    row = person(1, **{name: value for name, value in changes.items() if name in HEADERS})
    body = xlsx_text([HEADERS + extra, person(7) + [""] * len(extra), row + [changes[name] for name in extra]])
    return judge(body)[1]


def codes(one: Judged) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in one.refused]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"身份证号码": 140826198001150011}, "身份证号码", "identity.lost_digits"),
        ({"身份证号码": "1.40826E+17"}, "身份证号码", "identity.lost_digits"),
        ({"身份证号码": 123456}, "身份证号码", "identity.lost_digits"),
        ({"身份证号码": WRONG_DIGIT}, "身份证号码", "identity.check_digit"),
        ({"身份证号码": "14082619800115"}, "身份证号码", "identity.length"),
        ({"手机号码": "1381234567"}, "手机号码", "phone.length"),
        ({"手机号码": "12812345678"}, "手机号码", "phone.mobile_prefix"),
        ({"手机号码": "1.38E+10"}, "手机号码", "phone.lost_digits"),
        ({"姓名": "同上"}, "姓名", "name.placeholder"),
        ({"姓名": "王1明"}, "姓名", "name.digits"),
        ({"姓名": "=HYPERLINK(1)"}, "姓名", "name.formula"),
        ({"返乡时间": "昨天"}, "返乡时间", "date.relative"),
        ({"返乡时间": "正月初三"}, "返乡时间", "date.lunar"),
        ({"返乡时间": "2月30日"}, "返乡时间", "date.no_such_day"),
        ({"返乡时间": "03/04/2020"}, "返乡时间", "date.ambiguous"),
        ({"年龄": 12}, "年龄", "age.mismatch"),
        ({"出生日期": "1980-01-16"}, "出生日期", "birth.identity_differs"),
        ({"备注": "长" * 401}, "备注", "cell.too_long"),
    ],
)  # fmt: skip
def test_a_cell_that_matters_refuses_its_row(changes: dict[str, Any], column: str, code: str) -> None:
    assert codes(judged(**changes)) == [(column, code)]


def exchanged(one: str, other: str, **changes: Any) -> Judged:
    """Return a good row with the cells of two columns in one another's place."""
    row = dict(zip(HEADERS, person(1), strict=True)) | SEX_AND_AGE | changes
    return judged(**SEX_AND_AGE | changes | {one: row[other], other: row[one]})


SEX_AND_AGE = {"性别": "男" if int(identity(1)[16]) % 2 else "女", "年龄": 40}


@pytest.mark.parametrize(("one", "other"), [("姓名", "身份证号码"), ("手机号码", "身份证号码"), ("性别", "年龄")])
def test_two_cells_in_one_anothers_column_are_exchanged_and_told(one: str, other: str) -> None:
    as_written, straight = exchanged(one, other), judged(**SEX_AND_AGE)
    assert as_written.row.values == straight.row.values
    assert not as_written.refused
    told = [(problem.column, problem.code) for problem in as_written.warned]
    assert set(told) >= {(one, "cell.exchanged"), (other, "cell.exchanged")}


@pytest.mark.parametrize(
    ("one", "other", "changes"),
    [
        ("姓名", "身份证号码", {"身份证号码": WRONG_DIGIT}), ("姓名", "身份证号码", {"姓名": "同上"}),
        ("姓名", "身份证号码", {"身份证号码": 140826198001150011}),
    ],
)  # fmt: skip
def test_nothing_is_exchanged_that_would_not_be_right_in_the_other_column(
    one: str, other: str, changes: dict[str, Any]
) -> None:
    wrong = exchanged(one, other, **changes)
    assert {problem.column for problem in wrong.refused} >= {one}
    assert all(problem.code != "cell.exchanged" for problem in wrong.warned)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"目的地详细地址": "火星基地7号"}, "place.unresolved"),
        ({"性别": "不明白"}, "sex.unreadable"),
        ({"性别": "女" if int(identity(1)[16]) % 2 else "男"}, "sex.identity_differs"),
        ({"登记时间": "昨天"}, "date.relative"),
        ({"年龄": "老人"}, "age.unreadable"),
        ({"身份证号码": "E12345678"}, "identity.other_document"),
        ({"备注": "=cmd|' /C calc'!A0"}, "cell.like_formula"),
        ({"手机号码": "13800000001、1380000"}, "phone.length"),
    ],
)
def test_a_cell_that_does_not_matter_warns_and_the_row_goes_on(changes: dict[str, Any], code: str) -> None:
    one = judged(**changes)
    assert not one.refused
    assert code in [problem.code for problem in one.warned]


def test_a_row_with_neither_name_nor_phone_is_refused() -> None:
    assert codes(judged(姓名="", 手机号码="/"))[0][1] == "row.nobody"


def test_a_name_and_a_phone_are_enough() -> None:
    [one] = judge(xlsx_text([["姓名", "电话"], ["王明", "13800000001"]]))
    assert not one.refused


def test_a_bad_phone_beside_a_good_one_only_warns() -> None:
    one = judged(备用电话="123")
    assert not one.refused
    assert [problem.code for problem in one.warned] == ["phone.length"]


def test_a_formula_never_says_who_somebody_is() -> None:
    [one] = judge(xlsx([["姓名", "电话", "备注"], ['="王"&"明"', "13800000001", "=1+1"]]))
    assert codes(one) == [("姓名", "cell.formula")]
    assert [(problem.column, problem.code) for problem in one.warned] == [("备注", "cell.formula")]


def test_a_control_character_refuses_its_row() -> None:
    [one] = judge(text([["姓名", "电话", "备注"], ["王明", "13800000001", "a\x07b"]]))
    assert codes(one) == [("备注", "cell.control_characters")]


def test_invisible_marks_of_copied_text_are_taken_out() -> None:
    [one] = judge(text([["姓名", "电话"], ["王\u200b明\u202e", "\ufeff138 0000 0001"]]))
    assert one.row.values["name"] == "王明"
    assert one.row.values["phone"] == ["13800000001"]


@pytest.mark.parametrize(
    "written",
    ["2020.1.23", "1月23日", "2020年1月23日", "20200123", 43853, 43853.5, date(2020, 1, 23), "43853", "20/1/23 8:30"],
)
def test_dates_are_read_in_every_form_met_in_the_field(written: Any) -> None:
    value = judge(_with_date(written))[0].row.values["returned_on"]
    assert (value.date() if isinstance(value, datetime) else value) == date(2020, 1, 23)


def _with_date(written: Any) -> bytes:
    rows = [["姓名", "电话", "返乡时间"], ["王明", "13800000001", written]]
    return xlsx(rows)


@pytest.mark.parametrize(
    ("columns", "cells", "name"),
    [
        (["乡镇", "村"], ["古绛镇", "下高池村"], "下高池村委会"),
        (["乡镇", "村", "详细地址"], ["古绛镇", "下高池", "3组12号"], "下高池村委会"),
        (["目的地详细地址"], ["县城古绛镇东城"], "东城居委会"),
        (["乡镇", "家庭住址"], ["古绛镇", "下高池村3组"], "下高池村委会"),
        (["县", "乡镇", "村"], ["绛县", "古绛镇", "下高池村"], "下高池村委会"),
    ],
)
def test_the_place_is_found_from_its_columns_together(columns: list[str], cells: list[str], name: str) -> None:
    [one] = judge(xlsx_text([["姓名", "电话", *columns], ["王明", "13800000001", *cells]]))
    assert Register.open(COUNTY).name(one.row.area_path) == name
    assert one.row.place == "resolved"


def test_another_county_is_not_taken_for_ours() -> None:
    [one] = judge(xlsx_text([["姓名", "电话", "目的地县", "乡镇"], ["王明", "13800000001", "闻喜县", "古绛镇"]]))
    assert one.row.place == "unresolved"


def test_places_merged_over_several_rows_hold_for_each() -> None:
    rows = [["姓名", "电话", "村"], ["王明", "13800000001", "下高池村"], ["李红", "13800000002", ""]]
    assert [one.row.values["destination_village"] for one in judge(xlsx(rows, merges=["C2:C3"]))] == ["下高池村"] * 2


def test_a_person_listed_twice_is_flagged_with_the_first_row() -> None:
    first, second = judge(xlsx_text([HEADERS, person(1), person(1, 手机号码="13911111111")]))
    assert not second.refused
    assert second.row.duplicate_of == first.row.number == 2
    assert [problem.code for problem in second.warned] == ["row.duplicate"]


def test_two_people_with_one_phone_are_two_people() -> None:
    rows = [["姓名", "电话"], ["王明", "13800000001"], ["李红", "13800000001"]]
    assert [one.row.duplicate_of for one in judge(xlsx_text(rows))] == [None, None]


def test_repeated_headers_totals_and_blank_rows_are_no_people() -> None:
    rows = [HEADERS, person(1), [], HEADERS, person(2), ["合计", "2人"], ["填表人：某某", "", "", "日期：2月3日"]]
    assert [one.row.number for one in judge(xlsx_text(rows))] == [2, 5]


def test_rows_carry_the_numbers_the_sender_sees() -> None:
    rows = [["绛县名单"], [], HEADERS, person(1), [], person(2, 手机号码="1")]
    assert [problem.row for one in judge(xlsx_text(rows)) for problem in one.refused] == [6]


def test_a_contact_and_the_phone_in_one_cell_are_told_apart() -> None:
    [one] = judge(xlsx_text([["姓名", "电话", "目的地联系人、电话"], ["王明", "13800000001", "李大伯 13900000002"]]))
    assert (one.row.values["contact_name"], one.row.values["contact_phone"]) == ("李大伯", ["13900000002"])


def test_no_message_repeats_what_the_cell_held() -> None:
    for cell in ("12812345678", identity(3)[:-1] + "Y"):
        one = judged(手机号码=cell, 身份证号码=cell)
        assert all(cell not in problem.message.zh + problem.message.en for problem in one.refused)


_TEXTS = ["无", "/", "1月23日", "王明", identity(5), "138 0000 0000"]
_NUMBERS = st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
CELLS = st.one_of(st.text(max_size=40), _NUMBERS, st.dates(), st.just(""), st.sampled_from(_TEXTS))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * 8), min_size=1, max_size=6))
def test_any_cells_are_judged_without_surprise(rows: list[tuple[Any, ...]]) -> None:
    headers = ["姓名", "身份证号", "电话", "性别", "年龄", "出生日期", "返乡时间", "目的地详细地址"]
    table: list[list[Any]] = [headers, *([*row] for row in rows)]
    sheet = Sheet("", 8, lambda: iter([list(row) for row in table]))
    layout = find_layout(Sheet("", 8, lambda: iter([headers])))
    for one in judge_all(sheet, layout, Register.open(COUNTY), ON):
        assert one.refused or one.row.values.get("name") or one.row.values.get("phone")
        assert all(isinstance(problem.row, int) and problem.code and problem.message.zh for problem in one.refused)
