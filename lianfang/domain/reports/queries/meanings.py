"""What a cell of somebody's sheet may mean: a column of a table, a figure, the unit's name, a text with blanks.

A meaning is a short text that mappings keep: "serial", "col:phone", "col:person.identity_number",
"col:area_path#village", "fig:returnees.new", "count:people.persons?status=resident", "area", "text:单位：{unit}",
"mark:serial" for what the filled sheet says of itself, "formula" for what their own formula works out, and "hand" for
what is left to the pen. Whether a table or figure exists is asked of the registries, never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from lianfang.domain.reports import rules
from lianfang.domain.reports.models import AskedField
from lianfang.domain.reports.queries.figures import is_offered
from lianfang.domain.reports.rules.sheets import is_needed
from lianfang.foundation.tables.registry import TABLES, Column, Table
from lianfang.kernel.clock import today
from lianfang.kernel.text import Bilingual, both, clean

SERIAL, AREA, HAND, FORMULA = "serial", "area", "hand", "formula"
# what a filled sheet says of itself: its number, the moment its figures stand for, the day it is filled for
OWN_SERIAL, AS_OF, FILLED_ON = "mark:serial", "mark:as_of", "mark:on"
MARKS = (OWN_SERIAL, AS_OF, FILLED_ON)
PARTS: dict[str, Bilingual] = {
    "county": both("县", "county"),
    "town": both("乡镇", "town"),
    "village": both("村（社区）", "village"),
    "grid": both("网格", "grid"),
    "full": both("全称", "full name"),
}
_PLAIN: dict[str, Bilingual] = {
    SERIAL: both("序号", "Number"),
    AREA: both("单位（区域）名称", "Name of the unit"),
    HAND: both("手填", "By hand"),
    FORMULA: both("他们的公式", "Their own formula"),
    OWN_SERIAL: both("本表编号", "Serial of the sheet"),
    AS_OF: both("数据截至时间", "As of"),
    FILLED_ON: both("填报日期", "Day of filling"),
}
_LINKED: Mapping[str, tuple[str, ...]] = {
    "people.persons": ("name", "sex", "age", "born_on", "identity_number", "phone", "relation", "status", "number",
                       "guardian_name"),
    "people.households": ("number", "head_name", "address", "phone", "size"),
    "screening.batches": ("sender", "received_at"),
    "screening.campaigns": ("name", "owner"),
}  # fmt: skip
_UNIT = re.compile(r"[(（][^()（）]{0,8}[)）]|[:：、,，\s*★]|单位")
FIGURES: dict[str, rules.Figure] = {figure.code: figure for figure in rules.FIGURES}


def plain_figure(label: str) -> str:
    """Return the header of a figure for comparison: without brackets, units and marks."""
    return _UNIT.sub("", clean(label)).lower()


@cache
def figure_headers() -> dict[str, str]:
    """Return the meaning of every header that is known to ask for a figure, or for the count of a table."""
    known = {plain_figure(one.label.zh): f"fig:{one.code}" for one in rules.FIGURES if is_offered(one)}
    for line in (files("lianfang.data") / "sheets" / "figures.txt").read_text(encoding="utf-8").splitlines():
        what, _, headers = line.partition(": ")
        meaning = f"fig:{what}" if what in FIGURES else f"count:{what}"
        if not line.startswith("#") and is_meaning(meaning):
            for header in headers.split():
                known.setdefault(plain_figure(header), meaning)
    return known


def split_column(asked: str) -> tuple[str, str, str]:
    """Return link, column and part of "person.area_path#village"; link and part may be empty."""
    path, _, part = asked.partition("#")
    link, _, name = path.rpartition(".")
    return link, name, part


def find_column(table: str, asked: str) -> tuple[Table, Column] | None:
    """Return the table and column behind "phone", "person.identity_number" or "area_path#town"; None for none."""
    link, name, part = split_column(asked)
    declared = TABLES.get(table)
    if declared is None or (part and part not in PARTS):
        return None
    if link:
        through = declared.column(link)
        declared = TABLES.get(through.link or "") if through else None
    column = declared.column(name) if declared else None
    return (declared, column) if declared and column else None


def find_count(meaning: str) -> tuple[str, dict[str, str]] | None:
    """Return table and filters of "count:table?filters"; None where there is no such table."""
    name, _, asked = meaning.removeprefix("count:").partition("?")
    return (name, dict(parse_qsl(asked, keep_blank_values=True))) if name in TABLES else None


def is_meaning(meaning: str, table: str = "") -> bool:
    """Say whether a meaning can be filled: its figure, table or column is there, its new field approved and needed."""
    kind, _, rest = meaning.partition(":")
    if kind == "asked":
        field = approved_field(rest)
        return field is not None and is_needed(field.expires_on, today())
    if kind == "col":
        return find_column(table, rest) is not None
    if kind == "fig":
        return rest in FIGURES and is_offered(FIGURES[rest])
    if kind == "count":
        return find_count(meaning) is not None
    return meaning in _PLAIN or kind == "text"


def approved_field(key: str) -> AskedField | None:
    """Return a field that passed the burden gate, needed still or not, by its id as text."""
    try:
        return AskedField.objects.filter(pk=UUID(key), state=AskedField.State.APPROVED).first()
    except ValueError:
        return None


def approved_fields(path: str) -> dict[str, str]:
    """Return header → meaning of the fields that were approved at an area or above it and are needed still."""
    above = [path[:length] for length in range(2, len(path) + 1)]
    approved = AskedField.objects.filter(area_path__in=above, state=AskedField.State.APPROVED)
    listed = approved.filter(expires_on__gte=today()).order_by("pk")
    return {one.header: f"asked:{one.pk}" for one in listed}


def is_figure(meaning: str) -> bool:
    """Say whether a meaning is a number of an area."""
    return meaning.startswith(("fig:", "count:", "asked:"))


def is_held(meaning: str) -> bool:
    """Say whether a meaning spares somebody typing: it is recorded already, not a number of the row or a pen's work."""
    return meaning.startswith(("col:", "fig:", "count:", "asked:"))


