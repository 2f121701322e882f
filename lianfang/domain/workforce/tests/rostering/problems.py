"""Strategies that make small problems of every kind: patterns, limits, absences, wishes, teams, duty elsewhere."""

from __future__ import annotations

from hypothesis import strategies as st

from lianfang.domain.workforce.rules.rostering import Person, Post, Problem, Span, Wish
from lianfang.domain.workforce.tests.rostering.duty import (
    DAY,
    HOUR,
    NEXT_TOWN,
    NEXT_VILLAGE,
    VILLAGE,
    person,
    post,
    problem,
)


@st.composite
def spans(draw: st.DrawFn, days: int) -> Span:
    starts = draw(st.integers(-1, days)) * DAY + draw(st.integers(0, 3)) * 6 * HOUR
    return Span(starts, starts + draw(st.sampled_from([2, 6, 24])) * HOUR)


@st.composite
def posts(draw: st.DrawFn, key: str) -> Post:
    return post(
        key,
        draw(st.sampled_from(["4x6", "3x8", "12/24", "24/48"])),
        draw(st.integers(1, 2)),
        area_path=draw(st.sampled_from([VILLAGE, NEXT_VILLAGE, NEXT_TOWN, VILLAGE[:9]])),
        skills=draw(st.sampled_from([{}, {"medic": 1}])),
        experienced=draw(st.integers(0, 1)),
        exposure=draw(st.booleans()),
        standing=draw(st.booleans()),
    )


@st.composite
def people(draw: st.DrawFn, key: str, days: int) -> Person:
    busy = draw(st.lists(spans(days), max_size=1))
    return person(
        key,
        home=draw(st.sampled_from([VILLAGE, NEXT_VILLAGE, NEXT_TOWN, ""])),
        skills=frozenset(draw(st.sampled_from([[], ["medic"]]))),
        experienced=draw(st.booleans()),
        limits=frozenset(draw(st.lists(st.sampled_from(["no_nights", "pregnant", "short_shifts"]), max_size=1))),
        age=draw(st.sampled_from([None, 30, 70])),
        team=draw(st.sampled_from(["", "a", "b"])),
        away=tuple(draw(st.lists(spans(days), max_size=1))),
        busy=tuple(span for span in busy if span.ends - span.starts < 24 * HOUR),
        wishes=tuple(Wish(*span, wants_off=draw(st.booleans())) for span in draw(st.lists(spans(days), max_size=2))),
        only_posts=frozenset(draw(st.sampled_from([[], [], ["p0"]]))),
    )


@st.composite
def problems(draw: st.DrawFn, most_posts: int = 3, most_people: int = 6, most_days: int = 3) -> Problem:
    days = draw(st.integers(1, most_days))
    return problem(
        [draw(posts(f"p{number}")) for number in range(draw(st.integers(1, most_posts)))],
        [draw(people(f"w{number}", days)) for number in range(draw(st.integers(0, most_people)))],
        days,
    )
