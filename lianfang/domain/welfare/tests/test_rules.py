"""Requests for help: who may close them, and by when help must be there."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.welfare import rules
from lianfang.domain.welfare.rules import Confirmation
from lianfang.kernel.errors import Refusal
from lianfang.kernel.rulebook import shipped

CASES = json.loads((Path(__file__).parents[4] / "contracts" / "cases" / "welfare.json").read_text("utf-8"))
HOURS, MINUTES = CASES["hours"], CASES["immediate_minutes"]


def cases(name):
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["name"])


def code_of(call):
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


def confirm(by_id, how_asked=""):
    said = Confirmation(by_id, how_asked)
    rules.check_confirmation(said, asker_ids=frozenset({"resident", "guardian"}), deliverer_id="worker")


def test_whoever_delivered_cannot_confirm_even_with_a_story():
    assert code_of(lambda: confirm("worker", "电话里说收到了")) == "welfare.not_the_asker"


def test_a_bare_word_by_somebody_else_is_refused():
    assert code_of(lambda: confirm("secretary", " ")) == "welfare.no_way_of_confirming"


def test_the_one_who_asked_a_guardian_or_somebody_who_asked_them_confirms():
    confirm("resident")
    confirm("guardian")
    confirm("secretary", "2 月 4 日电话询问本人")


@cases("check_step")
def test_a_request_lives_by_its_steps(case):
    call = lambda: rules.check_step(case["input"]["now"], case["input"]["then"])  # noqa: E731
    if "refused" in case["expected"]:
        assert code_of(call) == case["expected"]["refused"]
    else:
        call()


@cases("due_at")
def test_help_has_a_deadline(case):
    raised_at = datetime.fromisoformat(case["input"]["raised_at"])
    call = lambda: rules.due_at(case["input"]["class"], raised_at, hours=HOURS, immediate_minutes=MINUTES)  # noqa: E731
    if isinstance(case["expected"], dict):
        assert code_of(call) == case["expected"]["refused"]
    else:
        assert call() == datetime.fromisoformat(case["expected"])


def test_the_shipped_hours_serve_every_class():
    (hours,), (minutes,) = (
        shipped().editions("covid19", f"welfare.{key}") for key in ("due_hours", "immediate_minutes")
    )
    raised_at = datetime(2020, 2, 3, 1, tzinfo=UTC)
    for code in rules.CLASSES:
        assert rules.due_at(code, raised_at, hours=hours.value, immediate_minutes=minutes.value) > raised_at


def test_every_kind_of_help_has_a_class():
    assert {request_class for _, request_class in rules.KINDS.values()} == set(rules.CLASSES)


def test_delivered_help_is_not_overdue_but_missing_help_is():
    due, later = datetime(2020, 2, 3, tzinfo=UTC), datetime(2020, 2, 4, tzinfo=UTC)
    assert [state for state in rules.STATES if rules.is_overdue(state, due, later)] == [
        "raised",
        "accepted",
        "not_delivered",
    ]


def test_somebody_never_contacted_is_due_today():
    today = date(2020, 2, 3)
    assert rules.next_contact_on(None, today, 3) == today
    assert rules.next_contact_on(date(2020, 2, 1), today, 3) == date(2020, 2, 4)


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2026, 1, 1)))  # noqa: DTZ001
def test_graver_classes_are_never_due_later(raised_at):
    due = [
        rules.due_at(code, raised_at, hours=HOURS, immediate_minutes=MINUTES) for code in ("medicine", "food", "other")
    ]
    assert due == sorted(due)
