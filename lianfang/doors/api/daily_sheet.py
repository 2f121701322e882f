"""Daily reports as sheets to print: forms F12, F13 and F14 on A4, the units below, and what may be published.

Every text is written as text, so that a remark beginning with "=" stays a remark.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter

from lianfang.domain.reports import rules
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.printing.workbook import running_line
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import Bilingual, both

A4 = 9
UNITS_FORM = "F12"
HEADINGS = (
    both("类别", "Section"),
    both("项目", "Figure"),
    both("单位", "Unit"),
    both("数字", "Value"),
    both("备注", "Note"),
)
NOT_KEPT = both("系统尚未登记此项", "not kept in the system yet")
CORRECTED = both("确认时为 {value}", "confirmed as {value}")
WORDS = (
    ("remarks", both("情况说明", "Remarks")),
    ("issues", both("需协调事项", "Issues to settle")),
    ("tomorrow", both("明日重点", "Tomorrow")),
)
PARTS = both("下级单位", "Units below")
PUBLIC = both("公开版", "Public version")
MARK = both("{name} 下载　编号 {serial}", "Downloaded by {name}. Serial {serial}")


class _Sheet:
    """One worksheet being written downwards, in the language of who asked."""

    def __init__(self, book: Any, title: Bilingual, viewer: Actor, serial: str, *, landscape: bool = False) -> None:
        self.language, self.row = viewer.language, 0
        self.sheet = book.add_worksheet(title.in_language(self.language)[:31])
        self.sheet.set_paper(A4)
        self.sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.print_black_and_white()
        self.sheet.set_header(f"&C&9{self.say(MARK).format(name=viewer.name.replace('&', '&&'), serial=serial)}")
        self.sheet.set_footer(running_line(serial, now(), self.language))
        if landscape:
            self.sheet.set_landscape()

    def say(self, text: Bilingual) -> str:
        return text.in_language(self.language)

    def across(self, text: str, width: int, style: Any) -> None:
        """Write one text over several columns and go one row down."""
        self.sheet.merge_range(self.row, 0, self.row, width - 1, "", style)
        self.sheet.write_string(self.row, 0, text, style)
        self.row += 1

    def line(self, cells: Sequence[Any], style: Any) -> None:
        """Write one row of cells, numbers as numbers, and go one row down."""
        for column, value in enumerate(cells):
            write = self.sheet.write_number if isinstance(value, (int, float)) else self.sheet.write_string
            write(self.row, column, "" if value is None else value, style)
        self.row += 1


def report_workbook(
    viewer: Actor, page: dict[str, Any], parts: Sequence[tuple[str, dict[str, float]]], serial: str
) -> IO[bytes]:
    """Return the report page as .xlsx; `parts` are the units below with their figures, empty for a village."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the caller streams and closes it)
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    styles = _styles(book)
    _form(_Sheet(book, rules.FORMS[page["report"]["form"]][1], viewer, serial), styles, viewer, page)
    if parts:
        _parts(_Sheet(book, PARTS, viewer, serial, landscape=True), styles, page, parts)
        _public(_Sheet(book, PUBLIC, viewer, serial), styles, page["public"])
    book.close()
    file.seek(0)
    return file


def _styles(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "note": book.add_format({"font_color": "#555555", "font_size": 9, "text_wrap": True}),
        "head": book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#EEEEEE"}),
        "upright": book.add_format({**cell, "bold": True, "rotation": 90, "bg_color": "#EEEEEE"}),
        "cell": book.add_format(cell),
        "words": book.add_format({**cell, "valign": "top"}),
    }


