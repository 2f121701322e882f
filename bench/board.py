"""The gap board and the coverage map as the county duty officer opens them, for county, town and village."""

from __future__ import annotations

import time

from bench.county import COUNTY, TOWN, VILLAGE, Made
from bench.figures import beside, median, percentile, tell
from bench.serving import Session, lianfang

ASKED = 120
GOAL_MS = 50.0


def run(made: Made) -> None:
    """Measure the pages, and beside the coverage page what counting the same doors live would cost."""
    from lianfang.config.demo.cast import PASSWORD

    with lianfang() as server:
        duty = Session(server, "duty", PASSWORD)
        for figure, page in (("gap_board", "/api/gaps"), ("coverage", "/api/coverage")):
            spent = [duty.timed(f"{page}?within={path}") for _ in range(ASKED // 3) for path in (COUNTY, TOWN, VILLAGE)]
            county = spent[::3]
            live = _live_ms()
            tell("board", f"{figure}_p95", percentile(spent, 0.95), "ms", at_most=GOAL_MS,
                 ratio_to=beside("counting people by village live, SQL alone", live, median(county)),
                 county_p50=median(county), county_p95=percentile(county, 0.95), p50=median(spent), requests=len(spent),
                 people=made.people)  # fmt: skip


def _live_ms() -> float:
    """Return what one live count of the county's people by village takes in the database."""
    from django.db import connection

    spent = []
    for _ in range(5):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT substr(area_path, 1, 12), count(*) FROM people_person "
                "WHERE area_path >= %s AND area_path < %s GROUP BY 1",
                [COUNTY, f"{COUNTY}~"],
            )
            cursor.fetchall()
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)
