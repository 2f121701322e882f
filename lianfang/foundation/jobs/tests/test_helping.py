"""Work shared with a process beside: in order, with its refusals, and done here when nobody else does it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Event
from time import sleep
from typing import Any

import pytest

from lianfang.foundation.jobs.helping import ALONE, HelperLostError, Helpers, _Helper, _message, _read, _Twin, helpers
from lianfang.kernel.errors import Refusal, refusal

HERE = os.getpid()
TOO_MUCH = refusal("test.too_much", "{count} 太多。", "{count} is too much.")


def squared(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def turned_round(body: bytes) -> bytes:
    return body[::-1]


def print_and_square(number: int) -> int:
    print("a library says so", flush=True)  # noqa: T201
    return number * number


def refuse(number: int) -> int:
    if number == 3:
        raise TOO_MUCH(count=number, field="number")
    return number


def die_elsewhere(number: int, here: int) -> int:
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def asked(helper: _Helper, work: Any, task: tuple[Any, ...]) -> Any:
    return _read(helper.ask(_message((work, task))))


@pytest.fixture(params=["gone on as two", "started anew"])
def one_helper(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Helpers]:
    threads = 1 if request.param == "gone on as two" else 2
    monkeypatch.setattr("lianfang.foundation.jobs.helping.threading.active_count", lambda: threads)
    with Helpers(1) as helping:
        assert isinstance(helping.all[0].process, _Twin) == (threads == 1)
        yield helping


def test_what_is_refused_there_is_refused_here(one_helper: Helpers) -> None:
    with pytest.raises(Refusal) as caught:
        asked(one_helper.all[0], refuse, (3,))
    no = caught.value
    assert (no.code, no.field, no.message.en) == ("test.too_much", "number", "3 is too much.")
    answers = one_helper.in_order(refuse, [(number,) for number in range(6)])
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Refusal):
        next(answers)


def test_answers_come_in_the_order_of_the_tasks_whoever_did_them(one_helper: Helpers) -> None:
    assert asked(one_helper.all[0], squared, (3,)) == (9, one_helper.all[0].process.pid)
    found = list(one_helper.in_order(squared, ((number,) for number in range(200))))
    assert [answer for answer, _ in found] == [number * number for number in range(200)]


def test_messages_larger_than_the_way_go_there_and_back(one_helper: Helpers) -> None:
    body = os.urandom(5_000_000)
    assert asked(one_helper.all[0], turned_round, (body,)) == body[::-1]
    assert [one[-1] for one in one_helper.in_order(turned_round, ((body,) for _ in range(12)))] == [body[0]] * 12


def test_what_a_library_prints_there_is_no_answer(one_helper: Helpers, capfd: pytest.CaptureFixture[str]) -> None:
    assert asked(one_helper.all[0], print_and_square, (3,)) == 9
    assert isinstance(one_helper.all[0].process, _Twin) or capfd.readouterr().out == ""


def test_what_a_lost_helper_was_given_is_done_here(one_helper: Helpers) -> None:
    with pytest.raises(HelperLostError):
        asked(one_helper.all[0], die_elsewhere, (1, HERE))
    assert list(one_helper.in_order(die_elsewhere, ((number, HERE) for number in range(20)))) == list(range(20))


def test_nothing_waits_for_a_helper_that_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    may_begin = Event()
    monkeypatch.setattr(_Helper, "begin", lambda helper: may_begin.wait())
    with Helpers(1) as helping:
        found = list(helping.in_order(squared, ((number,) for number in range(20))))
        may_begin.set()
    assert {process for _, process in found} == {HERE}


def steps(done: list[str], name: str, count: int) -> Iterator[None]:
    for number in range(count):
        done.append(f"{name} {number}")
        yield


@pytest.mark.parametrize("tasks", [1, 9, 40])
def test_something_else_is_done_here_beside_the_tasks(one_helper: Helpers, tasks: int) -> None:
    done: list[str] = []
    answers = one_helper.in_order(squared, ((number,) for number in range(tasks)), steps(done, "else", 5))
    assert [answer for answer, _ in answers] == [number * number for number in range(tasks)]
    assert done == [f"else {number}" for number in range(5)]


def test_answers_of_helpers_are_taken_between_the_steps_of_what_is_done_beside(one_helper: Helpers) -> None:
    asked(one_helper.all[0], squared, (1,))  # so that it is there
    seen: list[str] = []

    def slowly() -> Iterator[None]:
        for step in steps(seen, "step", 200):
            sleep(0.001)
            yield step

    for _, process in one_helper.in_order(squared, ((number,) for number in range(40)), slowly()):
        seen.append("here" if process == HERE else "there")
    assert "here" not in seen[: seen.index("step 199")]
    assert seen.index("there") < seen.index("step 199")


def test_alone_something_else_is_done_first() -> None:
    done: list[str] = []
    answers = ALONE.in_order(squared, [(1,), (2,)], steps(done, "else", 3))
    assert next(answers)[0] == 1
    assert len(done) == 3


def test_a_helper_gone_on_from_here_leaves_signals_and_ends_to_this_process(one_helper: Helpers) -> None:
    helper = one_helper.all[0]
    asked(helper, squared, (1,))
    os.kill(helper.process.pid, signal.SIGTERM)
    with pytest.raises(HelperLostError):
        asked(helper, squared, (2,))
    helper.end()
    assert helper.process.poll() == -signal.SIGTERM


def test_work_given_up_in_the_middle_leaves_no_process() -> None:
    with Helpers(1) as helping:
        answers = helping.in_order(squared, ((number,) for number in range(50)))
        assert next(answers)[0] == 0
    assert [one.process.poll() is None for one in helping.all] == [False]


def test_alone_everything_is_done_here() -> None:
    assert {process for _, process in ALONE.in_order(squared, [(1,), (2,)])} == {HERE}


@pytest.mark.django_db
def test_nobody_helps_who_would_not_see_what_is_being_written() -> None:
    with helpers(wanted=True) as helping:
        assert helping.all == []
