"""Real files for the intake tests, made by other people's writers: xlsxwriter, openpyxl, xlwt, csv. No real person."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

from lianfang.doors.files.doubles import Doubles, marks_of
from lianfang.doors.files.headers import Layout
from lianfang.doors.files.judging import Judge, Judged
from lianfang.doors.files.listing import listed
from lianfang.doors.files.reading import Sheet
from lianfang.kernel.identity import compose
from lianfang.kernel.places import Register

HEADERS = ["序号", "姓名", "身份证号码", "手机号码", "目的地详细地址", "返乡时间"]


def identity(number: int, born: str = "19800115") -> str:
    """Return a made-up number of 绛县 with a right check digit."""
    return compose(f"140826{born}{number % 1000:03d}")


def person(number: int, **changes: Any) -> list[Any]:
    """Return one good row of the list."""
    row = {
        "序号": number,
        "姓名": "王" + chr(0x4E00 + 100 + number % 5000) + "明",
        "身份证号码": identity(number),
        "手机号码": f"138{number:08d}",
        "目的地详细地址": f"古绛镇下高池村{number % 9 + 1}组{number}号",
        "返乡时间": "2020.1.23",
    }
    return list((row | changes).values())


def xlsx(rows: Sequence[Sequence[Any]], *, merges: Sequence[str] = (), sheets: dict[str, Any] | None = None) -> bytes:
    """Return a workbook by openpyxl: text beginning with = becomes a formula, as it does there."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名单"
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    for name, other in (sheets or {}).items():
        extra = book.create_sheet(name)
        for row in other:
            extra.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_text(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook by xlsxwriter in which every text stays text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("名单")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.close()
    return out.getvalue()


def xls(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return an old workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return a text table in an encoding."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def archive(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def changed(workbook: bytes, name: str, body: bytes) -> bytes:
    """Return the workbook with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as source:
        parts = {entry: source.read(entry) for entry in source.namelist()}
    return archive(parts | {name: body})


def judge_all(sheet: Sheet, layout: Layout, register: Register | None, on: date) -> list[Judged]:
    """Return every row of a sheet judged, and which repeats an earlier one."""
    judge, doubles = Judge(layout, sheet.formulas, register=register, on=on), Doubles()
    found = [one for line in listed(sheet, layout) if (one := judge.judge(*line))]
    good = [one for one in found if not one.refused]
    repeats, warned = doubles.find([(one.row.number, marks_of(one.row.values), "") for one in good])
    for one in good:
        one.row.duplicate_of = repeats.get(one.row.number)
        one.warned += [problem for problem in warned if problem.row == one.row.number]
    return found
