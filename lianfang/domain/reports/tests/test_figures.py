"""A figure is its list, counted: for every figure that the product keeps a list for, at every level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.reports import rules
from lianfang.domain.reports.queries.figures import count_unit, count_units, offered, period
from lianfang.domain.reports.tests import conftest as made
from lianfang.domain.reports.tests.conftest import DAY, at
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.tables.reading import Query, read, read_all
from lianfang.foundation.tables.registry import TABLES

pytestmark = pytest.mark.django_db
OTHER_TOWN = "140826101"
PATHS = (GRID, NEIGHBOUR_GRID, VILLAGE, TOWN, OTHER_TOWN + "200001", COUNTY)
KEPT = [figure for figure in rules.FIGURES if figure.table in TABLES]
UNITS = ((VILLAGE, "F12"), (TOWN, "F13"), (COUNTY, "F14"))


@pytest.mark.parametrize("figure", KEPT, ids=lambda figure: figure.code)
def test_the_list_behind_a_figure_can_be_opened(figure: rules.Figure) -> None:
    for name in figure.columns:
        column = TABLES[figure.table].column(name)
        assert column is not None, name
        assert column.filterable or name == figure.adding, name


def test_the_reports_count_from_the_lists_of_this_product() -> None:
    assert {"screening.leads", "screening.visits", "observation.timetable", "welfare.requests"} <= {
        figure.table for figure in KEPT
    }


# --- the same numbers by another way: read the list and judge each row in Python ---


def _within(value: Any, from_at: datetime | None, until_at: datetime) -> bool:
    moment = value if isinstance(value, datetime) else None
    return moment is not None and moment < until_at and (from_at is None or moment >= from_at)


def _meets(cells: dict[str, Any], figure: rules.Figure, hours: rules.Period) -> bool:
    for key, wanted in figure.where.items():
        name, _, operator = key.partition("__")
        value = cells[name]
        if operator == "in" and (value or "") not in wanted.split(","):
            return False
        if operator == "" and (value or "") != wanted:
            return False
    if not _within(cells[figure.moment], hours.from_at if figure.span == "day" else None, hours.until_at):
        return False
    return figure.span != "standing" or cells[figure.until] is None or cells[figure.until] >= hours.until_at


def _told(figure: rules.Figure, hours: rules.Period, path: str) -> int:
    return sum(_meets(row["cells"], figure, hours) for row in read_all(SYSTEM, figure.table, Query(within=path)))


MOMENTS = st.sampled_from(
    [
        at(15, day=2),
        at(14, 59, day=2),
        at(15),
        at(14, 59),
        at(15, 30),
        at(16),
        at(9),
        at(20, day=2),
        at(9, day=1),
        at(23),
    ]
)
LATER = st.one_of(st.none(), MOMENTS)
PLACES = st.sampled_from(PATHS)


def _rows() -> st.SearchStrategy[Any]:
    outcome = st.sampled_from(["already_known", "confirmed_new", "wrong_info", "unreachable", "past_window"])
    source = st.sampled_from(["data_push", "grid", "sweep", "tip"])
    door = st.sampled_from(["", "done", "absent", "refused", "vacant"])
    return st.one_of(
        st.builds(lambda **v: (made.lead, v), path=PLACES, source=source, received_at=MOMENTS),
        st.builds(lambda **v: (made.lead, v), path=PLACES, source=source, outcome=outcome, answered_at=MOMENTS),
        st.builds(lambda **v: (made.visit, v), path=PLACES, outcome=door.filter(bool), received_at=MOMENTS),
        st.builds(lambda **v: (made.sweep_household, v), path=PLACES, outcome=door, since=MOMENTS, last_at=LATER),
        st.builds(
            lambda **v: (made.timetable, v),
            path=PLACES,
            order_state=st.sampled_from(["under_observation", "released", "lost"]),
            live_from=MOMENTS,
            closed_at=LATER,
        ),
        st.builds(
            lambda **v: (made.slot, v),
            path=PLACES,
            opens_at=MOMENTS,
            state=st.sampled_from(["upcoming", "due", "recorded", "missed"]),
        ),
        st.builds(lambda **v: (made.referral, v), path=PLACES, opened_at=MOMENTS),
        st.builds(
            lambda **v: (made.request, v),
            path=PLACES,
            raised_at=MOMENTS,
            confirmed_at=LATER,
            state=st.sampled_from(["raised", "accepted", "confirmed", "withdrawn"]),
        ),
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(_rows(), max_size=14))
def test_every_number_is_the_count_of_the_list_it_opens(county: str, rows: list[Any]) -> None:
    from django.db import transaction

    with transaction.atomic():
        for maker, values in rows:
            maker(**values)
        for path, form in UNITS:
            hours = period(rules.FORMS[form][0], path, DAY)
            values = count_unit(form, hours, path)
            for figure in offered(form):
                behind = rules.list_behind(figure, hours, path)
                page = read(SYSTEM, behind.table, Query(dict(behind.where), behind.within, count=True))
                assert values[figure.code] == page.count == _told(figure, hours, path), figure.code
        transaction.set_rollback(True)


# --- the hours ---


def _value(code: str, path: str = VILLAGE, form: str = "F12") -> Any:
    return count_unit(form, period(rules.FORMS[form][0], path, DAY), path)[code]


def test_what_a_phone_brings_late_is_told_once_in_the_next_report(county: str) -> None:
    made.visit(happened_at=at(14), received_at=at(15, 20))
    tomorrow = period("village", VILLAGE, DAY + timedelta(days=1))
    assert _value("sweep.visits_today") == 0
    assert count_unit("F12", tomorrow, VILLAGE)["sweep.visits_today"] == 1


def test_the_town_tells_what_came_between_the_villages_snapshot_and_its_own(county: str) -> None:
    made.lead(outcome="confirmed_new", answered_at=at(15, 20))
    assert _value("returnees.new") == 0
    assert _value("returnees.new", TOWN, "F13") == 1


def test_a_person_with_two_orders_is_one_person(county: str) -> None:
    one = made.timetable()
    made.order(person=one.person, category="close_contact")
    assert _value("observation.standing") == 1


def test_one_who_was_released_after_the_snapshot_was_still_there_at_it(county: str) -> None:
    made.timetable(live_from=at(9, day=1), closed_at=at(15, 1), order_state="released")
    assert _value("observation.standing") == 1
    assert _value("observation.released") == 0


def test_figures_of_one_list_and_the_same_hours_share_a_question_for_all_villages(
    county: str, django_assert_num_queries: Any
) -> None:
    made.visit()
    figures, hours = offered("F12"), period("village", COUNTY, DAY)
    questions = {(one.table, one.span, one.moment, one.until) for one in figures}
    assert len(questions) < len(figures)
    with django_assert_num_queries(len(questions)):
        values, codes = count_units(figures, hours, COUNTY, 12)
    assert values == {VILLAGE: {"sweep.visits_today": 1}}
    assert codes == [figure.code for figure in figures]


def test_what_is_not_yet_placed_in_a_village_counts_for_the_county_only(county: str) -> None:
    made.lead(COUNTY, outcome="confirmed_new")
    assert _value("returnees.total") == 0
    assert _value("returnees.total", COUNTY, "F14") == 1


def test_figures_without_a_list_in_the_product_are_left_out_and_never_nought(cast: dict[str, Actor]) -> None:
    assert "cases.confirmed_new" not in count_unit("F14", period("county", COUNTY, DAY), COUNTY)


def _all_codes() -> Iterator[str]:
    for form in rules.FORMS:
        yield from (figure.code for figure in offered(form))


def test_every_rate_comes_from_two_figures() -> None:
    codes = set(_all_codes())
    assert {rate.part for rate in rules.RATES} | {rate.whole for rate in rules.RATES} <= codes
