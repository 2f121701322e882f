"""After their days passages are gone, and only how many there were is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE
from lianfang.domain.checkpoints.models.passages import GateMemory, Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.tests.conftest import Pass
from lianfang.foundation.actions.running import run
from lianfang.foundation.retention.erasing import erase_due
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db


def test_passages_are_erased_after_their_days_and_counted_on_a_certificate(gate: Pass, moment: datetime) -> None:
    for day in (33, 31, 29, 0):
        gate(at=moment - timedelta(days=day))
    [certificate] = [one for one in erase_due(moment) if one.kind == "checkpoints.passages"]
    assert (certificate.count, certificate.rule_days, certificate.way) == (2, 30.0, "erase")
    assert Passage.objects.count() == 2


def test_what_gates_remember_is_gone_after_a_day(gate: Pass, moment: datetime) -> None:
    hot = {"name": "赵热", "phone": "13900002222", "again_c": 38.0}
    gate(people=[hot], decision="refer_health", at=moment - timedelta(hours=23))
    gate(people=[hot], decision="refer_health", at=moment - timedelta(hours=2))
    erase_due(moment + timedelta(hours=2))
    assert GateMemory.objects.count() == 1


def test_a_slip_stays_until_somebody_has_accepted_it(gate: Pass, cast: Any, moment: datetime) -> None:
    for _ in range(2):
        gate(decision="hand_over", destination_path=NEIGHBOUR_VILLAGE)
    first = Slip.objects.order_by("pk").first()
    assert first is not None
    run(cast["town"], "checkpoints.accept_hand_over", {"slip_id": str(first.pk)})
    with clock.fixed(moment + timedelta(days=31)):
        erase_due(moment + timedelta(days=31))
    assert [one.state for one in Slip.objects.all()] == ["handed"]
