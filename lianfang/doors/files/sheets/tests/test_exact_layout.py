"""What a sheet holds beside its cells stays where it is harmless, and what goes is said in words of both languages."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from lianfang.domain.reports.queries.meanings import FORMULA
from lianfang.doors.files.sheets.suggesting import suggest
from lianfang.doors.files.sheets.template import Template, open_template
from lianfang.doors.files.sheets.writing import Filling, write

from .forms import opened
from .test_bad_forms import changed

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
SHEET = "xl/worksheets/sheet1.xml"
X14 = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
XM = 'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'


def made(put: Callable[[Any, Any], None], **options: Any) -> bytes:
    """Return a list of two columns with one blank row, a total below it and whatever is put into it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet("名单")
    look, day = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    sheet.write_row("A1", ["姓名", "日期", "天数"])
    sheet.write_row("A2", ["", "", ""], look)
    sheet.write_blank("B2", None, day)
    sheet.write("A3", "合计")
    put(book, sheet)
    book.close()
    return out.getvalue()


def filled(form: Template, people: int = 3) -> bytes:
    records = [{1: f"甲{number}", 2: date(2020, 2, 3)} for number in range(people)]
    return write(form, {"名单": Filling({}, 2, 2, frozenset({1, 2}), records)})


def part(body: bytes, name: str = SHEET) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(name).decode() if name in archive.namelist() else ""


def removed(form: Template) -> list[str]:
    assert all(one.zh for one in form.removed)
    return [one.en for one in form.removed]


def with_part(body: bytes, before: str, after: str, name: str = SHEET) -> bytes:
    """Return a workbook with something written differently in one of its parts."""
    assert before in part(body, name)
    return changed(body, lambda one, held: held.replace(before.encode(), after.encode()) if one == name else held)


# --- array formulas ----------------------------------------------------------------------------------------------


def arrays(_: Any, sheet: Any) -> None:
    sheet.write_array_formula("C2:C2", "{=SUM(B2:B2*1)}", None, 7)
    sheet.write_array_formula("B3", "{=SUM(B2:B2*1)}", None, 7)
    sheet.write_array_formula("E1:E2", "{=B1:B2*2}", None, 7)
    sheet.write("E2", 99)
    sheet.write_array_formula("E5:F6", "{=TRANSPOSE(A2:B3)}", None, 7)
    sheet.write_row("F6", [99])


def test_an_array_formula_stays_one_over_its_whole_range() -> None:
    sheet = opened(write(open_template(made(arrays)), {}))["名单"]
    assert (sheet["B3"].value.ref, sheet["B3"].value.text) == ("B3", "=SUM(B2:B2*1)")
    assert sheet["E5"].value.ref == "E5:F6"


def test_array_formulas_follow_a_list_that_grows() -> None:
    sheet = opened(filled(open_template(made(arrays))))["名单"]
    assert [sheet[f"C{row}"].value.ref for row in (2, 3, 4)] == ["C2", "C3", "C4"]
    assert sheet["C4"].value.text == "=SUM(B4:B4*1)"
    assert sheet["E1"].value.ref == "E1:E4"
    assert sheet["E7"].value.ref == "E7:F8"
    assert sheet["B5"].value.ref == "B5"


def test_old_results_of_an_array_formula_are_neither_kept_nor_offered_to_be_filled() -> None:
    form = open_template(made(arrays))
    cell = form.pages[0].cell(6, 6)
    assert cell is not None
    assert not cell.is_blank
    assert opened(write(form, {}))["名单"]["F6"].value is None


def test_a_column_that_an_array_formula_of_another_fills_is_left_to_it() -> None:
    def put(_: Any, sheet: Any) -> None:
        sheet.write_row("D1", ["电话", "身份证号"])
        sheet.write_array_formula("D2:E2", "{=C2:C2*{1,2}}", None, 0)

    [page] = suggest(open_template(made(put)), "140826", {})
    assert page.list is not None
    assert [one.place for one in page.list.columns if one.meaning == FORMULA] == ["D", "E"]


def test_an_array_formula_that_reaches_outside_is_left_out_and_its_cell_named() -> None:
    body = made(lambda _, sheet: sheet.write_array_formula("E5:E6", '{=INDIRECT("A1")}'))
    assert open_template(body).refused == ("名单!E5",)


# --- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("since_1904", [False, True])
def test_a_day_is_that_day_in_workbooks_of_both_calendars(since_1904: bool) -> None:
    body = filled(open_template(made(lambda *_: None, date_1904=since_1904)))
    assert opened(body)["名单"]["B3"].value.date() == date(2020, 2, 3)
    assert ('date1904="1"' in part(body, "xl/workbook.xml")) == since_1904


def test_a_day_before_a_workbooks_first_is_written_in_words() -> None:
    form = open_template(made(lambda *_: None, date_1904=True))
    body = write(form, {"名单": Filling({}, 2, 2, frozenset({2}), [{2: date(1903, 5, 1)}])})
    assert opened(body)["名单"]["B2"].value == "1903-05-01"


# --- rules -------------------------------------------------------------------------------------------------------

REACHES_OUT = 'INDIRECT("[x.xlsx]Sheet1!A1")'
ESCAPED = REACHES_OUT.replace('"', "&quot;")


def rule(inner: str) -> bytes:
    body = made(lambda _, sheet: sheet.conditional_format("A2:A3", {"type": "2_color_scale"}))
    return changed(
        body, lambda name, held: re.sub(rb"<cfRule.*</cfRule>", inner.encode(), held) if name == SHEET else held
    )


