"""What a header of any department's sheet asks: a column of a table, or a figure. Suggests; a person confirms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml
from rapidfuzz import fuzz, process

from lianfang.domain.reports.queries.meanings import (
    AREA,
    AS_OF,
    FILLED_ON,
    OWN_SERIAL,
    SERIAL,
    figure_headers,
    find_column,
    plain_figure,
)
from lianfang.doors.files.fields import plain_header, read_header
from lianfang.foundation.tables.registry import TABLES, Column, Table

_AREA_HEADERS = frozenset(
    {
        "单位", "单位名称", "填报单位", "地区", "区域", "属地", "县区", "乡镇", "乡镇名称", "乡镇街道", "乡镇(街道)",
        "镇", "镇村", "村", "村名", "村别", "村居", "村社区", "村(社区)", "行政村", "社区",
    }
)  # fmt: skip
_SURE_FUZZY = 86
_NUMBER_WORDS = re.compile(r"(?:总数|数量|人数|户数|数)$")
_MARKS = (
    (OWN_SERIAL, re.compile(r"(?:表|表格|表单|报表|文件|登记|流水|打印)?编号|流水号|no\.?|№")),
    (AS_OF, re.compile(r"(?:数据|情况|统计)?截[至止](?:时间|日期)|统计时[间点]|数据时间")),
    (FILLED_ON, re.compile(r"(?:填报|填表|填写|制表|报送|上报|打印)(?:日期|时间)")),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A meaning and how sure it is, 0 to 1; an empty meaning says that nothing fits."""

    meaning: str = ""
    confidence: float = 0.0


NOTHING = Suggestion()


@cache
def answers() -> dict[str, dict[str, str]]:
    """Return, by table, which of its columns answers which field of a people's list."""
    page = yaml.safe_load((files("lianfang.data") / "sheets" / "columns.yaml").read_text(encoding="utf-8"))
    return {name: dict(fields) for name, fields in page["tables"].items() if name in TABLES}


@lru_cache(maxsize=4096)
def read_figure(header: str) -> Suggestion:
    """Return the figure a header asks for."""
    text = plain_figure(header)
    if not 2 <= len(text) <= 30:
        return NOTHING
    known = figure_headers()
    for candidate, confidence in ((text, 1.0), (_NUMBER_WORDS.sub("", text), 0.9)):
        if candidate in known:
            return Suggestion(known[candidate], confidence)
    close = process.extractOne(text, known.keys(), scorer=fuzz.ratio, score_cutoff=_SURE_FUZZY)
    return Suggestion(known[close[0]], 0.6) if close else NOTHING


@cache
def read_column(table: str, header: str, group: str = "") -> Suggestion:
    """Return the column of a table that a header asks for, read with the group above it where that says more."""
    text = plain_header(header)
    if not text:
        return NOTHING
    own = {plain_header(column.label.zh): column.name for column in _shown(TABLES[table])}
    if text in own:
        return Suggestion(f"col:{own[text]}{_default_part(TABLES[table], own[text])}", 1.0)
    alone = _field_column(table, text)
    joined = _field_column(table, f"{plain_header(group)}{text}") if group else NOTHING
    best = joined if joined.confidence > max(alone.confidence, 0.8) or not alone.meaning else alone
    if best.meaning:
        return best
    close = process.extractOne(text, own.keys(), scorer=fuzz.ratio, score_cutoff=_SURE_FUZZY)
    return Suggestion(f"col:{own[close[0]]}", 0.6) if close else NOTHING


def _field_column(table: str, text: str) -> Suggestion:
    """Return the column that answers the field a header names."""
    field, confidence = read_header(text)
    if field == "serial":
        return Suggestion(SERIAL, confidence)
    column = answers().get(table, {}).get(field, "")
    found = column and find_column(table, column)
    return Suggestion(f"col:{column}", round(0.95 * confidence, 2)) if found else NOTHING


def read_area(header: str) -> Suggestion:
    """Say whether a header asks for the name of the unit that the row is about."""
    return Suggestion(AREA, 1.0) if plain_header(header).replace(" ", "") in _AREA_HEADERS else NOTHING


def read_mark(header: str) -> Suggestion:
    """Say whether a label asks for the sheet's own serial, its as-of moment or the day it was filled."""
    text = plain_header(header).replace(" ", "").rstrip(":：")
    return next((Suggestion(meaning, 1.0) for meaning, asks in _MARKS if asks.fullmatch(text)), NOTHING)


def knows(header: str) -> float:
    """Return how well a header is known at all: what makes a row look like the header of a list."""
    if not header.strip() or len(header) > 60:
        return 0.0
    return max(read_header(header)[1], read_figure(header).confidence, read_area(header).confidence)


def _shown(table: Table) -> Iterator[Column]:
    return (column for column in table.columns if not column.hidden and column.kind != "json")


def _default_part(table: Table, name: str) -> str:
    column = table.column(name)
    return "#full" if column and column.kind == "area" else ""
