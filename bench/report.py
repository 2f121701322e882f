"""The daily report of the county, counted from the lists behind its figures, as the duty officer opens it."""

from __future__ import annotations

from datetime import timedelta

from bench.county import COUNTY, TOWN, VILLAGE, Made
from bench.figures import median, tell
from bench.serving import Session, lianfang

ASKED = 5
GOAL_SECONDS = 2.0


def run(made: Made) -> None:
    """Measure today's and yesterday's report of county, town and village; the slowest counts."""
    from lianfang.config.demo.cast import PASSWORD
    from lianfang.kernel.clock import today

    days = (today(), today() - timedelta(days=1))
    with lianfang() as server:
        duty = Session(server, "duty", PASSWORD)
        for level, path in (("county", COUNTY), ("town", TOWN), ("village", VILLAGE)):
            spent = [duty.timed(f"/api/reports/{path}?on={on}") / 1000 for _ in range(ASKED) for on in days]
            tell("report", f"{level}_slowest", max(spent), "s", at_most=GOAL_SECONDS, p50=median(spent),
                 first=spent[0], people=made.people)  # fmt: skip
