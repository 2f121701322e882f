"""Uploads take turns: whoever finds the line full is asked to come again, and nothing of theirs is touched."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.doors.sync import uploading
from lianfang.doors.sync.turns import Turns
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7


def test_a_full_line_is_refused_at_once_and_an_ended_turn_frees_its_place() -> None:
    turns = Turns(working=1, waiting=0)
    with turns.turn(), pytest.raises(Refusal) as no, turns.turn():
        pass
    assert (no.value.code, no.value.status) == ("action.busy", 503)
    with pytest.raises(ValueError), turns.turn():
        raise ValueError
    with turns.turn():
        pass


def test_whoever_waits_longer_than_the_patience_is_asked_to_come_again() -> None:
    turns = Turns(working=1, waiting=1, patience=0.01)
    with turns.turn(), pytest.raises(Refusal, match=r"action\.busy"), turns.turn():
        pass
    with turns.turn():
        pass


def test_never_more_than_the_desks_work_at_once_and_everybody_in_line_is_served() -> None:
    turns, lock = Turns(working=2, waiting=8, patience=30), threading.Lock()
    busy, most = 0, 0

    def work(_: int) -> bool:
        nonlocal busy, most
        with turns.turn():
            with lock:
                busy += 1
                most = max(most, busy)
            threading.Event().wait(0.002)
            with lock:
                busy -= 1
        return True

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(work, range(10)))
    assert 1 <= most <= 2


@pytest.mark.django_db
def test_an_upload_to_a_full_line_changes_nothing_and_succeeds_later(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    turns = Turns(working=1, waiting=0)
    monkeypatch.setattr(uploading, "UPLOADS", turns)
    command = {"id": str(uuid7()), "action": "areas.create_grid", "input": {"village": VILLAGE, "name": "第九网格"}}
    body = {"commands": [command], "device_id": "phone-1", "app_version": "0.1.0"}
    client = signed_in("secretary")
    with turns.turn(), django_assert_num_queries(0):
        response = client.post("/api/sync/upload", body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (503, "action.busy")
    assert not RefusedCommand.objects.exists()
    for outcome in ("done", "repeated"):
        [told] = client.post("/api/sync/upload", body, content_type="application/json").json()["results"]
        assert told["status"] == outcome
