"""A county's day at its gates through the real HTTP door, by phones that lose the network, repeat, reorder and crash;
and a month of such days held, each gate's list asked.

The sizes are those of a county of 283,000 and shrink with it. One person's sessions carry many phones, each phone with
a queue of its own: the door is measured here, not the sign-in.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.county import COUNTY, Made
from bench.day import DEVICE, check
from bench.figures import percentile, tell
from bench.serving import Server, Session, lianfang
from tests.sync.phones import Entry, Phone
from tests.sync.phones import Session as Line

FULL_COUNTY = 283_000
POSTS, PASSAGES, READINGS, DAYS = 600, 20_000, 5_000, 30
SECONDS, SESSIONS = 600.0, 16
BATCH_MS, LIST_MS = 500.0, 100.0
MOST_AT_ONCE = 12
# of each hundred uploads: cut on the way there, cut on the way back, sent again, sent in another order, phone restarted
CUT, UNHEARD, AGAIN, SHUFFLED, CRASHED = 6, 6, 10, 20, 3


@dataclass(frozen=True)
class Size:
    """How much of the county's day is played."""

    posts: int
    passages: int
    readings: int
    seconds: float

    @classmethod
    def of(cls, people: int) -> Size:
        share = min(1.0, people / FULL_COUNTY)
        return cls(max(12, int(POSTS * share)), max(400, int(PASSAGES * share)), max(100, int(READINGS * share)),
                   SECONDS * share)  # fmt: skip


@dataclass
class Gate:
    """One phone at one gate: what it will record, and what it has kept on its disk."""

    phone: Phone
    due: list[tuple[float, str, dict[str, Any]]]
    made: list[Entry] = field(default_factory=list)


@dataclass
class Played:
    """What came of the replay."""

    accepted_ms: list[float] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)
    cut: int = 0
    crashed: int = 0
    busy: int = 0


def run(made: Made) -> None:
    """Play the day on the PostgreSQL of the environment, then hold a month of it."""
    size = Size.of(made.people)
    posts = _posts(size.posts)
    with lianfang() as server:
        gates = _gates(server, size, posts)
        _replay(gates, size)
        _hold_a_month(server, posts, size)


def _posts(count: int) -> list[tuple[str, str]]:
    """Return (id, area) of gates spread over the villages; made where they are not there yet."""
    from lianfang.domain.areas.queries import areas_of_level
    from lianfang.domain.workforce.queries.posts import posts_within
    from lianfang.foundation.access.actor import SYSTEM
    from lianfang.foundation.actions.running import run

    villages = [area.path for area in areas_of_level("village", COUNTY)]
    there = {post.number for post in posts_within(COUNTY)}
    for number in range(count):
        if f"B{number:04}" not in there:
            run(SYSTEM, "workforce.add_post", {
                "number": f"B{number:04}", "area_path": villages[number % len(villages)], "kind": "village_gate",
                "tier": "village", "name": f"{number} 号卡点", "pattern": "4x6",
            })  # fmt: skip
    found = posts_within(COUNTY).filter(number__startswith="B").values_list("pk", "area_path")
    return [(str(pk), path) for pk, path in found[:count]]


def _gates(server: Server, size: Size, posts: list[tuple[str, str]]) -> list[Gate]:
    from lianfang.domain.observation.models import Timetable

    draw = random.Random(20)
    lines = [Line("127.0.0.1", server.port, "duty").sign_in() for _ in range(min(SESSIONS, len(posts)))]
    gates = []
    for number, _ in enumerate(posts):
        line = lines[number % len(lines)]
        own = Line(line.host, line.port, line.username, f"{DEVICE}gate-{number}", line.cookies)
        gates.append(Gate(Phone(own), []))
    for _ in range(size.passages):
        number = draw.randrange(len(posts))
        given = _passage(draw, posts[number][0])
        gates[number].due.append((draw.uniform(0, size.seconds), "checkpoints.record_passage", given))
    observed = [
        str(one) for one in Timetable.objects.filter(state="live").values_list("pk", flat=True)[: size.readings]
    ]
    for number in range(size.readings if observed else 0):
        given = {"person_id": observed[number % len(observed)], "temperature_c": 36.5, "how": "visit"}
        draw.choice(gates).due.append((draw.uniform(0, size.seconds), "observation.record_reading", given))
    for gate in gates:
        gate.due.sort(key=lambda one: one[0])
    return gates


