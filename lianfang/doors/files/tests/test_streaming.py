"""Large sheets read as they stream: damaged and swollen ones are refused, all others read as the other reader does."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from itertools import product
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.doors.files import guarding, reading, streaming
from lianfang.doors.files.reading import open_book
from lianfang.doors.files.tests.sheets import HEADERS, changed, person, xlsx, xlsx_text
from lianfang.kernel.errors import Refusal

GOOD = xlsx_text([HEADERS, person(1), person(2)])
_NUMBERS = st.integers(-(10**9), 10**9).map(float)
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.fixture(autouse=True)
def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 0)


def rows_of(body: bytes) -> list[list[Any]]:
    [sheet, *_] = open_book(body).sheets
    return [list(row) for row in sheet.rows()]


def both_ways(body: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the rows as the held reader and as the streaming one give them, blank cells at the end left off."""
    mine = rows_of(body)
    monkeypatch.setattr(reading, "MOST_HELD", 10**9)
    return [_cut(row) for row in rows_of(body)], [_cut(row) for row in mine]


def _cut(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row = row[:-1]
    return row


def refused(body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        rows_of(body)
    return caught.value.code


def test_entities_of_a_stranger_are_not_followed() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha">]><sst><si><t>&a;</t></si></sst>'
    assert refused(changed(GOOD, TEXTS, laughs)) == "intake.damaged"


def test_a_row_that_never_ends_is_refused() -> None:
    assert refused(changed(GOOD, SHEET, b"<sheetData><row r='1'>" + b" x" * 9_000_000)) == "intake.damaged"


def test_a_text_that_is_not_there_is_refused() -> None:
    assert refused(changed(GOOD, TEXTS, b"<sst><si><t>x</t></si></sst>")) == "intake.damaged"


def test_more_text_than_a_list_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_STRINGS", 20)
    assert refused(GOOD) == "intake.bomb"


def part(rows: str) -> bytes:
    """Return a workbook with these rows, as markup."""
    opened = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return changed(GOOD, SHEET, f"{opened}{rows}</sheetData></worksheet>".encode())


def told(words: list[str], opened: str = "<c") -> str:
    """Return cells, each beginning so."""
    return "".join(f'{opened} t="inlineStr"><is><t>{word}</t></is></c>' for word in words)


@pytest.mark.parametrize(
    "cell",
    ["<c r='{0}' t='inlineStr'>", '<c r = "{0}" t = "inlineStr">', '<c t="inlineStr" r="{0}">', '<c t="inlineStr">'],
)
def test_cells_of_other_hands_stand_where_they_say(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def row(number: int, opened: str) -> str:
        cells = "".join(f"{cell.format(f'{letter}{number}')}<is><t>王{letter}</t></is></c>" for letter in "ABC")
        return f"{opened}{cells}</row>"

    held, mine = both_ways(part(row(1, '<row r="1">') + row(4, "<row spans='1:3' r = '4'>")), monkeypatch)
    assert mine == held
    assert [row for row in mine if row] == [["王A", "王B", "王C"]] * 2


def test_a_large_sheet_whose_cells_do_not_say_where_they_stand_is_read_to_its_last_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guarding, "MOST_HELD", 0)
    words = [f"王{place}" for place in range(40)]
    assert rows_of(part(f"<row>{told(words)}</row>" * 2)) == [words, words]


def test_a_cell_far_out_that_another_hand_wrote_into_a_large_sheet_is_refused_and_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guarding, "MOST_HELD", 0)
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>王明</t></is></c></row>'
    usual = "".join(row.format(number) for number in range(1, 20_000))
    assert len(usual) > 1 << 20  # more than is looked at closely
    near, far = (
        f"<row r='20000'>{told(['李明'], f'<c r={chr(39)}{place}20000{chr(39)}')}</row>" for place in ("C", "AZ")
    )
    assert rows_of(part(usual + near))[-1][2] == "李明"
    assert refused(part(usual + far)) == "intake.damaged"


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_long_runs_of_rows_without_cells_are_rows_like_others(prefix: str) -> None:
    cells = told(["王明"]).replace("<", f"<{prefix}").replace(f"<{prefix}/", f"</{prefix}")
    blank = "".join(f'<{prefix}row r="{number}" spans="1:12"/>' for number in range(2, 600_000))
    assert len(blank) > streaming._LONGEST_ROW
    rows = f'<{prefix}row r="1">{cells}</{prefix}row>{blank}<{prefix}row r="600000">{cells}</{prefix}row>'
    found = rows_of(part(rows))
    assert (len(found), found[0][0], found[-1][0]) == (600_000, "王明", "王明")
    assert not any(map(any, found[1:-1]))


def test_rows_whose_numbers_leap_ahead_again_and_again_are_refused() -> None:
    leaps = "".join(f'<row r="{number}">{told(["王明"])}</row>' for number in (1, 1_048_576, 1))
    assert refused(part(leaps)) == "intake.too_many_cells"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_some_bytes_changed_is_read_or_refused(place: int, noise: bytes) -> None:
    try:
        rows_of(GOOD[:place] + noise + GOOD[place + len(noise) :])
    except Refusal:
        return


def test_every_kind_of_cell_is_read_as_the_other_reader_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("名单")
    formats = [book.add_format({"num_format": one}) for one in ("yyyy-mm-dd", 'm"月"d"日"', "h:mm", '0.0"d"', "[Red]0")]
    for row in range(0, 60, 3):  # blank rows between
        sheet.write(row, 1, f"王&<{row}>'\"\n二")
        sheet.write_boolean(row, 2, row % 2)
        sheet.write_rich_string(row, 3, "王", formats[0], "明", "先生")
        sheet.write_formula(row, 4, "=1+1", value=f"值{row}")
        sheet.write_formula(row, 5, "=1/0", value="#DIV/0!")
        sheet.write_blank(row, 6, None, formats[0])
        for place, one in enumerate(formats, start=7):
            sheet.write_number(row, place, 43_000 + row / 4 if place != 9 else row / 60, one)
    book.close()
    held, mine = both_ways(out.getvalue(), monkeypatch)
    assert mine == held
    assert {type(cell) for row in mine for cell in row} == {str, bool, float, date, datetime, time}


@pytest.mark.parametrize("make", [xlsx, xlsx_text])
def test_workbooks_of_two_writers_are_read_alike(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held, mine = both_ways(make([[], HEADERS, person(1), [], person(2)]), monkeypatch)
    assert mine == held
    assert mine[2][1] == person(1)[1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.one_of(st.text(max_size=9), _NUMBERS, st.booleans()), max_size=5), max_size=5))
