"""Turns the rulebook's `duty.*` values, and what people say of when they can, into the numbers of a roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from lianfang.domain.workforce.rules.rostering.problem import (
    DAY,
    HOUR,
    Limits,
    Pattern,
    ShiftKind,
    Span,
    Weights,
)
from lianfang.kernel.text import both

DUTY_KEYS: tuple[str, ...] = (
    "duty.most_hours_in_24", "duty.least_rest_hours", "duty.most_nights_in_row", "duty.age_limit", "duty.night",
    "duty.short_shift_hours", "duty.weekend_days", "duty.barred_by_limit", "duty.weights", "duty.patterns",
)  # fmt: skip


def limits_from(values: Mapping[str, Any]) -> Limits:
    """Return the numbers of the hard rules; `values` are the rulebook's by key. Raises KeyError for a missing one."""
    night = values["duty.night"]
    return Limits(
        most_minutes_in_24h=_minutes(values["duty.most_hours_in_24"]),
        least_rest_minutes=_minutes(values["duty.least_rest_hours"]),
        most_nights_in_row=int(values["duty.most_nights_in_row"]),
        age=int(values["duty.age_limit"]),
        night_from=minute_of(night["from"]),
        night_to=minute_of(night["to"]),
        night_minutes=_minutes(night["least_hours"]),
        short_shift_minutes=_minutes(values["duty.short_shift_hours"]),
        weekend_days=frozenset(values["duty.weekend_days"]),
        barred={limit: frozenset(bars) for limit, bars in values["duty.barred_by_limit"].items()},
    )


def weights_from(values: Mapping[str, Any]) -> Weights:
    """Return the weights of the soft cost. Raises KeyError for a missing one."""
    given = values["duty.weights"]
    return Weights(**{name: int(given[name]) for name in Weights.__slots__})


def patterns_from(given: Iterable[Mapping[str, Any]]) -> dict[str, Pattern]:
    """Return the patterns by key, from the rulebook's `duty.patterns` or a county's own of the same shape."""
    return {one["key"]: _pattern(one) for one in given}


def _pattern(given: Mapping[str, Any]) -> Pattern:
    shifts = tuple(
        ShiftKind(one["key"], both(one["zh"], one["en"]), minute_of(one["from"]), _minutes(one["hours"]))
        for one in given["shifts"]
    )
    return Pattern(given["key"], both(given["zh"], given["en"]), shifts, _minutes(given.get("rest_hours", 0)),
                   _minutes(given.get("most_hours_in_24", 0)))  # fmt: skip


def minute_of(clock: str) -> int:
    """Return the minute of the day of a time written HH:MM; 24:00 is the day's end."""
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes)


def _minutes(hours: float) -> int:
    return round(hours * HOUR)


def away_from(
    availability: Iterable[Mapping[str, Any]], starts_on: date, days: int, limits: Limits
) -> tuple[Span, ...]:
    """Return the time of the roster in which somebody cannot serve; without any availability stated, none.

    Each entry is {"from": ISO day, "to": ISO day or "", "weekdays": [0 to 6], "parts": ["day", "night"]}, as Responder
    keeps it; a part or weekday left out means all. A night belongs to the day it begins on.
    """
    stated = list(availability)
    if not stated:
        return ()
    free: list[Span] = []
    for number in range(-1, days + 1):
        day = starts_on + timedelta(days=number)
        for entry in stated:
            if _holds_on(entry, day):
                free += _parts(entry, number, limits)
    return _rest_of(Span(-DAY, (days + 1) * DAY), free)


def _holds_on(entry: Mapping[str, Any], day: date) -> bool:
    weekdays = entry.get("weekdays") or range(7)
    first, last = entry.get("from") or "", entry.get("to") or "9999-12-31"
    return first <= day.isoformat() <= last and day.weekday() in weekdays


def _parts(entry: Mapping[str, Any], number: int, limits: Limits) -> Iterable[Span]:
    for part in entry.get("parts") or ("day", "night"):
        yield span_of_part(part, number, limits)


def span_of_part(part: str, number: int, limits: Limits) -> Span:
    """Return when a part of a day is: `day` from dawn to dusk, `night` from that dusk to dawn, else midnight on."""
    midnight, dusk, dawn = number * DAY, limits.night_from, limits.night_to
    if part == "day":
        return Span(midnight + dawn, midnight + dusk + (DAY if dusk <= dawn else 0))
    if part == "night":
        return Span(midnight + dusk, midnight + dawn + (DAY if dawn <= dusk else 0))
    return Span(midnight, midnight + DAY)


def _rest_of(whole: Span, free: Iterable[Span]) -> tuple[Span, ...]:
    away: list[Span] = []
    reached = whole.starts
    for span in sorted(free):
        if span.starts > reached:
            away.append(Span(reached, span.starts))
        reached = max(reached, span.ends)
    if reached < whole.ends:
        away.append(Span(reached, whole.ends))
    return tuple(away)
