"""Unusual changes by hand come before somebody else's eyes; what was looked into does not come again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY
from lianfang.domain.supervision.models import Anomaly
from lianfang.domain.supervision.rules import Limits, anomaly_of
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

LIMITS = Limits(10, 3, ("卫健", "医院"))


@pytest.mark.parametrize(
    ("count", "unit", "found"),
    [
        (2, "县工信局", None),
        (3, "县工信局", ("outside_health", 3)),
        (9, "县卫健局", None),
        (10, "县卫健局", ("many", 10)),
        (10, "", ("many", 10)),
        (3, "", ("outside_health", 3)),
    ],
)
def test_what_is_unusual_depends_on_who_changes(count: int, unit: str, found: Any) -> None:
    assert anomaly_of(count, unit, LIMITS) == found


def _changes(account: UUID | None, count: int) -> None:
    append([Entry("observation.propose_change", account, "console") for _ in range(count)])


def _look() -> None:
    enqueue("supervision.tick", {})
    run_waiting()


@pytest.mark.django_db
def test_usual_work_is_left_alone(cast: dict[str, Actor], moment: Any) -> None:
    _changes(cast["health"].account_id, 9)
    _changes(cast["desk"].account_id, 2)
    append([Entry("observation.record_reading", cast["desk"].account_id, "console") for _ in range(50)])
    _look()
    assert not Anomaly.objects.exists()


@pytest.mark.django_db
def test_many_changes_are_a_gap_until_somebody_else_has_looked(cast: dict[str, Actor], moment: Any) -> None:
    _changes(cast["duty"].account_id, 12)
    _look()
    _look()
    one = Anomaly.objects.get()
    assert (one.kind, one.count, one.limit, one.area_path) == ("many", 12, 10, COUNTY)
    sweep_all(names=["changes_unusual"])
    assert GapItem.objects.get().subject_id == str(one.pk)
    given = {"anomaly_id": str(one.pk), "finding": "集中更正一批误录日期，抽查属实"}
    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "supervision.settle_anomaly", given)
    assert caught.value.code == "supervision.own_anomaly"
    with pytest.raises(Refusal) as caught:
        run(cast["grid"], "supervision.settle_anomaly", given)
    assert caught.value.code == "access.not_yours"
    run(cast["auditor"], "supervision.settle_anomaly", given)
    with clock.fixed(moment + timedelta(minutes=5)):
        _look()
        sweep_all(names=["changes_unusual"])
    assert Anomaly.objects.count() == 1
    assert not GapItem.objects.exists()
    with clock.fixed(moment + timedelta(hours=1)):
        _changes(cast["duty"].account_id, 11)
        _look()
    assert Anomaly.objects.filter(settled_at__isnull=True).get().count == 11


@pytest.mark.django_db
def test_few_changes_are_unusual_outside_the_health_services(cast: dict[str, Actor], moment: Any) -> None:
    Account.objects.filter(username="desk").update(unit="县工信局")
    _changes(cast["desk"].account_id, 3)
    _look()
    assert Anomaly.objects.get().kind == "outside_health"


@pytest.mark.django_db
def test_changes_of_yesterday_do_not_count_today(cast: dict[str, Actor], moment: Any) -> None:
    _changes(cast["duty"].account_id, 12)
    with clock.fixed(moment + timedelta(hours=25)):
        _look()
    assert not Anomaly.objects.exists()
