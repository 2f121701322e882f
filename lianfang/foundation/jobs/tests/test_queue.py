"""The job queue: work is done once by one worker, tried again with growing pauses, given up visibly, and never lost."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.progress import ask_to_cancel, job_card
from lianfang.foundation.jobs.queue import (
    ATTEMPTS,
    LOST_AFTER,
    CancelledJob,
    Progress,
    beat,
    enqueue,
    job,
    run_one,
    run_waiting,
    take_up_lost,
)
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db

T = both("测试", "Test")
NO = refusal("test.no", "不行。", "No.")
BUSY = refusal("test.busy", "忙。", "Busy.", status=503)


@pytest.fixture
def did(declaring: None, moment: datetime) -> list[str]:
    """Kinds of work that note that they ran."""
    ran: list[str] = []

    @job("test.succeed", T)
    def succeed(body: dict[str, Any], progress: Progress) -> dict[str, Any]:
        ran.append(body.get("name", ""))
        return {"rows": 3}

    @job("test.fail", T)
    def fail(body: dict[str, Any], progress: Progress) -> None:
        ran.append("tried")
        raise ValueError("王小明 13800005678")

    @job("test.refuse", T)
    def refuse(body: dict[str, Any], progress: Progress) -> None:
        ran.append("tried")
        raise BUSY() if body.get("busy") else NO(field="file")

    @job("test.go_far", T)
    def go_far(body: dict[str, Any], progress: Progress) -> None:
        for step in range(5):
            with transaction.atomic():
                ran.append(f"step {step}")
                if step == 2:
                    Job.objects.filter(pk=progress.job.pk).update(cancel_asked=True)
                progress.report(step, 5, both("在走", "Walking"))

    return ran


def _only() -> Job:
    return Job.objects.get()


def test_work_that_nobody_registered_is_given_up_visibly(moment: datetime) -> None:
    enqueue("test.nothing_like_it", {})
    assert run_one()
    assert _only().state == "failed"


def test_work_that_fails_is_tried_again_after_a_growing_pause_and_then_given_up(did: list[str]) -> None:
    enqueue("test.fail", {})
    pauses, moment = [], clock.now()
    for _ in range(20):
        with clock.fixed(moment):
            if run_one() and _only().state == "waiting":
                pauses.append((_only().run_after - moment).seconds)
                assert not run_one(), "not before its pause is over"
        moment = max(moment, _only().run_after)
    assert pauses == [2, 4, 8, 16, 32]
    assert len(did) == ATTEMPTS
    assert (_only().state, _only().attempts) == ("failed", ATTEMPTS)


def test_a_failure_is_noted_without_what_it_was_about(did: list[str], caplog: Any) -> None:
    enqueue("test.fail", {})
    run_one()
    for text in (_only().error, caplog.text):
        assert "ValueError" in text
        assert "王小明" not in text
        assert "1380000" not in text


def test_a_refusal_is_an_answer_and_is_not_tried_again(did: list[str]) -> None:
    enqueue("test.refuse", {})
    run_waiting()
    assert (_only().state, _only().error, did) == ("failed", "test.no", ["tried"])
    assert _only().result["refusal"]["field"] == "file"


def test_a_busy_database_is_no_answer_and_is_tried_again(did: list[str]) -> None:
    enqueue("test.refuse", {"busy": True})
    run_waiting()
    assert (_only().state, _only().error) == ("waiting", "test.busy")


def test_work_queued_in_a_transaction_that_fails_is_never_done(did: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError(enqueue("test.succeed", {}))
    assert run_waiting() == 0
    assert did == []


def test_work_is_done_in_the_order_it_came_and_not_before_its_time(did: list[str], moment: datetime) -> None:
    enqueue("test.succeed", {"name": "later"}, delay=timedelta(minutes=1))
    for name in "abc":
        enqueue("test.succeed", {"name": name})
    assert run_waiting() == 3
    assert did == ["a", "b", "c"]
    with clock.fixed(moment + timedelta(minutes=1)):
        assert run_waiting() == 1


# lost workers


def _lost(name: str, attempts: int) -> Job:
    at = clock.now()
    return Job.objects.create(name=name, state="running", created_at=at, run_after=at, started_at=at, beat_at=at,
                              worker="gone", attempts=attempts)  # fmt: skip


def test_the_work_of_a_lost_worker_is_taken_up(did: list[str], moment: datetime) -> None:
    _lost("test.succeed", 1)
    assert (take_up_lost(), run_waiting()) == (0, 0)
    with clock.fixed(moment + LOST_AFTER + timedelta(seconds=1)):
        assert (take_up_lost(), run_waiting()) == (1, 1)
    assert (_only().state, _only().attempts) == ("done", 2)


def test_work_that_takes_every_worker_down_is_given_up(did: list[str], moment: datetime) -> None:
    _lost("test.succeed", ATTEMPTS)
    with clock.fixed(moment + LOST_AFTER + timedelta(seconds=1)):
        take_up_lost()
        assert run_waiting() == 0
    assert (_only().state, _only().error) == ("failed", "worker lost")


def test_a_worker_that_beats_is_not_lost_however_long_it_works(did: list[str], moment: datetime) -> None:
    _lost("test.succeed", 1)
    with clock.fixed(moment + LOST_AFTER):
        beat("gone")
        beat("somebody else")
    with clock.fixed(moment + LOST_AFTER + timedelta(seconds=30)):
        assert take_up_lost() == 0


def test_a_worker_that_comes_back_late_ends_nothing_that_another_has_taken_up(
    declaring: None, moment: datetime
) -> None:
    @job("test.dawdle", T)
    def dawdle(body: dict[str, Any], progress: Progress) -> None:
        Job.objects.filter(pk=progress.job.pk).update(worker="another", attempts=2)

    enqueue("test.dawdle", {})
    run_one("slow")
    assert (_only().state, _only().worker) == ("running", "another")


# cancelling and progress


def test_only_who_started_a_job_asks_after_it(did: list[str], cast: dict[str, Actor]) -> None:
    mine = enqueue("test.succeed", {}, account_id=cast["grid"].account_id)
    for ask in (job_card, ask_to_cancel):
        with pytest.raises(Refusal) as caught:
            ask(cast["duty"], mine.pk)
        assert caught.value.code == "access.not_yours"
    run_waiting()
    card = job_card(cast["grid"], mine.pk)
    assert (card["state"], card["result"], card["refusal"]) == ("done", {"rows": 3}, None)


def test_a_waiting_job_that_is_cancelled_never_runs(did: list[str], cast: dict[str, Actor]) -> None:
    mine = enqueue("test.succeed", {}, account_id=cast["grid"].account_id)
    ask_to_cancel(cast["grid"], mine.pk)
    assert run_waiting() == 0
    assert _only().state == "cancelled"


def test_a_running_job_stops_at_its_next_report(did: list[str]) -> None:
    enqueue("test.go_far", {})
    run_one()
    assert did == ["step 0", "step 1", "step 2"]
    assert (_only().state, _only().done, _only().total) == ("cancelled", 1, 5)


def test_being_cancelled_is_no_failure_to_be_tried_again(did: list[str]) -> None:
    enqueue("test.go_far", {})
    run_waiting()
    assert issubclass(CancelledJob, Exception)
    assert _only().attempts == 1


# many workers


@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_eight_workers_gets_each_job(declaring: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time on SQLite")
    ran: Counter[str] = Counter()
    lock = threading.Lock()

    @job("test.count", T)
    def count(body: dict[str, Any], progress: Progress) -> None:
        with lock:
            ran[body["name"]] += 1

    for number in range(80):
        enqueue("test.count", {"name": str(number)})

    def work(name: str) -> None:
        try:
            for _ in range(100):
                run_one(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran == Counter({str(number): 1 for number in range(80)})
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}
