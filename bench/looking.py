"""A duty officer who opens the console's pages one after the other, in a process of their own as at a desk.

`python -m bench.looking PORT` looks until its input is closed, then prints {page: [[seconds since the first, ms], …]}.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.county import COUNTY
from bench.serving import Server, Session

PAGES = (f"/api/gaps?within={COUNTY}", f"/api/coverage?within={COUNTY}", "/api/tables/people.households?limit=50")
PAUSE = 0.05
READY = "ready"


@dataclass
class Looked:
    """What each page took: when it was asked for in seconds since the first, and its milliseconds."""

    pages: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def spent(self) -> list[float]:
        return [ms for some in self.pages.values() for _, ms in some]

    def slowest(self) -> tuple[str, float, float]:
        """Return the slowest page, when it was asked for and its milliseconds."""
        return max(((page, at, ms) for page, some in self.pages.items() for at, ms in some), key=lambda one: one[2])


@contextmanager
def looking(server: Server) -> Iterator[Looked]:
    """Have the console looked at until the block ends; what it took is in what is yielded only then."""
    from lianfang.config.demo.cast import PASSWORD

    command = [sys.executable, "-m", "bench.looking", str(server.port), PASSWORD]
    looked = Looked()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as officer:
        assert officer.stdout is not None
        if officer.stdout.readline().strip() != READY:
            raise RuntimeError("nobody could look at the console")
        yield looked
        found, _ = officer.communicate()
        looked.pages = json.loads(found)


def _wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def _look(port: int, password: str) -> None:
    duty = Session(Server(port, 0), "duty", password)
    for page in PAGES:
        duty.timed(page)  # because the first of each fills what the server remembers
    print(READY, flush=True)
    over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    spent: dict[str, list[tuple[float, float]]] = {page: [] for page in PAGES}
    started = time.perf_counter()
    while not over.is_set():
        for page in PAGES:
            spent[page].append((time.perf_counter() - started, duty.timed(page)))
        over.wait(PAUSE)
    print(json.dumps(spent))


if __name__ == "__main__":
    _look(int(sys.argv[1]), sys.argv[2])
