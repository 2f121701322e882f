"""Portions of one long job shared with processes beside it, because Python's threads share one core.

A helper is this program once more, on the same database: it is told a function and its arguments and answers. It ends
when nobody can tell it anything more, so that none outlives the one who started it. What a helper is given must be a
function of a module, and it sees of the database what is committed. A process of one thread goes on as two, which takes
no time; one of several threads starts a new one, because it cannot say what the others hold.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Lock
from typing import Any, Generic, NoReturn, Self, TypeVar

from django.conf import settings
from django.db import connection, connections

from lianfang.foundation.privacy.troubles import describe

Answer = TypeVar("Answer")
Work = Callable[..., Answer]

MOST_HELPERS = 3
# tasks that lie ready for each helper, and how many answers wait for an earlier one before this process waits as well
AHEAD, MOST_WAITING = 3, 12
_GRACE = 10.0
# bytes before each message that say how long it is
_LENGTH = 8
# seconds until a thread that works lets another one go on
_TURN, _USUAL_TURN = 0.0005, sys.getswitchinterval()
# what the end of something done beside is told by
_DONE = object()
# what a helper says first
_THERE = b"there"
# the stream that a process complains on
_COMPLAINTS = 2


class HelperLostError(Exception):
    """A helper's process is gone; what it was given has to be done here."""


def helpers(wanted: bool) -> Helpers:
    """Return helpers for work that is worth them: none on one core, nor where they would not see the database.

    They would not within an open transaction, nor of a database that lives in this process's memory.
    """
    name = str(connection.settings_dict["NAME"])
    unseen = connection.in_atomic_block or ":memory:" in name or "mode=memory" in name
    return Helpers(0 if unseen or not wanted else min(MOST_HELPERS, (os.cpu_count() or 1) - 1))


class Helpers:
    """Some processes that help this one, which does its share as well; with none of them it does everything."""

    def __init__(self, count: int) -> None:
        self.idle: SimpleQueue[_Helper] = SimpleQueue()
        self.all = [_Helper() for _ in range(count)]
        self.askers = ThreadPoolExecutor(count) if count else None
        if self.askers:
            for one in self.all:
                self.askers.submit(self._welcome, one)

    def _welcome(self, helper: _Helper) -> None:
        try:
            helper.begin()
        finally:  # because whoever asks one that never began must hear that it is lost
            self.idle.put(helper)

    def __enter__(self) -> Self:
        if self.all:  # because who talks to a helper waits for this long at each piece of what is said
            sys.setswitchinterval(_TURN)
        return self

    def __exit__(self, *_: object) -> None:
        if self.all:
            sys.setswitchinterval(_USUAL_TURN)
        for one in self.all:
            one.end()
        if self.askers:
            self.askers.shutdown(cancel_futures=True)

    def in_order(
        self, work: Work[Answer], tasks: Iterable[tuple[Any, ...]], meanwhile: Iterator[None] | None = None
    ) -> Iterator[Answer]:
        """Yield the answer to each task in the order of the tasks, a few of them ahead of who takes them.

        Raises what the work raises. What no helper has begun is done here rather than waited for, a short list before
        the first of them is there. `meanwhile` is something else to be done here as well: its steps, before any task.
        """
        waiting: deque[_Asked[Answer]] = deque()
        beside = meanwhile or iter(())
        for task in tasks:
            waiting.append(self._asked(work, task))
            yield from self._answered(waiting, AHEAD * len(self.all), MOST_WAITING, beside)
        yield from self._answered(waiting, 0, 0, beside)
        deque(beside, maxlen=0)

    def _answered(
        self, waiting: deque[_Asked[Answer]], ahead: int, most: int, beside: Iterator[None]
    ) -> Iterator[Answer]:
        """Yield the answers there are, doing what is to be done here until so many tasks are left for helpers.

        Waits for the rest.
        """
        while waiting:
            unbegun = [one for one in waiting if one.is_unbegun]
            if waiting[0].future.done():
                yield waiting.popleft().answer()
            elif len(unbegun) <= ahead and len(waiting) <= most:
                break
            elif next(beside, _DONE) is not _DONE:
                continue
            elif len(unbegun) > ahead:
                unbegun[0].do()
            else:
                waiting[0].wait()

    def _asked(self, work: Work[Answer], task: tuple[Any, ...]) -> _Asked[Answer]:
        # a message already, because a helper would have nothing to do while it is made into one
        return _Asked(work, task, self.askers.submit(self._ask, _message((work, task))) if self.askers else Future())

    def _ask(self, message: bytes) -> Callable[[], Any]:
        helper = self.idle.get()
        try:
            # read by who wants it, because whoever asks has the next task to hand over first
            return partial(_read, helper.ask(message))
        finally:
            self.idle.put(helper)


def _read(body: bytearray) -> Any:
    """Return what a helper answered. Raises what the work raised there, HelperLostError for what cannot be read."""
    try:
        is_done, told = pickle.loads(body)  # noqa: S301  our own process said it
    except (EOFError, ValueError, pickle.UnpicklingError):
        raise HelperLostError from None
    if not is_done:
        raise told
    return told


