"""Background work that somebody looks after: what cannot be retried or stopped first, then what can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lianfang.config.demo.cast import COUNTY, NEIGHBOUR_GRID, VILLAGE
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import KINDS, Progress, enqueue, job, run_waiting
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db


@pytest.fixture
def fragile() -> Iterator[list[str]]:
    """A kind of work that fails until something is put into the list."""
    mended: list[str] = []

    @job("test.fragile", both("脆弱的任务", "Fragile work"), attempts=1)
    def work(body: dict[str, str], _: Progress) -> dict[str, int]:
        if not mended:
            raise ZeroDivisionError
        return {"mended": 1}

    yield mended
    del KINDS["test.fragile"]


def refused(actor: Actor, name: str, found: Job) -> str:
    with pytest.raises(Refusal) as no:
        run(actor, name, {"job_id": str(found.pk)})
    return no.value.code


def offered(actor: Actor, found: Job) -> list[str]:
    [row] = read(actor, "jobs.jobs", Query(where={"id": str(found.pk)}, offers=True)).rows
    return list(row["can"])


def test_only_a_failed_job_is_tried_again(cast: dict[str, Actor], fragile: list[str]) -> None:
    waiting = enqueue("test.fragile", {}, area_path=COUNTY)
    assert refused(cast["duty"], "jobs.retry_job", waiting) == "job.not_failed"


def test_nobody_tends_the_work_of_another_area(cast: dict[str, Actor], fragile: list[str]) -> None:
    elsewhere = enqueue("test.fragile", {}, area_path=NEIGHBOUR_GRID)
    assert refused(cast["secretary"], "jobs.retry_job", elsewhere) == "access.not_yours"
    assert refused(cast["auditor"], "jobs.stop_job", elsewhere) == "access.not_yours"


def test_what_follows_from_a_fact_is_never_stopped(cast: dict[str, Actor], fragile: list[str]) -> None:
    follow_up = enqueue("test.fragile", {}, area_path=VILLAGE)
    assert refused(cast["duty"], "jobs.stop_job", follow_up) == "job.not_stoppable"
    assert offered(cast["duty"], follow_up) == []


def test_a_failed_job_is_tried_again_with_all_its_attempts(cast: dict[str, Actor], fragile: list[str]) -> None:
    failing = enqueue("test.fragile", {}, area_path=COUNTY)
    run_waiting()
    failing.refresh_from_db()
    assert (failing.state, offered(cast["duty"], failing)) == (Job.State.FAILED, ["jobs.retry_job"])
    fragile.append("mended")
    run(cast["duty"], "jobs.retry_job", {"job_id": str(failing.pk)})
    run_waiting()
    failing.refresh_from_db()
    assert (failing.state, failing.result, failing.error) == (Job.State.DONE, {"mended": 1}, "")


def test_what_somebody_started_can_be_stopped(cast: dict[str, Actor], fragile: list[str]) -> None:
    started = enqueue("test.fragile", {}, area_path=VILLAGE, account_id=cast["secretary"].account_id)
    assert offered(cast["duty"], started) == ["jobs.stop_job"]
    run(cast["duty"], "jobs.stop_job", {"job_id": str(started.pk)})
    started.refresh_from_db()
    assert started.state == Job.State.CANCELLED
