"""Facts and what follows: a reaction runs after commit, is tried again until it holds, and never follows a rollback."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.areas.models import Area
from lianfang.foundation.actions.running import follow
from lianfang.foundation.events import announcing
from lianfang.foundation.events.announcing import announce, wiring
from lianfang.foundation.events.models import Event
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock
from lianfang.kernel.facts import Fact
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Part:
    day: str


@dataclass(frozen=True, kw_only=True)
class BellRung(Fact):
    name: ClassVar[str] = "test.bell_rung"
    bell_id: UUID | None = None
    parts: tuple[Part, ...] = ()


heard: list[dict[str, Any]] = []
deaf_for = 0


def hear(fact: dict[str, Any]) -> None:
    global deaf_for
    if deaf_for > 0:
        deaf_for -= 1
        raise OSError("not now")
    heard.append(fact)


def open_gate(fact: dict[str, Any]) -> None:
    """As every real reaction: one command of its own, under an id that follows from the fact."""
    follow("areas.create_grid", {"village": VILLAGE, "name": "钟声网格"}, because=fact["event_id"])


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell is wired to an ear and a gate."""
    page = {**wiring(), "test.bell_rung": (hear, open_gate)}
    monkeypatch.setattr(announcing, "wiring", lambda: page)
    heard.clear()


def _ring() -> None:
    announce([BellRung(area_path=GRID, bell_id=uuid4(), parts=(Part("2020-02-03"),))])


def test_a_fact_rolled_back_is_followed_by_nothing(county: str) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        _ring()
        raise ZeroDivisionError
    assert run_waiting() == 0
    assert not Event.objects.exists()
    assert heard == []


def test_a_reaction_waits_until_after_the_act(county: str) -> None:
    _ring()
    assert heard == []
    run_waiting()
    [fact] = heard
    event = Event.objects.get(name="test.bell_rung")
    assert fact == {"area_path": GRID, "bell_id": event.body["bell_id"], "parts": [{"day": "2020-02-03"}],
                    "event_id": str(event.pk)}  # fmt: skip


def test_a_reaction_that_fails_is_tried_again_and_the_others_do_not_wait_for_it(county: str, moment: datetime) -> None:
    global deaf_for
    deaf_for = 2
    _ring()
    for minute in range(3):
        with clock.fixed(moment + timedelta(minutes=minute)):
            run_waiting()
        assert Area.objects.filter(name="钟声网格").count() == 1
    assert len(heard) == 1
    assert not Job.objects.filter(name="events.react").exclude(state="done").exists()


def test_a_reaction_run_twice_acts_once(county: str) -> None:
    _ring()
    run_waiting()
    Job.objects.filter(body__reaction__endswith="open_gate").update(state="waiting")
    run_waiting()
    assert Area.objects.filter(name="钟声网格").count() == 1
    assert not Job.objects.filter(name="events.react").exclude(state="done").exists()


def test_facts_without_a_reaction_are_kept_all_the_same(county: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "wiring", dict)
    command = uuid7()
    announce([BellRung(area_path=GRID)], command_id=command)
    assert Event.objects.get().command_id == command
    assert not Job.objects.filter(name="events.react").exists()
