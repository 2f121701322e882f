"""A table as an Excel workbook: masked, with as-of time and whom it was made for, safe against formulas in cells."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.reading import Query, find_table, read_all
from lianfang.kernel.clock import local, now


def cell_text(value: Any) -> str | int | float:
    """Return a cell for a sheet: numbers stay numbers, moments are China's time, everything else is text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    return "" if value is None else str(value)


def workbook(viewer: Actor, name: str, query: Query) -> IO[bytes]:
    """Return the table's rows as .xlsx, written row by row to a temporary file."""
    declared = find_table(name)
    columns = [column for column in declared.columns if not column.hidden]
    language = viewer.language
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(declared.title.zh[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    note = book.add_format({"font_color": "#666666"})
    made = (
        f"截至 {local(now()):%Y-%m-%d %H:%M}　{viewer.name} 下载　脱敏"
        if not language.startswith("en")
        else (f"As of {local(now()):%Y-%m-%d %H:%M}, downloaded by {viewer.name}, masked")
    )
    sheet.write_string(0, 0, f"{declared.title.in_language(language)}　{made}", note)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, 16)
        sheet.write_string(1, position, column.label.in_language(language), head)
    for number, row in enumerate(_rows(viewer, name, query), start=2):
        for position, column in enumerate(columns):
            _write(sheet, number, position, _choice(column.choices, row["cells"][column.name], language))
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    book.close()
    file.seek(0)
    return file


def _rows(viewer: Actor, name: str, query: Query) -> Iterator[dict[str, Any]]:
    yield from read_all(viewer, name, query)


def _choice(choices: Any, value: Any, language: str) -> Any:
    if not choices or value is None:
        return value
    labels = {key: label.in_language(language) for key, label in choices}
    return [labels.get(one, one) for one in value] if isinstance(value, list) else labels.get(value, value)


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    shown = cell_text(value)
    if isinstance(shown, str):
        sheet.write_string(row, column, shown)
    else:
        sheet.write_number(row, column, shown)
