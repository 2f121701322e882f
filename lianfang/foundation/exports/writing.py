"""A named export as a workbook: a visible mark on every page, hidden ones in properties, sheet and cells."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from lianfang.foundation.exports.watermark import hide
from lianfang.foundation.printing.workbook import hide_facts, in_header
from lianfang.foundation.tables.downloads import lay_out, sheet_name, write_row
from lianfang.foundation.tables.registry import Column, Table
from lianfang.kernel.clock import local

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_PAGE = "&R&P / &N"


def visible_mark(name: str, at: datetime, purpose: str, recipient: str, expires_on: date, mark: str) -> str:
    """Return the sentence that stands on every page; the purpose last, because a header that is full loses its end."""
    return (
        f"含个人信息，严禁转发　编号 {mark}　{expires_on:%Y-%m-%d} 前销毁　接收方 {recipient}"
        f"　导出人 {name}　{local(at):%Y-%m-%d %H:%M}　用途 {purpose}"
    )


def named_workbook(
    declared: Table, columns: Sequence[Column], rows: Sequence[dict[str, Any]], said: str, facts: dict[str, str]
) -> bytes:
    """Return the workbook. `said` is the visible mark, `facts` (user, time, purpose, mark, seal …) the hidden one."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, _OPTIONS)
    sheet = book.add_worksheet(sheet_name(declared.title.zh))
    warning = book.add_format({"font_color": "#B00020", "bold": True})
    lay_out(book, sheet, [column.label.zh for column in columns], said, warning)
    for number, row in enumerate(rows, start=2):
        write_row(sheet, number, columns, row["cells"], "zh", hide(facts["mark"]))
    sheet.set_header(f"&C&8{in_header(said)}")
    sheet.set_footer(f"&L&8{in_header(said, besides=_PAGE)}{_PAGE}")
    hide_facts(book, facts)
    book.close()
    return kept.getvalue()
