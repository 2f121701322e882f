"""Filling a form for an area and a day, as whoever asks may see it: the rows of its tables and what stands around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import children, find_area, full_name, level_of, path_length
from lianfang.domain.incidents.queries import find_incident, incident_of
from lianfang.domain.reports import rules
from lianfang.domain.reports.models import DailyReport
from lianfang.domain.reports.queries.figures import count_parts, count_units
from lianfang.domain.reports.queries.forms.catalogue import is_recorded, lists_behind, standing_of, why_missing
from lianfang.domain.reports.queries.gathering import MOST_ROWS, Wanted, gather
from lianfang.domain.reports.queries.meanings import FIGURES
from lianfang.domain.reports.queries.page import NO_UNIT, hours_of
from lianfang.domain.reports.queries.units import find_report
from lianfang.domain.reports.rules.forms import Form, FormColumn, FormPart
from lianfang.domain.reports.rules.sheets import AREAS, TABLE, Asked, ListMapping, SheetMapping, in_words
from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.printing.frame import MASKED, Frame, Grid, new_serial
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

ONE_BY_ONE = refusal(
    "reports.form_one_by_one",
    "这张表按人出具，请在该人的记录页打印；这里可以打印空表。",
    "This form is printed for one person, from their record; a blank one can be printed here.",
)
NOTHING_TO_FILL = refusal(
    "reports.form_not_yet",
    "系统还没有这张表的数据，只能打印空表。",
    "Nothing that this form asks is recorded yet; only a blank one can be printed.",
)

_BLANK_ROWS = {True: 14, False: 22}
_EMPTY_ROWS = 5
_PEN = "＿＿＿＿＿＿"
LINE_HEADS = (both("项目", "Item"), both("单位", "Unit"), both("数字", "Value"), both("说明", "Note"))
NO_ROWS = both("本期无记录（零报告）", "No records in this period (nil report)")
NOT_KEPT = both("尚缺：{what}", "Missing: {what}")
BY_HAND = both("手填栏（系统尚无记录）：{columns}", "By hand (not recorded yet): {columns}")
BELOW = both("下级单位", "Units below")
UNIT = both("单位", "Unit")
BLANK = both("空表　{name} {at} 打印　编号 {serial}", "Blank. Printed by {name}, {at}. Serial {serial}")
_AREA, _INCIDENT, _PERIOD, _MADE = (
    both("区域", "Area"), both("事件", "Incident"), both("期间", "Period"), both("制表", "Made by"),
)  # fmt: skip
_NIL, _NOT_NIL = both("☑ 零报告", "☑ nil"), both("☐ 零报告", "☐ nil")


@dataclass(frozen=True)
class Sought:
    """Which form, by whom, for which area, day and incident; `first` asks for the first rows only."""

    viewer: Actor
    form: Form
    path: str
    on: date
    at: datetime
    incident: str = ""
    named: bool = False
    limit: int = MOST_ROWS
    first: int = 0

    def say(self, text: Bilingual) -> str:
        return text.in_language(self.viewer.language)


@dataclass(frozen=True)
class Filled:
    """The tables of a filled form and the keys of the rows listed, for the log of a named export."""

    grids: list[Grid]
    row_ids: list[str]


def fill_form(sought: Sought) -> Filled:
    """Return the form filled with what is recorded, masked unless a named export was permitted.

    Raises `reports.no_unit`, `access.not_yours`, `reports.form_not_yet`, `reports.form_one_by_one`.
    """
    form = sought.form
    check_area(sought)
    if form.letter:
        raise ONE_BY_ONE(field="code")
    if standing_of(form) == "not_yet":
        raise NOTHING_TO_FILL(field="code")
    for name in lists_behind(form):
        if not sought.viewer.may(name):
            raise NOT_YOURS()
    grids: list[Grid] = []
    rows: list[str] = []
    for part in form.parts:
        if part.level:
            grids += _lines(sought, part)
        else:
            grid, keys = _listed(sought, part)
            grids.append(grid)
            rows += keys
    return Filled(grids, rows)


def blank_form(sought: Sought) -> Filled:
    """Return the form for the pen: its columns, or its lines, and nothing in them. Raises `reports.no_unit`."""
    check_area(sought)
    return Filled([_blank(sought, part) for part in sought.form.parts], [])


def check_area(sought: Sought) -> None:
    """Raise `reports.no_unit` for no area or one below the level that fills the form in."""
    level = sought.form.parts[0].level
    if find_area(sought.path) is None or (level and len(sought.path) > path_length(level)):
        raise NO_UNIT(field="within")


def _blank(sought: Sought, part: FormPart) -> Grid:
    title = sought.say(part.title)
    if part.level:
        rows = [[sought.say(one.label), _unit(sought, one), "", ""] for one in part.printed]
        return Grid(title, tuple(sought.say(one) for one in LINE_HEADS), rows)
    return Grid(title, _heads(sought, part), [], _BLANK_ROWS[sought.form.landscape])


def _heads(sought: Sought, part: FormPart) -> tuple[str, ...]:
    return tuple(sought.say(one.label) for one in part.printed)


# --- lists -------------------------------------------------------------------------------------------------------


def _listed(sought: Sought, part: FormPart) -> tuple[Grid, list[str]]:
    """Return the rows of a list, or a row per unit one level below."""
    asked = tuple(Asked(str(place), one.label.zh, _meaning(part, one)) for place, one in enumerate(part.printed))
    where = filters(sought, part)
    mapping = SheetMapping("form", ListMapping(AREAS if part.areas else TABLE, part.table, 1, 1, asked, where))
    wanted = Wanted(
        sought.viewer, sought.path, sought.on, sought.at, sought.named, sought.limit, sought.first,
        sought.viewer.language,
    )  # fmt: skip
    unit = gather(wanted, (mapping,), [sought.path])[sought.path]
    head = _period(sought, part)
    rows = [
        [head if one.fill == "head" else row.get(_meaning(part, one)) for one in part.printed]
        for row in unit.lists.get("form", [])
    ]
    blanks = 0 if rows else _EMPTY_ROWS
    return Grid(sought.say(part.title), _heads(sought, part), rows, blanks), unit.row_ids


def _meaning(part: FormPart, column: FormColumn) -> str:
    """Return what gathering knows the column by; "" for what stays blank."""
    return column.fill if column.fill in ("serial", "area") or is_recorded(part, column) else ""


def filters(sought: Sought, part: FormPart) -> dict[str, str]:
    """Return the filters of a part's list: its own, the day's and the incident's."""
    where = dict(part.where)
    if part.day:
        where |= {f"{part.day}__gte": sought.on.isoformat(), f"{part.day}__lte": sought.on.isoformat()}
    if part.incident and sought.incident:
        where[part.incident] = str(UUID(sought.incident))
    return where


