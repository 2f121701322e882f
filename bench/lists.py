"""List pages at any depth as the county duty officer turns them, beside the same rows fetched by OFFSET.

And every list in every order it offers: the first page, and the slowest of them by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from bench.county import Made
from bench.figures import beside, median, percentile, tell
from bench.serving import Server, Session, lianfang

GOAL_MS = 60.0
ASKED = 40
PAGE = 50
WALK = 500
BIG = ("people.persons", "people.households", "observation.orders")
DEPTH = 0.9


def run(made: Made) -> None:
    """Measure three big lists at three depths, then the first page of everything."""
    with lianfang() as server:
        duty = _duty(server)
        for name in BIG:
            for depth, after, row in _depths(duty, name):
                _tell_page(duty, name, depth, after, row, made)
        _tell_first_pages(duty)
        _tell_searches(duty)


def _duty(server: Server) -> Session:
    from lianfang.config.demo.cast import PASSWORD

    return Session(server, "duty", PASSWORD)


def _depths(duty: Session, name: str) -> Iterator[tuple[str, str, int]]:
    """Yield (depth, cursor, number of rows before) for the first page, page 10, and deep in the list."""
    yield "first", "", 0
    after = ""
    for _ in range(9):
        after = duty.ask("GET", _address(name, after, PAGE))["next"] or after
    yield "page_10", after, 9 * PAGE
    deep = int(_rows(name) * DEPTH)
    after, row = "", 0
    while row + WALK <= deep:
        found = duty.ask("GET", _address(name, after, WALK))
        if not found["next"]:
            break
        after, row = found["next"], row + WALK
    yield "deep", after, row


def _rows(name: str) -> int:
    from lianfang.foundation.access.actor import SYSTEM
    from lianfang.foundation.tables.reading import find_table

    return int(find_table(name).rows(SYSTEM).count())


def _address(name: str, after: str, limit: int, **more: str) -> str:
    asked = {"limit": str(limit), **({"after": after} if after else {}), **more}
    return f"/api/tables/{name}?" + "&".join(f"{key}={quote(value)}" for key, value in asked.items())


def _tell_page(duty: Session, name: str, depth: str, after: str, row: int, made: Made) -> None:
    spent = [duty.timed(_address(name, after, PAGE)) for _ in range(ASKED)]
    reading, by_offset = _reading_ms(name, after), _offset_ms(name, row)
    tell("lists", f"{name}_{depth}", percentile(spent, 0.95), "ms", at_most=GOAL_MS,
         ratio_to=beside("OFFSET without permission and masks; both without HTTP", by_offset, reading),
         p50=median(spent), without_http=reading, rows_before=row, people=made.people)  # fmt: skip


def _reading_ms(name: str, after: str) -> float:
    """Return what the page costs with permission, scope and masking, without HTTP."""
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.foundation.tables.reading import Query, read
    from lianfang.kernel.clock import today

    duty = actor_for(Account.objects.get(username="duty"), on=today(), door="console")
    return _median_ms(lambda: read(duty, name, Query(after=after, limit=PAGE)))


def _offset_ms(name: str, row: int) -> float:
    """Return what the page costs when its place is found by counting rows, without permission, masking or HTTP."""
    from lianfang.foundation.access.actor import SYSTEM
    from lianfang.foundation.tables.reading import find_table

    declared = find_table(name)
    key = declared.sort.lstrip("-")
    column = declared.column(key)
    path = column.path if column else key
    sign = "-" if declared.sort.startswith("-") else ""
    rows = declared.rows(SYSTEM).order_by(f"{sign}{path}", f"{sign}pk")
    names = sorted({column.path for column in declared.columns})
    return _median_ms(lambda: list(rows.values(*names)[row : row + PAGE]))


def _median_ms(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(7):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)


def _tell_first_pages(duty: Session) -> None:
    """Tell the slowest first page over every list and every order it offers."""
    spent = {}
    for table in duty.ask("GET", "/api/meta")["tables"]:
        for order in _orders(table):
            address = _address(table["name"], "", PAGE, **({"sort": order} if order else {}))
            spent[f"{table['name']} {order}".strip()] = median([duty.timed(address) for _ in range(5)])
    _tell_slowest("slowest_first_page", spent)


def _orders(table: dict[str, Any]) -> list[str]:
    sortable = [column["name"] for column in table["columns"] if column["sortable"]]
    return ["", *sortable, *(f"-{name}" for name in sortable)]


def _tell_searches(duty: Session) -> None:
    """Tell the slowest search in the lists of people and doors: by surname, name, pinyin, initials, village."""
    spent = {}
    for name in ("people.persons", "people.households"):
        for text in ("王", "王伟", "wangwei", "ww", "不存在的名字", "13800000000"):
            spent[f"{name} {text}"] = median([duty.timed(_address(name, "", PAGE, q=text)) for _ in range(5)])
    _tell_slowest("slowest_search", spent)


def _tell_slowest(figure: str, spent: dict[str, float]) -> None:
    slowest = sorted(spent, key=spent.__getitem__, reverse=True)
    tell("lists", figure, spent[slowest[0]], "ms", at_most=GOAL_MS, measured=len(spent),
         over_the_goal=sum(one > GOAL_MS for one in spent.values()), median=median(list(spent.values())),
         slowest={name: round(spent[name], 1) for name in slowest[:5]})  # fmt: skip
