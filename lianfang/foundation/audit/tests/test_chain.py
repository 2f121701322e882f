"""The audit chain: whoever changes, removes, reorders or cuts off a line is found, and the line is named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from lianfang.foundation.audit.chain import WITNESS, Entry, Fault, append, verify, witness
from lianfang.foundation.audit.models import AuditChain, AuditLine
from lianfang.foundation.privacy.appendonly import erasing
from lianfang.kernel.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> int:
    """A chain of six lines."""
    for number in range(6):
        append([Entry("test.take_step", None, "inside", details={"number": number, "区": "绛县"})])
    return AuditLine.objects.order_by("-pk").values_list("chain_id", flat=True)[0]


def _tamper(act: Callable[[], object]) -> list[Fault]:
    """Do what only somebody with the database's own password can do, and verify."""
    with erasing():
        act()
    return list(verify())


def _line(chain: int, seq: int) -> Any:
    return AuditLine.objects.filter(chain_id=chain, seq=seq)


@pytest.mark.parametrize(
    "changes",
    [{"action": "test.other"}, {"subject": "a/b"}, {"details": {"number": 99}}, {"area_path": "140826"},
     {"door": "sync"}, {"device_id": "x"}, {"mac": "0" * 64}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_a_changed_line_is_named(chain: int, changes: dict[str, Any]) -> None:
    assert Fault(chain, 3, "changed") in _tamper(lambda: _line(chain, 3).update(**changes))


def test_a_line_moved_to_another_hour_is_named(chain: int) -> None:
    assert Fault(chain, 2, "changed") in _tamper(lambda: _line(chain, 2).update(at=now()))


def test_a_removed_line_is_named(chain: int) -> None:
    assert _tamper(lambda: _line(chain, 4).delete()) == [Fault(chain, 4, "missing")]


def test_lines_that_changed_places_are_named(chain: int) -> None:
    def swap() -> None:
        _line(chain, 2).update(seq=1000)
        _line(chain, 3).update(seq=2)
        _line(chain, 1000).update(seq=3)

    assert {fault.seq for fault in _tamper(swap)} >= {2, 3}


def test_a_chain_cut_off_at_its_end_is_named(chain: int) -> None:
    assert _tamper(lambda: AuditLine.objects.filter(chain_id=chain, seq__gt=4).delete()) == [Fault(chain, 5, "cut off")]


def test_a_line_put_in_by_hand_is_named(chain: int) -> None:
    def put_in() -> None:
        line = _line(chain, 6).get()
        line.pk, line.seq = None, 7
        line.save(force_insert=True)
        AuditChain.objects.filter(pk=chain).update(length=7)

    assert Fault(chain, 7, "changed") in _tamper(put_in)


def test_a_chain_without_its_head_is_named(chain: int) -> None:
    assert Fault(chain, 0, "missing") in _tamper(lambda: AuditChain.objects.filter(pk=chain).delete())


@pytest.mark.django_db(transaction=True)
def test_a_chain_cut_off_together_with_its_recorded_end_is_known_to_another() -> None:
    append([Entry("test.take_step", None, "inside")])
    _in_another_thread(lambda: (append([Entry("test.take_step", None, "inside")] * 5), None)[1])
    other = AuditLine.objects.filter(seq=5).values_list("chain_id", flat=True)[0]
    witness(now())
    assert list(verify()) == []

    def cut() -> None:
        AuditLine.objects.filter(chain_id=other, seq__gt=2).delete()
        AuditChain.objects.filter(pk=other).update(length=2, head=_line(other, 2).get().mac)

    assert _tamper(cut) == [Fault(other, 3, "cut off")]

    def drop() -> None:
        AuditLine.objects.filter(chain_id=other).delete()
        AuditChain.objects.filter(pk=other).delete()

    assert _tamper(drop) == [Fault(other, 0, "missing")]


def test_a_witness_with_nothing_new_to_say_is_silent(chain: int) -> None:
    witness(now())
    witness(now())
    assert AuditLine.objects.filter(action=WITNESS).count() == 1
    assert list(verify()) == []


def test_an_act_rolled_back_leaves_no_line_and_the_chain_goes_on(chain: int) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        append([Entry("test.take_step", None, "inside")])
        raise ZeroDivisionError
    assert AuditLine.objects.filter(chain_id=chain).count() == 6
    append([Entry("test.take_step", None, "inside")])
    assert AuditLine.objects.filter(chain_id=chain).count() == 7
    assert list(verify()) == []


def _in_another_thread(act: Callable[[], None]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_two_threads_write_two_chains_and_never_wait_for_each_other() -> None:
    append([Entry("test.take_step", None, "inside")])
    _in_another_thread(lambda: append([Entry("test.take_step", None, "inside")] * 2))
    append([Entry("test.take_step", None, "inside")])
    assert sorted(AuditChain.objects.values_list("length", flat=True)) == [2, 2]
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_many_threads_at_once_leave_whole_chains() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time on SQLite")

    def write() -> None:
        try:
            for _ in range(20):
                append([Entry("test.take_step", None, "inside")])
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditLine.objects.count() == 160
    assert list(verify()) == []


def test_a_chain_nobody_touched_has_no_fault(chain: int) -> None:
    assert list(verify()) == []
