"""Daily reports: refusals, the hours of each level, three kinds of nothing, and what may be published."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianfang.domain.reports import rules
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Refusal
from lianfang.kernel.rulebook import shipped

SNAPSHOTS = shipped().editions("covid19", "report.snapshot_at")[0].value
PERIOD = rules.period_of("village", date(2020, 2, 3), SNAPSHOTS)
STANDING = next(figure for figure in rules.FIGURES if figure.code == "observation.standing")


def at(hour, minute=0, day=3):
    return datetime(2020, 2, day, hour, minute, tzinfo=CHINA)


def state(now, **more):
    known = {"confirmed_at": None, "is_nil": False, "last_synced_at": at(14, 30), **more}
    return rules.report_state(PERIOD, now, silent_after_minutes=60, not_synced_after_hours=2, **known)


# --- refusals ---


def test_a_nil_report_over_a_new_returnee_is_refused_naming_the_figure():
    with pytest.raises(Refusal) as refused:
        rules.check_nil({"returnees.new": 1, "observation.fever": 0, "sweep.visits_today": 40})
    assert refused.value.code == "reports.nil_with_figures"
    assert refused.value.details == {"figures": ["returnees.new"]}


def test_what_nobody_has_counted_is_not_nil():
    assert rules.not_nil({"returnees.new": None}) == ["returnees.new"]
    rules.check_nil({"returnees.new": 0, "sweep.visits_today": 40})


def test_a_report_is_not_confirmed_before_its_snapshot():
    with pytest.raises(Refusal) as refused:
        rules.check_may_confirm(PERIOD, at(14, 59))
    assert refused.value.code == "reports.too_early"
    rules.check_may_confirm(PERIOD, at(15))


def test_a_form_nobody_knows_is_refused():
    with pytest.raises(Refusal):
        rules.figures_of("F99")


# --- figures and the lists behind them ---


def test_every_figure_has_a_code_of_its_own_a_section_and_a_form():
    assert max(Counter(figure.code for figure in rules.FIGURES).values()) == 1
    for figure in rules.FIGURES:
        assert figure.section in rules.SECTIONS
        assert set(figure.forms) <= set(rules.FORMS)
        assert figure.label.zh
        assert figure.label.en
        assert (figure.span == "standing") == bool(figure.until), figure.code


def test_whatever_a_village_reports_its_town_and_county_see():
    village, town, county = ({figure.code for figure in rules.figures_of(form)} for form in ("F12", "F13", "F14"))
    assert village <= town <= county


def test_figures_whose_table_is_not_offered_are_left_out():
    codes = {figure.code for figure in rules.figures_of("F12", offered={"observation.orders"})}
    assert codes == {"observation.standing", "observation.new", "observation.released"}


def test_the_list_behind_a_daily_figure_lies_between_two_snapshots():
    figure = next(one for one in rules.FIGURES if one.code == "sweep.refused_today")
    behind = rules.list_behind(figure, PERIOD, "14/140826/")
    assert behind.table == "screening.visits"
    assert behind.where == {
        "outcome": "refused",
        "happened_at__gte": at(15, day=2),
        "happened_at__lt": at(15),
    }


def test_the_list_behind_a_standing_figure_is_as_it_was_at_the_snapshot():
    behind = rules.list_behind(STANDING, PERIOD, "14/140826/")
    assert behind.where == {"live_at__lt": at(15), "closed_at__gte_or_empty": at(15)}


@settings(deadline=None)
@given(st.sampled_from(rules.LEVELS), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_periods_of_a_level_follow_each_other_without_gap_or_overlap(level, on):
    today = rules.period_of(level, on, SNAPSHOTS)
    tomorrow = rules.period_of(level, on + timedelta(days=1), SNAPSHOTS)
    assert today.until_at == tomorrow.from_at
    assert today.until_at - today.from_at == timedelta(days=1)


def test_a_person_seen_in_two_villages_is_counted_anew_and_not_added():
    assert rules.rolled_up(STANDING, [3, 2]) == rules.RolledUp(None, 0)
    added = next(one for one in rules.FIGURES if one.code == "returnees.new")
    assert rules.rolled_up(added, [3, None, 2]) == rules.RolledUp(5, 1)


# --- three kinds of nothing ---


def test_nil_silence_and_not_yet_synced_are_three_things():
    assert state(at(17), confirmed_at=at(15, 5), is_nil=True) == "nil"
    assert state(at(17), last_synced_at=at(16, 30)) == "silent"
    assert state(at(17), last_synced_at=at(9)) == "not_synced"


def test_a_unit_that_never_sent_anything_is_silent():
    assert state(at(17), last_synced_at=None) == "silent"


def test_nothing_is_late_before_its_time():
    assert state(at(15, 30)) == "awaited"


def test_a_confirmed_report_stays_reported_without_network():
    assert state(at(23), confirmed_at=at(15, 5), last_synced_at=at(9)) == "reported"


# --- publication ---


def test_the_public_version_hides_small_counts_of_people_and_nothing_else():
    shown = {
        one.code: one.shown
        for one in rules.public_version(
            {
                "returnees.new": 4,
                "returnees.total": 1_250_000,
                "observation.standing": 0,
                "posts.standing": 2,
                "disinfection.area": 120.5,
                "issues.open": 9,
                "cases.confirmed_new": 1,
            },
            below=5,
            required_by_law=["cases.confirmed_new"],
        )
    }
    assert shown == {
        "cases.confirmed_new": "1",
        "returnees.new": "<5",
        "returnees.total": "1250000",
        "observation.standing": "0",
        "posts.standing": "2",
        "disinfection.area": "120.5",
    }


def test_one_small_village_takes_another_with_it_so_that_the_total_does_not_betray_it():
    assert rules.withheld({"a": 3, "b": 40, "c": 12, "d": 0}, below=5) == (frozenset({"a", "c"}), False)


def test_when_nothing_is_left_to_hide_behind_the_total_goes():
    assert rules.withheld({"a": 3, "b": 0}, below=5) == (frozenset({"a"}), True)


def test_large_counts_and_noughts_are_shown():
    assert rules.withheld({"a": 30, "b": 0}, below=5) == (frozenset(), False)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1))
def test_no_small_count_can_be_worked_out_from_a_published_table(parts):
    hidden, total_hidden = rules.withheld(parts, below=5)
    assert all(area in hidden for area, value in parts.items() if 0 < value < 5)
    assume(hidden and not total_hidden)
    rest = sum(parts.values()) - sum(value for area, value in parts.items() if area not in hidden)
    # Everybody can see that a hidden count is at least one: it stays open only if it may be more.
    assert len(hidden) > 1
    assert rest > len(hidden)
