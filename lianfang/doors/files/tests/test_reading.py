"""Opening strangers' files: what is refused, and with which code; then every kind that is read."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.doors.files import guarding
from lianfang.doors.files.headers import best_sheet
from lianfang.doors.files.reading import open_book, open_paste
from lianfang.doors.files.tests.sheets import HEADERS, archive, changed, judge_all, person, text, xls, xlsx, xlsx_text
from lianfang.kernel.errors import Refusal

ROWS = [HEADERS, person(1), person(2)]
GOOD = xlsx(ROWS)


def refused(body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        open_book(body)
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value.code


@pytest.mark.parametrize("body", [b"", b"\n\n  \r\n", b"\x00" * 40])
def test_an_empty_file_is_refused(body: bytes) -> None:
    assert refused(body) == "intake.empty"


def test_a_workbook_with_blank_sheets_only_is_refused() -> None:
    assert refused(xlsx([["", ""], [None, None]])) == "intake.empty"


@pytest.mark.parametrize(
    "body", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"<html><table>", b"  <?xml version='1.0'?>", b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_workbook_is_refused_whatever_its_name(body: bytes) -> None:
    assert refused(body) == "intake.unsupported"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert refused(archive({"letter.txt": b"hello"})) == "intake.unsupported"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(share: float) -> None:
    assert refused(GOOD[: int(len(GOOD) * share)]) == "intake.damaged"


def test_a_truncated_old_workbook_is_refused() -> None:
    assert refused(xls(ROWS)[:3000]) in ("intake.damaged", "intake.unsupported")


def test_a_workbook_with_macros_is_refused() -> None:
    assert refused(changed(GOOD, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")) == "intake.macros"


def test_an_old_workbook_with_macros_is_refused() -> None:
    body = xls(ROWS) + "_VBA_PROJECT_CUR".encode("utf-16-le")
    assert refused(body) == "intake.macros"


def test_a_workbook_with_a_password_is_refused() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert refused(ole) == "intake.password"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refused(changed(GOOD, "xl/media/huge.bin", b"\0" * (40 * 2**20))) == "intake.bomb"


def test_a_directory_that_lies_about_sizes_is_noticed() -> None:
    body = bytearray(changed(GOOD, "xl/sharedStrings.xml", b"<sst>" + b" " * 100_000 + b"</sst>"))
    place = body.find(b"xl/sharedStrings.xml", body.rfind(b"PK\x01\x02", 0, body.rfind(b"xl/sharedStrings.xml")))
    body[place - 46 + 24 : place - 46 + 28] = (50).to_bytes(4, "little")
    assert refused(bytes(body)) == "intake.damaged"


def test_a_file_of_two_hundred_megabytes_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        guarding.check_size(200 * 2**20)
    assert caught.value.code == "intake.too_large"


def test_sixteen_thousand_columns_are_refused() -> None:
    assert refused(xlsx_text([["姓名"] + [""] * 16_382 + ["x"]])) == "intake.too_wide"


FAR = (
    b'<c r="ZZZZ9"><v>1</v></c>',
    b'<c r="ZZZZZZZ9"><v>1</v></c>',
    b"<c r='XFD9'><v>1</v></c>",
    b'<c r="xfd9"><v>1</v></c>',
    b'<c r = "XFD9"><v>1</v></c>',
    b'<c r="XFD9" a="/"><v>1</v></c>',
    b'<c r="XFD9" a="/>"><v>1</v></c>',
    b'<c s="1"r="XFD9"><v>1</v></c>',
    b'<c r="A9" r="XFD9"><v>1</v></c>',
    b"<x:c xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" r='XFD9'><v>1</v></x:c>",
    b"<c><v>1</v></c>" * 300,
)


def with_row(row: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        page = source.read("xl/worksheets/sheet1.xml")
    return changed(GOOD, "xl/worksheets/sheet1.xml", page.replace(b"</sheetData>", row + b"</sheetData>"))


@pytest.mark.parametrize("cells", FAR)
def test_a_cell_far_to_the_right_is_refused_in_whatever_way_its_place_is_written(cells: bytes) -> None:
    assert refused(with_row(b'<row r="9">' + cells + b"</row>")) == "intake.too_wide"


@pytest.mark.parametrize("row", [
    b"<row r='1048576'><c r='IU1048576'><v>1</v></c></row>",
    b'<row r="1048576">' + b"<c><v>1</v></c>" * 200 + b"</row>",
    b'<row><c r="IU0001048576"><v>1</v></c></row>',
])  # fmt: skip
def test_a_cell_far_down_is_seen_in_whatever_way_its_place_is_written(row: bytes) -> None:
    assert refused(with_row(row)) == "intake.too_many_cells"


def test_a_cell_whose_opening_is_cut_by_what_stands_in_it_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    body = with_row(b'<row r="9"><c a="</" r="XFD9"><v>1</v></c></row>')
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        page = source.read("xl/worksheets/sheet1.xml")
    monkeypatch.setattr(guarding, "_CHUNK", page.index(b'</" r="XFD9"') + 3)
    assert refused(body) == "intake.damaged"


def test_cells_written_in_another_way_are_read_as_ever() -> None:
    body = with_row(b"<row r='4'><c r='A4'><v>3</v></c><c r='b4' t='str'><v>\xe7\x8e\x8b\xe4\xba\x94</v></c></row>")
    assert list(open_book(body).sheets[0].rows())[3][:2] == [3.0, "王五"]


def test_a_sheet_that_is_named_in_other_quotes_is_looked_at_too() -> None:
    body = with_row(b'<row r="9"><c r="XFD9"><v>1</v></c></row>')
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        book, links = source.read("xl/workbook.xml"), source.read("xl/_rels/workbook.xml.rels")
    body = changed(body, "xl/workbook.xml", book.replace(b'"', b"'"))
    assert refused(changed(body, "xl/_rels/workbook.xml.rels", links.replace(b'"', b"'"))) == "intake.too_wide"


def test_a_sheet_that_was_not_looked_at_is_not_read() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        book = source.read("xl/workbook.xml")
    hidden = book.replace(b"</sheets>", b'<sheet a=">" name="x" sheetId="7" r:id="rId1"/></sheets>')
    assert refused(changed(GOOD, "xl/workbook.xml", hidden)) == "intake.damaged"


def test_sixteen_thousand_columns_of_text_are_refused() -> None:
    assert refused(",".join(["姓名"] * 16_384).encode()) == "intake.too_wide"


def test_a_cell_in_the_farthest_corner_does_not_exhaust_memory() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        sheet = source.read("xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="IU1048576" t="str"><v>x</v></c></row></sheetData>'
    assert (
        refused(changed(GOOD, "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", far)))
        == "intake.too_many_cells"
    )


def test_mixed_encodings_are_refused_with_the_line() -> None:
    body = text(ROWS, "gb18030") + b"\xff\xfe\xff\n"
    with pytest.raises(Refusal) as caught:
        open_book(body)
    assert caught.value.code == "intake.encoding"
    assert "4" in caught.value.message.zh


def test_a_quote_that_never_ends_is_refused() -> None:
    assert refused(('姓名,电话\n"' + "x" * 40_000).encode()) == "intake.long_cell"


def test_encodings_that_change_far_down_a_long_text_are_refused_with_the_line() -> None:
    line = "王明,13800000000\n"
    with pytest.raises(Refusal) as caught:
        open_book(line.encode() * 90_000 + b"\xff\xfe\xff\n")
    assert caught.value.code == "intake.encoding"
    assert "90001" in caught.value.message.zh


@pytest.mark.parametrize("blank", [b"\n" * 1_000_000, b",,,,\n" * 1_000_000])
def test_a_million_blank_rows_of_text_are_refused(blank: bytes) -> None:
    assert refused(blank) == "intake.empty"


@pytest.mark.parametrize("row", [b'<row r="%d"/>', b'<row r="%d"><c r="F%d" s="0"/></row>'])
def test_blank_rows_below_a_list_are_passed_over(row: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        page = source.read("xl/worksheets/sheet1.xml")
    blank = b"".join(row.replace(b"%d", b"%d" % number) for number in range(10, 50_000))
    body = changed(GOOD, "xl/worksheets/sheet1.xml", page.replace(b"</sheetData>", blank + b"</sheetData>"))
    sheet, layout = best_sheet(open_book(body))
    assert [one.row.number for one in judge_all(sheet, layout, None, date(2020, 2, 3))] == [2, 3]


def test_merges_over_everything_are_read_within_the_sheet() -> None:
    body = xlsx_text(ROWS)
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        page = source.read("xl/worksheets/sheet1.xml")
    merges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(1, 2000))
    merged = page.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")
    sheet, layout = best_sheet(open_book(changed(body, "xl/worksheets/sheet1.xml", merged)))
    assert judge_all(sheet, layout, None, date(2020, 2, 3))[-1].row.number == 3


def test_more_merges_than_a_list_needs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "MOST_MERGES", 1)
    assert refused(xlsx([*ROWS], merges=["A1:A2", "B1:B2"])) == "intake.too_many_cells"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_in_every_encoding_met_in_the_field(encoding: str, delimiter: str) -> None:
    rows = list(open_book(text(ROWS, encoding, delimiter)).sheets[0].rows())
    assert [row[1] for row in rows] == [row[1] for row in ROWS]


def test_excel_s_own_line_about_the_separator_keeps_row_numbers() -> None:
    rows = list(open_book("sep=;\n姓名;电话\n王明;13800000000\n".encode()).sheets[0].rows())
    assert rows[2][:2] == ["王明", "13800000000"]


def test_digits_kept_as_text_by_an_equals_sign_are_read() -> None:
    rows = list(open_book('姓名,身份证号\n王明,"=""140826198001150011"""\n'.encode()).sheets[0].rows())
    assert rows[1][1] == "140826198001150011"


