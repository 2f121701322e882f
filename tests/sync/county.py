"""Prepares a database for the phones: one village with two grids, its neighbour, the cast, forty doors, a sweep.

Run as a program: it prints the ids as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

DOORS = 20


def prepare() -> dict[str, object]:
    """Make the county and return its sweep and doors by grid."""
    from django.core.management import call_command

    from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE, make_cast
    from lianfang.foundation.access.actor import SYSTEM
    from lianfang.foundation.actions.running import run
    from lianfang.kernel.clock import today

    call_command("migrate", interactive=False, verbosity=0)
    areas = [(COUNTY, "绛县"), (TOWN, "古绛镇"), (VILLAGE, "城内村委会"), (GRID, "第一网格")]
    areas += [(NEIGHBOUR_VILLAGE, "乔村委会"), (NEIGHBOUR_GRID, "第一网格")]
    run(SYSTEM, "areas.load_register", {"areas": areas, "valid_from": "2019-10-31"})
    accounts = make_cast(today() - timedelta(days=30))
    doors = {
        grid: [
            run(SYSTEM, "people.add_household", {"area_path": grid, "number": f"{number}号", "head_name": "王明"})["id"]
            for number in range(1, DOORS + 1)
        ]
        for grid in (GRID, NEIGHBOUR_GRID)
    }
    sweep = run(SYSTEM, "screening.plan_campaign", {
        "name": "排查", "purpose": "找到返乡人员", "area_path": TOWN, "owner_id": str(accounts["town"].pk),
        "ends_on": str(today() + timedelta(days=30)),
    })["id"]  # fmt: skip
    for step in ("approve", "start"):
        run(SYSTEM, f"screening.{step}_campaign", {"campaign_id": sweep})
    return {"sweep": sweep, "own": doors[GRID], "other": doors[NEIGHBOUR_GRID], "grid": GRID}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(prepare()))