def count_rows(sought: Sought) -> int | None:
    """Return how many rows the form's list has; None for more than anybody reads, or for a form of figures."""
    part = sought.form.parts[0]
    if not part.table:
        return None
    return read(sought.viewer, part.table, Query(filters(sought, part), sought.path, limit=1, count=True)).count


# --- figures -----------------------------------------------------------------------------------------------------


def _lines(sought: Sought, part: FormPart) -> Iterator[Grid]:
    """Yield a line per item, and for an area with units below a row per unit."""
    sought.viewer.require("reports.reports", sought.path)
    figures = [FIGURES[one.fill.removeprefix("fig:")] for one in part.columns if _is_figure(part, one)]
    found, hours = report_and_hours(sought)
    length = len(sought.path)
    values, codes = count_units(figures, hours, sought.path, length)
    own: dict[str, Any] = dict.fromkeys(codes, 0) | values.get(sought.path, {})
    words = {"issues": found.issues if found else "", "tomorrow": found.tomorrow if found else "",
             "nil": sought.say(_NIL if found and found.state == "nil" else _NOT_NIL)}  # fmt: skip
    rows = [_line(sought, part, one, own, words, hours) for one in part.printed]
    yield Grid(sought.say(part.title), tuple(sought.say(one) for one in LINE_HEADS), rows)
    if length < path_length(part.level):
        yield _below(sought, part, figures, hours)


def report_and_hours(sought: Sought) -> tuple[DailyReport | None, rules.Period]:
    """Return the unit's own report in this form, if it has one, and the hours that the figures are of."""
    level = sought.form.parts[0].level
    found = find_report(sought.path, sought.on) if level_of(sought.path) == level else None
    return found, hours_of(found, level, sought.path, sought.on)