def _at(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _form(out: _Sheet, styles: dict[str, Any], viewer: Actor, page: dict[str, Any]) -> None:
    head = page["report"]
    out.sheet.set_column(0, 0, 14)
    out.sheet.set_column(1, 1, 32)
    out.sheet.set_column(2, 3, 10)
    out.sheet.set_column(4, 4, 24)
    unit = head["area"]["full_name"] or head["area"]["name"]
    out.across(f"{unit} {out.say(rules.FORMS[head['form']][1])}", 5, styles["title"])
    times = both(f"{head['on']}　{_at(head['from_at'])} 至 {_at(head['until_at'])}　表号 {head['form']}",
                 f"{head['on']}, {_at(head['from_at'])} to {_at(head['until_at'])}, form {head['form']}")  # fmt: skip
    out.across(out.say(times), 5, styles["note"])
    nil = "☑" if head["state"] == "nil" else "☐"
    state = rules.REPORT_STATES[head["state"]]
    standing = both(f"{nil} 零报告　状态：{state.zh}", f"{nil} nil report, state: {state.en}")
    out.across(out.say(standing), 5, styles["note"])
    out.line([out.say(one) for one in HEADINGS], styles["head"])
    out.sheet.repeat_rows(out.row - 1)
    counted = {one["code"]: one for section in page["sections"] for one in section["figures"]}
    for figure in rules.figures_of(head["form"]):
        out.line(_figure(out, figure, counted.get(figure.code)), styles["cell"])
    for name, label in WORDS:
        out.across(f"{out.say(label)}：{head[name]}", 5, styles["words"])
        out.sheet.set_row(out.row - 1, 48)
    by = head["confirmed_by"]["name"] if head["confirmed_by"] else ""
    signed = both(f"确认人：{by}　确认时间：{_at(head['confirmed_at'])}　审核（签字）：",
                  f"Confirmed by: {by}, at: {_at(head['confirmed_at'])}, checked (signature):")  # fmt: skip
    out.across(out.say(signed), 5, styles["note"])
    made = both(f"数字由记录汇总，不经手填。{viewer.name} 于 {_at(now())} 下载",
                f"Figures are counted from records, not typed. Downloaded by {viewer.name}, {_at(now())}")  # fmt: skip
    out.across(out.say(made), 5, styles["note"])


def _figure(out: _Sheet, figure: rules.Figure, counted: dict[str, Any] | None) -> list[Any]:
    names = [out.say(rules.SECTIONS[figure.section]), out.say(figure.label), out.say(figure.unit)]
    if counted is None:
        return [*names, "—", out.say(NOT_KEPT)]
    note = out.say(CORRECTED).format(value=counted["confirmed"]) if counted["changed"] else ""
    return [*names, counted["value"], note]


def _parts(
    out: _Sheet, styles: dict[str, Any], page: dict[str, Any], parts: Sequence[tuple[str, dict[str, float]]]
) -> None:
    """Write a row for each unit below with the figures it reports itself."""
    figures = [one for one in rules.figures_of(UNITS_FORM) if one.code in parts[0][1]]
    states = {unit["name"]: unit["label"] for unit in page["units"]}
    out.sheet.set_column(0, 1, 14)
    out.sheet.set_column(2, len(figures) + 1, 5)
    out.line(["", "", *(out.say(one.label) for one in figures)], styles["upright"])
    out.sheet.set_row(0, 150)
    for name, values in parts:
        label = states.get(name, {"zh": "", "en": ""})
        told = out.say(Bilingual(label["zh"], label["en"]))
        out.line([name, told, *(values[one.code] for one in figures)], styles["cell"])
    out.sheet.freeze_panes(1, 2)
    out.sheet.repeat_rows(0)


def _public(out: _Sheet, styles: dict[str, Any], public: dict[str, Any]) -> None:
    out.sheet.set_column(0, 0, 44)
    out.sheet.set_column(1, 3, 16)
    below = public["suppressed_below"]
    out.line([out.say(both("公开版", "Public version"))], styles["title"])
    note = both(
        f"不含个人信息；少于 {below} 人（户）的数字不显示。", f"No personal data; counts under {below} withheld."
    )
    out.line([out.say(note)], styles["note"])
    for one in public["lines"]:
        label, unit = Bilingual(**one["label"]), Bilingual(**one["unit"])
        out.line([f"{out.say(label)}（{out.say(unit)}）", one["shown"]], styles["cell"])
    if public["by_area"]:
        codes = list(public["by_area"][0]["shown"])
        labels = {one["code"]: Bilingual(**one["label"]) for one in public["lines"]}
        out.line(["", *(out.say(labels[code]) for code in codes)], styles["head"])
        for area in public["by_area"]:
            out.line([area["name"], *(area["shown"][code] for code in codes)], styles["cell"])
