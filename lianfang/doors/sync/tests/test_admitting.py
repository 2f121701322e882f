"""However many phones come at once, a process keeps threads for everybody else."""

from __future__ import annotations

import threading

import pytest

from lianfang.doors.sync.admitting import Gate
from lianfang.kernel.errors import Refusal


def test_more_than_may_wait_are_told_to_come_again_and_then_admitted() -> None:
    gate = Gate(at_once=1, inside=1)
    with gate.admitted(), pytest.raises(Refusal) as no, gate.admitted():
        pass
    assert (no.value.code, no.value.status) == ("action.busy", 503)
    with gate.admitted():
        pass


def test_an_upload_that_fails_gives_its_place_back() -> None:
    gate = Gate(at_once=1, inside=1)
    with pytest.raises(ValueError), gate.admitted():
        raise ValueError
    with gate.admitted():
        pass


def test_who_waits_inside_goes_on_when_the_one_before_is_done() -> None:
    gate, inside, done = Gate(at_once=1, inside=2), threading.Event(), threading.Event()

    def second() -> None:
        inside.set()
        with gate.admitted():
            done.set()

    with gate.admitted():
        waiting = threading.Thread(target=second)
        waiting.start()
        inside.wait(10)
        assert not done.is_set()
    waiting.join(10)
    assert done.is_set()
