"""Files that nobody should be able to hurt the county with, and what becomes of each: a code, or how many rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

import xlsxwriter

from bench.workbook import Line, lines, messy

PEOPLE = 1_000
BLANK_ROWS = 1_000_000
HEADERS = ("序号", "姓名", "身份证号码", "手机号码", "目的地详细地址", "返乡时间")
FORM = "表样"
TOO_MANY, TOO_WIDE = "sheets.too_many_cells", "intake.too_wide"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = "xl/worksheets/sheet1.xml"
_OUTSIDE = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def kinds() -> Iterator[tuple[str, str, Callable[[], bytes], str | int]]:
    """Yield name, file name, how it is made, and what is to be answered: the refusal, or the rows taken as good."""
    good = _list()
    yield "password", "名单.xlsx", lambda: _ole("EncryptedPackage"), "intake.password"
    yield "macros", "名单.xlsm", lambda: _with(good, {"xl/vbaProject.bin": _OLE}), "intake.macros"
    yield "macros_of_old", "名单.xls", lambda: _ole("Workbook", "_VBA_PROJECT"), "intake.macros"
    yield "truncated", "名单.xlsx", lambda: good[: len(good) * 9 // 10], "intake.damaged"
    yield "bomb", "名单.xlsx", lambda: _with(good, {"xl/media/huge.bin": b"\0" * (512 << 20)}), "intake.bomb"
    yield "bomb_in_the_sheet", "名单.xlsx", lambda: _with(good, {_SHEET: b" " * (512 << 20)}), "intake.bomb"
    yield "columns_16384", "名单.xlsx", lambda: _wide(), "intake.too_wide"
    yield "columns_16384_of_text", "名单.csv", lambda: b"\n".join([b",".join([b"x"] * 16_384)] * 200), "intake.too_wide"
    yield "everything_merged", "名单.xlsx", lambda: _merged(good), PEOPLE
    yield "more_merges_than_cells", "名单.xlsx", lambda: _merged(good, 1_000_000), "intake.too_many_cells"
    yield "formulas_that_point_outside", "名单.xlsx", lambda: _list(formula="=[1]Sheet1!$A$1"), PEOPLE
    yield "names_by_formula", "名单.xlsx", lambda: _list(name='=WEBSERVICE("http://example.invalid")'), 0
    yield "external_links", "名单.xlsx", lambda: _with(good, {"xl/externalLinks/externalLink1.xml": _OUTSIDE}), PEOPLE
    yield "a_pdf_named_xlsx", "名单.xlsx", lambda: b"%PDF-1.4" + b"x" * 1_000_000, "intake.unsupported"
    yield "a_page_named_xls", "名单.xls", lambda: b"<html><table>" + b"<tr>" * 100_000, "intake.unsupported"
    yield "text_named_xlsx", "名单.xlsx", lambda: _text().encode(), PEOPLE
    yield "mixed_encodings", "名单.csv", lambda: _text().encode("gb18030") + _text().encode(), "intake.encoding"
    yield "marks_from_right_to_left", "名单.csv", lambda: _text("\u202e").encode(), PEOPLE
    yield "a_million_blank_rows", "名单.xlsx", lambda: _blank(good, b'<row r="%d"/>'), PEOPLE
    yield "a_million_rows_of_format", "名单.xlsx", lambda: _blank(good, b'<row r="%d"><c r="F%d" s="1"/></row>'), PEOPLE
    yield "a_million_blank_lines", "名单.csv", lambda: _text().encode() + b",,,,,\n" * BLANK_ROWS, PEOPLE
    yield "one_cell_far_away", "名单.xlsx", lambda: _far(good), "intake.too_many_cells"
    yield "a_column_of_seven_letters", "名单.xlsx", lambda: _cell(good, b'"ZZZZZZZ9"'), "intake.too_wide"
    yield "a_column_in_other_quotes", "名单.xlsx", lambda: _cell(good, b"'xfd1048576'"), "intake.too_wide"


def forms() -> Iterator[tuple[str, str, Callable[[], bytes], str | int]]:
    """Yield the same of departments' forms, which are read inside a request; a number is how many pages were read."""
    yield "form_merged_all_over_itself", f"{FORM}.xlsx", lambda: _form(merges=_nested(5_000)), 1
    yield "form_of_merges_side_by_side", f"{FORM}.xlsx", lambda: _form(merges=_beside(5_000)), 1
    yield "form_of_too_many_merges", f"{FORM}.xlsx", lambda: _form(merges=_beside(5_001)), "sheets.too_many_merges"
    yield "form_of_totals_far_below", f"{FORM}.xlsx", lambda: _form(sheets=40), 40
    yield "form_with_a_column_of_four_letters", f"{FORM}.xlsx", lambda: _cell(_form(), b'"ZZZZ9"'), "intake.too_wide"
    yield (
        "form_with_a_column_of_seven_letters",
        f"{FORM}.xlsx",
        lambda: _cell(_form(), b"'AAAAAAA9'"),
        "intake.too_wide",
    )
    yield "form_of_an_endless_array_formula", f"{FORM}.xlsx", lambda: _endless(_form()), TOO_MANY
    yield "letter_of_wide_cells", f"{FORM}.docx", lambda: _letter(b'<w:gridSpan w:val="300"/>', 1, 60_000), TOO_WIDE
    yield (
        "letter_of_wide_cells_in_a_row",
        f"{FORM}.docx",
        lambda: _letter(b'<w:gridSpan w:val="250"/>', 60, 1),
        TOO_WIDE,
    )
    yield "letter_of_merges", f"{FORM}.docx", lambda: _letter(b'<w:gridSpan w:val="250"/>', 1, 5_000), 2
    yield "letter_of_cells", f"{FORM}.docx", lambda: _letter(b"", 200, 301), TOO_MANY


