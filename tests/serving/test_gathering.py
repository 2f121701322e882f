"""Facts that wait together are committed together, and each is answered with its own outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from lianfang.doors.api.gathering import MOST, Gatherer
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import Outcome, Request
from lianfang.kernel.ids import uuid7

CLIENTS = 40


def _request(action: str = "test.note_fact") -> Request:
    return Request(SYSTEM, action, {}, uuid7())


class Ledger:
    """Carries out groups, the first of them only when told to go on; remembers how they came."""

    def __init__(self) -> None:
        self.groups: list[list[Request]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def carry_out(self, requests: Sequence[Request]) -> list[Outcome]:
        self.groups.append(list(requests))
        self.begun.set()
        self.go_on.wait(10)
        return [Outcome(one.id, "done", {"id": str(one.id)}) for one in requests]


def test_one_alone_is_carried_out_at_once() -> None:
    ledger = Ledger()
    ledger.go_on.set()
    one = _request()
    assert Gatherer(ledger.carry_out).carry_out(one).id == one.id
    assert ledger.groups == [[one]]


def test_those_who_come_meanwhile_go_together_and_each_gets_its_own_outcome() -> None:
    ledger, first, others = Ledger(), _request(), [_request() for _ in range(CLIENTS)]
    gatherer = Gatherer(ledger.carry_out)
    with ThreadPoolExecutor(CLIENTS + 1) as clients:
        alone = clients.submit(gatherer.carry_out, first)
        ledger.begun.wait(10)
        waiting = [clients.submit(gatherer.carry_out, one) for one in others]
        while len(gatherer._queue) < CLIENTS:
            threading.Event().wait(0.01)
        ledger.go_on.set()
        assert alone.result(10).id == first.id
        assert [one.result(10).id for one in waiting] == [one.id for one in others]
    assert [len(group) for group in ledger.groups] == [1, CLIENTS]


def test_many_clients_at_once_are_all_answered_and_no_group_is_too_large() -> None:
    ledger = Ledger()
    ledger.go_on.set()
    gatherer, requests = Gatherer(ledger.carry_out), [_request() for _ in range(2000)]
    with ThreadPoolExecutor(100) as clients:
        outcomes = list(clients.map(gatherer.carry_out, requests))
    assert [one.id for one in outcomes] == [one.id for one in requests]
    assert sum(len(group) for group in ledger.groups) == len(requests)
    assert max(len(group) for group in ledger.groups) <= MOST


def test_trouble_is_told_to_the_leader_the_others_may_try_again_and_the_next_are_served() -> None:
    ledger, begun = Ledger(), threading.Event()

    def fail_once(requests: Sequence[Request]) -> list[Outcome]:
        if begun.is_set():
            return ledger.carry_out(requests)
        begun.set()
        raise RuntimeError("out of memory")

    ledger.go_on.set()
    gatherer = Gatherer(fail_once)
    with pytest.raises(RuntimeError):
        gatherer.carry_out(_request())
    assert gatherer.carry_out(_request()).status == "done"
