"""A table as an Excel workbook: masked, with as-of time and whom it was made for, safe against formulas in cells."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.reading import Query, find_table, read_all
from lianfang.foundation.tables.registry import Column
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import Bilingual, both

# because a file leaves the area and the session of whoever reads names there: lists with names are named exports
NEVER_CLEAR = frozenset({PrivacyClass.NAME})


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


def sheet_name(title: str) -> str:
    """Return a title as Excel accepts it for a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:31] or "1"


def workbook(viewer: Actor, name: str, query: Query) -> IO[bytes]:
    """Return the table's rows as .xlsx, written row by row to a temporary file."""
    declared = find_table(name)
    columns = [column for column in declared.columns if not column.hidden]
    language = viewer.language
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(sheet_name(declared.title.zh))
    said = f"{declared.title.in_language(language)}　{_made(viewer).in_language(language)}"
    grey = book.add_format({"font_color": "#666666"})
    lay_out(book, sheet, [column.label.in_language(language) for column in columns], said, grey)
    for number, row in enumerate(read_all(viewer, name, query, NEVER_CLEAR), start=2):
        write_row(sheet, number, columns, row["cells"], language)
    sheet.set_footer("&L&A&R&P / &N")
    book.close()
    file.seek(0)
    return file


def _made(viewer: Actor) -> Bilingual:
    at = f"{local(now()):%Y-%m-%d %H:%M}"
    return both(f"截至 {at}　{viewer.name} 下载　脱敏", f"As of {at}, downloaded by {viewer.name}, masked")


def lay_out(book: Any, sheet: Any, labels: Sequence[str], said: str, look: Any) -> None:
    """Write what stands above the rows, and set the page up for printing."""
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, said, look)
    for position, label in enumerate(labels):
        sheet.set_column(position, position, 16)
        sheet.write_string(1, position, label, head)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(0, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def write_row(
    sheet: Any, number: int, columns: Sequence[Column], cells: Mapping[str, Any], language: str, mark: str = ""
) -> None:
    """Write one row; text is always written as text, so that no cell becomes a formula. `mark` follows every text."""
    for position, column in enumerate(columns):
        shown = cell_text(_choice(column.choices, cells[column.name], language))
        if isinstance(shown, str):
            sheet.write_string(number, position, shown + mark if shown else "")
        else:
            sheet.write_number(number, position, shown)


def _choice(choices: Any, value: Any, language: str) -> Any:
    if not choices or value is None:
        return value
    labels = {key: label.in_language(language) for key, label in choices}
    return [labels.get(one, one) for one in value] if isinstance(value, list) else labels.get(value, value)