@pytest.mark.parametrize("make", [xlsx, xlsx_text, xls])
def test_both_kinds_of_workbook_are_read_by_content(make: object) -> None:
    rows = list(open_book(make(ROWS)).sheets[0].rows())  # type: ignore[operator]
    assert [row[1] for row in rows] == [row[1] for row in ROWS]


def test_pasted_cells_are_read() -> None:
    rows = list(open_paste("姓名\t电话\n王明\t13800000000").sheets[0].rows())
    assert rows[1] == ["王明", "13800000000"]


def test_rows_keep_their_numbers_when_the_list_begins_in_the_middle() -> None:
    body = xlsx_text([[], [], ["", "", "姓名"], [], ["", "", "王明"]])
    rows = list(open_book(body).sheets[0].rows())
    assert (rows[2][2], rows[4][2]) == ("姓名", "王明")


def test_formulas_are_known_by_their_place_and_never_evaluated() -> None:
    sheet = open_book(xlsx([["姓名", "年龄"], ["王明", "=1+1"], ["=A2", 3]])).sheets[0]
    assert [place for place in product(range(3), range(2)) if place in sheet.formulas] == [(1, 1), (2, 0)]
    assert list(sheet.rows())[1][1] == ""


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for sample in (body, b"PK\x03\x04" + body, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + body):
        try:
            open_book(sample)
        except Refusal:
            continue


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_some_bytes_changed_is_read_or_refused(place: int, noise: bytes) -> None:
    try:
        for sheet in open_book(GOOD[:place] + noise + GOOD[place + len(noise) :]).sheets:
            list(sheet.rows())
    except Refusal:
        return
