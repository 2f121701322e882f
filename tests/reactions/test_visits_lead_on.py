"""One visit carries everything learnt at the door, and each part of it leads to work for somebody."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import read

pytestmark = pytest.mark.django_db


def _visit(cast: Any, learnt: dict[str, Any]) -> None:
    home = run(SYSTEM, "people.add_household", {"area_path": GRID, "number": "3号", "head_name": "王明"})["id"]
    person = run(SYSTEM, "people.add_person", {"household_id": home, "name": "王老大"})["id"]
    for part in (*learnt.get("needs", ()), *learnt.get("symptoms", ())):
        if part.pop("named", False):
            part["person_id"] = person
    run(cast["grid"], "screening.record_visit", {"household_id": home, "outcome": "done", "learnt": learnt})
    run_waiting()


def _requests() -> list[dict[str, Any]]:
    return [row["cells"] for row in read(SYSTEM, "welfare.requests").rows]


def test_help_asked_for_at_the_door_becomes_requests_once(cast: Any) -> None:
    needs = [{"kind": "medicine", "what": "降压药两盒", "named": True}, {"kind": "moving_house"}]
    _visit(cast, {"needs": needs})
    assert sorted(one["kind"] for one in _requests()) == ["medicine", "other"]
    assert "降压药两盒" in {one["what"] for one in _requests()}
    Job.objects.update(state="waiting")
    run_waiting()
    assert len(_requests()) == 2
    assert not Job.objects.filter(state="failed").exists()


def test_whoever_is_unwell_at_the_door_gets_a_health_worker_and_no_diagnosis_on_paper(cast: Any) -> None:
    _visit(cast, {"symptoms": [{"named": True, "what": "咳嗽三天"}, {"what": "拉肚子"}, {}]})
    assert [one["kind"] for one in _requests()] == ["treatment", "treatment"]
    assert "咳嗽" not in str(_requests()) + str(list(Event.objects.values_list("body", flat=True)))


def test_a_visit_that_learnt_nothing_leads_to_no_work(cast: Any) -> None:
    _visit(cast, {"message_delivered": "居家须知"})
    assert _requests() == []
    assert not Job.objects.filter(state="failed").exists()
