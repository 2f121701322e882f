"""A thousand households pasted into a grid: asked about, saved and taken back, in the portions that the page sends.

On PostgreSQL and on SQLite; the page's count moves with every portion.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from typing import Any

from bench.county import Made
from bench.figures import tell
from bench.serving import Server, Session, demo, lianfang
from lianfang.kernel.ids import uuid7

ROWS = 1000
PORTION = 100

Command = dict[str, Any]


def run(made: Made) -> None:
    """Measure both databases."""
    with lianfang() as server:
        _measure(server, "postgresql")
    with tempfile.TemporaryDirectory(prefix="lianfang-bench-") as folder, demo(folder, 2000) as server:
        _measure(server, "sqlite")


def _measure(server: Server, database: str) -> None:
    from lianfang.config.demo.cast import GRID, PASSWORD

    secretary = Session(server, "secretary", PASSWORD)
    homes = [{"area_path": GRID, "number": f"长{number}号"} for number in range(ROWS)]
    added = [_command("people.add_household", home) for home in homes]
    _tell(database, "rehearsed", _sent(secretary, added, rehearse=True)[1])
    results, spent = _sent(secretary, added)
    _tell(database, "saved", spent)
    undone = [_command(one["undo"]["action"], one["undo"]["input"]) for one in results]
    _tell(database, "taken_back", _sent(secretary, undone)[1])


def _command(action: str, given: Command) -> Command:
    return {"id": str(uuid7()), "action": action, "input": given, "happened_at": datetime.now(UTC).isoformat()}


def _sent(who: Session, commands: list[Command], **how: bool) -> tuple[list[dict[str, Any]], list[float]]:
    """Send all in portions; returns what came of each and the seconds of each portion. Raises when one is refused."""
    results, spent = [], []
    for first in range(0, len(commands), PORTION):
        started = time.perf_counter()
        answer = who.ask("POST", "/api/batch", {"commands": commands[first : first + PORTION], **how})
        spent.append(time.perf_counter() - started)
        for one in answer["results"]:
            if one.get("refusal"):
                raise RuntimeError(one["refusal"])
            results.append(one.get("result") or {})
    return results, spent


def _tell(database: str, what: str, spent: list[float]) -> None:
    tell("grid", f"{what}_{database}", sum(spent), "s", rows=ROWS, portions=len(spent), slowest_portion=max(spent))
