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
    known = {"confirmed": False, "is_nil": False, "unheard_since": at(16, 50), **more}
    return rules.report_state(PERIOD.until_at, now, silent_after_minutes=60, not_synced_after_hours=2, **known)


# --- refusals ---


def test_a_nil_report_over_a_new_returnee_is_refused_naming_the_figure():
    with pytest.raises(Refusal) as refused:
        rules.check_nil({"returnees.new": 1, "observation.referred": 0, "sweep.visits_today": 40})
    assert refused.value.code == "reports.nil_with_figures"
    assert refused.value.details == {"figures": ["returnees.new"]}


def test_what_nobody_has_counted_is_not_nil():
    assert rules.not_nil({"returnees.new": None}) == ["returnees.new"]
    rules.check_nil({"returnees.new": 0, "sweep.visits_today": 40})


def test_a_report_is_not_confirmed_before_its_snapshot():
    with pytest.raises(Refusal) as refused:
        rules.check_may_confirm(PERIOD.until_at, at(14, 59))
    assert refused.value.code == "reports.too_early"
    rules.check_may_confirm(PERIOD.until_at, at(15))


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
    codes = {figure.code for figure in rules.figures_of("F12", offered={"observation.referrals"})}
    assert codes == {"observation.referred"}


def test_the_list_behind_a_daily_figure_lies_between_two_snapshots():
    figure = next(one for one in rules.FIGURES if one.code == "sweep.refused_today")
    behind = rules.list_behind(figure, PERIOD, "14/140826/")
    assert behind.table == "screening.visits"
    assert behind.where == {
        "corrects_id": "",
        "outcome": "refused",
        "received_at__gte": "2020-02-02T15:00:00+08:00",
        "received_at__lt": "2020-02-03T15:00:00+08:00",
    }


def test_the_list_behind_a_standing_figure_is_as_it_was_at_the_snapshot():
    behind = rules.list_behind(STANDING, PERIOD, "14/140826/")
    assert behind.where == {
        "live_from__lt": "2020-02-03T15:00:00+08:00",
        "closed_at__gte_or_empty": "2020-02-03T15:00:00+08:00",
    }


@settings(deadline=None)
@given(st.sampled_from(rules.LEVELS), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_periods_of_a_level_follow_each_other_without_gap_or_overlap(level, on):
    today = rules.period_of(level, on, SNAPSHOTS)
    tomorrow = rules.period_of(level, on + timedelta(days=1), SNAPSHOTS)
    assert today.until_at == tomorrow.from_at
    assert today.until_at - today.from_at == timedelta(days=1)


def test_when_the_hour_is_changed_nothing_is_lost_or_told_twice():
    earlier = {"village": "15:00"}
    changed = rules.period_of("village", date(2020, 2, 4), {"village": "10:00"}, earlier)
    assert changed.from_at == PERIOD.until_at
    assert changed.until_at == at(10, day=4)


def test_a_share_is_rounded_down_so_that_a_hundred_means_all():
    assert rules.percent(9999, 10000) == 99.9
    assert rules.percent(3, 3) == 100
    assert rules.percent(0, 0) is None


# --- three kinds of nothing ---


def test_nil_silence_and_not_yet_synced_are_three_things():
    assert state(at(17), confirmed=True, is_nil=True) == "nil"
    assert state(at(17), unheard_since=at(16, 30)) == "late"
    assert state(at(17), unheard_since=at(9)) == "not_synced"


def test_a_unit_without_phones_has_no_excuse():
    assert state(at(17), unheard_since=None) == "late"


def test_a_phone_heard_after_the_snapshot_is_no_excuse():
    assert state(at(22), unheard_since=at(15, 1)) == "late"


def test_nothing_is_late_before_its_time():
    assert state(at(14, 59)) == "awaited"
    assert state(at(15, 59)) == "draft"


def test_a_confirmed_report_stays_confirmed_without_network():
    assert state(at(23), confirmed=True, unheard_since=at(9)) == "confirmed"


def test_the_newest_day_comes_first_and_in_it_the_silent():
    day, next_day = date(2020, 2, 3), date(2020, 2, 4)
    states = ["late", "not_synced", "draft", "nil"]
    places = [*(rules.place_of(next_day, one) for one in states), rules.place_of(day, "late")]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize(
    "text", ["请与 13812345678 联系", "身份证 11010519491231002X", "138-1234-5678", "电话0359 6522222"]
)
def test_numbers_of_people_are_refused_in_what_a_person_adds(text):
    with pytest.raises(Refusal) as refused:
        rules.check_no_personal_data({"remarks": "", "issues": text})
    assert refused.value.code == "reports.personal_data"
    assert refused.value.field == "issues"
    assert text not in str(refused.value.as_dict())


def test_ordinary_figures_and_dates_are_no_personal_data():
    rules.check_no_personal_data({"remarks": "2020年2月3日 新增口罩 12000 只，5 个卡点，2020-02-03 15:00 前到位"})


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


# --- what is told to chat groups ---


def test_the_digest_tells_sums_and_nothing_else():
    figures = rules.public_version({"returnees.new": 3, "returnees.total": 412, "issues.open": 9}, below=5)
    text = rules.digest("绛县", at(16), figures)
    assert text.zh == (
        "【绛县防控日报】截至2020年02月03日16:00\n返乡摸排：今日新增返乡 不足5人，累计返乡 412人。\n"
        "数字由记录汇总，不含个人信息。"
    )
    assert "under 5" in text.en


def test_a_table_whose_total_would_betray_a_small_count_is_not_printed():
    assert rules.shown_parts({"a": 3, "b": 0}, below=5) is None
    assert rules.shown_parts({"a": 3, "b": 40, "c": 12}, below=5) == {"a": "—", "b": "40", "c": "—"}
