"""The hours of a report, who has reported, and what counts as nil. Refuses confirmation before the snapshot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

NIL_WITH_FIGURES = refusal(
    "reports.nil_with_figures",
    "有 {count} 项数字不为零，不能按零报告上报。",
    "{count} figures are not zero, so this is no nil report.",
)
TOO_EARLY = refusal(
    "reports.too_early",
    "截止时刻是 {at}，还不能确认上报。",
    "The snapshot is taken at {at}; the report cannot be confirmed yet.",
)
PERSONAL = refusal(
    "reports.personal_data",
    "说明里有像身份证号或电话的数字，日报不写个人信息，请删去。",
    "The text holds what looks like an identity or phone number; a report carries no personal data.",
)


@dataclass(frozen=True, slots=True)
class Period:
    """The hours of one report: from the snapshot of the day before, included, to this one, excluded."""

    on: date
    from_at: datetime
    until_at: datetime


def period_of(level: str, on: date, snapshot_at: Mapping[str, str], before: Mapping[str, str] | None = None) -> Period:
    """Return the hours a level reports on for a day. Source: rule value `report.snapshot_at`, local time per level.

    `before` is the value that held the day before, so that nothing is lost or told twice when the hour is changed.
    """
    earlier = (before or snapshot_at)[level]
    from_at = datetime.combine(day_before(on), time.fromisoformat(earlier), CHINA)
    return Period(on, from_at, datetime.combine(on, time.fromisoformat(snapshot_at[level]), CHINA))


def day_before(on: date) -> date:
    """Return the day whose snapshot opens the period."""
    return on - timedelta(days=1)


def check_may_confirm(until_at: datetime, now: datetime) -> None:
    """Accept a confirmation only once the snapshot is taken. Raises `reports.too_early`."""
    if now < until_at:
        raise TOO_EARLY(field="on", at=until_at.astimezone(CHINA).strftime("%H:%M"))


ReportState = Literal["awaited", "draft", "late", "not_synced", "confirmed", "nil"]
REPORT_STATES: dict[str, Bilingual] = {
    "awaited": both("未到时间", "Not yet due"),
    "draft": both("待确认", "To be confirmed"),
    "late": both("未报", "Silent"),
    "not_synced": both("设备未同步", "Phones not yet synced"),
    "confirmed": both("已报", "Reported"),
    "nil": both("零报告", "Nil report"),
}
_URGENCY = ("confirmed", "nil", "awaited", "draft", "not_synced", "late")


def report_state(
    until_at: datetime,
    now: datetime,
    *,
    confirmed: bool,
    is_nil: bool,
    unheard_since: datetime | None,
    silent_after_minutes: float,
    not_synced_after_hours: float,
) -> ReportState:
    """Tell nil, silence and not-yet-synced apart; only what a person confirmed counts as reported.

    `unheard_since` is when the phone longest unheard of in the unit last called; None when the unit has none. A unit
    whose phones have called nobody since before the snapshot may have everything written down: it is asked to find a
    network, not blamed.
    """
    if confirmed:
        return "nil" if is_nil else "confirmed"
    if now < until_at:
        return "awaited"
    if now < until_at + timedelta(minutes=silent_after_minutes):
        return "draft"
    return "not_synced" if is_unheard(unheard_since, until_at, now, not_synced_after_hours) else "late"


def is_unheard(since: datetime | None, until_at: datetime, now: datetime, not_synced_after_hours: float) -> bool:
    """Has the phone been silent since before the snapshot, and for longer than a dead spot on the way explains?"""
    return since is not None and since < until_at and now - since > timedelta(hours=not_synced_after_hours)


def urgency(state: str) -> int:
    """Return how much a state asks for somebody; silence most."""
    return _URGENCY.index(state)


def place_of(on: date, state: str) -> int:
    """Return where a report stands in the list when sorted downwards: the newest day first, in it the late ones."""
    return on.toordinal() * 10 + urgency(state)


NIL_FIGURES = frozenset(
    {
        "cases.suspected_new",
        "cases.confirmed_new",
        "cases.asymptomatic_new",
        "returnees.new",
        "observation.new",
        "observation.referred",
    }
)


def not_nil(values: Mapping[str, int | float | None]) -> list[str]:
    """Return the figures that speak against a nil report: news of people, or such a figure that nobody has counted."""
    return sorted(code for code in NIL_FIGURES & values.keys() if values[code] != 0)


def check_nil(values: Mapping[str, int | float | None]) -> None:
    """Accept a nil report only when nobody new came, fell ill or was put under observation.

    Work done that day does not count against it. Raises `reports.nil_with_figures`.
    """
    wrong = not_nil(values)
    if wrong:
        raise NIL_WITH_FIGURES(field="nil", count=len(wrong), details={"figures": wrong})


_LONG_NUMBER = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{15}|\d{17}[\dXx])(?!\d)")


def check_no_personal_data(texts: Mapping[str, str]) -> None:
    """Accept what a person adds only without identity and phone numbers: a report goes to many desks (P01).

    Raises `reports.personal_data` naming the field.
    """
    wrong = next((name for name, text in texts.items() if _LONG_NUMBER.search(re.sub(r"[\s－—-]", "", text))), None)
    if wrong:
        raise PERSONAL(field=wrong)