@dataclass
class _Asked(Generic[Answer]):
    """A task, and the answer as soon as there is one."""

    work: Work[Answer]
    task: tuple[Any, ...]
    future: Future[Callable[[], Answer]]

    @property
    def is_unbegun(self) -> bool:
        """Say whether nobody has begun it yet."""
        return not self.future.running() and not self.future.done()

    def wait(self) -> None:
        """Wait until whoever does it has done it."""
        wait([self.future])

    def do(self) -> None:
        """Do it here unless a helper has begun it meanwhile."""
        if not self.future.cancel():
            return
        self.future = Future()
        try:
            found = self.work(*self.task)
            self.future.set_result(lambda: found)
        except Exception as trouble:  # because the answers before it come first
            self.future.set_exception(trouble)

    def answer(self) -> Answer:
        """Return the answer; a task whose helper was lost is done here."""
        try:
            return self.future.result()()
        except HelperLostError:
            return self.work(*self.task)


class _Twin:
    """This process gone on as another one from here: a helper that need not begin."""

    def __init__(self, mine: _Line, its: _Line) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _be_twin(mine, its)

    def poll(self) -> int | None:
        """Return how it ended, or nothing while it runs."""
        return self._ended(os.WNOHANG)

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float) -> int | None:
        """Wait for the end of one that was killed, which takes no time."""
        return self._ended(0)

    def _ended(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


# what a twin must never touch, nor close by forgetting it: the other process goes on with it
_others: list[Any] = []


def _be_twin(other: _Line, mine: _Line) -> NoReturn:
    """Go on as a helper of the process this one was until now; of its streams and ways of ending nothing is used."""
    status = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        other.close()
        for each in connections.all(initialized_only=True):
            _others.append(each.connection)
            each.connection = None
        _answer_all(mine)
        status = 0
    finally:
        os._exit(status)


class _Line:
    """One end of a line between two processes: whole messages, each with one call or two.

    Because a thread gives way to the others at each call, and has to wait until it is its turn again.
    """

    def __init__(self, end: socket.socket) -> None:
        self.socket = end

    def say(self, message: bytes) -> None:
        """Say a message. Raises OSError when nobody hears it."""
        self.socket.sendall(len(message).to_bytes(_LENGTH, "little") + message)

    def hear(self) -> bytearray:
        """Return the next message. Raises EOFError when there is none any more, OSError when the line is cut."""
        return self._heard(int.from_bytes(self._heard(_LENGTH), "little"))

    def _heard(self, size: int) -> bytearray:
        body = bytearray(size)
        rest = memoryview(body)
        while rest:
            count = self.socket.recv_into(rest, 0, socket.MSG_WAITALL)
            if not count:
                raise EOFError
            rest = rest[count:]
        return body

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def _message(told: Any) -> bytes:
    return pickle.dumps(told, pickle.HIGHEST_PROTOCOL)


def _begun(mine: _Line, its: _Line) -> _Twin | subprocess.Popen[bytes]:
    if threading.active_count() == 1 and sys.platform == "linux":
        return _Twin(mine, its)
    command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    # what a library prints there is no output of this process, and goes where its complaints go;
    # the process is this very module, and nothing from outside stands on its command line
    return subprocess.Popen(command, stdin=its.socket.fileno(), stdout=_COMPLAINTS, env=environment)  # noqa: S603


class _Helper:
    """One such process."""

    def __init__(self) -> None:
        self.has_begun, self.beginning = False, Lock()
        self.line, its = map(_Line, socket.socketpair())
        self.process = _begun(self.line, its)
        its.close()
        if isinstance(self.process, subprocess.Popen):
            self.line.say(_message((settings.DATABASES["default"] | {"NAME": connection.settings_dict["NAME"]},
                                    str(settings.LIANFANG_KEYS_FILE))))  # fmt: skip

    def begin(self) -> None:
        """Wait until it has begun. Raises HelperLostError when it never does."""
        with self.beginning:
            if not self.has_begun:
                try:
                    self.line.hear()
                    self.has_begun = True
                except (OSError, EOFError):
                    raise HelperLostError from None

    def ask(self, message: bytes) -> bytearray:
        """Return what it answers to a task. Raises HelperLostError when there is no answer."""
        self.begin()
        try:
            self.line.say(message)
            return self.line.hear()
        except (OSError, EOFError):
            raise HelperLostError from None

    def end(self) -> None:
        """End it, in the middle of a task too."""
        self.process.kill()
        self.process.wait(_GRACE)
        self.line.close()


def serve() -> None:
    """Do what standard input asks until it is closed: what a helper's process runs that was started anew."""
    import django

    line = _Line(socket.socket(fileno=os.dup(sys.stdin.fileno())))
    django.setup()
    database, keys = pickle.loads(line.hear())  # noqa: S301  because only our own process says it
    connections.databases["default"].update(database)
    settings.LIANFANG_KEYS_FILE = keys
    _answer_all(line)
    connections.close_all()


def _answer_all(line: _Line) -> None:
    """Say that this process is there, and do what it is given until that ends."""
    # because a portion makes a hundred thousand objects, and all of them stay until it is answered
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    line.say(_THERE)
    while True:
        try:
            message = line.hear()
        except (EOFError, OSError):  # the latter from one that was killed before it had heard the last answer
            return
        work, task = pickle.loads(message)  # noqa: S301  because only our own process says it
        line.say(_message(_done(work, task)))


def _done(work: Work[Any], task: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, work(*task)
    except Exception as trouble:
        try:
            pickle.loads(pickle.dumps(trouble))  # noqa: S301
        except Exception:
            return False, RuntimeError(describe(trouble))
        return False, trouble


# who does everything alone
ALONE = Helpers(0)
