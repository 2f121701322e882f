"""Departments' sheets as they come: made by another program's writer, each in another layout. No real person."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

THIN = Border(*[Side("thin")] * 4)
GREY = PatternFill("solid", fgColor="FFD9D9D9")


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(body: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body))


def ruled(sheet: Worksheet, area: str) -> None:
    for row in sheet[area]:
        for cell in row:
            cell.border = THIN


def sheet_of(book: openpyxl.Workbook, title: str = "") -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    if title:
        sheet.title = title
    return sheet


def health_form(blank_rows: int = 2) -> bytes:
    """卫健局: two header rows, merges, a formula in every row, a total, signatures, A4 landscape, a second sheet."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "居家观察")
    sheet["A1"] = "居家医学观察人员信息统计表"
    sheet.merge_cells("A1:I1")
    sheet["A1"].font, sheet["A1"].alignment = Font(size=18, bold=True), Alignment(horizontal="center")
    sheet["A2"] = "填报单位（盖章）：                填报日期：    年  月  日"
    sheet.merge_cells("A2:I2")
    heads = {"A": "序号", "B": "姓名", "C": "性别", "D": "身份证号码", "I": "观察天数"}
    for letter, word in heads.items():
        sheet[f"{letter}3"] = word
        sheet.merge_cells(f"{letter}3:{letter}4")
    sheet["E3"] = "居家观察"
    sheet.merge_cells("E3:G3")
    sheet["E4"], sheet["F4"], sheet["G4"] = "隔离地址", "开始日期", "解除日期（拟）"
    sheet["H3"] = "联系\n电话"
    sheet.merge_cells("H3:H4")
    last = 4 + blank_rows
    for row in range(5, last + 1):
        sheet[f"F{row}"].number_format = sheet[f"G{row}"].number_format = "yyyy/m/d"
        sheet[f"I{row}"] = f'=IF(F{row}="","",G{row}-F{row}+1)'
        sheet.row_dimensions[row].height = 27
        sheet[f"B{row}"].fill = GREY
    sheet[f"A{last + 1}"] = "合计"
    sheet.merge_cells(f"A{last + 1}:B{last + 1}")
    sheet[f"I{last + 1}"] = f"=SUM(I5:I{last})"
    sheet[f"D{last + 1}"] = f"=COUNTA(D5:D{last})"
    sheet[f"A{last + 2}"] = "审核人：            填报人：            联系电话："
    sheet.merge_cells(f"A{last + 2}:I{last + 2}")
    ruled(sheet, f"A3:I{last + 1}")
    sheet.print_area = f"A1:I{last + 2}"
    sheet.print_title_rows = "1:4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.column_dimensions["D"].width = 24.5
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    notes = book.create_sheet("汇总")
    notes["A1"], notes["B1"] = "观察总天数", f"=居家观察!I{last + 1}"
    return saved(book)


def police_form() -> bytes:
    """公安局: one header row in other words, another order, one blank row, no total."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "名单")
    sheet.append(["公民身份号码", "人员姓名", "手机号码", "所属乡镇", "所在村", "现居住地", "人员类型", "护照号码"])
    ruled(sheet, "A1:H2")
    return saved(book)


def street_form() -> bytes:
    """民政局: the header on row 4, a remark column, ten blank rows."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    sheet["A1"] = "隔离人员生活保障台账"
    sheet["A2"] = "单位："
    for column, word in enumerate(("编号", "名字", "男/女", "年龄", "联系方式", "住址", "包保人", "备注说明"), start=1):
        sheet.cell(4, column, word)
    ruled(sheet, "A4:H14")
    return saved(book)


def figures_form(units: list[str]) -> bytes:
    """县指挥部: a row per township whose names stand ready, figures under two header rows, sums below."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "日报")
    sheet["A1"] = "疫情防控工作日报表（截至  月  日  时）"
    sheet.merge_cells("A1:F1")
    sheet["A2"], sheet["B2"], sheet["D2"] = "乡镇", "返乡人员", "居家观察"
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("D2:F2")
    for letter, word in zip("BCDEF", ("今日新增返乡", "累计返乡", "在观察", "今日解除", "口罩存量"), strict=True):
        sheet[f"{letter}3"] = word
    for row, name in enumerate(units, start=4):
        sheet[f"A{row}"] = name
    last = 3 + len(units)
    sheet[f"A{last + 1}"] = "合计"
    for letter in "BCDEF":
        sheet[f"{letter}{last + 1}"] = f"=SUM({letter}4:{letter}{last})"
    ruled(sheet, f"A2:F{last + 1}")
    return saved(book)


def label_form() -> bytes:
    """One figure beside each label, as forms of a single unit have it."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表一")
    pairs: list[tuple[str, Any]] = [
        ("总户数", None),
        ("居家观察人数", None),
        ("今日新增返乡", None),
        ("标语条数", None),
    ]
    for row, (label, value) in enumerate(pairs, start=3):
        sheet[f"A{row}"], sheet[f"B{row}"] = label, value
    ruled(sheet, "A3:B6")
    sheet["A1"] = "村级情况表"
    sheet["A8"] = "村支书签字："
    return saved(book)