def _passage(draw: random.Random, post: str) -> dict[str, Any]:
    people = [
        {"name": draw.choice("王李张刘陈") + draw.choice("伟芳娜敏静"), "phone": f"139{draw.randrange(10**8):08}",
         "temperature_c": round(draw.uniform(36.0, 37.2), 1)}
        for _ in range(draw.choice((1, 1, 1, 2, 3)))
    ]  # fmt: skip
    given = {
        "post_id": post, "direction": draw.choice(("in", "out")), "plate": f"晋M{draw.randrange(10**5):05}",
        "people": people, "came_from": "运城市区", "goes_to": "古绛镇", "purpose": "购物",
        "decision": "pass_registered",
    }  # fmt: skip
    if draw.random() < 0.02:
        people[0] |= {"temperature_c": 37.8, "again_c": 37.6}
        given["decision"] = "refer_health"
    elif draw.random() < 0.03:
        given |= {"must_pass": "daily_necessities", "decision": "must_pass"}
    return given


def _replay(gates: list[Gate], size: Size) -> None:
    played, hold = Played(), threading.Lock()
    started = time.perf_counter()
    shares = [gates[first::SESSIONS] for first in range(min(SESSIONS, len(gates)))]
    with ThreadPoolExecutor(len(shares)) as pool:
        list(pool.map(lambda share: _play(share, played, hold, started, random.Random(id(share))), shares))
    elapsed = time.perf_counter() - started
    sent = [one["id"] for gate in gates for one in gate.made]
    known = [id for gate in gates for id in gate.phone.known]
    found = check(sent)
    tell("gates", "day_replayed", elapsed, "s", at_most=size.seconds * 1.1 + 30, facts=len(sent), posts=len(gates),
         facts_per_second=len(sent) / elapsed, cut=played.cut, crashed=played.crashed,
         busy_answers=played.busy)  # fmt: skip
    tell("gates", "lost", len(sent) - len(known) + found["missing"] + found["without_audit_line"], "facts", at_most=0)
    tell("gates", "doubled", found["doubled"], "facts", at_most=0)
    tell("gates", "refused", len(played.shown), "facts", at_most=0, first=str(played.shown[:1])[:300])
    tell("gates", "accepted_batch_p99", percentile(played.accepted_ms, 0.99), "ms", at_most=BATCH_MS,
         p50=percentile(played.accepted_ms, 0.5), max=max(played.accepted_ms, default=0.0),
         batches=len(played.accepted_ms))  # fmt: skip


def _play(gates: list[Gate], played: Played, hold: threading.Lock, started: float, draw: random.Random) -> None:
    """Play the day of some gates in its order: record, upload now and then, go on until nothing waits."""
    for at, gate, action, given in _in_order(gates):
        time.sleep(max(0.0, started + at - time.perf_counter()))
        gate.made.append(gate.phone.record(action, given))
        if len(gate.phone.waiting) >= draw.randint(3, MOST_AT_ONCE):
            _upload(gate, played, hold, draw)
    for gate in gates:
        while gate.phone.waiting:
            _upload(gate, played, hold, draw)


def _in_order(gates: list[Gate]) -> Iterator[tuple[float, Gate, str, dict[str, Any]]]:
    every = [(at, number, action, given) for number, gate in enumerate(gates) for at, action, given in gate.due]
    for at, number, action, given in sorted(every, key=lambda one: (one[0], one[1])):
        yield at, gates[number], action, given