def label_of(meaning: str, table: str = "") -> Bilingual:
    """Return a meaning in words; for choosing and for what was confirmed."""
    if meaning in _PLAIN:
        return _PLAIN[meaning]
    kind, _, rest = meaning.partition(":")
    if kind == "fig" and rest in FIGURES:
        return FIGURES[rest].label
    if kind == "count":
        return _count_label(meaning)
    if kind == "asked" and (field := approved_field(rest)):
        return both(field.header, field.header)
    return _column_label(table, rest) if kind == "col" else both(rest, rest)


def _count_label(meaning: str) -> Bilingual:
    found = find_count(meaning)
    if found is None:
        return both(meaning, meaning)
    title, headers = TABLES[found[0]].title, [one for one, of in figure_headers().items() if of == meaning]
    return both(headers[0] if headers else f"{title.zh}（条数）", f"{title.en} (count)")


def _column_label(table: str, asked: str) -> Bilingual:
    found = find_column(table, asked)
    if found is None:
        return both(asked, asked)
    link, _, part = split_column(asked)
    label = found[1].label
    if part:
        label = both(f"{label.zh}·{PARTS[part].zh}", f"{label.en}, {PARTS[part].en}")
    return both(f"{found[0].title.zh}·{label.zh}", f"{found[0].title.en}: {label.en}") if link else label


def offered_columns(table: str) -> list[dict[str, Any]]:
    """Return every meaning that a column of a list over this table may have, with its words."""
    asked = [SERIAL]
    for column in TABLES[table].columns:
        if column.kind == "area":
            asked += [f"col:{column.name}#{part}" for part in PARTS]
        elif not (column.hidden and column.kind in ("int", "link")):
            asked.append(f"col:{column.name}")
        linked = TABLES.get(column.link or "")
        if linked is not None:
            asked += [f"col:{column.name}.{name}" for name in _LINKED.get(linked.name, ()) if linked.column(name)]
    return _worded([*asked, *MARKS, FORMULA, HAND], table)


def offered_figures(path: str) -> list[dict[str, Any]]:
    """Return every meaning that a single cell or a column of units may have in an area."""
    asked = [f"fig:{one.code}" for one in rules.FIGURES if is_offered(one)]
    asked += sorted({one for one in figure_headers().values() if one.startswith("count:")})
    asked += approved_fields(path).values()
    return _worded([*asked, AREA, *MARKS, SERIAL, FORMULA, HAND])


def _worded(asked: Iterable[str], table: str = "") -> list[dict[str, Any]]:
    return [{"meaning": one, "label": label_of(one, table).as_dict()} for one in asked]