def _people() -> Iterator[Line]:
    return islice((one for one in lines(2 * PEOPLE, []) if not one.flaw), PEOPLE)


def _rows(mark: str = "") -> Iterator[list[Any]]:
    for number, one in enumerate(_people(), start=1):
        yield [number, f"{mark}{one.name}{mark}", one.identity_number, one.phone, one.address, str(date(2020, 1, 23))]


def _list(formula: str = "", name: str = "") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("名单")
    sheet.write_row(0, 0, [*HEADERS, "备注"] if formula else HEADERS)
    for place, row in enumerate(_rows(), start=1):
        sheet.write_row(place, 0, row)
        if formula:
            sheet.write_formula(place, len(row), formula, None, "x")
        if name:
            sheet.write_formula(place, 1, name, None, row[1])
    book.close()
    return out.getvalue()


def _text(mark: str = "") -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in (HEADERS, *_rows(mark)))


def _ole(*names: str) -> bytes:
    return _OLE + b"\0" * 600 + b"".join(one.encode("utf-16-le") + b"\0" * 600 for one in names)


def _with(workbook: bytes, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in [one for one in source.namelist() if one not in parts]:
            made.writestr(name, source.read(name))
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def _sheet(workbook: bytes, mark: bytes, more: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as source:
        page = source.read(_SHEET)
    return _with(workbook, {_SHEET: page.replace(mark, more)})


def _merged(workbook: bytes, count: int = 20_000) -> bytes:
    merges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % (PEOPLE + 10 + row) for row in range(count))
    return _sheet(workbook, b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")


def _blank(workbook: bytes, row: bytes) -> bytes:
    written = (row.replace(b"%d", b"%d" % number) for number in range(PEOPLE + 2, BLANK_ROWS + 2))
    return _sheet(workbook, b"</sheetData>", b"".join(written) + b"</sheetData>")


def _far(workbook: bytes) -> bytes:
    return _sheet(workbook, b"</sheetData>", b'<row r="1048576"><c r="IU1048576"><v>1</v></c></row></sheetData>')


def _cell(workbook: bytes, place: bytes) -> bytes:
    return _sheet(workbook, b"</sheetData>", b'<row r="1048576"><c r=' + place + b"><v>1</v></c></row></sheetData>")


def _form(sheets: int = 1, merges: Iterable[bytes] = ()) -> bytes:
    """Return a form of 200 columns, whose list has no rows but a total 1,900 rows below."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for number in range(sheets):
        sheet = book.add_worksheet(f"表{number}")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(0, len(HEADERS), [f"附项{column}" for column in range(len(HEADERS), 200)])
        for row in range(2, 40):
            sheet.write_row(row, 0, ["x"] * (200 if sheets == 1 else 2))
        sheet.write(1_900, 0, "合计")
    book.close()
    listed = b"".join(merges)
    return _sheet(out.getvalue(), b"</sheetData>", b"</sheetData><mergeCells>" + listed + b"</mergeCells>")


def _endless(workbook: bytes) -> bytes:
    cell = b'<c r="A1999"><f t="array" ref="A1999:XFD1048576">A1</f></c>'
    return _sheet(workbook, b"</sheetData>", b'<row r="1999">' + cell + b"</row></sheetData>")


def _nested(count: int) -> Iterator[bytes]:
    return (b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(1, count + 1))


def _beside(count: int) -> Iterator[bytes]:
    return (b'<mergeCell ref="A%d:XFD%d"/>' % (row, row) for row in range(1, count + 1))


def _letter(looks: bytes, across: int, down: int) -> bytes:
    """Return a letter with one table of so many cells of the same looks."""
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    row = b"<w:tr>" + b"<w:tc><w:tcPr>%s</w:tcPr><w:p/></w:tc>" % looks * across + b"</w:tr>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        body = b"<w:body><w:tbl>" + row * down + b"</w:tbl></w:body>"
        made.writestr("word/document.xml", b"<w:document " + space + b">" + body + b"</w:document>")
    return out.getvalue()


def _wide() -> bytes:
    out = io.BytesIO()
    messy(_people(), out)
    cells = b"".join(b'<c r="%s1"><v>1</v></c>' % one for one in (b"A", b"ZZ", b"XFD"))
    return _sheet(out.getvalue(), b"<sheetData>", b'<sheetData><row r="1">' + cells + b"</row>")