@pytest.mark.parametrize("kind", ["formula", "num"])
def test_a_limit_of_a_colour_scale_that_reaches_outside_is_not_passed_on(kind: str) -> None:
    limits = f'<cfvo type="min"/><cfvo type="{kind}" val="{ESCAPED}"/><color rgb="FFFF0000"/><color rgb="FF00FF00"/>'
    form = open_template(rule(f'<cfRule type="colorScale" priority="1"><colorScale>{limits}</colorScale></cfRule>'))
    assert removed(form) == ["conditional formats or drop-downs that reach outside"]
    assert "INDIRECT" not in part(write(form, {}))


def test_a_limit_of_a_colour_scale_follows_the_list() -> None:
    limits = '<cfvo type="num" val="1"/><cfvo type="formula" val="$A$3"/><color rgb="FFFF0000"/><color rgb="FF00FF00"/>'
    form = open_template(rule(f'<cfRule type="colorScale" priority="1"><colorScale>{limits}</colorScale></cfRule>'))
    assert removed(form) == []
    assert 'val="$A$5"' in part(filled(form))


def test_a_drop_down_that_reaches_outside_is_said_to_be_left_out() -> None:
    body = made(lambda _, sheet: sheet.data_validation("A2", {"validate": "list", "source": f"={REACHES_OUT}"}))
    form = open_template(body)
    assert removed(form) == ["conditional formats or drop-downs that reach outside"]
    assert "dataValidation" not in part(write(form, {}))


def extended(inner: str) -> bytes:
    """Return a form with what newer programs write behind everything else."""
    ext = f'<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" {X14}>{inner}</ext></extLst></worksheet>'
    return with_part(made(lambda book, _: book.add_worksheet("选项")), "</worksheet>", ext)


def drop_down(formula: str) -> str:
    return (
        f'<x14:dataValidations {XM} count="1"><x14:dataValidation type="list" allowBlank="1" showErrorMessage="1">'
        f"<x14:formula1><xm:f>{formula}</xm:f></x14:formula1><xm:sqref>A2:A2</xm:sqref></x14:dataValidation>"
        "</x14:dataValidations>"
    )


def test_a_drop_down_that_points_to_another_sheet_stays() -> None:
    form = open_template(extended(drop_down("选项!$A$1:$A$5")))
    assert removed(form) == []
    kept = opened(filled(form))["名单"].data_validations.dataValidation
    assert [(one.type, one.formula1, str(one.sqref), one.allowBlank) for one in kept] == [
        ("list", "选项!$A$1:$A$5", "A2:A4", True)
    ]


def test_a_drop_down_of_newer_programs_that_reaches_outside_is_not_passed_on() -> None:
    form = open_template(extended(drop_down(REACHES_OUT)))
    assert removed(form) == ["conditional formats or drop-downs that reach outside"]
    assert "INDIRECT" not in part(write(form, {}))


def test_what_newer_programs_add_and_is_not_kept_is_said() -> None:
    def put(_: Any, sheet: Any) -> None:
        sheet.conditional_format("A2:A3", {"type": "data_bar", "data_bar_2010": True})
        sheet.add_sparkline("E1", {"range": "名单!A2:C2"})
        sheet.set_background(io.BytesIO(PNG))
        sheet.set_header("&C&G", {"image_center": "a.png", "image_data_center": io.BytesIO(PNG)})

    form = open_template(made(put))
    assert sorted(removed(form)) == [
        "background pictures", "conditional formats of newer programs", "pictures in headers and footers", "sparklines",
    ]  # fmt: skip
    assert "dataBar" in part(write(form, {}))


# --- print -------------------------------------------------------------------------------------------------------


def test_a_list_that_grew_is_printed_with_its_header_on_each_page_on_a4_in_black_and_white() -> None:
    sheet = opened(filled(open_template(made(lambda *_: None))))["名单"]
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.paperSize, sheet.page_setup.blackAndWhite) == (9, True)


def test_a_sheet_that_says_how_it_is_printed_is_printed_so() -> None:
    def put(_: Any, sheet: Any) -> None:
        sheet.set_paper(8)
        sheet.set_landscape()
        sheet.repeat_rows(1)

    sheet = opened(filled(open_template(made(put))))["名单"]
    assert sheet.print_title_rows == "$2:$2"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")


def test_a_list_that_did_not_grow_is_printed_as_it_was() -> None:
    sheet = opened(filled(open_template(made(lambda *_: None)), people=1))["名单"]
    assert sheet.print_title_rows is None
    assert sheet.page_setup.paperSize is None


def test_of_several_header_rows_all_are_repeated_and_the_title_is_not() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "名单"
    sheet["A1"] = "人员信息统计表"
    sheet.merge_cells("A1:C1")
    sheet["A2"], sheet["B2"], sheet["B3"], sheet["C3"] = "姓名", "观察", "开始", "解除"
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")
    sheet["A4"], sheet["B4"] = "合计", "=COUNTA(A5:A5)"
    sheet["A5"], sheet["C5"] = "", ""
    out = io.BytesIO()
    book.save(out)
    form = open_template(out.getvalue())
    body = write(form, {"名单": Filling({}, 5, 5, frozenset({1}), [{1: "甲"}, {1: "乙"}])})
    assert opened(body)["名单"].print_title_rows == "$2:$3"
