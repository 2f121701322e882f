"""Counting the figures of a form: one grouped question per figure for all units, asked of the list behind it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianfang.domain.incidents.queries import rule
from lianfang.domain.reports import rules
from lianfang.foundation.tables.counting import Number, counted
from lianfang.foundation.tables.registry import TABLES

Values = dict[str, Number]


def is_offered(figure: rules.Figure) -> bool:
    """Say whether the product keeps the list behind the figure; a figure without one is left out, never guessed."""
    return figure.table in TABLES


def offered(form: str) -> list[rules.Figure]:
    """Return the figures of a form that can be counted here, in order."""
    return [figure for figure in rules.figures_of(form) if is_offered(figure)]


def period(level: str, path: str, on: date) -> rules.Period:
    """Return the hours a unit reports on for a day, by the rulebook of that day and of the day before."""
    hours, before = (rule("report.snapshot_at", path, day).value for day in (on, rules.day_before(on)))
    return rules.period_of(level, on, hours, before)


def count_units(
    figures: Iterable[rules.Figure], hours: rules.Period, path: str, length: int
) -> tuple[dict[str, Values], list[str]]:
    """Return the values per unit that has any, and the codes counted: a unit that is not there has nought of each."""
    values: dict[str, Values] = {}
    codes: list[str] = []
    for figure in figures:
        behind = rules.list_behind(figure, hours, path)
        codes.append(figure.code)
        for unit, number in counted(behind.table, behind.where, path, length, figure.adding).items():
            values.setdefault(unit, {})[figure.code] = number
    return values, codes


def count_unit(form: str, hours: rules.Period, path: str) -> Values:
    """Return every figure of one unit's form as of the snapshot."""
    values, codes = count_units(offered(form), hours, path, len(path))
    return dict.fromkeys(codes, 0) | values.get(path, {})


def count_parts(figure: rules.Figure, hours: rules.Period, path: str, length: int) -> Values:
    """Return one figure for each area one level below."""
    behind = rules.list_behind(figure, hours, path)
    return counted(behind.table, behind.where, path, length, figure.adding)
