"""Rows of the lists that reports count, made as their apps keep them, at moments of the test's choosing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.devices.models import Device
from lianfang.kernel.clock import CHINA, fixed
from lianfang.kernel.ids import uuid7

Maker = Callable[..., Any]
DAY = date(2020, 2, 3)


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    """Return a moment of February 2020 in China's time."""
    return datetime(2020, 2, day, hour, minute, tzinfo=CHINA)


def create(label: str, **values: Any) -> Any:
    with writing():
        return apps.get_model(label).objects.create(**values)


def household(path: str = GRID) -> Any:
    return create("people.Household", area_path=path, number="1", address="一巷1号")


def person(path: str = GRID) -> Any:
    return create("people.Person", area_path=path, name="测试人")


def incident() -> Any:
    known = apps.get_model("incidents.Incident").objects.first()
    return known or create(
        "incidents.Incident", name="测试事件", disease="covid19", area_path=COUNTY, started_on=DAY - timedelta(days=10),
        review_on=DAY, trigger="通知", legal_basis="法规",
    )  # fmt: skip


def lead(path: str = GRID, **values: Any) -> Any:
    """A lead received in the morning; with an outcome, answered too."""
    outcome = values.get("outcome")
    known = {"source": "data_push", "received_at": at(9), "due_at": at(18), **values}
    if outcome:
        known = {"state": "verified", "answered_at": at(10), **known}
    return create("screening.Lead", area_path=path, **known)


def campaign(**values: Any) -> Any:
    known = {"name": "第一轮排查", "area_path": COUNTY, "state": "running", "ends_on": DAY, "planned_at": at(8, day=1)}
    return create("screening.Campaign", **{**known, **values})


def sweep_household(path: str = GRID, **values: Any) -> Any:
    known = {
        "campaign": values.pop("campaign", None) or campaign(),
        "household": household(path),
        "since": at(8, day=2),
    }
    return create("screening.SweepHousehold", area_path=path, **{**known, **values})


def visit(path: str = GRID, **values: Any) -> Any:
    known = {"id": uuid7(), "household": household(path), "outcome": "done", "happened_at": at(9), "received_at": at(9)}
    return create("screening.Visit", area_path=path, **{**known, **values})


def order(path: str = GRID, **values: Any) -> Any:
    known = {
        "person": person(path), "incident": incident(), "disease": "covid19", "category": "returnee",
        "last_exposure_on": DAY, "starts_on": DAY, "ends_on": DAY, "first_ends_on": DAY, "basis": "通知",
        "rule_key": "k", "rule_days": 14, "rule_edition": "e", "rule_source": "s", "ordered_at": at(8),
        "state": "under_observation",
    }  # fmt: skip
    return create("observation.Order", area_path=path, **{**known, **values})


def timetable(path: str = GRID, *, order_state: str = "under_observation", **values: Any) -> Any:
    one = order(path, state=order_state)
    known = {"person": one.person, "order": one, "diseases": "covid19", "starts_on": DAY, "ends_on": DAY,
             "live_from": at(9), "state": "closed" if values.get("closed_at") else "live"}  # fmt: skip
    return create("observation.Timetable", area_path=path, **{**known, **values})


def slot(path: str = GRID, **values: Any) -> Any:
    opens = values.pop("opens_at", at(8))
    known = {"person": person(path), "day_on": DAY, "day_number": 1, "name": "morning", "opens_at": opens,
             "closes_at": opens, "late_until": opens, "catches_from": opens, "catches_until": opens}  # fmt: skip
    return create("observation.Slot", area_path=path, **{**known, **values})


def referral(path: str = GRID, **values: Any) -> Any:
    known = {"person": person(path), "found_id": uuid7(), "reasons": "发热", "opened_at": at(9), "refer_by": at(11)}
    return create("observation.Referral", area_path=path, **{**known, **values})


def request(path: str = GRID, **values: Any) -> Any:
    known = {"kind": "food", "request_class": "food", "what": "米面", "raised_at": at(9), "due_at": at(18)}
    return create("welfare.ServiceRequest", area_path=path, **{**known, **values})


def phone(account: Any, heard_at: datetime, path: str) -> Any:
    return Device.objects.create(
        device_id=str(uuid7()), account=account, area_path=path, first_seen_at=heard_at, last_seen_at=heard_at
    )


@pytest.fixture
def afternoon(county: str) -> Any:
    """Ten past four on the tenth day: every level's snapshot is taken, the villages' patience is over."""
    with fixed(at(16, 10)):
        yield at(16, 10)
