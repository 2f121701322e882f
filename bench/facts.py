"""Facts through the real door: 32 signed-in grid workers record readings, singly and in batches, beside a bare view.

Afterwards every acknowledged fact must be in the database once, named by an audit line, and the audit must verify.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from bench import bare
from bench.county import Made
from bench.figures import beside, median, percentile, tell
from bench.serving import Server, Session, database_cpu_seconds, lianfang
from bench.serving import bare as bare_server

CLIENTS = 32
ROUNDS = 3
SECONDS = 6.0
WARM_SECONDS = 2.0
BATCH = 100
PACED = 8000
LATEST_MS = 150
DEVICE = f"bench-{uuid4().hex[:8]}"
ONE_BY_ONE, BATCHED = "/api/actions/observation.record_reading", "/api/batch"


@dataclass
class Series:
    """The rounds of one way of sending to one server."""

    server: Server
    path: str
    rows: int
    wires: list[dict[str, Any]]
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    server_cpu: float = 0.0
    database_cpu: float = 0.0
    per_second: float = 0.0  # requests; 0: as fast as the answers come

    def round(self, seconds: float, *, counts: bool) -> None:
        """Send for some seconds; a warming round counts for nothing but what it left in the database."""
        before = self.server.cpu_seconds(), database_cpu_seconds()
        found = _drive(self.server.port, self.path, self.rows, self.wires, seconds, self.per_second)
        self.acknowledged += found["acknowledged"]
        self.sent += found["sent"]
        for code, number in found["refused"].items():
            self.refused[code] = self.refused.get(code, 0) + number
        if counts:
            done = len(found["acknowledged"])
            self.rates.append(done / found["elapsed"])
            self.latencies += found["latencies_ms"]
            self.server_cpu += self.server.cpu_seconds() - before[0]
            self.database_cpu += database_cpu_seconds() - before[1]

    def cpu_ms(self) -> dict[str, float]:
        """Return processor milliseconds for one request, of the server and of the database."""
        asked = max(1, len(self.latencies))
        return {
            "server_cpu_ms_per_request": self.server_cpu * 1000 / asked,
            "database_cpu_ms_per_request": self.database_cpu * 1000 / asked,
        }


def run(made: Made) -> None:
    """Measure, compare, and check that nothing acknowledged is missing or doubled."""
    bare.make_table()
    with lianfang() as server, bare_server() as other:
        wires = _workers(server)
        series = [
            Series(server, ONE_BY_ONE, 1, wires), Series(other, "/one", 1, wires),
            Series(server, BATCHED, BATCH, wires), Series(other, "/batch", BATCH, wires),
            Series(server, BATCHED, BATCH, wires, per_second=PACED / BATCH),
            Series(other, "/batch", BATCH, wires, per_second=PACED / BATCH),
        ]  # fmt: skip
        for one in series:
            one.round(WARM_SECONDS, counts=False)
        for _ in range(ROUNDS):
            for one in series:
                one.round(SECONDS, counts=True)
    bare.drop_table()
    _tell_rates(series[:4], made)
    _tell_paced(*series[4:], closed=series[2])
    mine = series[::2]
    _tell_kept([id for one in mine for id in one.acknowledged], sum(one.sent for one in mine))


def _tell_rates(series: Sequence[Series], made: Made) -> None:
    single, bare_single, batched, bare_batched = series
    for mine, other, name, goal in (
        (single, bare_single, "readings_one_by_one", 500), (batched, bare_batched, "readings_in_batches", 8000)
    ):  # fmt: skip
        rate, theirs = median(mine.rates), median(other.rates)
        tell("facts", name, rate, "facts/s", at_least=goal, ratio_to=beside("bare Django view", theirs, rate),
             clients=CLIENTS, rows_per_request=mine.rows, rounds=[round(one) for one in mine.rates],
             bare_rounds=[round(one) for one in other.rates], refused=mine.refused, people=made.people,
             **mine.cpu_ms(), **{f"bare_{key}": value for key, value in other.cpu_ms().items()})  # fmt: skip
        late, theirs_late = percentile(mine.latencies, 0.99), percentile(other.latencies, 0.99)
        tell("facts", f"{name}_p99", late, "ms", at_most=LATEST_MS if mine.rows == 1 else None,
             ratio_to=beside("bare Django view", theirs_late, late), p50=percentile(mine.latencies, 0.5),
             p95=percentile(mine.latencies, 0.95), requests=len(mine.latencies))  # fmt: skip


def _tell_paced(mine: Series, other: Series, *, closed: Series) -> None:
    """Tell how late the answers are when facts come at the rate of the goal, and not as fast as they are answered."""
    late, theirs = percentile(mine.latencies, 0.99), percentile(other.latencies, 0.99)
    tell("facts", "readings_in_batches_paced_p99", late, "ms", at_most=LATEST_MS,
         ratio_to=beside("bare Django view", theirs, late), asked_facts_per_second=PACED,
         facts_per_second=median(mine.rates), p50=percentile(mine.latencies, 0.5), p95=percentile(mine.latencies, 0.95),
         closed_loop_p99=percentile(closed.latencies, 0.99), requests=len(mine.latencies), clients=CLIENTS,
         refused=mine.refused)  # fmt: skip


def _tell_kept(acknowledged: list[str], sent: int) -> None:
    """Tell how many acknowledged facts are missing, doubled or not in the audit, and whether the audit verifies."""
    from lianfang.domain.observation.models import Reading
    from lianfang.foundation.audit.chain import verify

    there = sum(Reading.objects.filter(pk__in=some).count() for some in _parts(acknowledged))
    arrived = Reading.objects.filter(device_id__startswith=DEVICE).count()
    named = _named_in_audit()
    faults = sum(1 for _ in verify())
    unique = len(set(acknowledged))
    tell("facts", "acknowledged_and_missing", unique - there, "facts", at_most=0, acknowledged=len(acknowledged))
    tell("facts", "acknowledged_twice_or_unasked", len(acknowledged) - unique + max(0, arrived - sent), "facts",
         at_most=0, sent=sent, in_database=arrived)  # fmt: skip
    tell("facts", "acknowledged_without_audit_line", len(set(acknowledged) - named), "facts", at_most=0)
    tell("facts", "audit_faults", faults, "faults", at_most=0)


def _named_in_audit() -> set[str]:
    """Return the commands that audit lines of this run name."""
    from lianfang.foundation.audit.models import AuditLine

    named: set[str] = set()
    lines = AuditLine.objects.filter(device_id__startswith=DEVICE).values_list("command_id", "details")
    for command_id, details in lines.iterator(chunk_size=5000):
        named |= {str(command_id), *details.get("commands", ())}
    return named


def _workers(server: Server) -> list[dict[str, Any]]:
    """Sign in the grid workers with most people under observation, as many as there are clients."""
    from lianfang.config.demo.cast import PASSWORD

    wires = []
    for number, (username, persons) in enumerate(_busiest(CLIENTS)):
        session = Session(server, username, PASSWORD)
        session.wire.close()
        wires.append({"head": session.head(), "persons": persons, "device": f"{DEVICE}-{number}"})
    if len(wires) < CLIENTS:
        raise RuntimeError(f"only {len(wires)} grid workers have anybody under observation")
    return wires


def _busiest(most: int) -> list[tuple[str, list[str]]]:
    from lianfang.domain.observation.models import Timetable
    from lianfang.foundation.access.models import Grant

    persons: dict[str, list[str]] = defaultdict(list)
    for person_id, path in Timetable.objects.filter(state="live").values_list("person_id", "area_path"):
        persons[path].append(str(person_id))
    holders = dict(Grant.objects.filter(role="grid_worker").values_list("area_path", "account__username"))
    paths = sorted((path for path in persons if path in holders), key=lambda path: (-len(persons[path]), path))
    return [(holders[path], persons[path]) for path in paths[:most]]


def _drive(
    port: int, path: str, rows: int, wires: list[dict[str, Any]], seconds: float, per_second: float
) -> dict[str, Any]:
    plan = {"port": port, "path": path, "rows": rows, "wires": wires, "seconds": seconds, "per_second": per_second}
    made = subprocess.run(
        [sys.executable, "-m", "bench.client"], input=json.dumps(plan).encode(), stdout=subprocess.PIPE, check=True,
        timeout=seconds + 120,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def _parts(ids: Iterable[str], size: int = 5000) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(ids))
    while part := list(islice(rest, size)):
        yield part
