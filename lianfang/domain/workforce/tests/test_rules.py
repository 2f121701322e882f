"""The edges of small rules of duty: when one may sign in, how late somebody is, what a line may hold. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lianfang.domain.workforce.rules.checks import needs_note
from lianfang.domain.workforce.rules.patterns import LABEL_LENGTH, MOST_SHIFTS, own_shift_kinds, shifts_from
from lianfang.domain.workforce.rules.shifts import Clock, may_sign_in, minutes_late
from lianfang.kernel.errors import Refusal

STARTS = datetime(2020, 2, 3, 8, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=6)


@pytest.mark.parametrize(
    ("at", "may"),
    [
        (STARTS - timedelta(minutes=31), False),
        (STARTS - timedelta(minutes=30), True),
        (ENDS - timedelta(seconds=1), True),
        (ENDS, False),
    ],
)
def test_a_shift_is_signed_in_to_from_a_while_before_until_it_ends(at: datetime, may: bool) -> None:
    assert may_sign_in(STARTS, ENDS, at, Clock(early=30, late=15, no_show=60, access=30)) is may


@pytest.mark.parametrize(("seconds", "late"), [(-3600, 0), (0, 0), (59, 0), (60, 1), (915, 15)])
def test_who_comes_late_is_late_by_whole_minutes(seconds: int, late: int) -> None:
    assert minutes_late(STARTS, STARTS + timedelta(seconds=seconds)) == late


@pytest.mark.parametrize(
    ("answer", "note", "needs"), [("no", "坏", True), ("no", " 坏 ", True), ("no", "坏了", False), ("yes", "", False)]
)
def test_whoever_says_no_says_what_is_wrong(answer: str, note: str, needs: bool) -> None:
    assert needs_note(answer, note) is needs


def _line(zh: str = "班", en: str = "Shift", start: str = "08:00", hours: str = "1") -> str:
    return f"{zh} / {en} / {start} / {hours}"


def test_a_pattern_holds_so_many_shifts_and_names_so_long() -> None:
    full = [_line(en="S", start=f"{hour:02}:00") for hour in range(MOST_SHIFTS)]
    assert [one["key"] for one in shifts_from("\n".join(full))] == [str(n) for n in range(1, MOST_SHIFTS + 1)]
    longest = shifts_from(_line(zh="长" * LABEL_LENGTH, en="L" * LABEL_LENGTH, hours="0.5"))
    assert longest == [{"key": "1", "zh": "长" * LABEL_LENGTH, "en": "L" * LABEL_LENGTH, "from": "08:00", "hours": 0.5}]
    assert [key.rpartition(".")[2] for key in own_shift_kinds()] == [str(n) for n in range(1, MOST_SHIFTS + 1)]


@pytest.mark.parametrize(
    "line", [_line(zh="长" * (LABEL_LENGTH + 1)), _line(en="L" * (LABEL_LENGTH + 1)), _line(zh=" "), _line(en=" ")]
)
def test_a_line_without_a_name_or_with_too_long_a_one_is_told_by_its_number(line: str) -> None:
    with pytest.raises(Refusal) as caught:
        shifts_from(f"{_line(start='01:00')}\n{line}")
    assert (caught.value.code, "第 2 行" in caught.value.message.zh) == ("workforce.pattern_line", True)
