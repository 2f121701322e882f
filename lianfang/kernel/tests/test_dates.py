"""Dates and ages: what cannot be read, what has two readings, and every form met in the field."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.ages import age_on, is_age_plausible, read_age, require_plausible_age
from lianfang.kernel.dates import REASONS, infer_year, read, read_time
from lianfang.kernel.errors import Refusal
from lianfang.kernel.tests.cases import shared

CASES = shared("dates")
naive = datetime  # a spreadsheet's cells know no zone
REFERENCE = date.fromisoformat(CASES["reference"])


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["text"])
def test_every_shared_case_comes_out_as_written(case):
    reading = read(case["text"], reference=REFERENCE)
    written = (reading.on and reading.on.isoformat(), reading.time and reading.time.isoformat(), reading.how)
    assert (*written, reading.reason) == (case["on"], case["time"], case["how"], case["reason"])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "empty"), (True, "unreadable"), (float("nan"), "unreadable"), (1e300, "unreadable"), (23, "incomplete"),
        (2020, "incomplete"), (2020.1, "incomplete"), (-43853, "unreadable"), (1.2, "ambiguous"), (1.1, "ambiguous"),
        (naive(1066, 10, 14), "year"), (date(2120, 1, 1), "year"),
    ],
)  # fmt: skip
def test_cells_that_hold_no_date_are_refused(cell, reason):
    assert read(cell, reference=REFERENCE).reason == reason


@pytest.mark.parametrize(
    ("cell", "on", "clock"),
    [
        (43853, date(2020, 1, 23), None), (43853.5, date(2020, 1, 23), time(12)), (20200123, date(2020, 1, 23), None),
        (1.23, date(2020, 1, 23), None), (12.31, date(2019, 12, 31), None),
        (date(2020, 1, 23), date(2020, 1, 23), None),
        (naive(2020, 1, 23, 8, 30, 1, 5), date(2020, 1, 23), time(8, 30, 1)),
        (naive(2020, 1, 23), date(2020, 1, 23), None),
        (datetime(2020, 1, 22, 20, 0, tzinfo=UTC), date(2020, 1, 23), time(4)),
        (43853.9999999, date(2020, 1, 23), time(23, 59, 59)),
    ],
)  # fmt: skip
def test_cells_that_are_not_text_are_read(cell, on, clock):
    reading = read(cell, reference=REFERENCE)
    assert (reading.on, reading.time) == (on, clock)


def test_a_workbook_that_counts_from_1904_is_told_apart():
    assert read(42391, reference=REFERENCE, epoch_1904=True).on == date(2020, 1, 23)


def test_a_day_without_a_time_is_no_moment():
    assert read("2020-1-23", reference=REFERENCE).at is None
    assert read("2020-1-23 8:30", reference=REFERENCE).at.astimezone(UTC) == datetime(2020, 1, 23, 0, 30, tzinfo=UTC)


def test_the_refusal_has_a_code_a_field_and_two_languages():
    body = read("昨天", reference=REFERENCE).refusal("returned_on").as_dict()
    assert (body["code"], body["field"]) == ("date.relative", "returned_on")
    assert body["message"]["zh"]
    assert body["message"]["en"]


def test_a_list_of_january_may_speak_of_december():
    assert read("12月30日", reference=date(2020, 1, 2)).on == date(2019, 12, 30)


def test_a_list_of_december_may_speak_of_january():
    assert read("1月5日", reference=date(2019, 12, 28)).on == date(2020, 1, 5)


def test_how_far_ahead_a_date_may_lie_is_the_askers_choice():
    assert read("3月4日", reference=REFERENCE, days_ahead=0).on == date(2019, 3, 4)


def test_the_29th_of_february_needs_a_year_that_has_one():
    assert read("2月29日", reference=date(2021, 2, 10)).on == date(2020, 2, 29)
    assert read("2月29日", reference=date(2022, 2, 10)).reason == "no_such_day"


@pytest.mark.parametrize(
    ("cell", "clock"),
    [("8:30", time(8, 30)), ("上午8点半", time(8, 30)), ("20时15分", time(20, 15)), ("下午3点", time(15)),
     ("8:30pm", time(20, 30)),
     ("12:10 am", time(0, 10)), (0.5, time(12)), (time(7, 5), time(7, 5)), ("八点", time(8)), ("25:00", None),
     ("早饭后", None)],
)  # fmt: skip
def test_a_time_of_day_is_read_alone(cell, clock):
    assert read_time(cell) == clock


@given(
    st.dates(date(1910, 1, 1), date(2029, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_every_full_date_is_read_in_every_common_form(day, form):
    assert read(day.strftime(form), reference=REFERENCE).on == day


@given(st.dates(date(1930, 1, 1), date(2029, 12, 31)))
def test_every_serial_is_the_day_it_stands_for(day):
    assert read((day - date(1899, 12, 30)).days, reference=REFERENCE).on == day


@given(st.dates(date(2000, 3, 1), date(2090, 1, 1)), st.integers(-330, 31))
def test_a_date_without_a_year_is_the_nearest_one(reference, days):
    day = reference + timedelta(days=days)
    assert infer_year(day.month, day.day, reference=reference) == day


@given(
    st.one_of(
        st.text(max_size=30),
        st.text(alphabet="0123456789年月日./-: 上下午点半至", max_size=20),
        st.floats(),
        st.integers(),
    )
)
def test_no_cell_whatever_breaks_the_reader(cell):
    reading = read(cell, reference=REFERENCE)
    assert reading.on if reading.valid else reading.reason in REASONS


def test_an_age_is_counted_in_full_years():
    assert age_on(date(2000, 2, 29), date(2020, 2, 28)) == 19
    assert age_on(date(2000, 2, 29), date(2020, 2, 29)) == 20
    assert age_on(date(2000, 2, 29), date(2021, 2, 28)) == 20


@pytest.mark.parametrize("cell", [None, True, "", "老", "131", "-1", "35.5", "35人"])
def test_what_is_no_age_is_refused(cell):
    with pytest.raises(Refusal) as caught:
        read_age(cell, field="age")
    assert (caught.value.code, caught.value.field) == ("age.unreadable", "age")


@pytest.mark.parametrize(
    ("cell", "age"),
    [(35, 35), (35.0, 35), ("35岁", 35), ("虚岁36", 36), ("8个月", 0), ("18月", 1), ("１２", 12), ("3岁半", 3)],
)
def test_ages_are_read_as_written(cell, age):
    assert read_age(cell) == age


@pytest.mark.parametrize(("age", "fits"), [(28, False), (29, True), (30, True), (31, True), (32, True), (33, False)])
def test_an_age_may_be_nominal_or_a_year_old_but_no_more(age, fits):
    assert is_age_plausible(age, date(1990, 1, 1), date(2020, 6, 1)) is fits


def test_an_age_that_cannot_be_is_refused():
    with pytest.raises(Refusal) as caught:
        require_plausible_age(60, date(1990, 1, 1), date(2020, 6, 1), field="age")
    assert caught.value.code == "age.mismatch"
