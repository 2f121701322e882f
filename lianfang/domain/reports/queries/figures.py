"""Counting the figures of a form: one question per list and span of hours for all units at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianfang.domain.incidents.queries import rule
from lianfang.domain.reports import rules
from lianfang.foundation.tables.counting import Asked, Number, counted_many
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
    wanted = list(figures)
    for table, alike in _alike(wanted).items():
        asked = {one.code: Asked(rules.list_behind(one, hours, path).where, one.adding) for one in alike}
        for code, units in counted_many(table[0], asked, path, length).items():
            for unit, number in units.items():
                values.setdefault(unit, {})[code] = number
    return values, [figure.code for figure in wanted]


def _alike(figures: Iterable[rules.Figure]) -> dict[tuple[str, ...], list[rules.Figure]]:
    """Return the figures that look at one table over the same hours: they share a question."""
    found: dict[tuple[str, ...], list[rules.Figure]] = {}
    for figure in figures:
        found.setdefault((figure.table, figure.span, figure.moment, figure.until), []).append(figure)
    return found


def count_unit(form: str, hours: rules.Period, path: str) -> Values:
    """Return every figure of one unit's form as of the snapshot."""
    values, codes = count_units(offered(form), hours, path, len(path))
    return dict.fromkeys(codes, 0) | values.get(path, {})


def count_parts(figures: Iterable[rules.Figure], hours: rules.Period, path: str, length: int) -> dict[str, Values]:
    """Return the figures of each area one level below that has any."""
    return count_units(figures, hours, path, length)[0]