def _is_figure(part: FormPart, column: FormColumn) -> bool:
    return column.fill.startswith("fig:") and is_recorded(part, column)


def _line(
    sought: Sought, part: FormPart, column: FormColumn, values: dict[str, Any], words: dict[str, str],
    hours: rules.Period,
) -> list[Any]:  # fmt: skip
    why = why_missing(part, column)
    note = sought.say(NOT_KEPT).format(what=sought.say(why)) if why else ""
    value: Any = ""
    if _is_figure(part, column):
        value = values[column.fill.removeprefix("fig:")]
    elif column.fill.startswith("word:"):
        value = words[column.fill.removeprefix("word:")]
    elif column.fill == "head":
        value = hours.until_at
    return [sought.say(column.label), _unit(sought, column), value, note]


def _unit(sought: Sought, column: FormColumn) -> str:
    figure = FIGURES.get(column.fill.removeprefix("fig:"))
    return sought.say(figure.unit) if figure else ""


def _below(sought: Sought, part: FormPart, figures: Sequence[rules.Figure], hours: rules.Period) -> Grid:
    units = children(sought.path)
    parts = count_parts(figures, hours, sought.path, len(units[0].path)) if units else {}
    labels = [one for one in part.columns if _is_figure(part, one)]
    rows = [
        [one.short_name or one.name, *(parts.get(one.path, {}).get(figure.code, 0) for figure in figures)]
        for one in units
    ]
    heads = (sought.say(UNIT), *(sought.say(one.label) for one in labels))
    return Grid(f"{sought.say(part.title)} {sought.say(BELOW)}", heads, rows)


# --- the frame ---------------------------------------------------------------------------------------------------


def frame_of(sought: Sought, filled: Filled, *, blank: bool = False) -> Frame:
    """Return what stands around a masked or blank form."""
    form, at = sought.form, f"{local(sought.at):%Y-%m-%d %H:%M}"
    serial = new_serial(form.code, sought.path, sought.on)
    mark = sought.say(BLANK if blank else MASKED).format(name=sought.viewer.name, at=at, serial=serial)
    empty = not blank and not any(grid.rows for grid in filled.grids)
    notes = [] if blank else ([sought.say(NO_ROWS)] if empty else []) + by_hand(sought)
    return Frame(
        f"{form.code} {sought.say(form.title)}", _facts(sought, blank), serial, sought.at, mark, sought.viewer.language,
        form.landscape, form.signed, notes,
    )  # fmt: skip


def named_frame(sought: Sought, said: str, hidden: str, mark: str, kept: dict[str, str]) -> Frame:
    """Return what stands around a form with names: the marks of its export, whose number is its serial."""
    frame = frame_of(sought, Filled([Grid("", (), [[""]])], []))
    return replace(frame, serial=f"{sought.form.code}-{mark}", mark=said, hidden=hidden, kept=kept)


def by_hand(sought: Sought) -> list[str]:
    """Return the note that says which columns are left to the pen because nobody records them."""
    waiting = [sought.say(one.label) for part in sought.form.parts if not part.level for one in part.printed
               if why_missing(part, one)]  # fmt: skip
    return [sought.say(BY_HAND).format(columns="、".join(waiting))] if waiting else []


def _facts(sought: Sought, blank: bool) -> list[tuple[str, str]]:
    incident = find_incident(sought.incident) if sought.incident else incident_of(sought.path)
    area = full_name(sought.path, 6)
    facts = [(_AREA, area), (_INCIDENT, incident.name if incident else "—"),
             (_PERIOD, _PEN if blank else _period(sought, sought.form.parts[0])),
             (_MADE, _PEN if blank else sought.viewer.name)]  # fmt: skip
    return [(sought.say(name), value) for name, value in facts]


def _period(sought: Sought, part: FormPart) -> str:
    day = in_words(sought.on) if sought.viewer.language.startswith("zh") else sought.on.isoformat()
    if part.level:
        hours = report_and_hours(sought)[1]
        return f"{local(hours.from_at):%Y-%m-%d %H:%M} – {local(hours.until_at):%Y-%m-%d %H:%M}"
    if part.day or part.areas:
        return day
    at = f"{local(sought.at):%Y-%m-%d %H:%M}"
    return sought.say(both(f"至 {at}", f"until {at}"))