def test_any_cells_come_back_as_they_were_written(rows: list[list[Any]]) -> None:
    clean = [[one if not isinstance(one, str) else "".join(filter(str.isalnum, one)) for one in row] for row in rows]
    body = xlsx_text([["姓名"], *clean])
    wanted = [_cut(["" if one is None else one for one in row]) for row in clean]
    got = [_cut(row) for row in rows_of(body)[1:]]
    while wanted and not wanted[-1]:
        wanted.pop()
    assert got == wanted


def test_formulas_and_merges_are_known_and_hidden_sheets_stay_hidden() -> None:
    body = xlsx([["姓名", "年龄"], ["王明", "=1+1"], ["李明", 3]], merges=["A2:A3"])
    [sheet] = open_book(body).sheets
    assert [place for place in product(range(3), range(2)) if place in sheet.formulas] == [(1, 1)]
    assert sheet.merged == ((1, 0, 2, 0),)
    assert sheet.visible


@pytest.mark.parametrize("in_memory", [True, False])  # shared texts, and texts in their cells
def test_a_sheet_of_several_megabytes_loses_no_cell(in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": not in_memory})
    sheet = book.add_worksheet("名单")
    for row in range(9_000):
        sheet.write_row(row, 0, [f"王{row}明", f"138{row:08d}", row, "古绛镇下高池村" * 9 + str(row)])
    book.close()
    held, mine = both_ways(out.getvalue(), monkeypatch)
    assert mine == held


@pytest.mark.parametrize("most_held", [0, 10**9])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(0, 9), max_size=6), wanted=st.sets(st.integers(1, 25)))
def test_rows_asked_for_by_their_number_are_the_rows_at_that_place(
    numbers: list[int], wanted: set[int], most_held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", most_held)
    # rows that say no number, the number of another one, or one that goes back; some numbers are left out
    written = "".join(
        f'<row{f" r={chr(34)}{number}{chr(34)}" if number else ""}><c t="inlineStr"><is><t>王{place}</t></is></c></row>'
        for place, number in enumerate([1, *numbers])
    )
    [sheet, *_] = open_book(part(written)).sheets
    every = [list(row) for row in sheet.rows()]
    found = [(number, list(cells)) for number, cells in sheet.rows_at(iter(sorted(wanted))) if any(cells)]
    there = [number for number in sorted(wanted) if number <= len(every)]
    assert found == [(number, every[number - 1]) for number in there if any(every[number - 1])]