def _upload(gate: Gate, played: Played, hold: threading.Lock, draw: random.Random) -> None:
    """Upload as a phone on a bad line does."""
    phone, chance = gate.phone, draw.randrange(100)
    if chance < CUT + UNHEARD:
        phone.lose_the_network(draw.random() if chance < CUT else 1.0)
        with hold:
            played.cut += 1
        return
    sent = phone.waiting[:]
    if draw.randrange(100) < CRASHED:
        # what was on the disk is there again, acknowledged or not: the phone cannot know
        sent = gate.made[-50:]
        phone.waiting = [*phone.waiting, *(one for one in sent if one not in phone.waiting)]
        with hold:
            played.crashed += 1
    if draw.randrange(100) < AGAIN:
        sent = [*sent, *draw.sample(gate.made, min(3, len(gate.made)))]
    if draw.randrange(100) < SHUFFLED:
        draw.shuffle(sent)
    _settle(phone, sent, played, hold)


def _settle(phone: Phone, sent: list[Entry], played: Played, hold: threading.Lock) -> None:
    began = time.perf_counter()
    status, answer = phone.session.ask("POST", "/api/sync/upload", phone.body(sent))
    spent = (time.perf_counter() - began) * 1000
    results = answer["results"] if status == 200 else []
    phone.settle(sent, results)
    refused = [one for one in results if one["status"] == "refused"]
    is_whole = len(results) == len(sent)
    with hold:
        played.shown += refused
        played.busy += not is_whole
        if is_whole and not refused:
            played.accepted_ms.append(spent)
    if not is_whole:
        time.sleep(random.uniform(0.5, 2.0))


def _hold_a_month(server: Server, posts: list[tuple[str, str]], size: Size) -> None:
    """Lay the day down for every day of a month, and ask the list of every gate, first and second page."""
    held = _lay_down()
    duty = Session(server, "duty", _password())
    duty.timed(_list_of(posts[0][0]))
    spent, deeper = [], []
    for post, _ in posts:
        spent.append(duty.timed(_list_of(post)))
        page = duty.ask("GET", _list_of(post))
        if page.get("next"):
            deeper.append(duty.timed(f"{_list_of(post)}&after={page['next']}"))
    for name, values in (("first_page", spent), ("second_page", deeper)):
        tell("gates", f"list_of_a_gate_{name}_p99", percentile(values, 0.99), "ms", at_most=LIST_MS, held=held,
             p50=percentile(values, 0.5), max=max(values, default=0.0), lists=len(values))  # fmt: skip


def _list_of(post: str) -> str:
    return f"/api/tables/checkpoints.passages?limit=50&post={post}"


def _lay_down() -> int:
    """Copy the passages of the last day to each of the days before it; returns how many are held."""
    from django.db import connection

    from lianfang.domain.checkpoints.models.passages import Passage
    from lianfang.foundation.actions.guard import writing
    from lianfang.kernel.clock import now

    moved = {
        "id": "gen_random_uuid()",
        "happened_at": "happened_at - %s::interval",
        "received_at": "received_at - %s::interval",
    }
    columns = [field.column for field in Passage._meta.concrete_fields]
    chosen = ", ".join(moved.get(str(one), f'"{one}"') for one in columns)
    names = ", ".join(f'"{one}"' for one in columns)
    today = now() - timedelta(hours=20)
    with writing(), connection.cursor() as cursor:
        for back in range(1, DAYS):
            cursor.execute(
                f"INSERT INTO checkpoints_passage ({names}) SELECT {chosen} FROM checkpoints_passage "
                "WHERE happened_at > %s",
                [f"{back} days", f"{back} days", today],
            )
        cursor.execute("ANALYZE checkpoints_passage")
    return Passage.objects.count()


def _password() -> str:
    from lianfang.config.demo.cast import PASSWORD

    return PASSWORD
